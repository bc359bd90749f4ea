import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { encodeUtf8, isJson } from "../../src/base/index.ts";
import {
  differenceOf,
  differenceOfValues,
  keyOf,
  type MatchOptions,
  matchRules,
  nearestOf,
} from "../../src/match/index.ts";
import { candidateBytesMax, candidatesMax } from "../../src/match/nearest-call.ts";
import { type Message, parseMessage } from "../../src/protocol/index.ts";
import { anyJson, randomOf, read, respelled, same, type Value } from "./json.ts";

const call = (params: string): Message => parseMessage(`{"id":1,"method":"tools/call","params":${params}}`)!;
const between = (live: string, recorded: string, options: MatchOptions = {}) =>
  differenceOf(call(live), call(recorded), matchRules(options));
const ofValues = (live: string, recorded: string, options: MatchOptions = {}) =>
  differenceOfValues(encodeUtf8(live), encodeUtf8(recorded), matchRules(options));

describe("the first difference", () => {
  it.each<
    [
      live: string,
      recorded: string,
      pointer: string,
      live: string | undefined,
      recorded: string | undefined,
      n: number,
    ]
  >([
    ['{"a":1}', '{"a":2}', "/params/a", "1", "2", 1],
    ['{"a":1}', '{"a":1.0}', "/params/a", "1", "1.0", 1],
    [
      '{"a":12345678901234567890}',
      '{"a":12345678901234567891}',
      "/params/a",
      "12345678901234567890",
      "12345678901234567891",
      1,
    ],
    ['{"a":1}', "{}", "/params/a", "1", undefined, 1],
    ["{}", '{"a":1}', "/params/a", undefined, "1", 1],
    ['{"a":null}', "{}", "/params/a", "null", undefined, 1],
    ['{"a":{"b":[1,2,3]}}', '{"a":{"b":[1,9,3]}}', "/params/a/b/1", "2", "9", 1],
    ['{"a":[1]}', '{"a":[1,{"x":2}]}', "/params/a/1", undefined, '{"x":2}', 1],
    ['{"a":[1,2]}', '{"a":[1]}', "/params/a/1", "2", undefined, 1],
    ['{"a":{}}', '{"a":[]}', "/params/a", "{}", "[]", 1],
    ['{"a":{"x":1}}', '{"a":"x"}', "/params/a", '{"x":1}', '"x"', 1],
    ['{"a/b":{"~":1}}', '{"a/b":{"~":2}}', "/params/a~1b/~0", "1", "2", 1],
    ['{"":1}', '{"":2}', "/params/", "1", "2", 1],
    ['{"__proto__":{"x":1}}', '{"__proto__":{"x":2}}', "/params/__proto__/x", "1", "2", 1],
    ['{"a":"\\ud800"}', '{"a":"\\udc00"}', "/params/a", '"\\ud800"', '"\\udc00"', 1],
    ['{"a":1,"a":2}', '{"a":1,"a":3}', "/params/a", "2", "3", 1],
    ['{"b":{"a":1,"a":2}}', '{"b":{"a":2}}', "/params/b", '{"a":1,"a":2}', '{"a":2}', 1],
    ['{"b":{"a":1,"a":2}}', '{"b":{"a":0,"a":2}}', "/params/b", '{"a":1,"a":2}', '{"a":0,"a":2}', 1],
    ["[1]", '{"a":1}', "/params", "[1]", '{"a":1}', 1],
  ])("%s is not the recorded %s", (live, recorded, pointer, there, then, places) => {
    expect(between(live, recorded)).toEqual({ pointer, live: there, recorded: then, places });
  });

  it("is the first in the recorded order; what only the live one has comes last", () => {
    const recorded = '{"z":1,"a":{"y":1,"b":2},"m":3}';
    expect(between('{"m":0,"a":{"b":0,"y":1},"z":1}', recorded)?.pointer).toBe("/params/a/b");
    expect(between('{"0":0,"m":3,"z":1,"a":{"b":2,"y":0}}', recorded)?.pointer).toBe("/params/a/y");
    expect(between('{"0":0,"m":3,"z":1,"a":{"b":2,"y":1}}', recorded)?.pointer).toBe("/params/0");
  });

  it("is the method, before all parameters", () => {
    const [a, b] = ['{"id":1,"params":{"x":1},"method":"a"}', '{"id":1,"method":"b","params":{}}'];
    expect(differenceOf(parseMessage(a)!, parseMessage(b)!, matchRules())).toEqual({
      pointer: "/method",
      live: '"a"',
      recorded: '"b"',
      places: 2,
    });
  });

  it("is params as a whole where one has none", () => {
    const none = parseMessage('{"id":1,"method":"tools/call"}')!;
    expect(differenceOf(none, call('{"a":1}'), matchRules())).toMatchObject({
      pointer: "/params",
      live: undefined,
    });
    expect(differenceOf(call('{"a":1}'), none, matchRules())).toMatchObject({
      pointer: "/params",
      recorded: undefined,
    });
    expect(differenceOf(none, call('{"_meta":{"progressToken":1}}'), matchRules())).toBeUndefined();
  });
});

