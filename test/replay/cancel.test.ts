/** The client takes a call back: the right one, and what that means when it was taken back then, or was not. */
import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const cancel = (id: string) => `notifications/cancelled {"requestId":${id},"reason":"user"}`;

describe("a call that was taken back when it was recorded", () => {
  const tape = `
    > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
    < notifications/progress {"progressToken":1,"progress":1}
    > ${cancel("1")}
    > 2 tools/call {"name":"next"}
    < 2 {}`;

  it("has no answer again", () => {
    const { live, findings } = replayed(tape);
    live`
      > "x" tools/call {"name":"slow","_meta":{"progressToken":1}}
      < notifications/progress {"progressToken":1,"progress":1}
      > ${cancel('"x"')}
      > 2 tools/call {"name":"next"}
      < 2 {}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("waits for the cancellation: it is no miss that nothing was recorded for it", () => {
    const { live, findings } = replayed(tape);
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      < notifications/progress {"progressToken":1,"progress":1}
      >> 100000 ms pass
      > closed
      < closed
    `;
    expect(findings.misses).toEqual([]);
  });

  it("taken back earlier: what was said before the cancellation is not said", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      < 5 roots/list
      > 5 {"roots":[]}
      < notifications/progress {"progressToken":1,"progress":1}
      > ${cancel("1")}
      < notifications/progress {"progressToken":1,"progress":2}
      < 1 {"late":true}`);
    live`
      > 1 tools/call {"name":"slow","_meta":{"progressToken":1}}
      < 5 roots/list
      > ${cancel("1")}
      < notifications/progress {"progressToken":1,"progress":2}
      < 1 {"late":true}
    `;
  });

  it("with a late result: it comes again, after the cancellation", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"slow"}
      > ${cancel("1")}
      < 1 {"late":true}
      < notifications/message {"data":"after"}`);
    live`
      > 8 tools/call {"name":"slow"}
      << wait 20 ms
      > ${cancel("8")}
      < 8 {"late":true}
      < notifications/message {"data":"after"}
    `;
  });

  it("not taken back now: the late result is its result", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"slow"}
      > ${cancel("1")}
      < 1 {"late":true}`);
    live`
      > 8 tools/call {"name":"slow"}
      << wait 20 ms
      >> 20 ms pass
      < 8 {"late":true}
    `;
  });

  it("what followed the cancellation follows it again", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"slow"}
      > ${cancel("1")}
      < notifications/message {"data":"stopped"}`);
    live`
      > 3 tools/call {"name":"slow"}
      >> 1000 ms pass
      > ${cancel("3")}
      < notifications/message {"data":"stopped"}
    `;
  });
});

describe("a call that was not taken back when it was recorded", () => {
  it("is not answered; a later cancellation is none", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > 5 {"roots":[]}
      < 1 {"n":1}
      > 2 tools/list
      < 2 {}`);
    live`
      > 1 tools/call {"name":"a"}
      < 5 roots/list
      > ${cancel("1")}
      > 5 {"roots":[]}
      > ${cancel("1")}
      > 2 tools/list
      < 2 {}
      > ${cancel("2")}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("others do not wait for what it would have said", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 1 {"of":"a"}
      < 2 {"of":"b"}`);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > ${cancel("1")}
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
    `;
  });
});

describe("the right call", () => {
  const tape = `
    > 1 tools/call {"name":"a"}
    > 2 tools/call {"name":"b"}
    > ${cancel("1")}
    < 2 {"of":"b"}
    < 1 {"late":"a"}`;

  it("by the live id, whichever of the two it is now", () => {
    const { live } = replayed(tape);
    live`
      > 2 tools/call {"name":"a"}
      << wait 20 ms
      > 1 tools/call {"name":"b"}
      > ${cancel("2")}
      < 1 {"of":"b"}
      < 2 {"late":"a"}
    `;
  });

  it("the other one: then that is not answered", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > 2 tools/call {"name":"b"}
      > ${cancel("2")}
      >> 20 ms pass
      < 1 {"late":"a"}
    `;
  });

  it.each([
    ['"1"', "1"],
    ["1", '"1"'],
    ["0", "false"],
    ['""', "null"],
  ])("an id is one with its JSON type: %s is not %s", (id, other) => {
    const { live } = replayed('> 7 tools/call {"name":"a"}\n< 5 roots/list\n> 5 {"roots":[]}\n< 7 {}');
    live`
      > ${id} tools/call {"name":"a"}
      < 5 roots/list
      > ${cancel(other)}
      > 5 {"roots":[]}
      < ${id} {}
    `;
  });

  it.each(["0", '""', "12345678901234567890"])("%s is an id", (id) => {
    const { live } = replayed('> 7 tools/call {"name":"a"}\n< 5 roots/list\n> 5 {"roots":[]}\n< 7 {}');
    live`
      > ${id} tools/call {"name":"a"}
      < 5 roots/list
      > ${cancel(id)}
      > 5 {"roots":[]}
    `;
  });

  it("initialize cannot be taken back", () => {
    const { live } = replayed("> 0 initialize {}\n< notifications/message {}\n> notifications/x\n< 0 {}");
    live`
      > 0 initialize {}
      < notifications/message {}
      << wait 20 ms
      > ${cancel("0")}
      >> 20 ms pass
      < 0 {}
    `;
  });

  it("a cancellation that was recorded for another request of the same kind changes nothing here", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > ${cancel("1")}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}`);
    live`
      > 1 tools/call {"name":"a"}
      > ${cancel("1")}
      > 2 tools/call {"name":"a"}
      < 2 {"n":2}
    `;
  });
});
