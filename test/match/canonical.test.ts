import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isJson } from "../../src/base/index.ts";
import { canonicalOf } from "../../src/match/index.ts";
import { anyJson, randomOf, read, respelled, same, scalars } from "./json.ts";

const textOf = (json: string): string => canonicalOf(json)!.text;
const nested = (depth: number, inside = ""): string => "[".repeat(depth) + inside + "]".repeat(depth);

describe("canonical texts are equal exactly when the values are", () => {
  it.each<[what: string, a: string, b: string]>([
    ["key order", '{"a":1,"b":{"c":1,"d":2}}', '{"b":{"d":2,"c":1},"a":1}'],
    ["blanks", ' { "a" :\t[ 1 ,\r\n2 ] } ', '{"a":[1,2]}'],
    ["a negative zero", "-0", "0"],
    ["a negative zero with a fraction", "-0.0", "0e7"],
    ["decimals of one value", "1.0", "10e-1"],
    ["exponents beyond a double", "1e400", "10e399"],
    ["an escape and its character", '"\\u0061\\/\\u00e9"', '"a/é"'],
    ["escapes in two cases", '"\\u00e9\\uD800"', '"é\\ud800"'],
    ["a surrogate pair, escaped or not", '"\\ud83d\\ude00"', '"😀"'],
    ["an escaped key", '{"\\u0061":1}', '{"a":1}'],
    ["duplicate keys with others between", '{"a":1,"b":0,"a":2}', '{"b":0,"a":1,"a":2}'],
    ["__proto__ as any key", '{"__proto__":1,"a":2}', '{"a":2,"__proto__":1}'],
  ])("equal: %s", (_, a, b) => {
    expect(textOf(a)).toBe(textOf(b));
  });

  it.each<[what: string, a: string, b: string]>([
    ["64-bit integers", "12345678901234567890", "12345678901234567891"],
    ["integers beyond a double", "9007199254740992", "9007199254740993"],
    ["an integer and a fraction", "1", "1.0"],
    ["an integer and an exponent", "10", "1e1"],
    ["exponents beyond a double", "1e400", "1e401"],
    ["numbers below a double", "1e-400", "0.0"],
    ["signs", "1", "-1"],
    ["a number and its text", "1", '"1"'],
    ["a word and its text", "null", '"null"'],
    ["null and nothing", '{"a":null}', "{}"],
    ["order in a list", "[1,2]", "[2,1]"],
    ["nested lists", "[[1],2]", "[[1,2]]"],
    ["an empty list and an empty object", "[]", "{}"],
    ["an empty list and a list of nothing", "[]", "[null]"],
    ["duplicate keys and one", '{"a":1,"a":1}', '{"a":1}'],
    ["the order of duplicate keys", '{"a":1,"a":2}', '{"a":2,"a":1}'],
    ["__proto__ and nothing", '{"__proto__":{"a":1}}', "{}"],
    ["__proto__ and what it would inherit", '{"__proto__":{"a":1}}', '{"a":1}'],
    ["two lone surrogates", '"\\ud800"', '"\\ud801"'],
    ["a lone surrogate and what replaces it", '"\\ud800"', '"\\ufffd"'],
    ["surrogates the wrong way round", '"\\ude00\\ud83d"', '"😀"'],
    ["a backslash and an escape", '"\\\\n"', '"\\n"'],
    ["composed and decomposed", '"é"', '"e\\u0301"'],
    ["a text that looks like members", '{"a":"1\\",\\"b\\":2"}', '{"a":"1","b":2}'],
    ["a text that looks like a list", '["a,b"]', '["a","b"]'],
  ])("different: %s", (_, a, b) => {
    expect(textOf(a)).not.toBe(textOf(b));
  });

  test("the generator makes JSON, and respelling keeps the value", () => {
    const holds = (text: string, seed: number) => {
      const other = respelled(text, randomOf(seed));
      return isJson(text) && isJson(other) && same(read(text), read(other));
    };
    fc.assert(fc.property(anyJson, fc.nat(), holds), { numRuns: 1000 });
  });

  test("every pair of scalars that are easily mistaken", () => {
    const wrong = scalars.flatMap((a) =>
      scalars.filter((b) => (textOf(a) === textOf(b)) !== same(read(a), read(b))).map((b) => `${a} ${b}`),
    );
    expect(wrong).toEqual([]);
  });

  test("any two JSON texts", () => {
    const holds = (a: string, b: string) => (textOf(a) === textOf(b)) === same(read(a), read(b));
    fc.assert(fc.property(anyJson, anyJson, holds), { numRuns: 2000 });
  });

  test("any JSON text in other words, and with one of its parts in other words", () => {
    const holds = (text: string, seed: number) => textOf(text) === textOf(respelled(text, randomOf(seed)));
    fc.assert(fc.property(anyJson, fc.nat(), holds), { numRuns: 2000 });
  });

  test("any JSON text in which one scalar was exchanged", () => {
    const scalar = fc.constantFrom(...scalars);
    const holds = (text: string, a: string, b: string, seed: number) => {
      const [one, other] = [a, b].map((each) => `{"k":${text},"v":[${each}],"w":${text}}`);
      const there = respelled(other!, randomOf(seed));
      return (textOf(one!) === textOf(there)) === same(read(a), read(b));
    };
    fc.assert(fc.property(anyJson, scalar, scalar, fc.nat(), holds), { numRuns: 2000 });
  });
});