describe("what the rules leave out is never named, nor counted", () => {
  it.each<[what: string, live: string, recorded: string, options: MatchOptions]>([
    ["tokens", '{"_meta":{"progressToken":1}}', '{"_meta":{"progressToken":"x"}}', {}],
    ["a whole _meta of them", "{}", '{"_meta":{"traceparent":"a","baggage":"b"}}', {}],
    ["meshes", '{"arguments":{}}', '{"arguments":{"_trace_id":1}}', {}],
    ["a pointer", '{"a":1}', '{"a":2}', { ignore: ["/params/a"] }],
    ["what only one has", '{"a":{"b":1}}', '{"a":{}}', { ignore: ["/params/a/b"] }],
    ["elements", '{"a":[1,2]}', '{"a":[3,4]}', { ignore: ["/params/a/*"] }],
    ["volatile values", '{"a":1700000001}', '{"a":1700000002}', { volatile: ["epoch"] }],
    ["all", '{"a":1}', '["b"]', { ignore: ["/params"] }],
  ])("%s", (_, live, recorded, options) => {
    expect(between(live, recorded, options)).toBeUndefined();
    const also = (text: string, value: string) =>
      text.startsWith("{") ? `${text.replace(/\}$/, text === "{}" ? "" : ",")}"~x":${value}}` : text;
    const more = between(also(live, "1"), also(recorded, "2"), options);
    if (recorded.startsWith("{") && !options.ignore?.includes("/params"))
      expect(more).toMatchObject({ pointer: "/params/~0x", places: 1 });
  });

  it("but elements that are ignored still count as elements", () => {
    expect(between('{"a":[1,2]}', '{"a":[1]}', { ignore: ["/params/a/*"] })).toMatchObject({
      pointer: "/params/a",
    });
  });

  it("exact names a token", () => {
    const difference = between('{"_meta":{"progressToken":1}}', '{"_meta":{"progressToken":2}}', {
      strategy: "exact",
    });
    expect(difference?.pointer).toBe("/params/_meta/progressToken");
  });

  it("answers are compared by value alone: rules about parameters are none about them", () => {
    expect(ofValues('{"params":{"_meta":{}}}', '{"params":{}}', { ignore: ["/params"] })?.pointer).toBe(
      "/params/_meta",
    );
    expect(
      ofValues('{"a":"2026-01-01T00:00:00Z"}', '{"a":"2026-01-02T00:00:00Z"}', { volatile: ["iso-time"] }),
    ).toBeUndefined();
    expect(ofValues("1", "2")).toEqual({ pointer: "", live: "1", recorded: "2", places: 1 });
  });
});

