/** What causes what on a tape: each rule as a dialogue and what is found in it, an event a line. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  flags,
  hashOf,
  isOutput,
  type MatchOptions,
  matchRules,
  none,
  roles,
  type Script,
  tableHashOf,
} from "../../src/match/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { events, mapOf } from "../replay/helpers.ts";

const roleNames = new Map(Object.entries(roles).map(([name, role]) => [role, name]));

/** Events as people would say them: what it is, what it belongs to, what it waits for when nothing else says so. */
function told(script: Script): string[] {
  return Array.from({ length: script.count }, (_, event) => {
    const owner = script.owner.get(event);
    const parts = [`${event} ${roleNames.get(script.role(event))}`];
    if (owner !== none) parts.push(`of ${owner}`);
    const before = script.after.get(event);
    if (script.opening === event || (before !== none && script.follower.get(before) === event))
      parts.push(`after ${before === none ? "nothing" : before}`);
    for (const name of ["optional", "followsToo", "late", "poll", "round"] as const)
      if (script.has(event, flags[name])) parts.push(name);
    return parts.join(" ");
  });
}

/** What is said for a call, in its order. */
function saidFor(script: Script, call: number): number[] {
  const found: number[] = [];
  for (let event = script.next.get(call); event !== none; event = script.next.get(event)) found.push(event);
  return found;
}

function scriptsOf(tape: string, options: MatchOptions = {}): readonly Script[] {
  return mapOf(events(tape), options).conversations.flatMap(({ scripts }) => scripts);
}
const scriptOf = (tape: string, options: MatchOptions = {}): Script => scriptsOf(tape, options)[0]!;

/** The calls in the slot of a request, which the test takes to have no parameters. */
function calls(script: Script, method: string): number[] {
  const found: number[] = [];
  const message = parseMessage(`{"id":1,"method":"${method}"}`)!;
  for (
    let call = script.calls.first(tableHashOf(message, matchRules()));
    call !== none;
    call = script.calls.after(call)
  )
    found.push(call);
  return found;
}

describe("what belongs to a call", () => {
  it.each<[what: string, tape: string, found: string[], said: Record<number, number[]>]>([
    [
      "progress, then the result",
      `> 1 tools/call {"name":"a","_meta":{"progressToken":0}}
       < notifications/progress {"progressToken":0,"progress":1}
       < 1 {}`,
      ["0 call", "1 tell of 0", "2 result of 0"],
      { 0: [1, 2] },
    ],
    [
      "overlapping calls, answered in another order",
      `> 1 tools/call {"name":"a"}
       > "1" tools/call {"name":"b"}
       < "1" {}
       < 1 {}`,
      ["0 call", "1 call", "2 result of 1", "3 result of 0"],
      { 0: [3], 1: [2] },
    ],
    [
      "one id twice at once: the first answer is the first one's",
      `> 1 tools/call {"name":"a"}
       > 1 tools/call {"name":"b"}
       < 1 {}
       < 1 {}`,
      ["0 call", "1 call", "2 result of 0", "3 result of 1"],
      { 0: [2], 1: [3] },
    ],
    [
      "a request of the server with the id of the call in flight",
      `> 1 tools/call {"name":"a"}
       < 1 elicitation/create {}
       > 1 {"action":"accept"}
       < 1 {}`,
      ["0 call", "1 ask of 0", "2 answer of 1", "3 result of 0"],
      { 0: [1, 3] },
    ],
    [
      "a cancellation, and a result that crossed it",
      `> 1 tools/call {"name":"a"}
       > notifications/cancelled {"requestId":1}
       < 1 {}`,
      ["0 call", "1 notice of 0", "2 result of 0"],
      { 0: [2] },
    ],
    [
      "a second answer and late progress follow what they followed",
      `> 1 tools/call {"name":"a","_meta":{"progressToken":"t"}}
       < 1 {}
       < notifications/progress {"progressToken":"t","progress":2}
       < 1 {"again":true}`,
      ["0 call", "1 result of 0", "2 tell of 0 after 1 late", "3 result of 0 after 2 late"],
      { 0: [1] },
    ],
    [
      "an answer that nobody asked for, progress of no token, a message that is none",
      `< 9 {}
       < notifications/progress {"progressToken":"t","progress":2}
       < {"hello":1}`,
      // Whoever has that id when it is replayed did not ask for it.
      ["0 result optional", "1 tell after nothing", "2 tell after 1"],
      {},
    ],
  ])("%s", (_, tape, found, said) => {
    const script = scriptOf(tape);
    expect(told(script)).toEqual(found);
    for (const [call, events] of Object.entries(said)) expect(saidFor(script, Number(call))).toEqual(events);
  });
});