describe("depth and size", () => {
  it.each([400, 401, 1_000, 100_000])("%i brackets are a value like any other", (depth) => {
    const started = nested(depth, "1");
    expect(textOf(started)).toBe(textOf(nested(depth, "1")));
    expect(textOf(started)).not.toBe(textOf(nested(depth, "2")));
    expect(textOf(started)).not.toBe(textOf(nested(depth + 1, "1")));
    expect(textOf(started).length).toBeLessThan(2 * started.length + 10);
  });

  it("objects as deep", () => {
    const deep = (inside: string) => `${'{"a":'.repeat(100_000)}${inside}${"}".repeat(100_000)}`;
    expect(textOf(deep("1"))).toBe(textOf(deep("1")));
    expect(textOf(deep("1"))).not.toBe(textOf(deep("2")));
  });

  it("what follows a deep value is still read", () => {
    const deep = nested(1000, '"]\\"["');
    expect(textOf(`{"a":${deep},"b":1}`)).toBe(textOf(`{"b":1,"a":${deep}}`));
    expect(textOf(`{"a":${deep},"b":1}`)).not.toBe(textOf(`{"a":${deep},"b":2}`));
  });

  it("many members and long numbers cost one pass", () => {
    const wide = `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":${i}`).join(",")}}`;
    expect(textOf(wide).length).toBeLessThan(3 * wide.length);
    const long = `1${"0".repeat(200_000)}`;
    expect(textOf(long)).not.toBe(textOf(`${long}0`));
    expect(textOf(`1e${"9".repeat(100_000)}`)).not.toBe(textOf(`1e${"9".repeat(99_999)}8`));
  });
});

describe("volatile values", () => {
  const uuids = ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-4000-8000-ABCDEFABCDEF"] as const;

  it("are equal to any other of their class, and listed in the order of the text", () => {
    const [one, other] = uuids;
    const a = canonicalOf(`{"b":"${one}","a":["${other}",1]}`, undefined, ["uuid"])!;
    const b = canonicalOf(`{"a":["${one}",1],"b":"${other}"}`, undefined, ["uuid"])!;
    expect(a.text).toBe(b.text);
    expect([a.volatiles, b.volatiles]).toEqual([
      [other, one],
      [one, other],
    ]);
  });

  it("more than ten keep their order", () => {
    const times = Array.from({ length: 25 }, (_, i) => String(1_700_000_000 + i));
    const text = `{${times.map((time, i) => `"k${String(99 - i)}":${time}`).join(",")}}`;
    expect(canonicalOf(text, undefined, ["epoch"])!.volatiles).toEqual([...times].reverse());
  });

  it("of one class are not those of another, nor any text", () => {
    const text = (json: string) => canonicalOf(json, undefined, ["uuid", "iso-time"])!.text;
    expect(text(`"${uuids[0]}"`)).not.toBe(text('"2026-01-01T00:00:00Z"'));
    expect(text(`"${uuids[0]}"`)).not.toBe(text('"x"'));
    expect(text(`"${uuids[0]}"`)).not.toBe(text('"\\u00010;uuid"'));
  });

  it.each<[name: "uuid" | "iso-time" | "epoch" | "hex", yes: string[], no: string[]]>([
    [
      "uuid",
      uuids.map((each) => `"${each}"`),
      ['"123e4567e89b12d3a456426614174000"', `"${uuids[0]}0"`, '"123g4567-e89b-12d3-a456-426614174000"', "1"],
    ],
    [
      "iso-time",
      ['"2026-01-01T00:00Z"', '"2026-01-01 00:00:00.123456789+02:00"', '"2026-01-01T00:00:00"'],
      ['"2026-01-01"', '"12:00:00"', '"2026-01-01T00:00:00Z and more"'],
    ],
    [
      "epoch",
      ["1000000000", "1700000000", "1700000000123", "4102444799", "4102444799999"],
      [
        "999999999",
        "4102444800",
        "0123456789012",
        "17000000000",
        "1700000000.5",
        "-1700000000",
        '"1700000000"',
        "17e8",
      ],
    ],
    [
      "hex",
      ['"deadbeef12345678"', '"0123456789ABCDEF0123456789abcdef"'],
      ['"deadbeefdeadbeef"', '"1234567890123456"', '"deadbeef1234567"', `"${"a1".repeat(65)}"`],
    ],
  ])("%s", (name, yes, no) => {
    const volatilesOf = (json: string) => canonicalOf(json, undefined, [name])!.volatiles.length;
    expect([yes.map(volatilesOf), no.map(volatilesOf)]).toEqual([yes.map(() => 1), no.map(() => 0)]);
  });

  it("a key is never volatile", () => {
    const text = (key: string) => canonicalOf(`{"${key}":1}`, undefined, ["uuid"])!.text;
    expect(text(uuids[0])).not.toBe(text(uuids[1]));
  });
});
