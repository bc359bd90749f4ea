/** Clients and tapes that do what they should not: nothing breaks, nothing waits for ever, nobody gets another's answer. */
import { describe, expect, it } from "vitest";
import { answersTo, replayed } from "./helpers.ts";

describe("ids", () => {
  it("one id for two calls at once: both are answered, each by its own", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
      < 1 {"of":"a"}`);
    live`
      > 7 tools/call {"name":"a"}
      << wait 20 ms
      > 7 tools/call {"name":"b"}
      < 7 {"of":"b"}
      < 7 {"of":"a"}
    `;
  });

  it("a second answer is not said when another call has the id by then", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 1 {"of":"a"}
      > 2 tools/call {"name":"b"}
      < 1 {"of":"a"}
      < 2 {"of":"b"}`);
    live`
      > 7 tools/call {"name":"a"}
      < 7 {"of":"a"}
      > 7 tools/call {"name":"b"}
      < 7 {"of":"b"}
    `;
  });

  it("an answer with the id of a call of the client is none", () => {
    const { live } = replayed('> 1 tools/call {"name":"a"}\n> 2 tools/call {"name":"b"}\n< 2 {}\n< 1 {}');
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > 1 {"what":"?"}
      > 2 tools/call {"name":"b"}
      < 2 {}
      < 1 {}
    `;
  });

  it("two answers to one question: the second is none", () => {
    const { live, findings } = replayed(
      '> 1 tools/call {"name":"a"}\n< 5 roots/list\n> 5 {"roots":[]}\n< 1 {}',
    );
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 {"roots":[]}
      < 1 {}
      > 5 {"roots":[1]}
    `;
    expect(findings.inexact).toEqual([]);
  });
});

describe("equal calls", () => {
  it("at once are answered in the order in which they were made", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}
      < 1 {"n":1}`);
    live`
      > "first" tools/call {"name":"a"}
      << wait 20 ms
      > "second" tools/call {"name":"a"}
      < "second" {"n":2}
      < "first" {"n":1}
    `;
  });

  it("of which the first was never answered: the n-th is the n-th all the same", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}`);
    live`
      > 1 tools/call {"name":"a"}
      < 1 miss -31003
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}
    `;
    expect(findings.misses).toHaveLength(1);
  });
});

describe("sizes", () => {
  const deep = (inside: string) => `{"a":${"[".repeat(100_000)}${inside}${"]".repeat(100_000)}}`;

  it("a call of 100,000 brackets is found, and one that differs in the middle is a miss", () => {
    const { player, findings } = replayed(
      `> 1 tools/call {"name":"a","arguments":${deep("1")}}\n< 1 {"n":1}`,
    );
    player.opened(0);
    expect(answersTo(player, `2 tools/call {"name":"a","arguments":${deep("2")}}`)[0]).toContain(
      '"code":-31001',
    );
    expect(answersTo(player, `3 tools/call {"name":"a","arguments":${deep("1")}}`)).toEqual([
      '{"jsonrpc":"2.0","id":3,"result":{"n":1}}',
    ]);
    expect(findings.misses[0]?.nearest?.difference?.pointer).toMatch(/^\/params\/arguments\/a(\/0)+$/);
  });

  it("a batch of a thousand", () => {
    const all = Array.from({ length: 1000 }, (_, i) => i);
    const { player } =
      replayed(`> ${JSON.stringify(all.map((id) => ({ id, method: "tools/call", params: { n: id } })))}
      < ${JSON.stringify(all.map((id) => ({ id, result: { n: id } })))}`);
    player.opened(0);
    const answers = answersTo(
      player,
      JSON.stringify(all.reverse().map((id) => ({ id: `x${id}`, method: "tools/call", params: { n: id } }))),
    );
    expect(answers.map((text) => JSON.parse(text)).every(({ id, result }) => id === `x${result.n}`)).toBe(
      true,
    );
    expect(answers).toHaveLength(1000);
  });

  it("a server that says a thousand things by itself says them once, in order", () => {
    const all = Array.from({ length: 1000 }, (_, i) => i);
    const { player } = replayed(
      `> 1 tools/list\n< 1 {}\n${all.map((i) => `< notifications/message {"data":${i}}`).join("\n")}`,
    );
    player.opened(0);
    const said = answersTo(player, "1 tools/list").slice(1);
    expect(said.map((text) => JSON.parse(text).params.data)).toEqual(all);
    expect(answersTo(player, "2 ping")).toHaveLength(1);
  });
});

describe("a recording that is odd", () => {
  it("of nothing: everything is a miss, but ping", () => {
    const { live } = replayed("");
    live`
      > 1 tools/list
      < 1 miss -31006
      > 2 ping
      < 2 {}
      > notifications/x
    `;
  });

  it("of a server alone: it speaks at once", () => {
    const { live } = replayed(
      '< notifications/message {"data":1}\n< 5 roots/list\n> 5 {"roots":[]}\n< notifications/message {"data":2}',
    );
    live`
      client opened
      < notifications/message {"data":1}
      < 5 roots/list
      > 5 {"roots":[]}
      < notifications/message {"data":2}
    `;
  });

  it("with JSON that is no JSON-RPC: it is said where it was", () => {
    const { live } = replayed(
      '> 1 tools/list\n< {"hello":1}\n< 1 {}\n< {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}',
    );
    live`
      > 1 tools/list
      < {"hello":1}
      < 1 {}
      < {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}
    `;
  });

  it("in which calls of two clients were answered across: each answer goes to its own request", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > 1 tools/call {"name":"b"}
      < 1 {"of":"a"}
      < 1 {"of":"b"}`);
    live`
      > 8 tools/call {"name":"b"}
      << wait 20 ms
      > 9 tools/call {"name":"a"}
      < 9 {"of":"a"}
      < 8 {"of":"b"}
    `;
  });
});