describe("whose request of the server it is", () => {
  it("of the call that was opened last", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 7 sampling/createMessage {}
      > 7 {}
      < 1 {}
      < 2 {}`);
    expect(told(script)).toEqual([
      "0 call",
      "1 call",
      "2 ask of 1",
      "3 answer of 2",
      "4 result of 0",
      "5 result of 1",
    ]);
  });

  it("not of one that ended before the answer: it moves to the one before, in its order", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < notifications/progress {"progressToken":1,"progress":1}
      > 2 tools/call {"name":"b","_meta":{"progressToken":2}}
      < notifications/progress {"progressToken":2,"progress":1}
      < 7 sampling/createMessage {}
      < notifications/progress {"progressToken":1,"progress":2}
      < notifications/progress {"progressToken":2,"progress":2}
      < 2 {}
      > 7 {}
      < 1 {}`);
    expect(saidFor(script, 0)).toEqual([1, 4, 5, 9]);
    expect(saidFor(script, 2)).toEqual([3, 6, 7]);
    expect(script.owner.get(4)).toBe(0);
    expect(script.reply.get(4)).toBe(8);
  });

  it("moves on as often as calls end, and at last belongs to none", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      > 3 tools/call {"name":"c"}
      < 7 sampling/createMessage {}
      < 3 {}
      < 2 {}
      < 1 {}
      > 7 {}`);
    expect(told(script)[3]).toBe("3 ask after 2");
    expect([0, 1, 2].map((call) => saidFor(script, call))).toEqual([[6], [5], [4]]);
  });

  it("several move together and keep their order, among those that were there", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 6 roots/list
      > 2 tools/call {"name":"b"}
      < 7 sampling/createMessage {}
      < 8 elicitation/create {}
      < 2 {}
      > 8 {}
      > 6 {}
      > 7 {}
      < 1 {}`);
    expect(saidFor(script, 0)).toEqual([1, 3, 4, 9]);
    expect(saidFor(script, 2)).toEqual([5]);
  });

  it("not of a later one: what was opened after it was asked did not ask it", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 7 sampling/createMessage {}
      > 2 tools/call {"name":"b"}
      < 1 {}
      > 7 {}
      < 2 {}`);
    expect(told(script)[1]).toBe("1 ask after 0");
  });

  it("not of one that was cancelled before the answer, when another is open", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 7 sampling/createMessage {}
      > notifications/cancelled {"requestId":2}
      > 7 {}
      < 2 {"late":true}
      < 1 {}`);
    expect(saidFor(script, 0)).toEqual([2, 6]);
    expect(saidFor(script, 1)).toEqual([5]);
  });

  it.each([
    "initialize",
    "server/discover",
    "ping",
    "tools/list",
    "resources/templates/list",
    "resources/subscribe",
    "logging/setLevel",
    "tasks/get",
    "tasks/cancel",
    "subscriptions/listen",
  ])("not of %s, during which no server asks", (method) => {
    const script = scriptOf(`
      > 1 ${method} {"taskId":"t"}
      < 7 roots/list
      > 7 {"roots":[]}
      < 1 {}`);
    expect(script.owner.get(1)).toBe(none);
    expect(told(script)[1]).toContain("1 ask after");
  });

  it.each(["tools/call", "prompts/get", "resources/read", "completion/complete", "tasks/result", "x/y"])(
    "of %s, which may ask",
    (method) => {
      expect(scriptOf(`> 1 ${method} {}\n< 7 roots/list`).owner.get(1)).toBe(0);
    },
  );

  it("a ping of the server belongs to nothing, and nobody waits for its answer", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 1 ping
      > 1 {}
      < 1 {"ok":true}`);
    expect(told(script)).toEqual([
      "0 call",
      "1 ask after 0 optional",
      "2 answer of 1 optional",
      "3 result of 0",
    ]);
    expect(saidFor(script, 0)).toEqual([3]);
  });

  it("one that the server takes back again", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 7 elicitation/create {}
      < notifications/cancelled {"requestId":7}
      > 7 {"action":"cancel"}
      < 1 {}`);
    expect(told(script)).toEqual([
      "0 call",
      "1 ask of 0",
      "2 tell of 0",
      "3 answer optional",
      "4 result of 0",
    ]);
    expect(saidFor(script, 0)).toEqual([1, 2, 4]);
    expect([script.cancel.get(1), script.cancel.get(2), script.reply.get(1)]).toEqual([2, 1, none]);
  });
});

