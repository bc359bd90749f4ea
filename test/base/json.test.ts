/** The scanners against `JSON.parse`: whatever it accepts, they find the same members in; and they never throw. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  canonicalNumber,
  decodeUtf8,
  elements,
  encodeUtf8,
  isJson,
  locate,
  members,
  skipValue,
  stringAt,
} from "../../src/base/index.ts";

const blank = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const number = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,10})?([eE][+-]?\d{1,3})?$/);
/** Strings in every spelling: raw, escaped, lone surrogates by escape. */
const string = fc
  .array(
    fc.oneof(
      fc.string({ unit: "grapheme" }).map((part) => JSON.stringify(part).slice(1, -1)),
      fc.constantFrom("\\ud800", '\\"', "\\\\", "\\n", "\\u0000", "__proto__"),
    ),
  )
  // A lone surrogate that is not escaped has no UTF-8, so no such text can arrive (seed 1322816932 made one).
  .map((parts) => `"${parts.join("")}"`.toWellFormed());

/** Any JSON text, with blanks anywhere and duplicate keys. */
const { json } = fc.letrec<{ json: string; object: string; array: string }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    number,
    string,
    fc.constantFrom("true", "false", "null"),
    tie("object"),
    tie("array"),
  ),
  object: fc
    .array(
      fc.tuple(blank, fc.oneof(string, fc.constantFrom('"a"', '"id"')), blank, blank, tie("json"), blank),
      { maxLength: 5 },
    )
    .map(
      (list) => `{${list.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`).join(",")}}`,
    ),
  array: fc
    .array(fc.tuple(blank, tie("json"), blank), { maxLength: 5 })
    .map((list) => `[${list.map((parts) => parts.join("")).join(",")}]`),
}));

const bytesOf = encodeUtf8;
const textAt = (bytes: Uint8Array, at: { start: number; end: number }) =>
  decodeUtf8(bytes.subarray(at.start, at.end))!;

describe("the scanners, for any JSON text", () => {
  test("the generator makes JSON", () => {
    const holds = (text: string) => isJson(text) && JSON.parse(text) !== undefined;
    fc.assert(fc.property(json, holds), { numRuns: 500 });
    // The seed that found a random part of a string, one backslash, spliced in unescaped; and what it made.
    fc.assert(fc.property(json, holds), { numRuns: 2000, seed: 423199484, examples: [['"\\\\"']] });
  });

  test("a value ends where it ends, whatever follows", () => {
    const follows = fc.constantFrom("", ",", "}", "]", " ", "\n", ',"x":1');
    const holds = (text: string, after: string) =>
      skipValue(bytesOf(text + after), 0) === bytesOf(text).length;
    fc.assert(fc.property(json, follows, holds), { numRuns: 2000 });
  });

  test("the members of an object are those that JSON.parse sees, the last of equal keys counting", () => {
    const holds = (value: string) => {
      const text = ` {"k":${value},"a":${value}, "k" : ${value} ,"\\u006b":[1]}`;
      const bytes = bytesOf(text);
      expect([...members(bytes)].map((m) => m.key)).toEqual(["k", "a", "k", "k"]);
      expect(textAt(bytes, [...members(bytes)][1]!)).toBe(value);
      expect(textAt(bytes, locate(bytes, ["k"])!)).toBe("[1]");
    };
    fc.assert(fc.property(json, holds), { numRuns: 1000 });
  });

  test("each member's own text parses to the value that the whole has", () => {
    const holds = (text: string) => {
      const bytes = bytesOf(text);
      // A lone surrogate that is not escaped is another character on the wire.
      const whole = JSON.parse(text.toWellFormed()) as unknown;
      if (Array.isArray(whole)) {
        expect([...elements(bytes)].map((e) => JSON.parse(textAt(bytes, e)))).toEqual(whole);
      } else if (whole !== null && typeof whole === "object") {
        const found = new Map(
          [...members(bytes)].map((m) => [m.key, JSON.parse(textAt(bytes, m)) as unknown]),
        );
        expect([...found.keys()].toSorted()).toEqual(Object.keys(whole).toSorted());
        for (const [key, value] of Object.entries(whole)) expect(found.get(key)).toEqual(value);
      }
    };
    holds('{"id":[],"a":{},"\ud800":0}');
    fc.assert(fc.property(json, holds), { numRuns: 3000 });
  });

  test("a path leads to the value that JSON.parse has there", () => {
    const holds = (a: string, b: string) => {
      const text = `{"x":${a},"p":{"q":${a},"q":{"__proto__":${b}}}}`;
      expect(textAt(bytesOf(text), locate(bytesOf(text), ["p", "q", "__proto__"])!)).toBe(b);
      expect(locate(bytesOf(text), ["p", "nothing"])).toBeUndefined();
    };
    fc.assert(fc.property(json, json, holds), { numRuns: 500 });
  });

  test("strings decode as JSON.parse decodes them", () => {
    fc.assert(
      fc.property(string, (text) => stringAt(bytesOf(text), 0, bytesOf(text).length) === JSON.parse(text)),
    );
  });

  test("any bytes at all are survived", () => {
    const holds = (bytes: Uint8Array, path: string[]) => {
      for (let i = 0; i <= bytes.length; i++) {
        skipValue(bytes, i);
        for (const _ of members(bytes, i));
        for (const _ of elements(bytes, i));
      }
      locate(bytes, path);
    };
    const structural = fc
      .array(fc.constantFrom(...bytesOf('{}[]":,\\ 1na')), { maxLength: 40 })
      .map((list) => Uint8Array.from(list));
    fc.assert(fc.property(fc.oneof(fc.uint8Array(), structural), fc.array(fc.string()), holds), {
      numRuns: 2000,
    });
  });

  test("a million brackets cost no stack and little time", () => {
    const deep = bytesOf(`${"[".repeat(1e6)}${"]".repeat(1e6)}`);
    expect(skipValue(deep, 0)).toBe(2e6);
    expect([...elements(deep)]).toEqual([{ start: 1, end: 2e6 - 1 }]);
  });
});

describe("decodeUtf8", () => {
  test("refuses what is not UTF-8, and is not confused by it afterwards", () => {
    const bad = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]];
    for (const bytes of bad) {
      expect(decodeUtf8(Uint8Array.from(bytes))).toBeUndefined();
      expect(decodeUtf8(bytesOf("é😀"))).toBe("é😀");
    }
  });

  test("keeps a byte order mark", () => {
    expect(decodeUtf8(bytesOf("\ufeff{}"))).toBe("\ufeff{}");
  });

  test("gives back what was encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => decodeUtf8(bytesOf(text)) === text.toWellFormed()),
    );
  });
});

describe("canonicalNumber", () => {
  test.each([
    ["0", "0e0"],
    ["-0", "0e0"],
    ["0.000e99", "0e0"],
    ["1", "1e0"],
    ["1.0", "1e0"],
    ["10e-1", "1e0"],
    ["100", "1e2"],
    ["-12.50", "-125e-1"],
    ["1e400", "1e400"],
    ["1E+400", "1e400"],
    ["12345678901234567890", "1234567890123456789e1"],
    ["0.1", "1e-1"],
    ["no number", "no number"],
    ["", ""],
  ])("%s is %s", (text, canonical) => expect(canonicalNumber(text)).toBe(canonical));

  test("two spellings agree exactly when their exact values do", () => {
    const holds = (a: string, b: string) => {
      expect(canonicalNumber(a) === canonicalNumber(b)).toBe(equalExactly(a, b));
    };
    const small = fc.stringMatching(/^-?(0|[1-9]\d?)(\.\d{1,2})?([eE][+-]?\d)?$/);
    fc.assert(fc.property(small, small, holds), { numRuns: 5000 });
    fc.assert(fc.property(number, number, holds), { numRuns: 2000 });
  });

  test("moving the point and the exponent changes nothing", () => {
    const holds = (digits: string, exponent: number, by: number) =>
      canonicalNumber(`${digits}e${exponent}`) ===
      canonicalNumber(`${digits}${"0".repeat(by)}e${exponent - by}`);
    fc.assert(fc.property(fc.stringMatching(/^[1-9]\d{0,40}$/), fc.integer(), fc.nat(30), holds));
  });

  test("a hostile number costs little", () => {
    const zeros = "0".repeat(1e6);
    expect(canonicalNumber(`1${zeros}1${zeros}`)).toBe(`1${zeros}1e1000000`);
    expect(canonicalNumber(`1e${"9".repeat(1e6)}`)).toHaveLength(1e6 + 2);
    expect(canonicalNumber(`0e${"9".repeat(1e6)}`)).toBe("0e0");
  });
});

/** By definition: digits scaled to one common exponent, as whole numbers of any size. */
function equalExactly(a: string, b: string): boolean {
  const [left, right] = [a, b].map(scaled) as [Scaled, Scaled];
  const apart = left.exponent - right.exponent;
  if (apart < 0n) return equalExactly(b, a);
  return left.digits * 10n ** apart === right.digits;
}

interface Scaled {
  readonly digits: bigint;
  readonly exponent: bigint;
}

function scaled(text: string): Scaled {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  return { digits: BigInt(whole + fraction), exponent: BigInt(exponent) - BigInt(fraction.length) };
}
