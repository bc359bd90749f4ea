/** Requests of the server during a call: the result waits for the answer, and the answer may be another. */
import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const none = { misses: [], inexact: [] };
const book = `
  > 1 tools/call {"name":"book"}
  < 5 elicitation/create {"message":"sure?"}
  > 5 {"action":"accept","content":{"n":1}}
  < 1 {"booked":true}`;
const declined = `
  > 2 tools/call {"name":"book"}
  < 6 elicitation/create {"message":"sure?"}
  > 6 {"action":"decline"}
  < notifications/message {"data":"declined"}
  < 2 {"booked":false}`;
const cancelled = `
  > 3 tools/call {"name":"book"}
  < 7 elicitation/create {"message":"sure?"}
  > 7 {"action":"cancel"}
  < 3 error {"code":-32000,"message":"cancelled"}`;

describe("the result is held until the answer", () => {
  it("however long it takes, and whatever else happens", () => {
    const { live, findings } = replayed(`${book}\n> 9 tools/list\n< 9 {}`);
    live`
      > "c" tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      >> 100000 ms pass
      > 2 ping
      < 2 {}
      > 3 tools/list
      < 3 {}
      >> 100000 ms pass
      > 5 {"content":{"n":1},"action":"accept"}
      < "c" {"booked":true}
    `;
    expect(findings).toEqual(none);
  });

  it("of each of several, in whatever order they come", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < 5 roots/list
      < 6 sampling/createMessage {"maxTokens":64}
      < notifications/progress {"progressToken":1,"progress":1}
      > 5 {"roots":[]}
      > 6 {"role":"assistant"}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      < 5 roots/list
      < 6 sampling/createMessage {"maxTokens":64}
      < notifications/progress {"progressToken":1,"progress":1}
      > 6 {"role":"assistant"}
      > 5 {"roots":[]}
      < 1 {}
    `;
    expect(findings).toEqual(none);
  });

  it("one after another, each after the answer before it", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 {"roots":[]}
      < 6 sampling/createMessage {}
      > 6 {"role":"assistant"}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      >> 50 ms pass
      > 5 {"roots":[]}
      < 6 sampling/createMessage {}
      >> 50 ms pass
      > 6 {"role":"assistant"}
      < 1 {}
    `;
  });

  it("but what was said before the recorded answer is not held", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      < 1 {"answered":"before"}
      > 5 {"roots":[]}`);
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      < 1 {"answered":"before"}
      > 5 {"roots":[]}
      > 5 {"roots":[]}
    `;
  });

  it("one that was never answered holds nothing", () => {
    const { live } = replayed('> 1 tools/call {"name":"a"}\n< 5 roots/list\n< 1 {}');
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      < 1 {}
    `;
  });

  it("of the call that asked: another one is answered meanwhile", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 5 roots/list
      > 5 {"roots":[]}
      < 2 {"of":"b"}
      < 1 {"of":"a"}`);
    live`
      > 2 tools/call {"name":"b"}
      < 5 roots/list
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      >> 20 ms pass
      < 1 {"of":"a"}
      > 5 {"roots":[]}
      < 2 {"of":"b"}
    `;
  });

  it("an error is an answer too, and an answer after the end of input never comes", () => {
    const tape = `
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 error {"code":-32601,"message":"no roots"}
      < 1 {}`;
    const first = replayed(tape);
    first.live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 error {"message":"no roots","code":-32601}
      < 1 {}
    `;
    expect(first.findings).toEqual(none);
    replayed(tape).live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > closed
      < closed
    `;
  });
});

