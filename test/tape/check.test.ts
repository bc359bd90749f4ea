// The proof of a tape: what each state means, and that no changed byte passes.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { checkTape, type TapeReport, TapeWriter } from "../../src/tape/index.ts";
import { chunked, header, sent, tapeOf, textOf, utf8 } from "./helpers.ts";

const events = [
  { at: 0, payload: { kind: "open", open: { side: "server", pid: 42 } } } as const,
  sent(10, "c2s", '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"n":1.0}}'),
  { at: 15, payload: { kind: "stderr", text: "é…\n" } } as const,
  sent(20, "s2c", '{"jsonrpc":"2.0","id":0,"result":{}}'),
];
const whole = tapeOf(events);
const lines = textOf(whole).split("\n").slice(0, -1);
const joined = (all: readonly string[]): Uint8Array => utf8(all.map((line) => `${line}\n`).join(""));
const check = (bytes: Uint8Array, size = 64): Promise<TapeReport> => checkTape(chunked(bytes, size));

/** A tape with checkpoints on the way, every 200 bytes. */
function marked(): Uint8Array {
  const pieces: Uint8Array[] = [];
  const writer = new TapeWriter({ write: (bytes) => void pieces.push(bytes.slice()) }, header, {
    markBytes: 200,
  });
  for (let i = 0; i < 20; i++)
    writer.write(sent(i * 10, i % 2 === 0 ? "c2s" : "s2c", `{"id":${i},"x":"${"a".repeat(i)}"}`));
  writer.end(200);
  return new Uint8Array(Buffer.concat(pieces));
}

test("a complete tape", async () => {
  expect(await check(whole)).toEqual({
    state: "complete",
    lines: 7,
    bytes: whole.length,
    messages: 2,
    notes: [],
    proved: 7,
    signatures: 0,
  });
  expect((await check(marked())).state).toBe("complete");
});

describe("states", () => {
  const swapped = [...lines];
  [swapped[1], swapped[2]] = [swapped[2]!, swapped[1]!];
  const table: [name: string, bytes: Uint8Array, expected: Partial<TapeReport>][] = [
    ["no end", joined(lines.slice(0, -1)), { state: "unfinished", lines: 6 }],
    ["only a header", joined(lines.slice(0, 1)), { state: "unfinished", lines: 1, messages: 0 }],
    ["a header without its line end", utf8(lines[0]!), { state: "unfinished", lines: 1 }],
    ["a torn last line", whole.subarray(0, 300), { state: "unfinished" }],
    [
      "no line end at the end",
      whole.subarray(0, -1),
      { state: "unfinished", notes: ["the last line has no line end"] },
    ],
    ["a line that does not read", joined(lines.with(2, "{")), { state: "damaged", line: 3 }],
    ["a line behind the end", joined([...lines, lines[1]!]), { state: "damaged", line: 8 }],
    ["a second end", joined([...lines, lines[6]!]), { state: "damaged", line: 8 }],
    ["a blank behind the end", joined([...lines, ""]), { state: "damaged", line: 8 }],
    ["a line taken out", joined(lines.toSpliced(2, 1)), { state: "altered", line: 3 }],
    ["two lines exchanged", joined(swapped), { state: "altered", line: 2 }],
    ["a message changed", joined(lines.with(4, lines[4]!.replace("0", "1"))), { state: "altered", line: 5 }],
    [
      "a header changed",
      joined(lines.with(0, lines[0]!.replace("t-1", "t-2"))),
      { state: "altered", line: 1 },
    ],
    [
      "line ends of another system",
      utf8(textOf(whole).replaceAll("\n", "\r\n")),
      { state: "altered", line: 6 },
    ],
    [
      "the end's time changed",
      joined(lines.with(6, lines[6]!.replace('"at":20', '"at":21'))),
      { state: "altered", line: 7 },
    ],
    [
      "the end's count changed",
      joined(lines.with(6, lines[6]!.replace('"lines":6', '"lines":5'))),
      { state: "altered", line: 7 },
    ],
    [
      "the end respelled",
      joined(lines.with(6, lines[6]!.replace('"at":20', '"at": 20'))),
      { state: "altered", line: 7 },
    ],
  ];

  test.each(table)("%s", async (_, bytes, expected) => {
    for (const size of [1, 100, 100_000]) expect(await check(bytes, size)).toMatchObject(expected);
  });

  test("the first thing that is wrong gives the line", async () => {
    const tape = textOf(marked()).split("\n").slice(0, -1);
    const first = tape.findIndex((line) => line.includes('"mark"'));
    const second = tape.findIndex((line, i) => i > first && line.includes('"mark"'));
    const changed = tape.with(first + 1, tape[first + 1]!.replace('"x"', '"y"'));
    expect(await check(joined(changed))).toMatchObject({ state: "altered", line: first + 2 });
    const both = changed.with(second - 1, "?");
    expect(await check(joined(both))).toMatchObject({ state: "altered", line: first + 2 });
    const cut = both.slice(0, second);
    expect(await check(joined(cut))).toMatchObject({ state: "damaged", line: second });
  });

  test("time that runs backwards is a note", async () => {
    const report = await check(tapeOf([sent(20, "c2s", "{}"), sent(10, "s2c", "{}"), sent(30, "s2c", "{}")]));
    expect([report.state, report.notes]).toEqual(["complete", ["time runs backwards on 1 lines"]]);
  });

  test("an end without a checkpoint before it is good", async () => {
    const bare = joined(lines.slice(0, 5));
    const { createHash } = await import("node:crypto");
    const sha256 = createHash("sha256").update(bare).digest("hex");
    const end = utf8(`{"at":99,"end":{"lines":5,"sha256":"${sha256}"}}\n`);
    expect((await check(Buffer.concat([bare, end]))).state).toBe("complete");
  });
});

test("no byte of a complete tape can be changed: every bit of every byte", async () => {
  for (let at = 0; at < whole.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = whole.slice();
      flipped[at]! ^= 1 << bit;
      const state = await check(flipped, 100_000).then(
        (report) => report.state,
        (fault: unknown) => (fault as ReelwireError).code,
      );
      expect(state, `bit ${bit} of byte ${at}`).toMatch(/^(damaged|altered|unfinished|RW30\d\d)$/);
    }
  }
});

test("nor any byte of a longer one, to any other", async () => {
  const tape = marked();
  await fc.assert(
    fc.asyncProperty(fc.nat(tape.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const altered = tape.slice();
      altered[at]! ^= change;
      const state = await check(altered, 1000).then(
        (report) => report.state,
        (fault: unknown) => (fault as ReelwireError).code,
      );
      expect(state).not.toBe("complete");
    }),
    { numRuns: 1500 },
  );
});

test("a cut tape is never complete, and what is left is proved", async () => {
  const tape = marked();
  const headerBytes = tape.indexOf(0x0a) + 1;
  for (let cut = headerBytes; cut < tape.length; cut += 3) {
    expect((await check(tape.subarray(0, cut))).state).toBe("unfinished");
  }
});

test("what is no tape at all is an error", async () => {
  await expect(check(utf8("hello"))).rejects.toThrow(ReelwireError);
});
