/** Which recorded call a live request is: scope, key, strategies, repeats. */
import { describe, expect, it } from "vitest";
import type { Strategy } from "../../src/match/index.ts";
import { answersTo, clientsOf, replayed, type Settings, unusedOf } from "./helpers.ts";

const none = { misses: [], inexact: [] };
const uuid = "123e4567-e89b-12d3-a456-426614174000";

describe("the key", () => {
  const tape = `
    > 1 tools/call {"name":"a","arguments":{"x":1,"big":12345678901234567890,"s":"\\u0061/é","o":{"p":[1,2],"q":null}},"_meta":{"progressToken":7}}
    < 1 {"ok":true}`;

  it.each([
    '{"name":"a","arguments":{"x":1,"big":12345678901234567890,"s":"a/é","o":{"p":[1,2],"q":null}}}',
    '{"arguments":{"o":{"q":null,"p":[1,2]},"s":"\\u0061\\/\\u00e9","big":12345678901234567890,"x":1},"name":"\\u0061"}',
    '{"name":"a","_meta":{"traceparent":"00-1","baggage":"b"},"arguments":{"_trace_id":"t","x":1,"big":12345678901234567890,"s":"a/é","o":{"p":[1,2],"q":null}}}',
  ])("is the same for the same values: %s", (params) => {
    const { live, findings } = replayed(tape);
    live`
      > "x" tools/call ${params}
      < "x" {"ok":true}
    `;
    expect(findings).toEqual(none);
  });

  it.each([
    [
      "a number beyond a double",
      '{"name":"a","arguments":{"x":1,"big":12345678901234567891,"s":"a/é","o":{"p":[1,2],"q":null}}}',
      "/params/arguments/big",
    ],
    [
      "a fraction",
      '{"name":"a","arguments":{"x":1.0,"big":12345678901234567890,"s":"a/é","o":{"p":[1,2],"q":null}}}',
      "/params/arguments/x",
    ],
    [
      "order in a list",
      '{"name":"a","arguments":{"x":1,"big":12345678901234567890,"s":"a/é","o":{"p":[2,1],"q":null}}}',
      "/params/arguments/o/p/0",
    ],
    [
      "null for nothing",
      '{"name":"a","arguments":{"x":1,"big":12345678901234567890,"s":"a/é","o":{"p":[1,2]}}}',
      "/params/arguments/o/q",
    ],
    [
      "another tool",
      '{"name":"b","arguments":{"x":1,"big":12345678901234567890,"s":"a/é","o":{"p":[1,2],"q":null}}}',
      "/params/name",
    ],
  ])("is another for %s: never another call's answer", (_, params, pointer) => {
    const { live, findings } = replayed(tape);
    live`
      > 1 tools/call ${params}
      < 1 miss -31001
    `;
    expect(findings.misses).toMatchObject([
      { kind: "unknown", recorded: 0, nearest: { call: 1, difference: { pointer } } },
    ]);
  });

  it("what the user ignores or calls volatile says nothing", () => {
    const settings: Settings = { ignore: ["/params/arguments/now"], volatile: ["uuid"] };
    const { live } = replayed(
      `> 1 tools/call {"name":"a","arguments":{"now":1,"id":"${uuid}"}}
       < 1 {"n":1}`,
      settings,
    );
    live`
      > 1 tools/call {"name":"a","arguments":{"id":"00000000-0000-4000-8000-000000000001","now":[2]}}
      < 1 {"n":1}
    `;
  });

  it("of two that only a hash could take for each other, each gets its own", () => {
    const { player } = replayed(
      Array.from(
        { length: 500 },
        (_, i) => `> ${i} tools/call {"name":"t","arguments":{"n":${i}}}\n< ${i} {"n":${i}}`,
      ).join("\n"),
    );
    player.opened(0);
    for (let i = 499; i >= 0; i--)
      expect(answersTo(player, `"x" tools/call {"arguments":{"n":${i}},"name":"t"}`)).toEqual([
        `{"jsonrpc":"2.0","id":"x","result":{"n":${i}}}`,
      ]);
  });
});