describe("what stands alone", () => {
  it("follows the event before it, one after another", () => {
    const script = scriptOf(`
      < notifications/message {"data":0}
      > 1 tools/call {"name":"a"}
      < notifications/message {"data":1}
      < notifications/message {"data":2}
      < 1 {}
      > notifications/roots/list_changed
      < 5 roots/list`);
    expect(told(script)).toEqual([
      "0 tell after nothing",
      "1 call",
      "2 tell after 1",
      "3 tell after 2",
      "4 result of 1",
      "5 notice",
      "6 ask after 5",
    ]);
    expect(script.opening).toBe(0);
  });

  it("does not follow pings and polls, which come as often as they like", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 1 {"task":{"taskId":"t"}}
      > 2 ping
      < 2 {}
      > 3 tasks/get {"taskId":"t"}
      < 3 {"taskId":"t"}
      > 4 tasks/list
      < 4 {}
      > notifications/progress {"progressToken":1,"progress":1}
      < notifications/message {"data":1}`);
    expect(told(script).at(-1)).toBe("9 tell after 1");
    expect([2, 3, 4, 5, 6, 7, 8].map((event) => script.has(event, flags.optional))).toEqual(
      Array(7).fill(true),
    );
  });

  it("a second answer to a ping hides nothing of what follows the same", () => {
    const script = scriptOf(`
      > 1 tools/list
      < 1 {}
      > 2 ping
      < 2 {}
      < 2 {}
      < notifications/message {"data":1}`);
    expect(told(script).slice(4)).toEqual(["4 result of 2 after 1 late", "5 tell after 4"]);
  });
});

describe("what nobody waits for", () => {
  it.each<[what: string, line: string]>([
    ["a cancellation of nothing that is known", '> notifications/cancelled {"requestId":99}'],
    ["a cancellation without an id", "> notifications/cancelled {}"],
    ["progress of the client", '> notifications/progress {"progressToken":1,"progress":1}'],
    ["an answer to nothing", "> 99 {}"],
    ["JSON that is no JSON-RPC", '> {"hello":1}'],
  ])("%s", (_, line) => {
    expect(told(scriptOf(`${line}\n< notifications/message {}`))).toEqual([
      expect.stringMatching(/ optional$/),
      "1 tell after nothing",
    ]);
  });

  it("a cancellation that came after the result", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 1 {}
      > notifications/cancelled {"requestId":1}`);
    expect(told(script)[2]).toBe("2 notice of 0 optional");
    expect(script.cancel.get(0)).toBe(none);
  });
});

