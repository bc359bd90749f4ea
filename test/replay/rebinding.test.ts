/** Every correlated value is the live one; everything else is the recorded bytes. */

import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { anyJson } from "../match/json.ts";
import { answersTo, replayed } from "./helpers.ts";

describe("request ids", () => {
  const tape = `
    > 1 tools/call {"name":"a"}
    < 1 {"n":1}`;

  it.each([
    "0",
    '""',
    '"1"',
    "1",
    "-1",
    "1.5",
    "12345678901234567890",
    '"\\u0031"',
    '"😀"',
    '"\\ud800"',
    "null",
  ])("the answer carries the live one as it was spelled: %s", (id) => {
    const { player } = replayed(tape);
    player.opened(0);
    expect(answersTo(player, `{"id":${id},"method":"tools/call","params":{"name":"a"}}`)).toEqual([
      `{"jsonrpc":"2.0","id":${id},"result":{"n":1}}`,
    ]);
  });

  it.each(["0", '""', '"x"'])("whatever the recorded one was: %s", (id) => {
    const { live } = replayed(`> ${id} tools/call {"name":"a"}\n< ${id} {"n":1}`);
    live`
      > 7 tools/call {"name":"a"}
      < 7 {"n":1}
    `;
  });

  it('1 and "1" in flight at once are two', () => {
    const { live } = replayed(`
      > 5 tools/call {"name":"a"}
      > 6 tools/call {"name":"b"}
      < 6 {"of":"b"}
      < 5 {"of":"a"}`);
    live`
      > "1" tools/call {"name":"a"}
      << wait 20 ms
      > 1 tools/call {"name":"b"}
      < 1 {"of":"b"}
      < "1" {"of":"a"}
    `;
  });

  it("every id member of the answer, at the top only", () => {
    const { live } = replayed(`
      > {"id":1,"method":"tools/call","params":{"name":"a"}}
      < {"id":1,"result":{"id":1,"x":[{"id":1}]},"id":1}`);
    live`
      > {"id":"z","method":"tools/call","params":{"name":"a"}}
      < {"id":"z","result":{"id":1,"x":[{"id":1}]},"id":"z"}
    `;
  });
});

describe("progress tokens", () => {
  const progress = (token: string, n: number) =>
    `notifications/progress {"progressToken":${token},"progress":${n}}`;

  it.each(["0", '""', '"1"', "1", "12345678901234567890"])("the live one with its JSON type: %s", (token) => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":"recorded"}}
      < ${progress('"recorded"', 1)}
      < ${progress('"recorded"', 2)}
      < 1 {}`);
    live`
      > 1 tools/call {"_meta":{"progressToken":${token}},"name":"a"}
      < ${progress(token, 1)}
      < ${progress(token, 2)}
      < 1 {}
    `;
  });

  it.each(["0", '""'])("a recorded %s is a token", (token) => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":${token}}}
      < ${progress(token, 1)}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a","_meta":{"progressToken":"live"}}
      < ${progress('"live"', 1)}
      < 1 {}
    `;
  });

  it("who asks for no progress gets none, and the result", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < ${progress("1", 1)}
      < notifications/message {"data":1}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < notifications/message {"data":1}
      < 1 {}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("a token for a call that was recorded without progress changes nothing", () => {
    const { live } = replayed('> 1 tools/call {"name":"a"}\n< 1 {}');
    live`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < 1 {}
    `;
  });

  it("of two overlapping calls, each its own", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      > 2 tools/call {"name":"b","_meta":{"progressToken":2}}
      < ${progress("2", 1)}
      < ${progress("1", 1)}
      < 1 {"of":"a"}
      < ${progress("2", 2)}
      < 2 {"of":"b"}`);
    live`
      > 8 tools/call {"name":"b","_meta":{"progressToken":1}}
      < ${progress("1", 1)}
      << wait 20 ms
      > 9 tools/call {"name":"a","_meta":{"progressToken":2}}
      < ${progress("2", 1)}
      < 9 {"of":"a"}
      < ${progress("1", 2)}
      < 8 {"of":"b"}
    `;
  });

  it("progress that came after the result comes after it again, with the live token", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < 1 {"task":{"taskId":"t"}}
      < ${progress("1", 1)}`);
    live`
      > 5 tools/call {"name":"a","_meta":{"progressToken":"p"}}
      < 5 {"task":{"taskId":"t"}}
      < ${progress('"p"', 1)}
    `;
  });
});

describe("requests of the server", () => {
  it("may have the id of the client's call in flight", () => {
    const { live } = replayed(`
      > 7 tools/call {"name":"a"}
      < 7 elicitation/create {"message":"?"}
      > 7 {"action":"accept"}
      < 7 {"ok":true}`);
    live`
      > 7 tools/call {"name":"a"}
      < 7 elicitation/create {"message":"?"}
      > 7 {"action":"accept"}
      < 7 {"ok":true}
    `;
  });

  it.each(["0", '""', '"1"'])("may have the id %s", (id) => {
    const { live } = replayed(`
      > 7 tools/call {"name":"a"}
      < ${id} sampling/createMessage {"maxTokens":64}
      > ${id} {"role":"assistant"}
      < 7 {"ok":true}`);
    live`
      > ${id} tools/call {"name":"a"}
      < ${id} sampling/createMessage {"maxTokens":64}
      > ${id} {"role":"assistant"}
      < ${id} {"ok":true}
    `;
  });

  it("never have an id twice, though the recorded server used one again", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a"}
      < 0 roots/list
      > 0 {"roots":[]}
      < 0 roots/list
      > 0 {"roots":[]}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 0 roots/list
      > 0 {"roots":[]}
      < "reelwire-1" roots/list
      > "reelwire-1" {"roots":[]}
      < 1 {}
    `;
    expect(findings).toEqual({ misses: [], inexact: [] });
  });

  it("an answer to an id of another JSON type is none", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 {"roots":[]}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > "5" {"roots":[]}
      > 5 {"roots":[]}
      < 1 {}
    `;
  });
});

