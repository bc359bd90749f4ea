/** What keeps a terminal safe and tidy: cleaning, colours, columns, indentation, progress. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Output } from "../../src/cli/output.ts";
import { prettyLines } from "../../src/cli/pretty.ts";
import { startProgress } from "../../src/cli/progress.ts";
import { cleanJson, cleanLine, cleanText } from "../../src/cli/sanitize.ts";
import { styleFor } from "../../src/cli/style.ts";
import { displayWidth, Table } from "../../src/cli/table.ts";
import { Captured } from "./call.ts";

const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f]/;

describe("cleaning", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b[38;2;1;2;3mx", "x"],
    ["\u009b31mx", "x"],
    ["a\u001b]0;title\u0007b", "ab"],
    ["a\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\b", "alinkb"],
    ["a\u001bPq#0\u001b\\b", "ab"],
    ["\u001bc\u001b(Bx", "x"],
    ["a\u001b]0;never ended", "a0;never ended"],
    ["x\u001b", "x<U+001B>"],
    ["a\rb\r\nc\td", "a<U+000D>b\nc\td"],
    ["\u202eabc\u2066", "<U+202E>abc<U+2066>"],
    ["bell\u0007", "bell<U+0007>"],
    ["naïve 世界 🎬", "naïve 世界 🎬"],
  ])("%j", (text, clean) => {
    expect(cleanText(text)).toBe(clean);
  });

  it("leaves nothing that steers, in text or JSON", () => {
    const hostile = fc.string({
      unit: fc.constantFrom(
        "\u001b",
        "[",
        "]",
        "\u0007",
        "\u009b",
        "\u202e",
        "m",
        "0",
        ";",
        "\\",
        "x",
        "\n",
        "\u0000",
        "\u200b",
      ),
    });
    fc.assert(
      fc.property(hostile, (text) => {
        expect(cleanText(text)).not.toMatch(steering);
        expect(cleanLine(text)).not.toMatch(/[\n\t]/);
        const json = cleanJson(JSON.stringify({ [text]: text }));
        expect(json).not.toMatch(steering);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      }),
      { numRuns: 2000 },
    );
  });

  it("takes sequences that never end, however many, without going over the text again", () => {
    for (const piece of ["\u001b]", "\u001b[", "\u001b[;", "\u009d", "\u001bP"])
      expect(cleanText(piece.repeat(300_000))).not.toMatch(steering);
  });
});

describe("indentation", () => {
  const pretty = (json: string) => [...prettyLines(json)].join("\n");

  it("changes nothing but blanks", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(pretty(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
      { numRuns: 1000 },
    );
  });

  it("keeps numbers, escapes and duplicates as they were sent", () => {
    const sent = '{ "a" : [1.0,1e400 , 12345678901234567890],"a":{ },"\\u0041":"x , : { \\" ", "n":null }';
    expect(pretty(sent).replace(/\s/g, "")).toBe(sent.replace(/\s/g, ""));
    expect(pretty(sent)).toContain(
      '  "a": [\n    1.0,\n    1e400,\n    12345678901234567890\n  ],\n  "a": {},',
    );
  });

  it("does not multiply deep nesting", () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    expect(pretty(deep).length).toBeLessThan(20_000 * 100);
  });
});

describe("colours", () => {
  const painted = (env: Record<string, string>, isTTY: boolean) => styleFor(env, { isTTY }).red("x") !== "x";
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ TERM: "dumb" }, true, false],
  ])("%j on a terminal: %s", (env, isTTY, on) => {
    expect(painted(env as Record<string, string>, isTTY)).toBe(on);
  });
});

describe("tables", () => {
  async function printed(
    columns: ConstructorParameters<typeof Table>[1],
    rows: readonly (readonly string[])[],
  ) {
    const stdout = new Captured(false);
    const signal = new AbortController().signal;
    const out = new Output({
      flags: {},
      words: [],
      cwd: "/",
      env: {},
      stdin: () => process.stdin,
      stdout,
      stderr: new Captured(false),
      signal,
    });
    const table = new Table(out, columns);
    for (const row of rows) await table.row(row);
    await table.end();
    await out.flush();
    return stdout.text;
  }

  it("line up, wide and combining characters included", async () => {
    const text = await printed(
      [{ title: "a" }, { title: "b", right: true }],
      [
        ["世界", "1"],
        ["e\u0301", "22"],
        ["plain", "333"],
      ],
    );
    expect(text).toBe("a        b\n世界     1\ne\u0301       22\nplain  333\n");
    expect(displayWidth("世界e\u0301🎬")).toBe(7);
  });

  it("cut what is too long and clean what steers", async () => {
    const text = await printed(
      [{ title: "a", widthMax: 5 }, { title: "b" }],
      [["abcdefgh", "\u001b[31mx\ny"]],
    );
    expect(text).toBe("a      b\nabcd…  x y\n");
  });

  it("go on in the widths of the first rows", async () => {
    const rows = Array.from({ length: 500 }, (_, i) => [String(i), "x"]);
    const lines = (await printed([{ title: "n", right: true }, { title: "t" }], rows)).trim().split("\n");
    expect(lines).toHaveLength(501);
    expect(lines.at(-1)).toBe("499  x");
  });
});

describe("progress", () => {
  it("waits, draws now and then, and goes", () => {
    let time = 0;
    const stderr = new Captured(true);
    const progress = startProgress(stderr, "reading", () => time);
    progress.at(1, 100);
    expect(stderr.text).toBe("");
    time = 600;
    progress.at(50, 100);
    progress.at(51, 100);
    expect(stderr.text).toContain("50%");
    expect(stderr.text).not.toContain("51%");
    progress.end();
    expect(stderr.text.endsWith("\r\u001b[2K")).toBe(true);
  });

  it("says nothing where nobody looks", () => {
    let time = 0;
    const stderr = new Captured(false);
    const progress = startProgress(stderr, "reading", () => (time += 1000));
    progress.at(1, 2);
    progress.end();
    expect(stderr.text).toBe("");
  });
});