describe("rounds", () => {
  const modern = '"io.modelcontextprotocol/protocolVersion":"2026-07-28"';
  const first = `{"name":"a","arguments":{"x":1},"_meta":{"progressToken":1,${modern}}}`;
  const retry = (state: string | undefined, token = 2) =>
    `{"name":"a","arguments":{"x":1},"inputResponses":{"k":{}}${state === undefined ? "" : `,"requestState":${state}`},"_meta":{"progressToken":${token},${modern}}}`;
  const asks = (state: string | undefined) =>
    `{"resultType":"input_required","inputRequests":{}${state === undefined ? "" : `,"requestState":${state}`}}`;

  it("are linked, and only the first is looked for", () => {
    const script = scriptOf(`
      > 1 tools/call ${first}
      < 1 ${asks('"s1"')}
      > 2 tools/call ${retry('"s1"')}
      < 2 ${asks('"s2"')}
      > 3 tools/call ${retry('"s2"', 3)}
      < 3 {"resultType":"complete"}`);
    expect(told(script).filter((line) => line.includes("call"))).toEqual([
      "0 call",
      "2 call round",
      "4 call round",
    ]);
    expect([script.link.get(0), script.link.get(2), script.link.get(4)]).toEqual([2, 4, none]);
    expect([...Array(6).keys()].filter((i) => script.callsOf.first(hashOf("tools/call")) === i)).toEqual([0]);
    expect(script.callsOf.after(0)).toBe(none);
  });

  it("of two at once are told apart by their state; without one, the first waits first", () => {
    const two = scriptOf(`
      > 1 tools/call ${first}
      > 2 tools/call ${first}
      < 1 ${asks('"A"')}
      < 2 ${asks('"B"')}
      > 3 tools/call ${retry('"B"')}
      > 4 tools/call ${retry('"A"')}`);
    expect([two.link.get(0), two.link.get(1)]).toEqual([5, 4]);
    const stateless = scriptOf(`
      > 1 tools/call ${first}
      > 2 tools/call ${first}
      < 1 ${asks(undefined)}
      < 2 ${asks(undefined)}
      > 3 tools/call ${retry(undefined)}`);
    expect([stateless.link.get(0), stateless.link.get(1)]).toEqual([4, none]);
  });

  it.each<[what: string, tape: string]>([
    [
      "with a state that nobody handed out",
      `> 1 tools/call ${first}\n< 1 ${asks('"A"')}\n> 2 tools/call ${retry('"B"')}`,
    ],
    [
      "of another call",
      `> 1 tools/call {"name":"b","_meta":{${modern}}}\n< 1 ${asks('"A"')}\n> 2 tools/call ${retry('"A"')}`,
    ],
    [
      "of a call that was complete",
      `> 1 tools/call ${first}\n< 1 {"resultType":"complete"}\n> 2 tools/call ${retry(undefined)}`,
    ],
    [
      "whose call is not answered yet",
      `> 1 tools/call ${first}\n> notifications/x\n> 2 tools/call ${retry(undefined)}`,
    ],
    [
      "with a state of another JSON type",
      `> 1 tools/call ${first}\n< 1 ${asks('"1"')}\n> 2 tools/call ${retry("1")}`,
    ],
  ])("a retry %s is a call of its own", (_, tape) => {
    const script = scriptOf(tape);
    expect(told(script)[2]).toBe("2 call");
    expect([script.callsOf.first(hashOf("tools/call")), script.callsOf.after(0), script.link.get(0)]).toEqual(
      [0, 2, none],
    );
  });

  it("are of the modern era: before it, a member of that name is a member like any other", () => {
    const legacy = (json: string) => json.replaceAll("2026-07-28", "2025-11-25");
    const script = scriptOf(
      legacy(`> 1 tools/call ${first}\n< 1 ${asks('"A"')}\n> 2 tools/call ${retry('"A"')}`),
    );
    expect(told(script)[2]).toBe("2 call");
    expect(script.link.get(0)).toBe(none);
  });

  it.each(["completion/complete", "tools/list"])("%s has none", (method) => {
    const script = scriptOf(`> 1 ${method} ${first}\n< 1 ${asks('"A"')}\n> 2 ${method} ${retry('"A"')}`);
    expect(told(script)[2]).toBe("2 call");
  });
});

describe("tasks", () => {
  it("a poll knows what had happened to its task before it", () => {
    const script = scriptOf(`
      > 1 tools/call {"name":"a"}
      < 1 {"task":{"taskId":"t"}}
      > 2 tasks/get {"taskId":"t"}
      < 2 {"status":"working"}
      > 3 tasks/update {"taskId":"t","inputResponses":{}}
      < 3 {}
      > 4 tasks/get {"taskId":"t"}
      < 4 {"status":"completed"}
      > 5 tasks/get {"taskId":"other"}
      < 5 {}
      < notifications/tasks/status {"taskId":"other","status":"failed"}
      > 6 tasks/get {"taskId":"other"}
      < 6 {}
      > 7 tasks/list
      < 7 {}`);
    const polls = [2, 6, 8, 11, 13];
    expect(polls.map((event) => script.has(event, flags.poll) && script.has(event, flags.optional))).toEqual(
      polls.map(() => true),
    );
    expect(polls.map((event) => script.link.get(event))).toEqual([none, 4, none, 10, none]);
    expect(script.has(4, flags.optional)).toBe(false);
  });
});

