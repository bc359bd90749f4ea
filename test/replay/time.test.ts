/** Delays in virtual time, and a tape that becomes known while it is replayed. */
import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const tape = `
  > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
  100 ms
  < notifications/progress {"progressToken":1,"progress":1}
  50 ms
  < 1 {"ok":true}
  200 ms
  < notifications/message {"data":"later"}
  1000 ms
  > 2 tools/list
  10 ms
  < 2 {}`;

describe("--speed", () => {
  it("0: as fast as causes allow, but that clients can read progress apart from the result", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      < notifications/progress {"progressToken":1,"progress":1}
      << wait 2 ms
      >> 2 ms pass
      < 1 {"ok":true}
      < notifications/message {"data":"later"}
      > 2 tools/list
      < 2 {}
    `;
  });

  it("1: the gaps between what the server said are those of the recording; the client's own do not count", () => {
    const { live } = replayed(tape, { speed: 1 });
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      << wait 100 ms
      >> 99 ms pass
      >> 1 ms pass
      < notifications/progress {"progressToken":1,"progress":1}
      << wait 50 ms
      >> 50 ms pass
      < 1 {"ok":true}
      << wait 200 ms
      >> 200 ms pass
      < notifications/message {"data":"later"}
      >> 5 ms pass
      > 2 tools/list
      << wait 10 ms
      >> 10 ms pass
      < 2 {}
    `;
  });

  it("2: half as long", () => {
    const { live } = replayed(tape, { speed: 2 });
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      << wait 50 ms
      >> 50 ms pass
      < notifications/progress {"progressToken":1,"progress":1}
      << wait 25 ms
      >> 25 ms pass
      < 1 {"ok":true}
      << wait 100 ms
    `;
  });

  it("an answer that comes late delays the rest, not more than it did", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a"}
       10 ms
       < 5 roots/list
       1000 ms
       > 5 {"roots":[]}
       30 ms
       < 1 {}`,
      { speed: 1 },
    );
    live`
      > 1 tools/call {"name":"a"}
      << wait 10 ms
      >> 10 ms pass
      < 5 roots/list
      >> 7 ms pass
      > 5 {"roots":[]}
      << wait 30 ms
      >> 30 ms pass
      < 1 {}
    `;
  });

  it("a call that goes on as an equal one takes as long as that one did, earlier or later", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a"}
       < 5 elicitation/create {}
       > 5 {"n":1}
       70 ms
       < 1 {"n":1}
       > 2 tools/call {"name":"a"}
       < 6 elicitation/create {}
       > 6 {"n":2}
       80 ms
       < 2 {"n":2}
       > 3 tools/call {"name":"a"}
       < 7 elicitation/create {}
       > 7 {"n":3}
       90 ms
       < 3 {"n":3}`,
      { speed: 1 },
    );
    live`
      > "a" tools/call {"name":"a"}
      < 5 elicitation/create {}
      > "b" tools/call {"name":"a"}
      < 6 elicitation/create {}
      > 5 {"n":3}
      << wait 90 ms
      > 6 {"n":1}
      << wait 70 ms
      >> 70 ms pass
      < "b" {"n":1}
      << wait 20 ms
      >> 20 ms pass
      < "a" {"n":3}
    `;
  });

  it("two calls at once are each as long as they were", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a"}
       > 2 tools/call {"name":"b"}
       40 ms
       < 2 {"of":"b"}
       20 ms
       < 1 {"of":"a"}`,
      { speed: 1 },
    );
    live`
      > 2 tools/call {"name":"b"}
      << wait 40 ms
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      >> 40 ms pass
      << wait 20 ms
      < 2 {"of":"b"}
      << wait 20 ms
      >> 20 ms pass
      < 1 {"of":"a"}
    `;
  });

  it("a call that waits for its time is taken back all the same; what followed it still follows", () => {
    const { live, findings } = replayed(tape, { speed: 1 });
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      << wait 100 ms
      >> 50 ms pass
      > notifications/cancelled {"requestId":1}
      >> 50 ms pass
      << wait 150 ms
      >> 150 ms pass
      < notifications/message {"data":"later"}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("what is due is still said in its time after the end of input", () => {
    const { live } = replayed(
      `> 1 tools/call {"name":"a"}
       100 ms
       < 1 {"ok":true}`,
      { speed: 1 },
    );
    // Each of the two strands sleeps: the one that made the call, and the one that ends.
    live`
      > 1 tools/call {"name":"a"}
      << wait 100 ms
      >> 40 ms pass
      > closed
      << wait 60 ms
      >> 60 ms pass
      < 1 {"ok":true}
      < closed
    `;
  });

  it("misses and pings take no time", () => {
    const { live } = replayed(tape, { speed: 1 });
    live`
      > 1 tools/call {"name":"unheard of"}
      < 1 miss -31001
      > 2 ping
      < 2 {}
    `;
  });
});

