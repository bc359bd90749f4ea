/** What comes after what, which calls overlap, and that nothing waits for ever. */
import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const opening = `
  > 0 initialize {"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}
  < 0 {"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}
  > notifications/initialized
`;
const none = { misses: [], inexact: [] };

describe("order and cause", () => {
  it("progress comes before the result, with the live token", () => {
    const { live, findings } = replayed(`${opening}
      > {"id":1,"method":"tools/call","params":{"name":"slow","_meta":{"progressToken":1}}}
      < {"method":"notifications/progress","params":{"progressToken":1,"progress":1}}
      < {"method":"notifications/progress","params":{"progressToken":1,"progress":2}}
      < {"result":{"ok":true},"id":1}
    `);
    live`
      ${opening}
      > {"id":"x","method":"tools/call","params":{"name":"slow","_meta":{"progressToken":"t-9"}}}
      < {"method":"notifications/progress","params":{"progressToken":"t-9","progress":1}}
      < {"method":"notifications/progress","params":{"progressToken":"t-9","progress":2}}
      < {"result":{"ok":true},"id":"x"}
    `;
    expect(findings).toEqual(none);
  });

  it("what stands alone follows the event that it followed, in a chain", () => {
    const { live } = replayed(`
      < notifications/message {"data":"before all"}
      ${opening}
      < notifications/message {"data":1}
      < notifications/tools/list_changed
      > 1 tools/list
      < notifications/message {"data":2}
      < 1 {"tools":[]}
      < notifications/message {"data":3}`);
    live`
      client opened
      < notifications/message {"data":"before all"}
      ${opening}
      < notifications/message {"data":1}
      < notifications/tools/list_changed
      > 1 tools/list
      < notifications/message {"data":2}
      < 1 {"tools":[]}
      < notifications/message {"data":3}
    `;
  });

  it("it is said once, though the call that it followed is made again", () => {
    const { live } = replayed('> 1 tools/list\n< 1 {}\n< notifications/message {"data":1}', {
      repeat: "last",
    });
    live`
      > 1 tools/list
      < 1 {}
      < notifications/message {"data":1}
      > 2 tools/list
      < 2 {}
    `;
  });

  it("not before its cause, however often other things happen", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 1 {"of":"a"}
      > 2 tools/call {"name":"b"}
      < notifications/message {"data":"during b"}
      < 2 {"of":"b"}`);
    live`
      > 1 tools/call {"name":"a"}
      < 1 {"of":"a"}
      >> 1000 ms pass
      > 2 ping
      < 2 {}
      > 3 tools/call {"name":"b"}
      < notifications/message {"data":"during b"}
      < 3 {"of":"b"}
    `;
  });

  it("pings and polls are no causes: what followed one follows what was before", () => {
    const { live } = replayed(`
      > 1 tools/list
      < 1 {}
      > 2 ping
      < 2 {}
      < notifications/message {"data":1}`);
    live`
      > 1 tools/list
      < 1 {}
      < notifications/message {"data":1}
    `;
  });

  it("a notification of the client is a cause", () => {
    const { live } = replayed(`
      > notifications/roots/list_changed
      < 5 roots/list
      > 5 {"roots":[]}
      < notifications/message {"data":"got roots"}
      > notifications/roots/list_changed
      < 6 roots/list`);
    live`
      > notifications/x
      > notifications/roots/list_changed
      < 5 roots/list
      > 5 {"roots":[]}
      < notifications/message {"data":"got roots"}
      > notifications/roots/list_changed
      < 6 roots/list
      > notifications/roots/list_changed
    `;
  });

  it("a second answer to a call is sent after the event that it followed, with the live id", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      < 1 {"n":1}
      < 1 {"n":2}`);
    live`
      > "x" tools/call {"name":"a"}
      < "x" {"n":1}
      < "x" {"n":2}
    `;
  });

  it("a ping of the server is answered, or not: nothing waits for it", () => {
    const tape = `
      > 1 tools/call {"name":"a"}
      < 9 ping
      > 9 {}
      < 1 {}`;
    replayed(tape).live`
      > 1 tools/call {"name":"a"}
      < 9 ping
      < 1 {}
    `;
    replayed(tape).live`
      > 1 tools/call {"name":"a"}
      < 9 ping
      < 1 {}
      > 9 {}
      > 9 {}
    `;
  });
});