describe("subscriptions", () => {
  const listen = '> "L" subscriptions/listen {"notifications":{"toolsListChanged":true}}';
  const tagged = (data: number) => `{"_meta":{"io.modelcontextprotocol/subscriptionId":"L"},"data":${data}}`;

  it("what is said on one belongs to it, and follows what it followed", () => {
    const script = scriptOf(`
      ${listen}
      < notifications/subscriptions/acknowledged ${tagged(0)}
      > 1 tools/call {"name":"a"}
      < notifications/tools/list_changed ${tagged(1)}
      < 1 {}
      < "L" {"resultType":"complete"}`);
    expect(told(script)).toEqual([
      "0 call",
      "1 tell of 0 after 0 followsToo",
      "2 call",
      "3 tell of 0 after 2 followsToo",
      "4 result of 2",
      "5 result of 0 after 4 followsToo",
    ]);
    expect(saidFor(script, 0)).toEqual([1, 3, 5]);
  });

  it("one that the server takes back has no result", () => {
    const script = scriptOf(`
      ${listen}
      < notifications/cancelled {"requestId":"L"}`);
    expect(told(script)[1]).toBe("1 tell of 0 after 0 followsToo");
    expect([script.reply.get(0), script.settled(0)]).toEqual([none, true]);
  });

  it("an id of another JSON type is another subscription, and none", () => {
    const script = scriptOf(`
      > 1 subscriptions/listen {}
      < notifications/x {"_meta":{"io.modelcontextprotocol/subscriptionId":"1"}}`);
    expect(told(script)[1]).toBe("1 tell after 0");
  });
});

describe("batches", () => {
  it("each part is an event of its own, with its own bytes and number", () => {
    const map = mapOf(
      events(`
        > {"id":1,"method":"ping"}
        >  [ {"id":2,"method":"tools/list"} ,{"method":"notifications/x"},{"id":"3","method":"tools/call","params":{"name":"é"}}]
        < [{"id":"3","result":{"b":1}},{"id":2,"result":{"a":1}}]
        > {"id":4,"method":"tools/list"}`),
    );
    const script = map.conversations[0]!.scripts[0]!;
    expect(told(script).slice(1)).toEqual([
      "1 call",
      "2 notice",
      "3 call",
      "4 result of 3",
      "5 result of 1",
      "6 call",
    ]);
    expect([0, 1, 3, 6].map((event) => script.number(event))).toEqual([1, 2, 3, 4]);
    expect([1, 2, 3, 4, 5].map((event) => map.message(script, event).text)).toEqual([
      '{"id":2,"method":"tools/list"}',
      '{"method":"notifications/x"}',
      '{"id":"3","method":"tools/call","params":{"name":"é"}}',
      '{"id":"3","result":{"b":1}}',
      '{"id":2,"result":{"a":1}}',
    ]);
  });
});

describe("the end of a conversation", () => {
  it("is the server's when it ended first", () => {
    const script = scriptOf("> 1 tools/call {}\n< closed\n> closed");
    expect(told(script)).toEqual(["0 call", "1 end after 0"]);
    expect(script.end).toBe(1);
  });

  it("is nobody's when the client ended first, and counts once", () => {
    expect(scriptOf("> 1 tools/call {}\n> closed\n< closed").end).toBe(none);
    expect(told(scriptOf("> notifications/x\n< closed\n< closed"))).toEqual(["0 notice", "1 end after 0"]);
  });

  it("makes all calls settled", () => {
    const script = scriptOf("> 1 tools/call {}\n> 2 tools/call {}\n< 2 {}");
    expect([script.complete, script.settled(0), script.settled(1)]).toEqual([true, true, true]);
  });
});

describe("conversations", () => {
  it("begin anew with each initialize, with the number of requests going on", () => {
    const scripts = scriptsOf(`
      > 0 initialize {"clientInfo":{"name":"a","version":"1"}}
      < 0 {}
      > 1 tools/list
      < 1 {}
      > 0 initialize {"clientInfo":{"version":"1","name":"\\u0061"}}
      < 0 {}`);
    expect(scripts.map(({ count, initialize, complete }) => ({ count, initialize, complete }))).toEqual([
      { count: 4, initialize: 0, complete: true },
      { count: 2, initialize: 0, complete: true },
    ]);
    expect(scripts[1]!.number(0)).toBe(3);
    expect(scripts[0]!.clientInfo).toBe(scripts[1]!.clientInfo);
  });

  it("of two clients are two, whatever ids they use", () => {
    const scripts = scriptsOf(`
      conn 1
      > 1 tools/call {"name":"a"}
      conn 2
      > 1 tools/call {"name":"b"}
      conn 1
      < 1 {"of":"a"}
      conn 2
      < 1 {"of":"b"}`);
    expect(scripts.map(told)).toEqual([
      ["0 call", "1 result of 0"],
      ["0 call", "1 result of 0"],
    ]);
  });

  it("know who their client was and which revisions it claimed, in either era", () => {
    const meta = (version: string) =>
      `{"_meta":{"io.modelcontextprotocol/protocolVersion":"${version}","io.modelcontextprotocol/clientInfo":{"name":"a"}}}`;
    const modern = scriptOf(`
      > 1 tools/list ${meta("2027-01-01")}
      < 1 error {"code":-32022,"message":"no"}
      > 2 tools/list ${meta("2026-07-28")}
      > 3 tools/list ${meta("2027-01-01")}`);
    expect([...modern.claims]).toEqual(["2027-01-01", "2026-07-28"]);
    const legacy = scriptOf('> 1 initialize {"clientInfo":{"name":"a"},"protocolVersion":"2025-11-25"}');
    expect([[...legacy.claims], legacy.clientInfo]).toEqual([[], modern.clientInfo]);
    expect([...modern.methods]).toEqual(["tools/list"]);
  });
});