describe("another answer, --answers ask", () => {
  it("goes on as an equal call that was answered so", () => {
    const { live, findings } = replayed(`${book}${declined}${cancelled}`);
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"action":"decline"}
      < notifications/message {"data":"declined"}
      < 1 {"booked":false}
      > 2 tools/call {"name":"book"}
      < "reelwire-1" elicitation/create {"message":"sure?"}
      > "reelwire-1" {"action":"cancel"}
      < 2 error {"code":-32000,"message":"cancelled"}
      > 3 tools/call {"name":"book"}
      < "reelwire-2" elicitation/create {"message":"sure?"}
      > "reelwire-2" {"content":{"n":1},"action":"accept"}
      < 3 {"booked":true}
      > 4 tools/call {"name":"book"}
      < 4 miss -31002
    `;
    expect(findings.inexact).toEqual([]);
  });

  it("goes on as recorded where no call was, and flags the answer", () => {
    const { live, findings } = replayed(book);
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"action":"accept","content":{"n":2}}
      < 1 {"_meta":{"reelwire/inexact":{"why":"answer","call":1,"pointer":"/result/content/n"}},"booked":true}
    `;
    expect(findings).toMatchObject({
      misses: [],
      inexact: [
        {
          why: "answer",
          target: "book",
          call: 1,
          difference: { pointer: "/result/content/n", live: "2", recorded: "1" },
        },
      ],
    });
  });

  it("an error for a result is another answer, though its content is alike", () => {
    const { live, findings } = replayed(book);
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 error {"action":"accept","content":{"n":1}}
      < 1 {"_meta":{"reelwire/inexact":...
    `;
    expect(findings.inexact).toHaveLength(1);
  });

  it("to what the server asked by itself is flagged without an answer that could carry it", () => {
    const { live, findings } = replayed(`
      > notifications/initialized
      < 5 roots/list
      > 5 {"roots":[]}
      < notifications/message {"data":"got roots"}`);
    live`
      > notifications/initialized
      < 5 roots/list
      > 5 {"roots":[{"uri":"file:///"}]}
      < notifications/message {"data":"got roots"}
    `;
    expect(findings).toMatchObject({ misses: [], inexact: [{ why: "answer", method: "roots/list" }] });
  });

  it("not as an equal call that asked something else at this point", () => {
    const { live, findings } = replayed(`${book}
      > 2 tools/call {"name":"book"}
      < 6 elicitation/create {"message":"really?"}
      > 6 {"action":"decline"}
      < 2 {"booked":false}`);
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"action":"decline"}
      < 1 {"_meta":{"reelwire/inexact":...
    `;
    expect(findings.inexact).toHaveLength(1);
  });

  it("at the second question, as the equal call that was answered so there", () => {
    const twice = (id: number, second: string, result: string) => `
      > ${id} tools/call {"name":"two"}
      < ${id}1 elicitation/create {"message":"one?"}
      > ${id}1 {"action":"accept"}
      < ${id}2 elicitation/create {"message":"two?"}
      > ${id}2 {"action":"${second}"}
      < ${id} {"second":"${result}"}`;
    const { live, findings } = replayed(twice(1, "accept", "yes") + twice(2, "decline", "no"));
    live`
      > 1 tools/call {"name":"two"}
      < 11 elicitation/create {"message":"one?"}
      > 11 {"action":"accept"}
      < 12 elicitation/create {"message":"two?"}
      > 12 {"action":"decline"}
      < 1 {"second":"no"}
    `;
    expect(findings).toEqual(none);
  });
});

describe("another answer, --answers compare", () => {
  it("is a miss of the call, which is over then", () => {
    const { live, findings } = replayed(book, { answers: "compare" });
    live`
      > "c" tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"action":"decline"}
      < "c" miss -31005
      > 5 {"action":"accept","content":{"n":1}}
      >> 1000 ms pass
      > 2 ping
      < 2 {}
    `;
    expect(findings).toMatchObject({
      inexact: [],
      misses: [
        {
          kind: "answer",
          target: "book",
          id: '"c"',
          nearest: { call: 1, difference: { pointer: "/result/action" } },
        },
      ],
    });
  });

  it("goes on as an equal call that was answered so", () => {
    const { live, findings } = replayed(`${book}${declined}`, { answers: "compare" });
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"action":"decline"}
      < notifications/message {"data":"declined"}
      < 1 {"booked":false}
    `;
    expect(findings).toEqual(none);
  });

  it("the same answer is no miss", () => {
    const { live, findings } = replayed(book, { answers: "compare" });
    live`
      > 1 tools/call {"name":"book"}
      < 5 elicitation/create {"message":"sure?"}
      > 5 {"content":{"n":1},"action":"accept"}
      < 1 {"booked":true}
    `;
    expect(findings).toEqual(none);
  });
});

describe("--answers recorded", () => {
  it("nobody is asked", () => {
    const { live, findings } = replayed(`${book}${declined}`, { answers: "recorded" });
    live`
      > 1 tools/call {"name":"book"}
      < 1 {"booked":true}
      > 2 tools/call {"name":"book"}
      < notifications/message {"data":"declined"}
      < 2 {"booked":false}
    `;
    expect(findings).toEqual(none);
  });

  it("but pinged", () => {
    const { live } = replayed(
      '> 1 tools/call {"name":"a"}\n< 5 ping\n> 5 {}\n< 6 roots/list\n> 6 {"roots":[]}\n< 1 {}',
      {
        answers: "recorded",
      },
    );
    live`
      > 1 tools/call {"name":"a"}
      < 5 ping
      < 1 {}
    `;
  });

  it("also not by itself: what followed the answer follows", () => {
    const { live } = replayed(
      '> notifications/initialized\n< 5 roots/list\n> 5 {"roots":[]}\n< notifications/message {"data":"got roots"}',
      { answers: "recorded" },
    );
    live`
      > notifications/initialized
      < notifications/message {"data":"got roots"}
    `;
  });

  it("nor about the rounds of a request: the last answer stands", () => {
    const claim = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
    const { live } = replayed(
      `> 1 tools/call {"name":"a",${claim}}
       < 1 {"resultType":"input_required","inputRequests":{},"requestState":"s"}
       > 2 tools/call {"name":"a",${claim},"inputResponses":{},"requestState":"s"}
       < 2 {"resultType":"complete"}`,
      { answers: "recorded" },
    );
    live`
      > 9 tools/call {"name":"a",${claim}}
      < 9 {"resultType":"complete"}
    `;
  });
});

describe("what the server takes back", () => {
  it("is taken back by its live id, and holds nothing", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 7 roots/list
      > 7 {"roots":[]}
      < 7 elicitation/create {}
      < notifications/cancelled {"requestId":7,"reason":"late"}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 7 roots/list
      > 7 {"roots":[]}
      < "reelwire-1" elicitation/create {}
      < notifications/cancelled {"requestId":"reelwire-1","reason":"late"}
      < 1 {}
      > "reelwire-1" {"action":"accept"}
    `;
  });

  it("is not taken back when it was answered before", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 7 elicitation/create {}
      > 9 tools/list
      < 9 {}
      < notifications/cancelled {"requestId":7}
      < 1 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 7 elicitation/create {}
      << wait 20 ms
      > 7 {"action":"accept"}
      > 9 tools/list
      < 9 {}
      < 1 {}
    `;
  });
});