describe("limits", () => {
  const wide = (n: number, value: number) =>
    `{${Array.from({ length: n }, (_, i) => `"k${i}":${value}`).join(",")}}`;

  it("counting stops at 200 places, in objects and in lists", () => {
    expect(between(wide(199, 1), wide(199, 2))?.places).toBe(199);
    expect(between(wide(5000, 1), wide(5000, 2))?.places).toBe(200);
    const list = (value: string) => `{"a":[${Array.from({ length: 5000 }, () => value).join(",")}]}`;
    expect(between(list("1"), list("2"))).toMatchObject({ pointer: "/params/a/0", places: 200 });
  });

  it("long values are told in part, at a character's end", () => {
    const told = between(`{"a":"${"é".repeat(500)}"}`, `{"a":"x${"😀".repeat(500)}"}`)!;
    for (const text of [told.live!, told.recorded!]) {
      expect(encodeUtf8(text).length).toBeLessThanOrEqual(203);
      expect(text).toMatch(/^"x?(é|😀)+…$/u);
    }
    expect(between(`{"a":"${"x".repeat(198)}"}`, "{}")?.live).toBe(`"${"x".repeat(198)}"`);
  });

  it("deep values are only equal or not, and cost little", () => {
    const deep = (depth: number, inside: string) => `{"a":${"[".repeat(depth)}${inside}${"]".repeat(depth)}}`;
    expect(between(deep(100, "1"), deep(100, "2"))?.pointer).toBe(`/params/a${"/0".repeat(100)}`);
    const difference = between(deep(100_000, "1"), deep(100_000, "2"));
    expect(difference?.pointer).toBe(`/params/a${"/0".repeat(198)}`);
    expect(between(deep(100_000, "1"), deep(100_000, "1"))).toBeUndefined();
    const objects = (inside: string) => `${'{"a":'.repeat(50_000)}${inside}${"}".repeat(50_000)}`;
    expect(between(objects("1"), objects("2"))?.places).toBe(1);
  });
});

describe("any two values", () => {
  test("differ exactly when their keys do", () => {
    const options: MatchOptions[] = [
      {},
      { strategy: "exact" },
      { ignore: ["/params/arguments/a"] },
      { ignore: ["/params/**/a", "/params/arguments/*/b"] },
      { ignore: ["/params/arguments/**"] },
    ];
    const holds = (a: string, b: string, seed: number, rules: MatchOptions) => {
      const one = call(`{"name":"t","arguments":${a},"_meta":{}}`);
      const other = call(
        `{"arguments":${respelled(b, randomOf(seed))},"name":"t","_meta":{"progressToken":1}}`,
      );
      const compiled = matchRules(rules);
      const equal = keyOf(one, compiled).text === keyOf(other, compiled).text;
      return (differenceOf(one, other, compiled) === undefined) === equal;
    };
    const pair = fc.oneof(
      fc.tuple(anyJson, anyJson),
      anyJson.map((a) => [a, a] as [string, string]),
    );
    const property = fc.property(pair, fc.nat(), fc.constantFrom(...options), ([a, b], seed, rules) =>
      holds(a, b, seed, rules),
    );
    fc.assert(property, { numRuns: 1500 });
  });

  test("the pointer leads to a difference, in both", () => {
    const at = (value: Value | undefined, path: string[]): Value | undefined => {
      if (path.length === 0 || value === undefined) return value;
      const [key, ...rest] = path as [string, ...string[]];
      if (value.is === "array") return at(value.items[Number(key)], rest);
      if (value.is !== "object") return undefined;
      return at(value.members.findLast(([k]) => k === key)?.[1], rest);
    };
    const keys = (pointer: string) =>
      pointer
        .split("/")
        .slice(1)
        .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const holds = (a: string, b: string) => {
      const found = ofValues(a, b);
      if (!found) return same(read(a), read(b));
      const [ours, theirs] = [at(read(a), keys(found.pointer)), at(read(b), keys(found.pointer))];
      expect(found.live === undefined).toBe(ours === undefined);
      expect(found.recorded === undefined).toBe(theirs === undefined);
      if (found.live !== undefined && isJson(found.live)) expect(same(read(found.live), ours!)).toBe(true);
      return !ours || !theirs || !same(ours, theirs);
    };
    fc.assert(
      fc.property(
        anyJson.map((a) => a.trim()),
        anyJson.map((b) => b.trim()),
        holds,
      ),
      { numRuns: 1500 },
    );
  });
});

describe("the nearest call", () => {
  const nearest = (live: string, ...recorded: string[]) =>
    nearestOf(
      call(live),
      recorded.map((each, i) => [i, call(each)] as const),
      matchRules(),
    );

  it("is the one with the fewest differing places; of equals the first", () => {
    const found = nearest(
      '{"a":1,"b":2,"c":3}',
      '{"a":0,"b":0,"c":3}',
      '{"a":1,"b":2,"c":4}',
      '{"a":1,"b":2,"c":5}',
    );
    expect(found).toMatchObject({ candidate: 1, difference: { pointer: "/params/c", places: 1 } });
  });

  it("is an equal one without a difference, whatever came before", () => {
    expect(nearest('{"a":1}', '{"a":2}', '{"a":1,"_meta":{"progressToken":1}}', '{"a":3}')).toEqual({
      candidate: 1,
      difference: undefined,
    });
  });

  it("is nothing among none", () => {
    expect(nearest("{}")).toBeUndefined();
  });

  it("is looked for among a limited number", () => {
    let looked = 0;
    const candidates = function* (): Generator<readonly [number, Message], void, void> {
      for (;;) yield [looked, call(`{"a":${++looked}}`)];
    };
    expect(nearestOf(call('{"a":0}'), candidates(), matchRules())?.candidate).toBe(0);
    expect(looked).toBeLessThanOrEqual(candidatesMax + 1);
  });

  it("is looked for among a limited number of bytes, at least one", () => {
    const large = call(`{"a":"${"x".repeat(candidateBytesMax / 4)}"}`);
    let looked = 0;
    const candidates = function* (): Generator<readonly [number, Message], void, void> {
      for (; looked < 100; looked++) yield [looked, large];
    };
    expect(nearestOf(call('{"a":0}'), candidates(), matchRules())?.candidate).toBe(0);
    expect(looked).toBeLessThan(6);
    const huge = call(`{"a":"${"x".repeat(candidateBytesMax)}"}`);
    expect(nearestOf(call('{"a":0}'), [[7, huge] as const], matchRules())?.candidate).toBe(7);
  });
});