describe("calls are found", () => {
  it("by key, in order, rounds and notifications apart", () => {
    const script = scriptOf(`
      > 1 tools/list
      > 2 tools/list {"_meta":{"progressToken":1}}
      > notifications/x {"a":1}
      > notifications/x {"a":1}
      > 3 tools/list {"cursor":""}`);
    expect(calls(script, "tools/list")).toEqual([0, 1]);
    expect(script.notices.first(hashOf('notifications/x {"a":i1e0}'))).toBe(2);
    expect(script.notices.after(2)).toBe(3);
  });

  it.each([
    ["method", "tools/list", [0, 2]],
    ["sequential", "", [0, 1, 2]],
    ["subset", "tools/list", [0, 2]],
    ["custom", "tools/list", [0, 2]],
  ] as const)("by %s", (strategy, key, found) => {
    const tape = '> 1 tools/list\n> 2 tools/call {"name":"a"}\n> 3 tools/list {"cursor":"x"}';
    expect(calls(scriptOf(tape, { strategy }), key)).toEqual(found);
  });
});

describe("any tape", () => {
  const id = fc.constantFrom("1", "2", '"1"', "0");
  const method = fc.constantFrom(
    ...[
      "tools/call",
      "tools/list",
      "ping",
      "tasks/get",
      "subscriptions/listen",
      "sampling/createMessage",
      "initialize",
    ],
  );
  const params = id.map(
    (token) =>
      `{"taskId":${token},"requestId":${token},"progressToken":${token},"_meta":{"progressToken":${token},"io.modelcontextprotocol/subscriptionId":${token}}}`,
  );
  const line = fc.oneof(
    fc.tuple(fc.constantFrom(">", "<"), id, method, params).map((parts) => parts.join(" ")),
    fc
      .tuple(fc.constantFrom(">", "<"), id, fc.constantFrom("{}", '{"resultType":"input_required"}'))
      .map((parts) => parts.join(" ")),
    fc
      .tuple(
        fc.constantFrom(">", "<"),
        fc.constantFrom("notifications/progress", "notifications/cancelled", "notifications/x"),
        params,
      )
      .map((parts) => parts.join(" ")),
  );

  test("everything that the server said is said again for one reason, in order, and nothing else is", () => {
    const holds = (lines: string[]) => {
      for (const script of scriptsOf(lines.join("\n"))) {
        const times = new Map<number, number>();
        const count = (event: number) => times.set(event, (times.get(event) ?? 0) + 1);
        for (let event = 0; event < script.count; event++) {
          if (script.role(event) !== roles.call) continue;
          const said = saidFor(script, event);
          expect(said).toEqual([...said].sort((a, b) => a - b));
          for (const each of said) {
            expect(script.owner.get(each) === event || script.cancel.get(each) !== none).toBe(true);
            if (!script.has(each, flags.followsToo)) count(each);
          }
        }
        const followers = [
          script.opening,
          ...Array.from({ length: script.count }, (_, i) => script.follower.get(i)),
        ];
        for (const each of followers) if (each !== none) count(each);
        for (let event = 0; event < script.count; event++) {
          const reasons = times.get(event) ?? 0;
          const stray = script.role(event) === roles.result && script.owner.get(event) === none;
          const output = isOutput(script.role(event)) && !(stray && script.has(event, flags.optional));
          expect({ event, reasons }).toEqual({ event, reasons: output ? 1 : 0 });
          if (output)
            for (const by of [script.owner.get(event), script.after.get(event)])
              if (by !== none) expect(by).toBeLessThan(event);
        }
      }
    };
    fc.assert(fc.property(fc.array(line, { maxLength: 25 }), holds), { numRuns: 1000 });
  });
});