describe("repeats", () => {
  const tape = `
    > 1 tools/call {"name":"a"}
    < 1 {"n":1}
    > 2 tools/call {"name":"b"}
    < 2 {"n":"b"}
    > 3 tools/call {"name":"a"}
    < 3 {"n":2}`;

  it("the n-th equal request gets the n-th recorded answer", () => {
    const { live, findings } = replayed(tape);
    live`
      > 7 tools/call {"name":"a"}
      < 7 {"n":1}
      > 8 tools/call {"name":"a"}
      < 8 {"n":2}
      > 9 tools/call {"name":"b"}
      < 9 {"n":"b"}
    `;
    expect(findings).toEqual(none);
  });

  it("error: one more is a miss, which says how often it was recorded", () => {
    const { live, findings } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      < 1 {"n":1}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}
      > 3 tools/call {"name":"a"}
      < 3 miss -31002
      > 4 tools/call {"name":"a"}
      < 4 miss -31002
      > 5 tools/call {"name":"b"}
      < 5 {"n":"b"}
    `;
    expect(findings.misses).toMatchObject([
      { kind: "used-up", recorded: 2, method: "tools/call", target: "a", id: "3" },
      { kind: "used-up", recorded: 2, id: "4" },
    ]);
    expect(findings.misses[0]?.nearest).toMatchObject({ call: 1, difference: undefined });
  });

  it.each([
    ["last", [1, 2, 2, 2, 2]],
    ["cycle", [1, 2, 1, 2, 1]],
  ] as const)("%s: after the last", (repeat, given) => {
    const { player, findings } = replayed(tape, { repeat });
    player.opened(0);
    for (const n of given)
      expect(answersTo(player, '1 tools/call {"name":"a"}')).toEqual([
        `{"jsonrpc":"2.0","id":1,"result":{"n":${n}}}`,
      ]);
    expect(answersTo(player, '1 tools/call {"name":"c"}')).toEqual([
      expect.stringContaining('"code":-31001'),
    ]);
    expect(findings.misses).toHaveLength(1);
  });

  it.each(["last", "cycle"] as const)("%s: with everything that was said for the call", (repeat) => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a","_meta":{"progressToken":1}}
       < notifications/progress {"progressToken":1,"progress":1}
       < 5 elicitation/create {}
       > 5 {"action":"accept"}
       < 1 {"n":1}`,
      { repeat },
    );
    live`
      > 1 tools/call {"name":"a","_meta":{"progressToken":"p"}}
      < notifications/progress {"progressToken":"p","progress":1}
      < 5 elicitation/create {}
      > 5 {"action":"accept"}
      < 1 {"n":1}
      > 2 tools/call {"name":"a","_meta":{"progressToken":"q"}}
      < notifications/progress {"progressToken":"q","progress":1}
      < "reelwire-1" elicitation/create {}
      > "reelwire-1" {"action":"accept"}
      < 2 {"n":1}
    `;
  });

  it("an error that was recorded is an answer like any other", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a"}
      < 1 error {"code":-32602,"message":"no","data":{"n":1}}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}`);
    live`
      > "x" tools/call {"name":"a"}
      < "x" error {"code":-32602,"message":"no","data":{"n":1}}
      > "y" tools/call {"name":"a"}
      < "y" {"n":2}
    `;
    expect(findings).toEqual(none);
  });
});

describe("strategies", () => {
  const tape = `
    > 1 tools/list
    < 1 {"n":1}
    > 2 tools/call {"name":"a","arguments":{"x":1,"y":{"z":2}},"_meta":{"progressToken":1}}
    < 2 {"n":2}
    > 3 tools/call {"name":"b"}
    < 3 {"n":3}
    > 4 tools/list
    < 4 {"n":4}`;
  const a = '{"name":"a","arguments":{"x":1,"y":{"z":2}},"_meta":{"progressToken":1}}';
  const aOther = '{"name":"a","arguments":{"y":{"z":2},"x":1},"_meta":{"progressToken":2}}';

  it.each<[strategy: Strategy, asked: string[], given: (number | "miss")[]]>([
    [
      "method-and-params",
      ["tools/list", `tools/call ${aOther}`, "tools/list", "tools/list"],
      [1, 2, 4, "miss"],
    ],
    ["method-and-params", ['tools/call {"name":"a"}', 'tools/call {"name":"b"}'], ["miss", 3]],
    [
      "exact",
      [`tools/call ${aOther}`, `tools/call ${a}`, "tools/list", "tools/list {}"],
      ["miss", 2, 1, "miss"],
    ],
    [
      "method",
      ['tools/call {"name":"zzz"}', "tools/list", "tools/call", "tools/list {}", "tools/call"],
      [2, 1, 3, 4, "miss"],
    ],
    [
      "subset",
      ['tools/call {"name":"b"}', 'tools/call {"arguments":{"y":{}}}', 'tools/call {"name":"a"}'],
      [3, 2, "miss"],
    ],
    [
      "subset",
      ['tools/call {"name":"a","arguments":{"w":1}}', "tools/call", "tools/call", "tools/call"],
      ["miss", 2, 3, "miss"],
    ],
    [
      "sequential",
      ["tools/list", 'tools/call {"name":"zzz"}', "tools/call", "tools/list", "tools/list"],
      [1, 2, 3, 4, "miss"],
    ],
    ["sequential", ["tools/call", "tools/list", "tools/list", "tools/call"], ["miss", 1, "miss", 2]],
  ])("%s: %j", (strategy, asked, given) => {
    const { player } = replayed(tape, { strategy });
    player.opened(0);
    const got = asked.map((request) => {
      const [answer] = answersTo(player, `9 ${request}`);
      const { result, error } = JSON.parse(answer!);
      return error ? "miss" : result.n;
    });
    expect(got).toEqual(given);
  });

  it("custom: a function decides, and sees both requests as they were sent", () => {
    const seen: string[] = [];
    const { live } = replayed(tape, {
      strategy: "custom",
      custom: (now, then) => {
        seen.push(`${now.text} / ${then.text}`);
        return now.at("params", "name") === String(then.at("params", "name")).toUpperCase();
      },
    });
    live`
      > 9 tools/call {"name":"B"}
      < 9 {"n":3}
      > 10 tools/call {"name":"b"}
      < 10 miss -31001
      > 11 resources/list
      < 11 miss -31001
    `;
    expect(seen[0]).toBe(
      `{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"B"}} / {"jsonrpc":"2.0","id":2,"method":"tools/call","params":${a}}`,
    );
  });

  it.each(["method", "subset", "sequential", "custom"] as const)(
    "%s: repeats follow the policy too",
    (strategy) => {
      const { player } = replayed(
        '> 1 tools/call {"name":"a"}\n< 1 {"n":1}\n> 2 tools/call {"name":"a"}\n< 2 {"n":2}',
        {
          strategy,
          repeat: "cycle",
          custom: () => true,
        },
      );
      player.opened(0);
      const got = [1, 2, 3, 4, 5].map(
        (id) => JSON.parse(answersTo(player, `${id} tools/call {"name":"a"}`)[0]!).result.n,
      );
      expect(got).toEqual([1, 2, 1, 2, 1]);
    },
  );
});

describe("a conversation is matched inside its own lineage", () => {
  const opening = (name: string) => `0 initialize {"clientInfo":{"name":"${name}","version":"1"}}`;
  const tape = `
    conn 1
    > ${opening("one")}
    < 0 {"for":"one"}
    conn 2
    > ${opening("two")}
    < 0 {"for":"two"}
    > 2 tools/call {"name":"a"}
    conn 1
    > 2 tools/call {"name":"a"}
    < 2 {"a":"one"}
    conn 2
    < 2 {"a":"two"}
    > 3 tools/call {"name":"only two"}
    < 3 {"b":"two"}`;

  it("two clients with equal ids and overlapping calls: each gets its own answers", () => {
    const next = clientsOf(tape);
    const [first, second] = [next(), next()];
    second.live`
      > ${opening("two")}
      < 0 {"for":"two"}
      > 2 tools/call {"name":"a"}
      < 2 {"a":"two"}
      > 3 tools/call {"name":"only two"}
      < 3 {"b":"two"}
    `;
    first.live`
      > ${opening("one")}
      < 0 {"for":"one"}
      > 2 tools/call {"name":"a"}
      < 2 {"a":"one"}
      > 3 tools/call {"name":"only two"}
      < 3 miss -31001
    `;
  });

  it("a client that was not recorded takes the first unused one", () => {
    const next = clientsOf(tape);
    const [first, second] = [next(), next()];
    first.live`
      > ${opening("three")}
      < 0 {"for":"one"}
    `;
    second.live`
      > ${opening("one")}
      < 0 {"for":"two"}
    `;
  });

  it("when none is left, it is a miss, or as the policy says", () => {
    const errors = clientsOf(tape);
    const two = [errors(), errors()];
    for (const each of two)
      each.live`
      > 0 initialize {}
      < 0 {"for":...
    `;
    const third = errors();
    third.live`
      > 0 initialize {"clientInfo":{"name":"one","version":"1"}}
      < 0 miss -31006
      > 1 tools/call {"name":"a"}
      < 1 miss -31006
      > 2 ping
      < 2 {}
    `;
    expect(third.findings.misses.map(({ kind }) => kind)).toEqual(["conversation", "conversation"]);

    const cycle = clientsOf(tape, { repeat: "cycle" });
    for (let i = 0; i < 3; i++)
      cycle().live`
      > ${opening("two")}
      < 0 {"for":"${["two", "one", "two"][i]!}"}
    `;
  });

  it("calls that were not made are told by their numbers, those of conversations that nobody began too", () => {
    const next = clientsOf(tape);
    const { live, player } = next();
    live`
      > ${opening("two")}
      < 0 {"for":"two"}
      > 2 tools/call {"name":"a"}
      < 2 {"a":"two"}
    `;
    expect(unusedOf(player)).toEqual([4, 5]);
  });
});
