import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { encodeUtf8 } from "../../src/base/index.ts";
import { canonicalOf, isSubset, type MatchOptions, matchRules } from "../../src/match/index.ts";
import { anyJson, anyObject, randomOf, respelled } from "./json.ts";

const within = (live: string, recorded: string, options: MatchOptions = {}): boolean =>
  isSubset(
    encodeUtf8(live.trim()),
    encodeUtf8(recorded.trim()),
    matchRules({ strategy: "subset", ...options }),
  );

describe("all that the live request says is in the recorded one", () => {
  it.each<[live: string, recorded: string, options?: MatchOptions]>([
    ["{}", "{}"],
    ["{}", '{"a":1}'],
    ['{"a":1}', '{"b":2,"a":1}'],
    ['{"a":{"x":1}}', '{"a":{"y":2,"x":1},"b":3}'],
    ['{"a":[{"x":1},{}]}', '{"a":[{"x":1,"y":2},{"z":3}]}'],
    ['{"a":-0}', '{"a":0}'],
    ['{"\\u0061":"\\u0062"}', '{"a":"b"}'],
    ['{"_meta":{"progressToken":1}}', "{}"],
    ['{"_meta":{"progressToken":1},"a":1}', '{"a":1,"_meta":{"progressToken":"x"}}'],
    ['{"a":1,"a":2}', '{"b":0,"a":1,"a":2}'],
    ['{"a":1,"b":1}', '{"a":2,"b":1}', { ignore: ["/params/a"] }],
    ['{"a":[{"id":1},{"id":2}]}', '{"a":["x","y"]}', { ignore: ["/params/a/*"] }],
    ['{"a":[{"id":1}]}', '{"a":[{"no":1}]}', { ignore: ["/params/a/0"] }],
    ['{"a":{"id":1}}', "{}", { ignore: ["/params/a"] }],
    ['{"a":1}', "[]", { ignore: ["/params"] }],
    ['{"a":1700000001}', '{"a":1700000002,"b":1}', { volatile: ["epoch"] }],
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1,"b":2}}'],
  ])("%s is within %s", (live, recorded, options = {}) => {
    expect(within(live, recorded, options)).toBe(true);
  });

  it.each<[live: string, recorded: string, options?: MatchOptions]>([
    ['{"a":1}', "{}"],
    ['{"a":1}', '{"a":2}'],
    ['{"a":1}', '{"a":1.0}'],
    ['{"a":12345678901234567890}', '{"a":12345678901234567891}'],
    ['{"a":null}', "{}"],
    ['{"a":{}}', "{}"],
    ['{"a":{"x":1}}', '{"a":{"y":1}}'],
    ['{"a":[1]}', '{"a":[1,2]}'],
    ['{"a":[1,2]}', '{"a":[2,1]}'],
    ['{"a":{}}', '{"a":[]}'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"a":2}', '{"a":1,"a":2}'],
    ['{"a":2,"a":1}', '{"a":1,"a":2}'],
    ['{"__proto__":{"a":1}}', '{"a":1}'],
    ['{"toString":1}', "{}"],
    ['{"a":[1,2]}', '{"a":[1]}', { ignore: ["/params/a/*"] }],
    ['{"_meta":{"x":1}}', "{}"],
  ])("%s is not within %s", (live, recorded, options = {}) => {
    expect(within(live, recorded, options)).toBe(false);
  });

  test("equal parameters are within each other, and so is one with fewer keys", () => {
    const holds = (json: string, more: string, seed: number) => {
      const recorded = respelled(
        `{"k":${json},"other":${more},"deep":{"k":${json},"x":${more}}}`,
        randomOf(seed),
      );
      return within(`{"k":${json},"deep":{"k":${json}}}`, recorded) && within(recorded, recorded);
    };
    fc.assert(fc.property(anyJson, anyJson, fc.nat(), holds), { numRuns: 1000 });
  });

  test("two that are within each other are equal", () => {
    const text = (json: string) => canonicalOf(json)!.text;
    const holds = (a: string, b: string) => (within(a, b) && within(b, a)) === (text(a) === text(b));
    fc.assert(
      fc.property(anyObject, anyObject, (a, b) => holds(`{"k":${a}}`, `{"k":${b}}`)),
      { numRuns: 2000 },
    );
  });

  it("deep values must be equal", () => {
    const deep = (depth: number, inside: string) => `${'{"a":'.repeat(depth)}${inside}${"}".repeat(depth)}`;
    expect(within(deep(100, "{}"), deep(100, '{"b":1}'))).toBe(true);
    expect(within(deep(300, "{}"), deep(300, '{"b":1}'))).toBe(false);
    expect(within(deep(100_000, "{}"), deep(100_000, "{}"))).toBe(true);
  });
});