describe("overlapping calls", () => {
  const tape = `
    > 1 tools/call {"name":"a"}
    > 2 tools/call {"name":"b"}
    > 3 tools/call {"name":"c"}
    < 3 {"of":"c"}
    < 1 {"of":"a"}
    < 2 {"of":"b"}`;

  it("overlap again, answered in the recorded order", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > 2 tools/call {"name":"b"}
      > 3 tools/call {"name":"c"}
      < 3 {"of":"c"}
      < 1 {"of":"a"}
      < 2 {"of":"b"}
    `;
  });

  it("also when they are made in another order", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"c"}
      < 1 {"of":"c"}
      > 2 tools/call {"name":"b"}
      << wait 20 ms
      > 3 tools/call {"name":"a"}
      < 3 {"of":"a"}
      < 2 {"of":"b"}
    `;
  });

  it("one call at a time is answered too, after a silence", () => {
    const { live, findings } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      >> 19 ms pass
      >> 1 ms pass
      < 1 {"of":"a"}
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
      > 3 tools/call {"name":"c"}
      < 3 {"of":"c"}
    `;
    expect(findings).toEqual(none);
  });

  it("the silence begins anew with everything that the client says", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      >> 15 ms pass
      > notifications/x
      >> 5 ms pass
      << wait 15 ms
      >> 14 ms pass
      >> 1 ms pass
      < 1 {"of":"a"}
    `;
  });

  it("what the client did otherwise is waited for once, not each time", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      > 2 tools/call {"name":"b"}
      < notifications/progress {"progressToken":1,"progress":1}
      < notifications/progress {"progressToken":1,"progress":2}
      < 1 {"of":"a"}
      < 2 {"of":"b"}`);
    live`
      > 1 tools/call {"name":"a","_meta":{"progressToken":1}}
      << wait 20 ms
      >> 20 ms pass
      < notifications/progress {"progressToken":1,"progress":1}
      < notifications/progress {"progressToken":1,"progress":2}
      < 1 {"of":"a"}
    `;
  });

  it("at the end of input nothing is waited for", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > 2 tools/call {"name":"b"}
      > closed
      < 1 {"of":"a"}
      < 2 {"of":"b"}
      < closed
    `;
  });

  it("unrelated messages of the client never hold a result back for ever", () => {
    const { live } = replayed(`
      > 1 tools/call {"name":"a"}
      > notifications/x {"a":1}
      > notifications/cancelled {"requestId":77}
      > 99 {"nobody":"asked"}
      > 2 ping
      < 2 {}
      < 1 {"of":"a"}`);
    live`
      > 1 tools/call {"name":"a"}
      << wait 20 ms
      > notifications/x {"a":1}
      < 1 {"of":"a"}
    `;
  });

  it("a call that was never answered holds nobody back", () => {
    const { live, findings } = replayed(`
      > 1 tools/call {"name":"never"}
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}`);
    live`
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
      > 1 tools/call {"name":"never"}
      < 1 miss -31003
    `;
    expect(findings.misses).toHaveLength(1);
  });

  it("a hundred at once, in the opposite order, get their own", () => {
    const all = Array.from({ length: 100 }, (_, i) => i);
    const { live } = replayed(
      [...all.map((i) => `> ${i} tools/call {"n":${i}}`), ...all.map((i) => `< ${i} {"n":${i}}`)].join("\n"),
    );
    const asked = [...all].reverse().map((i) => `> "live ${i}" tools/call {"n":${i}}`);
    live`
      ${asked[0]!}
      << wait 20 ms
      ${asked.slice(1).join("\n")}
      ${all.map((i) => `< "live ${i}" {"n":${i}}`).join("\n")}
    `;
  });
});

