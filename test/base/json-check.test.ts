import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeUtf8, isJson, isJsonBytes } from "../../src/base/index.ts";

// The check on bytes must say what JSON.parse says: a tape's lines are spliced on its word.

const agrees = (text: string): void => {
  const bytes = encodeUtf8(text);
  const expected = isJson(text);
  expect(isJsonBytes(bytes), JSON.stringify(text)).toBe(expected);
  // The same at every alignment: strings are skipped four bytes at a time.
  for (let shift = 1; shift < 4; shift++) {
    const moved = new Uint8Array(bytes.length + 8);
    moved.set(bytes, shift);
    expect(isJsonBytes(moved.subarray(shift, shift + bytes.length)), `shifted ${shift}`).toBe(expected);
  }
};

describe("isJsonBytes says what JSON.parse says", () => {
  it.each([
    "",
    " ",
    "{}",
    "[]",
    " { } ",
    "[ ]",
    "{",
    "}",
    "[",
    "]",
    "{]",
    "[}",
    "{}}",
    "{}{}",
    "[1,]",
    "[,1]",
    "[1 2]",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a":1 "b":2}',
    "{a:1}",
    "{'a':1}",
    '{"a":1,"a":2}',
    '{"__proto__":{}}',
    "0",
    "-0",
    "00",
    "01",
    "-",
    "+1",
    "1.",
    ".5",
    "1.5",
    "1e5",
    "1E+5",
    "1e-5",
    "1e",
    "1e+",
    "1e400",
    "0x1",
    "1_0",
    "NaN",
    "Infinity",
    "12345678901234567890",
    "true",
    "false",
    "null",
    "tru",
    "truee",
    "nul",
    "undefined",
    "True",
    '""',
    '"',
    '"a',
    '"\\"',
    '"\\\\"',
    '"\\u00e9"',
    '"\\u00g9"',
    '"\\u00e"',
    '"\\x41"',
    '"\\ud800"',
    '"\t"',
    '"\n"',
    '"\u007f"',
    '"\u0080"',
    '"é"',
    '"😀"',
    '"abcdefghijklmnop\\qrst"',
    '"abcdefghijklmno\u0001"',
    "\ufeff{}",
    "\u00a0{}",
    "\v{}",
    "\f{}",
    "{}\r\n",
    "// x\n{}",
    '{"a":[{"b":[[]]}]}',
    "[[[[]]]",
    "[".repeat(300) + "]".repeat(300),
    '{"a":1},"msg":{"b":2}',
  ])("%j", agrees);

  it("any JSON text, with any blanks", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom("", " ", "\t\r\n"), (text, pad) => agrees(pad + text + pad)),
    );
  });

  it("any text that is nearly JSON", () => {
    const pieces = [
      '"',
      "\\",
      "\\u12",
      "aF09",
      "{",
      "}",
      "[",
      "]",
      ":",
      ",",
      "1",
      "-",
      ".",
      "e",
      "true",
      "null",
      " ",
      "\n",
      "\u0001",
      "é",
      "x",
    ];
    const text = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((parts) => parts.join(""));
    fc.assert(fc.property(text, agrees), { numRuns: 3000 });
  });

  it("one byte changed anywhere", () => {
    const text = JSON.stringify({
      jsonrpc: "2.0",
      id: 12,
      result: { a: [1.5e3, 'x"\\\u2028 é', null, true, { b: {} }] },
    });
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.nat({ max: 127 }), (at, byte) =>
        agrees(text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1)),
      ),
      { numRuns: 2000 },
    );
  });
});
