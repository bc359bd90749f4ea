/** The check on bytes says what `JSON.parse` says, for any bytes that are UTF-8, wherever in memory they stand. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeUtf8, isJson, isJsonBytes } from "../../src/base/index.ts";

const agrees = (text: string, offset: number): boolean =>
  isJsonBytes(placed(text, offset)) === isJson(text.toWellFormed());
const offset = fc.nat(7);

test("for JSON", () => {
  const wide = fc.json({ noUnicodeString: false, maxDepth: 5 } as fc.JsonSharedConstraints);
  fc.assert(fc.property(wide, offset, agrees), { numRuns: 2000 });
});

test("for JSON with one wrong character", () => {
  const wrong = fc.constantFrom(...'{}[]":,\\ \n\t\u0000\u001f019-+.eEtfn/u\ufeffé\u2028');
  const holds = (text: string, at: number, cut: number, put: string, by: number) => {
    const where = at % (text.length + 1);
    return agrees(text.slice(0, where) + put + text.slice(where + cut), by);
  };
  fc.assert(fc.property(fc.json(), fc.nat(), fc.nat(2), fc.oneof(wrong, fc.constant("")), offset, holds), {
    numRuns: 20_000,
  });
});

test("for soup", () => {
  const soup = fc.array(
    fc.constantFrom(...'{}[]":,\\ 01-+.eE\n', "true", "null", '"a"', "\\u00e", '"\\ud800"'),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(soup, offset, (parts, by) => agrees(parts.join(""), by)),
    { numRuns: 20_000 },
  );
});

test.each([
  "",
  " ",
  "-",
  "01",
  "1.",
  ".5",
  "1e",
  "1e+",
  "+1",
  "tru",
  "nulll",
  '"',
  '"\\',
  '"\\u12',
  '"\t"',
  "[1,]",
  "[,1]",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{a:1}",
  "[}",
  "{]",
  "[]]",
  "\ufeff{}",
  "NaN",
  "Infinity",
  "'a'",
  "/**/1",
  "\u00a01",
  "1\v",
])("%j is none", (text) => {
  expect(isJson(text)).toBe(false);
  for (let by = 0; by < 4; by++) expect(isJsonBytes(placed(text, by))).toBe(false);
});

test("a long string is looked at to its end, wherever its flaw stands", () => {
  for (let at = 0; at < 40; at++) {
    for (const flaw of ["\n", "\u0000", '"', "\\x", "\u001f"]) {
      const text = `"${"é".repeat(at)}${flaw}${"a".repeat(40 - at)}"`;
      for (let by = 0; by < 4; by++) expect(isJsonBytes(placed(text, by))).toBe(false);
    }
  }
});

test("a million levels cost no stack", () => {
  expect(isJsonBytes(encodeUtf8("[".repeat(1e6) + "]".repeat(1e6)))).toBe(true);
  expect(isJsonBytes(encodeUtf8("[".repeat(1e6)))).toBe(false);
});

/** The text somewhere within other bytes that would finish a wrong value, or spoil a right one. */
function placed(text: string, offset: number): Uint8Array {
  const bytes = encodeUtf8(text);
  const around = new Uint8Array(offset + bytes.length + 9).fill(0x22);
  around.set(bytes, offset);
  return around.subarray(offset, offset + bytes.length);
}
