import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { keyOf, type MatchOptions, matchRules } from "../../src/match/index.ts";
import { hashOfRequest } from "../../src/match/value-hash.ts";
import { type Message, parseMessage } from "../../src/protocol/index.ts";
import { anyJson, randomOf, respelled, scalars } from "./json.ts";

const call = (params: string): Message => parseMessage(`{"id":1,"method":"tools/call","params":${params}}`)!;
const optionsList: MatchOptions[] = [
  {},
  { strategy: "exact" },
  { ignore: ["/params/arguments/a", "/params/**/b"] },
  { ignore: ["/params/arguments/*"] },
  { volatile: ["uuid", "iso-time", "epoch", "hex"] },
];

describe("the hash of a request", () => {
  test("is the same for all that are the same request", () => {
    const holds = (json: string, seed: number, options: MatchOptions) => {
      const rules = matchRules(options);
      const a = call(`{"name":"t","arguments":${json},"_meta":{"progressToken":1}}`);
      const b = call(
        respelled(`{"arguments":${json},"name":"t","_meta":{"progressToken":1}}`, randomOf(seed)),
      );
      expect(keyOf(a, rules).text).toBe(keyOf(b, rules).text);
      expect(hashOfRequest(a, rules)).toEqual(hashOfRequest(b, rules));
    };
    fc.assert(fc.property(anyJson, fc.nat(), fc.constantFrom(...optionsList), holds), { numRuns: 1000 });
  });

  test("never differs where the key does not", () => {
    const holds = (a: string, b: string, options: MatchOptions) => {
      const rules = matchRules(options);
      const [one, other] = [
        call(`{"arguments":{"a":${a},"c":[${b}]}}`),
        call(`{"arguments":{"a":${b},"c":[${b}]}}`),
      ];
      if (keyOf(one, rules).text === keyOf(other, rules).text)
        expect(hashOfRequest(one, rules)).toEqual(hashOfRequest(other, rules));
    };
    fc.assert(fc.property(anyJson, anyJson, fc.constantFrom(...optionsList), holds), { numRuns: 1000 });
  });

  it.each<[what: string, a: string, b: string, options?: MatchOptions]>([
    [
      "params that are empty",
      '{"id":1,"method":"tools/call"}',
      '{"id":1,"method":"tools/call","params":{"_meta":{"progressToken":1}}}',
    ],
    [
      "volatile values",
      '{"id":1,"method":"m","params":{"a":1700000000}}',
      '{"id":1,"method":"m","params":{"a":1700000001}}',
      { volatile: ["epoch"] },
    ],
    [
      "ignored params",
      '{"id":1,"method":"m","params":[1]}',
      '{"id":1,"method":"m"}',
      { ignore: ["/params"] },
    ],
  ])("is the same for %s", (_, a, b, options = {}) => {
    const rules = matchRules(options);
    expect(hashOfRequest(parseMessage(a)!, rules)).toEqual(hashOfRequest(parseMessage(b)!, rules));
  });

  it("tells values apart that are easily mistaken", () => {
    const rules = matchRules();
    const byHash = new Map<string, string>();
    for (const scalar of scalars)
      for (const params of [
        `{"a":${scalar}}`,
        `{"b":${scalar}}`,
        `{"a":[${scalar}]}`,
        `[${scalar}]`,
        `{"a":{"a":${scalar}}}`,
        `[${scalar},1]`,
        `[1,${scalar}]`,
      ]) {
        const message = call(params);
        const { text } = keyOf(message, rules);
        const hash = hashOfRequest(message, rules).join();
        expect(byHash.get(hash) ?? text).toBe(text);
        byHash.set(hash, text);
      }
  });

  it("of 40,000 requests that differ in little", () => {
    const rules = matchRules();
    const hashes = new Set<string>();
    for (let i = 0; i < 20_000; i++) {
      hashes.add(hashOfRequest(call(`{"name":"t","arguments":{"n":${i}}}`), rules).join());
      hashes.add(hashOfRequest(call(`{"name":"t","arguments":{"n":"${i}"}}`), rules).join());
    }
    expect(hashes.size).toBe(40_000);
  });

  it("of deep values costs one walk", () => {
    const deep = (inside: string) => call(`{"a":${"[".repeat(100_000)}${inside}${"]".repeat(100_000)}}`);
    const rules = matchRules();
    expect(hashOfRequest(deep("1"), rules)).toEqual(hashOfRequest(deep("1"), rules));
  });
});
