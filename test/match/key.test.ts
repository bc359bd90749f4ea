import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  hashOf,
  isRetry,
  keyOf,
  type MatchOptions,
  matchRules,
  strategies,
  tableHashOf,
} from "../../src/match/index.ts";
import { hashOfRequest } from "../../src/match/value-hash.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { anyJson, randomOf, respelled } from "./json.ts";

const key = (json: string, options: MatchOptions = {}, round = false): string =>
  keyOf(parseMessage(json)!, matchRules(options), round).text;
/** A call of a tool with these parameters. */
const call = (params: string, id: number | string = 1): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"tools/call","params":${params}}`;

const uuid = "123e4567-e89b-12d3-a456-426614174000";
const otherUuid = "00000000-0000-4000-8000-000000000001";

describe("the same request", () => {
  it.each<[what: string, a: string, b: string]>([
    ["another id", '{"id":1,"method":"m","params":{"a":1}}', '{"id":"x","method":"m","params":{"a":1}}'],
    ["other members of the envelope", '{"id":1,"method":"m"}', '{"jsonrpc":"2.0","x":1,"method":"m","id":2}'],
    ["no params and empty ones", '{"id":1,"method":"m"}', '{"id":1,"method":"m","params":{}}'],
    ["an empty _meta", call("{}"), call('{"_meta":{}}')],
    [
      "a _meta of volatile parts alone",
      call('{"name":"a"}'),
      call('{"name":"a","_meta":{"progressToken":0}}'),
    ],
    [
      "progressToken",
      call('{"_meta":{"progressToken":1,"x":1}}'),
      call('{"_meta":{"x":1,"progressToken":"t"}}'),
    ],
    ["traceparent", call('{"_meta":{"traceparent":"00-a"}}'), call('{"_meta":{"traceparent":"00-b"}}')],
    ["tracestate", call('{"_meta":{"tracestate":"a"}}'), call('{"_meta":{}}')],
    ["baggage", call('{"_meta":{"baggage":"a"}}'), call("{}")],
    [
      "client info",
      call('{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"a"}}}'),
      call('{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":"b"}}}'),
    ],
    [
      "client capabilities",
      call('{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}'),
      call('{"_meta":{"io.modelcontextprotocol/clientCapabilities":{"roots":{}}}}'),
    ],
    [
      "_trace_id",
      call('{"arguments":{"_trace_id":"1","a":1}}'),
      call('{"arguments":{"a":1,"_trace_id":"2"}}'),
    ],
    ["_parent_span", call('{"arguments":{"_parent_span":"1"}}'), call('{"arguments":{}}')],
    [
      "_mesh_headers",
      call('{"arguments":{"_mesh_headers":{"a":1}}}'),
      call('{"arguments":{"_mesh_headers":null}}'),
    ],
    ["a method that is spelled otherwise", '{"id":1,"method":"a/b"}', '{"id":1,"method":"a\\/b"}'],
    [
      "a key that is spelled otherwise",
      call('{"_meta":{"progressToken":1}}'),
      call('{"_met\\u0061":{"progressToken":2}}'),
    ],
    [
      "order and blanks everywhere",
      call('{"name":"a","arguments":{"x":1}}'),
      call('{ "arguments" : {"x":1} , "name":"a"}'),
    ],
  ])("equal: %s", (_, a, b) => {
    expect(key(a)).toBe(key(b));
  });

  it.each<[what: string, a: string, b: string]>([
    ["the method", '{"id":1,"method":"a"}', '{"id":1,"method":"b"}'],
    ["a method that goes on as params", '{"id":1,"method":"a {}"}', '{"id":1,"method":"a","params":[]}'],
    ["the tool", call('{"name":"a"}'), call('{"name":"b"}')],
    ["an argument", call('{"arguments":{"a":1}}'), call('{"arguments":{"a":2}}')],
    ["arguments and none", call('{"arguments":{}}'), call("{}")],
    ["another _meta", call('{"_meta":{"x":1}}'), call('{"_meta":{"x":2}}')],
    ["a log level", call('{"_meta":{"io.modelcontextprotocol/logLevel":"info"}}'), call("{}")],
    [
      "the revision",
      call('{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}'),
      call('{"_meta":{"io.modelcontextprotocol/protocolVersion":"2027-01-01"}}'),
    ],
    [
      "a token that is an argument",
      call('{"arguments":{"progressToken":1}}'),
      call('{"arguments":{"progressToken":2}}'),
    ],
    ["a token beside _meta", call('{"progressToken":1}'), call('{"progressToken":2}')],
    ["a mesh's name elsewhere", call('{"_trace_id":1}'), call('{"_trace_id":2}')],
    [
      "a mesh's name further down",
      call('{"arguments":{"a":{"_trace_id":1}}}'),
      call('{"arguments":{"a":{}}}'),
    ],
    ["an empty _meta that is an argument", call('{"arguments":{"_meta":{}}}'), call('{"arguments":{}}')],
    ["an empty _meta that is a list", call('{"_meta":[]}'), call("{}")],
    ["empty params of an argument", call('{"arguments":{"params":{}}}'), call('{"arguments":{}}')],
    ["empty params that are a list", '{"id":1,"method":"m","params":[]}', '{"id":1,"method":"m"}'],
    ["params that are null", '{"id":1,"method":"m","params":null}', '{"id":1,"method":"m"}'],
    ["an empty cursor and none", call('{"cursor":""}'), call("{}")],
    [
      "big integers",
      call('{"arguments":{"n":12345678901234567890}}'),
      call('{"arguments":{"n":12345678901234567891}}'),
    ],
    ["spelling of a number", call('{"arguments":{"n":1}}'), call('{"arguments":{"n":1.0}}')],
    ["retries", call('{"requestState":"a"}'), call('{"requestState":"b"}')],
  ])("different: %s", (_, a, b) => {
    expect(key(a)).not.toBe(key(b));
  });

  it("a method without params is not one whose params spell the rest", () => {
    expect(key('{"id":1,"method":"a"}')).toBe("a");
    expect(key('{"id":1,"method":"a {\\"x\\":i1e0}"}')).not.toBe("");
  });

  test("any parameters in other words, with any token", () => {
    const holds = (json: string, seed: number, token: string) => {
      const meta = `"_meta":{"progressToken":${token}}`;
      const a = call(`{"name":"a",${meta},"arguments":${json}}`);
      const b = call(`{"arguments":${respelled(json, randomOf(seed))},"name":"\\u0061"}`, "other");
      return key(a) === key(b);
    };
    fc.assert(fc.property(anyJson, fc.nat(), anyJson, holds), { numRuns: 1000 });
  });
});

describe("exact", () => {
  const exact = { strategy: "exact" } as const;
  it.each<[what: string, a: string, b: string]>([
    ["tokens", call('{"_meta":{"progressToken":1}}'), call('{"_meta":{"progressToken":2}}')],
    ["an empty _meta", call('{"_meta":{}}'), call("{}")],
    ["empty params", call("{}"), '{"id":1,"method":"tools/call"}'],
    ["meshes", call('{"arguments":{"_trace_id":1}}'), call('{"arguments":{"_trace_id":2}}')],
  ])("counts %s", (_, a, b) => {
    expect(key(a, exact)).not.toBe(key(b, exact));
    expect(key(a)).toBe(key(b));
  });

  it("leaves out the id, and what the user names", () => {
    expect(key(call('{"a":1}', 1), exact)).toBe(key(call('{"a":1}', 2), exact));
    const ignore = { ...exact, ignore: ["/params/a"] };
    expect(key(call('{"a":1,"b":1}'), ignore)).toBe(key(call('{"b":1}'), ignore));
  });
});

describe("ignore", () => {
  it.each<[ignore: string, a: string, b: string]>([
    ["/params/arguments/now", '{"arguments":{"now":1,"x":1}}', '{"arguments":{"x":1,"now":2}}'],
    [
      "/params/arguments/items/*/id",
      '{"arguments":{"items":[{"id":1},{"id":2}]}}',
      '{"arguments":{"items":[{},{"id":3}]}}',
    ],
    ["/params/**/id", '{"arguments":{"a":[{"id":1}],"id":{}}}', '{"id":7,"arguments":{"a":[{}]}}'],
    ["/params/a~1b", '{"a/b":1}', "{}"],
    ["/params/arguments", '{"arguments":{"a":1}}', '{"arguments":[2]}'],
    ["/params", '{"a":1}', '{"b":2}'],
    ["/params/__proto__", '{"__proto__":1,"a":1}', '{"a":1}'],
    ["/params/_meta", '{"_meta":{"x":1}}', "{}"],
  ])("%s", (pointer, a, b) => {
    const ignore = [pointer];
    expect(key(call(a), { ignore })).toBe(key(call(b), { ignore }));
    expect(key(call(a))).not.toBe(key(call(b)));
  });

  it("what became empty by it is as good as none only at its place", () => {
    const ignore = ["/params/a", "/params/arguments/a"];
    expect(key(call('{"a":1}'), { ignore })).toBe(key(call("{}"), { ignore }));
    expect(key(call('{"arguments":{"a":1}}'), { ignore })).not.toBe(key(call("{}"), { ignore }));
  });

  it("several, together with what says nothing anyway", () => {
    const options: MatchOptions = { ignore: ["/params/x", "/params/y"], volatile: ["uuid"] };
    const a = call(`{"x":1,"z":"${uuid}","_meta":{"progressToken":1}}`);
    const b = call(`{"y":1,"z":"${otherUuid}"}`);
    expect(key(a, options)).toBe(key(b, options));
  });
});

describe("volatile", () => {
  it("values are left out of the key and listed, without those that are ignored", () => {
    const rules = matchRules({ volatile: ["uuid", "epoch"], ignore: ["/params/arguments/no"] });
    const message = parseMessage(
      call(
        `{"name":"a","arguments":{"z":1700000000,"id":"${uuid}","no":"${otherUuid}"},"_meta":{"traceparent":"${uuid}"}}`,
      ),
    )!;
    expect(keyOf(message, rules).volatiles).toEqual([uuid, "1700000000"]);
  });

  it("what is not chosen counts", () => {
    expect(key(call(`{"a":"${uuid}"}`))).not.toBe(key(call(`{"a":"${otherUuid}"}`)));
  });
});

describe("rounds of one request", () => {
  const first = call('{"name":"a","arguments":{"x":1},"_meta":{"progressToken":1}}');
  const retry = call(
    '{"name":"a","arguments":{"x":1},"inputResponses":{"k":{}},"requestState":"s","_meta":{"progressToken":2}}',
  );

  it("have one key, which the requests themselves have not", () => {
    expect(key(first, {}, true)).toBe(key(retry, {}, true));
    expect(key(first)).not.toBe(key(retry));
    expect(key(first, { strategy: "exact" }, true)).not.toBe(key(retry, { strategy: "exact" }, true));
  });

  it.each<[text: string, retry: boolean]>([
    [first, false],
    [retry, true],
    [call('{"requestState":""}'), true],
    [call('{"inputResponses":{}}'), true],
    [call('{"arguments":{"requestState":"s","inputResponses":{}}}'), false],
    ['{"id":1,"method":"tools/call","requestState":"s"}', false],
    ['{"id":1,"method":"tools/call"}', false],
  ])("%s is a retry: %s", (text, expected) => {
    expect(isRetry(parseMessage(text)!)).toBe(expected);
  });
});

describe("tables", () => {
  it("hold calls under what their strategy can look for", () => {
    const message = parseMessage(call('{"name":"a"}'))!;
    const keys = strategies.map((strategy) => [strategy, tableHashOf(message, matchRules({ strategy }))]);
    const byValue = hashOfRequest(message, matchRules());
    expect(Object.fromEntries(keys)).toEqual({
      "method-and-params": byValue,
      exact: byValue,
      method: hashOf("tools/call"),
      subset: hashOf("tools/call"),
      sequential: hashOf(""),
      custom: hashOf("tools/call"),
    });
  });
});
