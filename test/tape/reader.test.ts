// The reader: the same items whatever the chunks, a value for every bad line, a coded error for every bad file.
import { gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { readTape } from "../../src/tape/index.ts";
import { chunked, codeOf, collect, jsonTexts, read, sent, tapeOf, textOf, utf8 } from "./helpers.ts";

const small = tapeOf([sent(10, "c2s", '{"id":1,"method":"m"}'), sent(20, "s2c", '{"id":1,"result":{}}')]);
const smallText = textOf(small);

test("a tape, line by line", async () => {
  expect(await read(small)).toEqual([
    "1 header t-1",
    '2 @10 c2s msg {"id":1,"method":"m"}',
    '3 @20 s2c msg {"id":1,"result":{}}',
    "4 @20 mark",
    "5 @20 end",
  ]);
});

test("items say where their line stands and keep its bytes", async () => {
  const items = await collect(readTape(chunked(small, 7)));
  const lines = smallText.split("\n");
  let offset = 0;
  for (const [i, item] of items.entries()) {
    expect(textOf(item.bytes!)).toBe(lines[i]);
    if (item.kind !== "header") expect(item.offset).toBe(offset);
    offset += lines[i]!.length + 1;
  }
});

test("any chunking gives the same items", async () => {
  const texts = fc.array(jsonTexts(), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(texts, fc.integer({ min: 1, max: 50 }), async (all, size) => {
      const bytes = tapeOf(all.map((text, i) => sent(i, "c2s", text)));
      expect(await read(bytes, size)).toEqual(await read(bytes));
    }),
  );
});

describe("a line that is damaged", () => {
  test("is an item, and the lines around it are read", async () => {
    const lines = smallText.split("\n");
    lines[1] = '{"at":10,"dir":"c2s","msg":{"id":1,"meth';
    lines.splice(2, 0, "", "rubbish");
    expect((await read(utf8(lines.join("\n")))).slice(1, 5)).toEqual([
      "2 damaged: it is not one JSON object",
      "3 damaged: it is not one JSON object",
      "4 damaged: it is not one JSON object",
      '5 @20 s2c msg {"id":1,"result":{}}',
    ]);
  });

  test("at the very end is torn, wherever the file was cut", async () => {
    const headerEnd = smallText.indexOf("\n") + 1;
    for (let cut = headerEnd; cut < small.length; cut++) {
      const items = await read(small.subarray(0, cut));
      const whole = smallText.slice(0, cut).split("\n");
      const rest = whole.pop()!;
      const lines = [...whole.map((_, i) => String(i + 1)), ...(rest === "" ? [] : [`${whole.length + 1}`])];
      expect(items.map((item) => item.split(" ")[0])).toEqual(lines);
      const complete = rest === "" || smallText.split("\n").includes(rest);
      expect(items.at(-1)!.includes("torn: the file ends in the middle of it")).toBe(!complete);
    }
  });
});

describe("a file that is no tape", () => {
  const vcr = '{\n  "format_version": "1.0.0",\n  "metadata": {}, "session": {} }';
  const table: [name: string, bytes: Uint8Array, code: string, fix: RegExp][] = [
    ["empty", utf8(""), "RW3008", /record again/],
    ["gzip", gzipSync(small), "RW3002", /gzip/],
    ["zstd", zstdCompressSync(small), "RW3002", /zstd/],
    ["zstd behind a skippable frame", new Uint8Array([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]), "RW3002", /zstd/],
    ["CBOR", new Uint8Array([0xa2, 0x68, ...utf8("reelwire"), 1]), "RW3002", /CBOR/],
    ["tagged CBOR", new Uint8Array([0xd9, 0xd9, 0xf7, 0xa1]), "RW3002", /CBOR/],
    [".vcr", utf8(vcr), "RW3002", /\.vcr/],
    [".vcr in one line", utf8(vcr.replaceAll("\n", "")), "RW3002", /\.vcr/],
    [".vcr, metadata first, cut", utf8('{"metadata": {"version": "1.0", "x'), "RW3002", /\.vcr/],
    ["other JSON", utf8('{"version": 1, "interactions": []}'), "RW3002", /it is JSON/],
    ["a JSON array", utf8("[1,2]\n"), "RW3002", /it is JSON/],
    [
      "another tool's lines",
      utf8('{"type":"header","cassetteVersion":2}\n{"t":1}\n'),
      "RW3002",
      /it is JSON/,
    ],
    ["text", utf8("hello\nworld\n"), "RW3002", /it is text/],
    ["binary", new Uint8Array([0, 1, 2, 3, 255]), "RW3002", /neither/],
    ["blank lines", utf8("\n\n\n"), "RW3002", /text/],
    ["a later version", utf8('{"reelwire":2,"id":"x"}\n'), "RW3003", /update reelwire/],
    ["a cut header", utf8('{"reelwire":1,"id":"x","star'), "RW3004", /lines below/],
    ["a header cut behind its version", utf8('{"reelwire":1\n'), "RW3004", /lines below/],
    ["a header without an id", utf8('{"reelwire":1,"startedAt":"2026-11-20T08:11:00Z"}\n'), "RW3004", /./],
    ["a header without a time", utf8('{"reelwire":1,"id":"x","startedAt":"noon"}\n'), "RW3004", /./],
    ["a version that is a text", utf8('{"reelwire":"1"}\n'), "RW3004", /./],
    ...['"env":"A"', '"env":[null]', '"env":{"length":1e9}', '"key":{}'].map(
      (fact): [string, Uint8Array, string, RegExp] => [
        `a redaction with ${fact}`,
        utf8(
          `{"reelwire":1,"id":"x","startedAt":"2026-11-20T08:11:00Z","redaction":{"preset":"standard","count":0,${fact}}}\n`,
        ),
        "RW3004",
        /./,
      ],
    ),
    ["version zero", utf8('{"reelwire":0}\n'), "RW3004", /./],
    [
      "tags that are no texts",
      utf8('{"reelwire":1,"id":"x","startedAt":"2026-11-20","tags":{"a":1}}\n'),
      "RW3004",
      /./,
    ],
    [
      "a header that nests too deep",
      utf8(`{"reelwire":1,"x":${"[".repeat(9999)}${"]".repeat(9999)}}\n`),
      "RW3004",
      /./,
    ],
  ];

  test.each(table)("%s", async (_, bytes, code, fix) => {
    for (const size of [1, 3, 100_000]) {
      const error = await collect(readTape(chunked(bytes, size), { name: "/tapes/a" })).catch(
        (fault: unknown) => fault,
      );
      expect(error).toBeInstanceOf(ReelwireError);
      const { code: got, fix: told, where } = error as ReelwireError;
      expect([got, where[0]]).toEqual([code, ["file", "/tapes/a"]]);
      expect(told).toMatch(fix);
      expect((error as ReelwireError).report()).not.toMatch(/\{\w+\}/);
    }
  });
});

describe("limits", () => {
  const limits = { lineBytesMax: 200, headerBytesMax: 150 };

  test("a line over the limit ends the reading, even one that never ends", async () => {
    const long = utf8(`${smallText.split("\n")[0]}\n{"at":1,"text":"${"x".repeat(400)}`);
    for (const bytes of [long, utf8(`${textOf(long)}"}\n`)]) {
      expect(await codeOf(collect(readTape(chunked(bytes, 50), { limits })))).toBe("RW3006");
    }
    expect(
      await codeOf(collect(readTape(chunked(utf8(`{"reelwire":1,"id":"${"x".repeat(200)}`)), { limits }))),
    ).toBe("RW3006");
  });

  test("an endless line is not held in memory", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield utf8(`${smallText.split("\n")[0]}\n`);
      for (;;) {
        given += 1000;
        yield utf8("x".repeat(1000));
      }
    }
    expect(await codeOf(collect(readTape(endless(), { limits })))).toBe("RW3006");
    expect(given).toBe(1000);
  });

  test("a line at the limit passes", async () => {
    const line = `{"at":1,"text":"${"x".repeat(200 - 18)}"}`;
    const items = await collect(
      readTape(chunked(utf8(`${smallText.split("\n")[0]}\n${line}\n`), 33), { limits }),
    );
    expect([line.length, items.length, items[1]!.kind]).toEqual([200, 2, "event"]);
  });
});

describe("no input crashes the reader", () => {
  async function survives(bytes: Uint8Array, size: number): Promise<void> {
    const fault = await collect(readTape(chunked(bytes, size))).catch((error: unknown) => error);
    if (!Array.isArray(fault)) {
      expect(fault).toBeInstanceOf(ReelwireError);
      expect((fault as ReelwireError).code).toMatch(/^RW30\d\d$/);
    }
  }

  test("random bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 300 }), survives),
    );
  });

  test("mutated tapes", async () => {
    const edit = fc.record({
      at: fc.nat(small.length),
      cut: fc.nat(5),
      put: fc.uint8Array({ maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 300 }),
        async (edits, size) => {
          const bytes = [...small];
          for (const { at, cut, put } of edits) bytes.splice(at, cut, ...put);
          await survives(new Uint8Array(bytes), size);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("a reader that stops early lets its source go", async () => {
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunked(small, 5);
    } finally {
      closed = true;
    }
  }
  for await (const item of readTape(source())) if (item.kind === "event") break;
  expect(closed).toBe(true);
});
