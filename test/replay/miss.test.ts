/** What is not as recorded is told loudly; an inexact answer says that it is one. */
import { describe, expect, it } from "vitest";
import { errorTable } from "../../src/base/index.ts";
import { differenceText, errorOf, inexactKey, nearestText } from "../../src/replay/index.ts";
import { faults } from "../cli/schemas.ts";
import { answersTo, replayed, type Settings } from "./helpers.ts";

const tape = `
  > 1 tools/list
  < 1 {"tools":[]}
  > 2 tools/call {"name":"weather","arguments":{"city":"Paris","days":3}}
  < 2 {"content":[]}
  > 3 tools/call {"name":"news","arguments":{"city":"Rome"}}
  < 3 {"content":[],"_meta":{"x":1}}
  > 4 tools/call {"name":"broken"}
  < 4 error {"code":1,"message":"no"}
  > 5 tools/call {"name":"empty"}
  < 5 {}
  > 6 tools/call {"name":"never"}`;

function answerOf(said: string, settings: Settings = {}) {
  const { player, findings } = replayed(tape, settings);
  player.opened(0);
  const answers = answersTo(player, said);
  expect(answers).toHaveLength(1);
  return { answer: JSON.parse(answers[0]!), findings };
}

describe("a miss", () => {
  it.each([
    '1 tools/call {"name":"weather","arguments":{"city":"Rome"}}',
    '1 tools/call {"name":"other"}',
    "1 nothing/like/it",
    '1 tools/call {"name":"never"}',
  ])("has the published shape: %s", (said) => {
    expect(faults("miss", JSON.stringify(answerOf(said).answer.error.data))).toEqual([]);
  });

  it("is a JSON-RPC error of our own range, which names the nearest call and the first difference", () => {
    const { answer, findings } = answerOf(
      '"id-1" tools/call {"name":"weather","arguments":{"city":"Rome","days":3}}',
    );
    expect(answer).toEqual({
      jsonrpc: "2.0",
      id: "id-1",
      error: {
        code: -31001,
        message:
          'reelwire: no recorded call is tools/call weather; nearest is call 2 (tools/call weather), which has "Paris" at /params/arguments/city, not "Rome"',
        data: {
          reelwire: {
            code: "RW4001",
            kind: "unknown",
            method: "tools/call",
            target: "weather",
            recorded: 0,
            nearest: {
              call: 2,
              method: "tools/call",
              target: "weather",
              difference: {
                pointer: "/params/arguments/city",
                live: '"Rome"',
                recorded: '"Paris"',
                places: 1,
              },
            },
            fix: errorTable.RW4001.fix,
          },
        },
      },
    });
    expect(findings.misses).toHaveLength(1);
    expect(errorOf(findings.misses[0]!).code).toBe("RW4001");
  });

  it("of the same tool is nearer than one of another tool, and one of any tool than none", () => {
    const nearest = (said: string) => answerOf(said).answer.error.data.reelwire.nearest;
    expect(nearest('1 tools/call {"name":"weather","arguments":{}}').call).toBe(2);
    expect(nearest('1 tools/call {"name":"news"}').call).toBe(3);
    expect(nearest('1 tools/call {"name":"unheard of","arguments":{"city":"Rome"}}')).toMatchObject({
      call: 3,
      difference: { pointer: "/params/name" },
    });
    expect(nearest('1 tools/list {"cursor":""}')).toMatchObject({
      call: 1,
      difference: { pointer: "/params" },
    });
  });

  it("of a method that was never called names none", () => {
    const { answer } = answerOf('1 resources/read {"uri":"file:///x"}');
    expect(answer.error.data.reelwire).toMatchObject({ kind: "unknown", target: "file:///x", recorded: 0 });
    expect(answer.error.data.reelwire.nearest).toBeUndefined();
  });

  it("is unanswered where the recording has no answer", () => {
    const { answer, findings } = answerOf('1 tools/call {"name":"never"}');
    expect(answer.error).toMatchObject({
      code: -31003,
      data: { reelwire: { code: "RW4003", kind: "unanswered", recorded: 1 } },
    });
    expect(findings.misses).toMatchObject([{ kind: "unanswered", method: "tools/call", target: "never" }]);
  });

  it.each(["0", '""', '"1"', "1", "-7", "12345678901234567890", '"\\ud800"'])(
    "carries the live id as it was sent: %s",
    (id) => {
      const { player } = replayed(tape);
      player.opened(0);
      const [answer] = answersTo(player, `{"method":"x","id":${id}}`);
      expect(answer).toContain(`{"jsonrpc":"2.0","id":${id},"error":{"code":-31001,`);
    },
  );

  it("codes lie outside of what JSON-RPC and MCP keep", () => {
    for (const said of ["1 x", '1 tools/call {"name":"never"}', '1 tools/call {"requestState":"?"}']) {
      const { code } = answerOf(said).answer.error;
      expect(code < -32768 || code > -32000).toBe(true);
    }
  });

  it("is one answer, and the conversation goes on", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"unheard of"}
      < 1 miss -31001
      > 1 tools/list
      < 1 {"tools":[]}
    `;
  });

  it("a notification never gets an answer, recorded or not", () => {
    const { live, findings } = replayed('> notifications/known {"a":1}\n> 1 tools/list\n< 1 {}');
    live`
      > notifications/known {"a":1}
      > notifications/known {"a":1}
      > notifications/unheard {"of":true}
      > notifications/cancelled {"requestId":99}
      > notifications/cancelled
      > notifications/progress {"progressToken":1,"progress":1}
      > {"jsonrpc":"2.0","method":"tools/list"}
      > 1 tools/list
      < 1 {}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("what is no request gets no answer either", () => {
    const { live } = replayed(tape);
    live`
      > {"hello":1}
      > []
      > 9 {"nobody":"asked"}
      > {"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}
      > 1 tools/list
      < 1 {"tools":[]}
    `;
  });
});