describe("values that the client mints", () => {
  const then = "123e4567-e89b-12d3-a456-426614174000";
  const now = "00000000-0000-4000-8000-00000000000a";

  it("a volatile value that recurs is the live one, in answers and all that follows", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"new","arguments":{"id":"${then}"},"_meta":{"progressToken":1}}
       < notifications/progress {"progressToken":1,"progress":1,"message":"making ${then}"}
       < 5 elicitation/create {"message":"keep ${then}?"}
       > 5 {"action":"accept"}
       < 1 {"text":"made \\"${then}\\"","${then}":{"n":1.0}}
       < notifications/resources/updated {"uri":"x://${then}/y"}
       > 2 resources/read {"uri":"x"}
       < 2 error {"code":1,"message":"no ${then}"}`,
      { volatile: ["uuid"] },
    );
    live`
      > 1 tools/call {"name":"new","arguments":{"id":"${now}"},"_meta":{"progressToken":1}}
      < notifications/progress {"progressToken":1,"progress":1,"message":"making ${now}"}
      < 5 elicitation/create {"message":"keep ${now}?"}
      > 5 {"action":"accept"}
      < 1 {"text":"made \"${now}\"","${now}":{"n":1.0}}
      < notifications/resources/updated {"uri":"x://${now}/y"}
      > 2 resources/read {"uri":"x"}
      < 2 error {"code":1,"message":"no ${now}"}
    `;
  });

  it("of two calls, each its own", () => {
    const other = "99999999-0000-4000-8000-000000000009";
    const { live } = replayed(
      `> 1 tools/call {"name":"a","arguments":{"id":"${then}"}}
       < 1 {"id":"${then}"}
       > 2 tools/call {"name":"a","arguments":{"id":"${other}"}}
       < 2 {"id":"${other}","before":"${then}"}`,
      { volatile: ["uuid"] },
    );
    live`
      > 1 tools/call {"name":"a","arguments":{"id":"${now}"}}
      < 1 {"id":"${now}"}
      > 2 tools/call {"name":"a","arguments":{"id":"${then}"}}
      < 2 {"id":"${then}","before":"${now}"}
    `;
  });

  it("one that is the progress token too", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a","arguments":{"id":"${then}"},"_meta":{"progressToken":"${then}"}}
       < notifications/progress {"progressToken":"${then}","progress":1}
       < 1 {}`,
      { volatile: ["uuid"] },
    );
    live`
      > 1 tools/call {"name":"a","arguments":{"id":"${now}"},"_meta":{"progressToken":3}}
      < notifications/progress {"progressToken":3,"progress":1}
      < 1 {}
    `;
  });

  it("what is not volatile is not rewritten, though it recurs", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a","_meta":{"traceparent":"${then}"}}\n< 1 {"trace":"${then}"}`,
      { volatile: ["uuid"] },
    );
    live`
      > 1 tools/call {"name":"a","_meta":{"traceparent":"${now}"}}
      < 1 {"trace":"${then}"}
    `;
  });
});

describe("everything else is the recorded bytes", () => {
  it("big integers, spellings, duplicate keys, __proto__, lone surrogates, blanks", () => {
    const inside =
      '{ "n" :12345678901234567890,"f":1.0,"e":1e400,"z":-0.0,"d":1,"d":2,"__proto__":{"x":1},"s":"\\ud800\\u0041\\/","é":"😀" }';
    const { player } = replayed(`
      > {"id":1,"method":"tools/call","params":{"name":"a"}}
      < {  "result":${inside},"id" :\t1 , "jsonrpc":"2.0"}`);
    player.opened(0);
    expect(answersTo(player, '{"id":"x","method":"tools/call","params":{"name":"a"}}')).toEqual([
      `{  "result":${inside},"id" :\t"x" , "jsonrpc":"2.0"}`,
    ]);
  });

  test("any answer, any error and any notification", () => {
    const holds = (raw: string) => {
      const json = raw.replaceAll(/[\n\r]/g, " ");
      const { player } = replayed(`
        > {"id":1,"method":"tools/call","params":{"name":"a"}}
        < {"method":"notifications/message","params":{"data":${json}}}
        < {"x":${json},"id":1,"result":${json},"y":${json}}
        > {"id":2,"method":"tools/call","params":{"name":"a"}}
        < {"id":2,"error":{"code":1,"message":"","data":${json}}}`);
      player.opened(0);
      expect(answersTo(player, '{"id":"é","method":"tools/call","params":{"name":"a"}}')).toEqual([
        `{"method":"notifications/message","params":{"data":${json}}}`,
        `{"x":${json},"id":"é","result":${json},"y":${json}}`,
      ]);
      expect(answersTo(player, '{"id":0,"method":"tools/call","params":{"name":"a"}}')).toEqual([
        `{"id":0,"error":{"code":1,"message":"","data":${json}}}`,
      ]);
    };
    fc.assert(fc.property(anyJson, holds), { numRuns: 300 });
  });
});
