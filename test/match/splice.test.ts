import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { elements, encodeUtf8, isJson, members, type Span } from "../../src/base/index.ts";
import { memberSplices, pathSplices, type Splice, spliced } from "../../src/match/index.ts";
import { type Message, parseMessage } from "../../src/protocol/index.ts";
import { anyJson, anyObject } from "./json.ts";

const message = (text: string): Message => parseMessage(text)!;

/** Every value in a text, the outer before the inner. */
function spansOf(bytes: Uint8Array, at: Span = { start: 0, end: bytes.length }): Span[] {
  const inside = [...members(bytes, at.start), ...elements(bytes, at.start)].map(({ start, end }) => ({
    start,
    end,
  }));
  return inside.flatMap((span) => [span, ...spansOf(bytes, span)]);
}

describe("splices", () => {
  it.each<[what: string, text: string, splices: (m: Message) => Splice[], out: string]>([
    ["nothing", ' {"id" : 1} ', () => [], ' {"id" : 1} '],
    [
      "an id of another length",
      '{"id":1,"result":{}}',
      (m) => memberSplices(m, "id", '"long"'),
      '{"id":"long","result":{}}',
    ],
    [
      "every id",
      '{"id":1,"id":2,"x":{"id":3}}',
      (m) => memberSplices(m, "id", "9"),
      '{"id":9,"id":9,"x":{"id":3}}',
    ],
    [
      "an id that is spelled otherwise",
      '{"\\u0069d" :\t1 }',
      (m) => memberSplices(m, "id", "2"),
      '{"\\u0069d" :\t2 }',
    ],
    ["no such member", '{"a":1}', (m) => memberSplices(m, "id", "2"), '{"a":1}'],
    ["a path", '{"p":{"t":1},"t":2}', (m) => pathSplices(m, ["p", "t"], '""'), '{"p":{"t":""},"t":2}'],
    [
      "the last of equal paths",
      '{"p":{"t":1},"p":{"t":2}}',
      (m) => pathSplices(m, ["p", "t"], "3"),
      '{"p":{"t":1},"p":{"t":3}}',
    ],
    ["no such path", '{"p":1}', (m) => pathSplices(m, ["p", "t"], "3"), '{"p":1}'],
    [
      "beside characters of several bytes",
      '{"é":"😀","id":1,"z":"é"}',
      (m) => memberSplices(m, "id", '"ü"'),
      '{"é":"😀","id":"ü","z":"é"}',
    ],
    [
      "in any order given",
      '{"a":1,"b":2,"c":3}',
      (m) => [...memberSplices(m, "c", "30"), ...memberSplices(m, "a", "10"), ...memberSplices(m, "b", '""')],
      '{"a":10,"b":"","c":30}',
    ],
    [
      "what JSON.parse would lose",
      '{"n":12345678901234567890,"f":1.0,"e":1e400,"__proto__":{"a":"\\ud800"},"id":1,"n":2}',
      (m) => memberSplices(m, "id", "0"),
      '{"n":12345678901234567890,"f":1.0,"e":1e400,"__proto__":{"a":"\\ud800"},"id":0,"n":2}',
    ],
    [
      "the first given where two overlap",
      '{"p":{"token":"abc"}}',
      (m) => [...pathSplices(m, ["p", "token"], "7"), { start: 15, end: 18, text: "xyz" }],
      '{"p":{"token":7}}',
    ],
    [
      "the first given, also when it is the inner one",
      '{"p":{"token":"abc"}}',
      (m) => [{ start: 15, end: 18, text: "xyz" }, ...pathSplices(m, ["p"], "7")],
      '{"p":{"token":"xyz"}}',
    ],
    [
      "an insertion before a value",
      '{"a":1}',
      () => [
        { start: 1, end: 1, text: '"b":2,' },
        { start: 5, end: 6, text: "3" },
      ],
      '{"b":2,"a":3}',
    ],
  ])("%s", (_, text, splices, out) => {
    const original = message(text);
    const bytes = original.bytes.slice();
    expect(spliced(original, splices(original)).text).toBe(out);
    expect(original.bytes).toEqual(bytes);
  });

  it("the bytes are the message's own", () => {
    const original = message('{"id":1}');
    const copy = spliced(original, []);
    original.bytes.fill(0x20);
    expect(copy.text).toBe('{"id":1}');
  });

  test("any values put in place of any values give well-formed JSON, the rest byte for byte", () => {
    const chosen = fc.array(fc.tuple(fc.nat(), anyJson), { maxLength: 8 });
    const holds = (object: string, choices: [number, string][]) => {
      const original = message(object);
      const spans = spansOf(original.bytes);
      if (spans.length === 0) return;
      const splices = choices.map(([at, text]) => ({ ...spans[at % spans.length]!, text }));
      const out = spliced(original, splices);
      expect(isJson(out.text), out.text).toBe(true);
      // An independent judge: those given first, put in from the end.
      const kept: Splice[] = [];
      for (const splice of splices)
        if (!kept.some((other) => other.start < splice.end && splice.start < other.end)) kept.push(splice);
      let text = original.text;
      const index = (byte: number) => new TextDecoder().decode(original.bytes.subarray(0, byte)).length;
      for (const { start, end, text: put } of kept.sort((a, b) => b.start - a.start))
        text = text.slice(0, index(start)) + put + text.slice(index(end));
      if (kept.length === splices.length) expect(out.text).toBe(text);
    };
    fc.assert(fc.property(anyObject, chosen, holds), { numRuns: 1000 });
  });

  test("a new id leaves everything else as it was", () => {
    const holds = (before: string, after: string, id: string) => {
      const out = spliced(
        message(`{"b":${before},"id":1,"a":${after}}`),
        memberSplices(message(`{"b":${before},"id":1,"a":${after}}`), "id", id),
      );
      expect(out.text).toBe(encode(`{"b":${before},"id":${id},"a":${after}}`));
      expect(out.id).toBe(encode(id).trim());
    };
    fc.assert(
      fc.property(anyJson, anyJson, fc.constantFrom("0", '""', '"1"', "-1", "12345678901234567890"), holds),
    );
  });
});

/** As it arrives: a lone surrogate that is not escaped has no UTF-8. */
function encode(text: string): string {
  return new TextDecoder().decode(encodeUtf8(text));
}