describe("--on-miss nearest", () => {
  const settings: Settings = { onMiss: "nearest" };

  it("answers with the nearest call of the same tool, and flags it", () => {
    const { live, findings } = replayed(tape, settings);
    live`
      > 9 tools/call {"name":"weather","arguments":{"city":"Rome","days":3}}
      < 9 {"_meta":{"reelwire/inexact":{"why":"nearest","call":2,"pointer":"/params/arguments/city"}},"content":[]}
      > 10 tools/call {"name":"news","arguments":{}}
      < 10 {"content":[],"_meta":{"reelwire/inexact":{"why":"nearest","call":3,"pointer":"/params/arguments/city"},"x":1}}
      > 11 tools/call {"name":"empty","arguments":1}
      < 11 {"_meta":{"reelwire/inexact":{"why":"nearest","call":5,"pointer":"/params/arguments"}}}
    `;
    expect(findings.misses).toEqual([]);
    expect(findings.inexact).toMatchObject([
      {
        why: "nearest",
        target: "weather",
        id: "9",
        call: 2,
        difference: { pointer: "/params/arguments/city" },
      },
      { why: "nearest", target: "news", call: 3 },
      { why: "nearest", target: "empty", call: 5 },
    ]);
    expect(inexactKey).toBe("reelwire/inexact");
  });

  it("an error carries no flag, but is told", () => {
    const { live, findings } = replayed(tape, settings);
    live`
      > 9 tools/call {"name":"broken","arguments":{}}
      < 9 error {"code":1,"message":"no"}
    `;
    expect(findings.inexact).toHaveLength(1);
  });

  it("again, though it was used: then there is no difference", () => {
    const { live } = replayed(tape, settings);
    live`
      > 1 tools/call {"name":"empty"}
      < 1 {}
      > 2 tools/call {"name":"empty"}
      < 2 {"_meta":{"reelwire/inexact":{"why":"nearest","call":5,"pointer":null}}}
    `;
  });

  it.each([
    ["another tool", '1 tools/call {"name":"unheard of"}', -31001],
    ["another method", '1 prompts/get {"name":"weather"}', -31001],
    ["a call without an answer", '1 tools/call {"name":"never","arguments":{}}', -31003],
  ])("is a miss for %s", (_, said, code) => {
    expect(answerOf(said, settings).answer.error.code).toBe(code);
  });
});

describe("in words", () => {
  it.each([
    [{ pointer: "/a", live: "1", recorded: "2", places: 1 }, "has 2 at /a, not 1"],
    [{ pointer: "/a", live: "1", recorded: undefined, places: 3 }, "has nothing at /a, not 1, and 2 more"],
    [{ pointer: "", live: undefined, recorded: "2", places: 1 }, "has 2 as a whole, not nothing"],
  ])("%o", (difference, text) => {
    expect(differenceText(difference)).toBe(text);
    expect(nearestText({ call: 1, method: "m", target: undefined, difference })).toBe(
      `call 1 (m), which ${text}`,
    );
  });
});