describe("--strict-order", () => {
  const tape = `
    > 1 tools/call {"name":"a"}
    > 2 tools/call {"name":"b"}
    < 2 {"of":"b"}
    < 1 {"of":"a"}
    > 3 tools/call {"name":"c"}
    < 3 {"of":"c"}`;

  it("never drops the order, whatever time passes", () => {
    const { live } = replayed(tape, { strictOrder: true });
    live`
      > 3 tools/call {"name":"c"}
      >> 5000 ms pass
      > 1 tools/call {"name":"a"}
      >> 5000 ms pass
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
      < 1 {"of":"a"}
      < 3 {"of":"c"}
    `;
  });

  it("pings, polls, and what nobody waits for are no part of it", () => {
    const { live } = replayed(
      `> 1 ping
       < 1 {}
       > 2 tasks/get {"taskId":"t"}
       < 2 {"status":"working"}
       > notifications/cancelled {"requestId":99}
       > notifications/progress {"progressToken":1,"progress":1}
       > 99 {"nobody":"asked"}
       < 5 ping
       > 5 {}
       > 3 tools/list
       < 3 {}`,
      { strictOrder: true },
    );
    live`
      client opened
      < 5 ping
      > 3 tools/list
      < 3 {}
    `;
  });

  it("holds a conversation that goes as recorded", () => {
    const { live, findings } = replayed(`${opening}${tape}`, { strictOrder: true });
    live`
      ${opening}
      > 1 tools/call {"name":"a"}
      > 2 tools/call {"name":"b"}
      < 2 {"of":"b"}
      < 1 {"of":"a"}
      > 3 tools/call {"name":"c"}
      < 3 {"of":"c"}
    `;
    expect(findings).toEqual(none);
  });
});

describe("a server that ended before its client", () => {
  it("ends again at that point", () => {
    const { live } = replayed(`
      > 1 tools/list
      < 1 {}
      < notifications/message {"data":"bye"}
      < closed
      > closed`);
    live`
      > 1 tools/list
      < 1 {}
      < notifications/message {"data":"bye"}
      << client close {"reason":"the recorded server ended here"}
      > 2 tools/list
    `;
  });

  it("during a call that was not answered", () => {
    const { live, findings } = replayed(`
      > 1 tools/list
      < 1 {}
      > 2 tools/call {"name":"crash"}
      < closed`);
    live`
      > 1 tools/list
      < 1 {}
      > 2 tools/call {"name":"crash"}
      << client close {"reason":"the recorded server ended here"}
    `;
    expect(findings).toEqual(none);
  });

  it("not when the client ended first", () => {
    const { live } = replayed("> 1 tools/list\n< 1 {}\n> closed\n< closed");
    live`
      > 1 tools/list
      < 1 {}
      > 2 ping
      < 2 {}
      > closed
      < closed
    `;
  });
});

describe("batches", () => {
  it("are answered message by message", () => {
    const { live } = replayed(`
      > [{"id":1,"method":"tools/list"},{"method":"notifications/x"},{"id":2,"method":"tools/call","params":{"name":"a"}}]
      < [{"id":2,"result":{"of":"a"}},{"id":1,"result":{"tools":[]}}]`);
    live`
      > [{"id":"p","method":"tools/call","params":{"name":"a"}},{"id":"q","method":"tools/list"},{"method":"notifications/x"}]
      < {"id":"p","result":{"of":"a"}}
      < {"id":"q","result":{"tools":[]}}
    `;
  });

  it("one by one what was a batch, and in a batch what was one by one", () => {
    const tape =
      '> [{"id":1,"method":"tools/list"}]\n< [{"id":1,"result":{"n":1}}]\n> {"id":2,"method":"tools/list"}\n< {"id":2,"result":{"n":2}}';
    replayed(tape).live`
      > {"id":5,"method":"tools/list"}
      < {"id":5,"result":{"n":1}}
      > [{"id":6,"method":"tools/list"},{"id":7,"method":"tools/list"}]
      < {"jsonrpc":"2.0","id":7,"error":{"code":-31002,...
      < {"id":6,"result":{"n":2}}
    `;
  });
});