describe("a tape that is known bit by bit", () => {
  const lines = `
    > 0 initialize {"clientInfo":{"name":"a"}}
    < 0 {"n":0}
    > 1 tools/call {"name":"a"}
    < 1 {"n":1}
    > 2 tools/call {"name":"a"}
    < 2 {"n":2}`;

  it("a request waits until its answer is known, and no longer", () => {
    const { live, findings } = replayed(lines, { known: 0 });
    live`
      client opened
      << ask {"what":"read on"}
      > "i" initialize {}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < "i" {"n":0}
      << ask {"what":"read on"}
      > "c" tools/call {"name":"a"}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < "c" {"n":1}
      << ask {"what":"read on"}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("ping never waits", () => {
    const { live } = replayed(lines, { known: 0 });
    live`
      client opened
      << ask {"what":"read on"}
      > 5 ping
      < 5 {}
    `;
  });

  it("a miss is one only when all of the tape is known", () => {
    const { live, findings } = replayed(lines, { known: 5 });
    live`
      client opened
      << ask {"what":"read on"}
      > 9 tools/call {"name":"b"}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < 9 miss -31001
    `;
    expect(findings.misses).toHaveLength(1);
  });

  it("one more than is known waits for it, and those behind it do too", () => {
    const { live } = replayed(lines, { known: 4 });
    live`
      client opened
      << ask {"what":"read on"}
      > 7 tools/call {"name":"a"}
      < 7 {"n":1}
      > 8 tools/call {"name":"a"}
      > 9 tools/call {"name":"a"}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < 8 {"n":2}
      << ask {"what":"read on"}
      >> answer 0
      < 9 miss -31002
    `;
  });

  it("a notification that is not known yet is a cause when it is", () => {
    const { live } = replayed(
      `> notifications/initialized
       < notifications/message {"data":"welcome"}`,
      { known: 0 },
    );
    live`
      client opened
      << ask {"what":"read on"}
      > notifications/initialized
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < notifications/message {"data":"welcome"}
      << ask {"what":"read on"}
    `;
  });

  it("what follows something that has happened is said when it is known", () => {
    const { live } = replayed('> 1 tools/list\n< 1 {}\n< notifications/message {"data":1}', { known: 2 });
    live`
      client opened
      << ask {"what":"read on"}
      > 1 tools/list
      < 1 {}
      >> answer 0
      < notifications/message {"data":1}
      << ask {"what":"read on"}
    `;
  });

  it("a subscription begins before its end is known", () => {
    const tag = (id: number) => `{"_meta":{"io.modelcontextprotocol/subscriptionId":${id}}}`;
    const { live } = replayed(
      `> 1 subscriptions/listen {}
       < notifications/subscriptions/acknowledged ${tag(1)}
       > 2 tools/call {"name":"x"}
       < notifications/tools/list_changed ${tag(1)}
       < 2 {}`,
      { known: 1 },
    );
    live`
      client opened
      << ask {"what":"read on"}
      > 5 subscriptions/listen {}
      >> answer 0
      < notifications/subscriptions/acknowledged ${tag(5)}
      << ask {"what":"read on"}
      >> answer 0
      << ask {"what":"read on"}
      > 6 tools/call {"name":"x"}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < notifications/tools/list_changed ${tag(5)}
      < 6 {}
      << ask {"what":"read on"}
    `;
  });

  it("the end of input waits for what was asked", () => {
    const { live } = replayed(lines, { known: 3 });
    live`
      client opened
      << ask {"what":"read on"}
      > 9 tools/call {"name":"a"}
      > closed
      << ask {"what":"read on"}
      >> answer 0
      < 9 {"n":1}
      << ask {"what":"read on"}
      >> answer 0
      < closed
    `;
  });

  it("a call taken back while it waits is not answered", () => {
    const { live } = replayed(lines, { known: 3 });
    live`
      client opened
      << ask {"what":"read on"}
      > 9 tools/call {"name":"a"}
      > notifications/cancelled {"requestId":9}
      >> answer 0
      << ask {"what":"read on"}
      > 8 tools/call {"name":"a"}
      >> answer 0
      << ask {"what":"read on"}
      >> answer 0
      < 8 {"n":2}
      << ask {"what":"read on"}
    `;
  });
});
