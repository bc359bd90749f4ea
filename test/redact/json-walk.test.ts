/** The walk through a JSON text against `JSON.parse`: each string, number and key once, with its range. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Edit, edited, spelled } from "../../src/redact/edits.ts";
import { type JsonWalker, walkJson } from "../../src/redact/json-walk.ts";

const blank = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const number = fc.stringMatching(/^-?(0|[1-9]\d{0,22})(\.\d{1,5})?([eE][+-]?\d{1,3})?$/);
const pieces = [
  "a",
  '\\"',
  "\\\\",
  "\\/",
  "\\n",
  "\\u0000",
  "\\ud800",
  "\\u00e9",
  "\\ud83d\\ude00",
  "😀",
  "é",
  "{",
  "]",
  ",",
  ":",
];
const string = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => `"${all.join("")}"`);
const key = fc.oneof(string, fc.constantFrom('"__proto__"', '"a"', '""'));

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
    .array(fc.tuple(blank, key, blank, blank, tie("json"), blank), { maxLength: 5 })
    .map((all) => `{${all.map(([a, k, b, c, value, d]) => `${a}${k}${b}:${c}${value}${d}`).join(",")}}`),
  array: fc
    .array(fc.tuple(blank, tie("json"), blank), { maxLength: 5 })
    .map((all) => `[${all.map((parts) => parts.join("")).join(",")}]`),
}));

/** What a walk tells, in order, with paths. */
function toldBy(text: string): string[] {
  const found: string[] = [];
  const walker: JsonWalker<string> = {
    member(path, rawKey, start) {
      expect(text.slice(start, start + rawKey.length)).toBe(rawKey);
      found.push(`key ${path} "${rawKey}"`);
      return `${path}/${rawKey}`;
    },
    element: (path, index) => `${path}/${index}`,
    string: (path, start, end) => void found.push(`string ${path} ${text.slice(start - 1, end + 1)}`),
    number: (path, start, end) => void found.push(`number ${path} ${text.slice(start, end)}`),
    deep: (path, start, end) => void found.push(`deep ${path} ${text.slice(start, end)}`),
    leave: (path) => void found.push(`leave ${path}`),
  };
  expect(walkJson(text, "", walker)).toBeLessThanOrEqual(text.length + 1);
  return found;
}

/** The same by another way: tokens, and a stack. */
function expected(text: string): string[] {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  const found: string[] = [];
  let i = 0;
  const value = (path: string): void => {
    const token = tokens[i++]!;
    if (token === "{") {
      while (tokens[i] !== "}") {
        const name = tokens[i]!;
        found.push(`key ${path} ${name}`);
        i += 2;
        value(`${path}/${name.slice(1, -1)}`);
        if (tokens[i] === ",") i++;
      }
      i++;
      found.push(`leave ${path}`);
    } else if (token === "[") {
      for (let n = 0; tokens[i] !== "]"; n++) {
        value(`${path}/${n}`);
        if (tokens[i] === ",") i++;
      }
      i++;
      found.push(`leave ${path}`);
    } else if (token.startsWith('"')) found.push(`string ${path} ${token}`);
    else if (/^[-\d]/.test(token)) found.push(`number ${path} ${token}`);
  };
  value("");
  return found;
}

it("tells everything once, in order, for any JSON text", () => {
  fc.assert(
    fc.property(blank, json, blank, (before, text, after) => {
      JSON.parse(text);
      expect(toldBy(before + text + after)).toEqual(expected(text));
    }),
    { numRuns: 3_000 },
  );
});

it("gives what is deeper than 512 levels as one text", () => {
  const deep = (levels: number): string => `${"[".repeat(levels)}1${"]".repeat(levels)}`;
  expect(toldBy(deep(512)).filter((each) => !each.startsWith("leave"))).toEqual([
    `number ${"/0".repeat(512)} 1`,
  ]);
  expect(toldBy(deep(515)).filter((each) => !each.startsWith("leave"))).toEqual([
    `deep ${"/0".repeat(512)} [[[1]]]`,
  ]);
  expect(() => toldBy(deep(200_000))).not.toThrow();
});

it("never throws and never goes back, for any text at all", () => {
  const any = fc.array(fc.constantFrom(...'{}[]",:\\ 1a-'), { maxLength: 40 }).map((all) => all.join(""));
  fc.assert(
    fc.property(any, (text) => void toldBy(text)),
    { numRuns: 3_000 },
  );
});

/** Edits to what a string says, as edits to its spelling. */
it("characters that are not replaced keep their bytes, whatever their escapes", () => {
  fc.assert(
    fc.property(string, fc.array(fc.nat(12), { maxLength: 6 }), (quoted, cuts) => {
      const raw = quoted.slice(1, -1);
      const said = JSON.parse(quoted) as string;
      const places = [...new Set(cuts)].filter((at) => at <= said.length).sort((a, b) => a - b);
      const edits: Edit[] = [];
      for (let n = 0; n + 1 < places.length; n += 2)
        edits.push({ start: places[n]!, end: places[n + 1]!, text: `<"${n}\n>` });
      const again = edited(`x${raw}y`, spelled(raw, edits, 1)).slice(1, -1);
      expect(JSON.parse(`"${again}"`)).toBe(edited(said, edits));
      const kept = edits.reduceRight((text, { start, end }) => text.slice(0, start) + text.slice(end), said);
      const left = spelled(raw, edits, 0).reduceRight(
        (text, { start, end }) => text.slice(0, start) + text.slice(end),
        raw,
      );
      expect(JSON.parse(`"${left}"`)).toBe(kept);
      if (edits.length === 0) expect(again).toBe(raw);
    }),
    { numRuns: 3_000 },
  );
});
