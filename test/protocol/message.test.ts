/** What a message says of itself, on the inputs that trip parsers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idKeyOf, parseLine, parseMessage } from "../../src/protocol/index.ts";

describe("kind, id and method", () => {
  test.each([
    ['{"id":1,"method":"a"}', "request", "1", "a"],
    ['{"id":0,"method":"a"}', "request", "0", "a"],
    ['{"id":"","method":"a"}', "request", '""', "a"],
    ['{"id":null,"method":"a"}', "request", "null", "a"],
    ['{"method":"a"}', "notification", undefined, "a"],
    ['{"method":""}', "notification", undefined, ""],
    ['{"method":7,"id":1}', "other", "1", undefined],
    ['{"id":1,"result":null}', "response", "1", undefined],
    ['{"id":1,"result":{},"error":null}', "response", "1", undefined],
    ['{"error":{"code":-32700}}', "response", undefined, undefined],
    ['{"id":null,"error":{}}', "response", "null", undefined],
    ['{"id":1,"error":null}', "other", "1", undefined],
    ['{"id":12345678901234567890,"method":"a"}', "request", "12345678901234567890", "a"],
    ['{"id":1e400,"method":"a"}', "request", "1e400", "a"],
    ['{"id":1,"id":2,"method":"a","method":"b"}', "request", "2", "b"],
    ['{"\\u0069d":3,"\\u006dethod":"\\u0061"}', "request", "3", "a"],
    ['{"params":{"id":9,"method":"no"},"method":"a"}', "notification", undefined, "a"],
    ['{"__proto__":{"id":9,"method":"no"}}', "other", undefined, undefined],
    ['{"id":"\\ud800","method":"\\udfff"}', "request", '"\\ud800"', "\udfff"],
    [' \t{ "id" : 1 , "method" : "a" } \r', "request", "1", "a"],
    ['[{"id":1,"method":"a"}]', "batch", undefined, undefined],
    [" [] ", "batch", undefined, undefined],
    ["{}", "other", undefined, undefined],
  ])("%s", (text, kind, id, method) => {
    const message = parseMessage(text)!;
    expect([message.kind, message.id, message.method]).toEqual([kind, id, method]);
    expect(message.text).toBe(text);
  });

  test("only an error that is something is one", () => {
    expect(parseMessage('{"id":1,"error":{"code":1}}')!.isError).toBe(true);
    expect(parseMessage('{"id":1,"error":{"code":1},"error":null,"result":1}')!.isError).toBe(false);
    expect(parseMessage('{"id":1,"result":{"error":1}}')!.isError).toBe(false);
  });
});

describe("ids", () => {
  const different = [
    "0",
    '""',
    "1",
    '"1"',
    "null",
    "12345678901234567890",
    "12345678901234567891",
    "1e400",
    "1e401",
    '"\\ud800"',
    '"\\ud801"',
    '"null"',
    '"n:1e0"',
    "true",
    "{}",
    "[1]",
  ];

  test("that differ have different keys", () => {
    expect(new Set(different.map(idKeyOf)).size).toBe(different.length);
  });

  test.each([
    ["1", "1.0"],
    ["10", "1e1"],
    ['"a"', '"\\u0061"'],
    ["-0", "0"],
    ["1e400", "10E+399"],
  ])("%s and %s are the same one", (a, b) => expect(idKeyOf(a)).toBe(idKeyOf(b)));
});

describe("members by path", () => {
  const message = parseMessage(
    '{"params":{"a":1,"a":{"b": 1.0 },"n":12345678901234567890,"__proto__":{"x":1e400}},"id":1}',
  )!;

  test.each([
    [["params", "a"], '{"b": 1.0 }'],
    [["params", "a", "b"], "1.0"],
    [["params", "n"], "12345678901234567890"],
    [["params", "__proto__", "x"], "1e400"],
    [["params", "toString"], undefined],
    [["id", "x"], undefined],
    [["nothing", "x"], undefined],
  ])("%j is %s", (path, raw) => expect(message.rawAt(...path)).toBe(raw));

  test("are parsed without touching prototypes", () => {
    const value = message.at("params") as object;
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe("a batch", () => {
  test("gives its parts with their exact bytes", () => {
    const batch = parseMessage('[ {"id":1, "method":"a"} ,{"method":"b"},[],7 ]')!;
    expect(batch.parts().map((part) => part.text)).toEqual([
      '{"id":1, "method":"a"}',
      '{"method":"b"}',
      "[]",
      "7",
    ]);
    expect(batch.parts().map((part) => part.kind)).toEqual(["request", "notification", "batch", "other"]);
  });

  test("that is none is its own only part", () => {
    const message = parseMessage('{"id":1,"method":"a"}')!;
    expect(message.parts()).toEqual([message]);
  });
});

describe("parseLine", () => {
  test.each([
    ["{}", "message"],
    ["[]", "message"],
    ["[1]", "message"],
    ["", "noise"],
    [" \r", "noise"],
    ["7", "noise"],
    ['"{}"', "noise"],
    ["{", "noise"],
    ['{"a":1}x', "noise"],
    ["{'a':1}", "noise"],
    ["{} {}", "noise"],
    ["\ufeff{}", "noise"],
    ["Server listening…", "noise"],
    ['{"a":NaN}', "noise"],
    ['{"a":"\t"}', "noise"],
  ])("%j is %s", (text, kind) => expect(parseLine(new TextEncoder().encode(text)).kind).toBe(kind));

  test("keeps bytes that are not UTF-8 as bytes", () => {
    const bytes = Uint8Array.from([0x7b, 0xff, 0x7d]);
    expect(parseLine(bytes)).toEqual({ kind: "bytes", bytes });
  });

  test("never throws, and neither does a message that it made", () => {
    const structural = fc.array(fc.constantFrom(...new TextEncoder().encode('{}[]":,\\ 1na\xffidmethod')), {
      maxLength: 60,
    });
    const wild = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      structural.map((list) => Uint8Array.from(list)),
      fc.json().map((text) => new TextEncoder().encode(text)),
    );
    const holds = (bytes: Uint8Array) => {
      const parsed = parseLine(bytes);
      if (parsed.kind !== "message") return;
      const { message } = parsed;
      expect(message.bytes).toBe(bytes);
      for (const part of message.parts()) {
        expect(typeof part.kind).toBe("string");
        expect(typeof part.isError).toBe("boolean");
        part.idKey;
        part.at("params", "_meta", "progressToken");
      }
    };
    fc.assert(fc.property(wild, holds), { numRuns: 5000 });
  });

  test("a hostile depth is survived", () => {
    const deep = `{"id":${"[".repeat(1e6)}${"]".repeat(1e6)},"method":"a"}`;
    expect(() => parseMessage(deep)?.idKey).not.toThrow();
    expect(() => parseMessage("[".repeat(1e6))).not.toThrow();
  });
});
