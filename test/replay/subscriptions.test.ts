/** `subscriptions/listen`: what is said on a subscription carries the live id, and comes when it is subscribed. */
import { describe, expect, it } from "vitest";
import { replayed } from "./helpers.ts";

const listen = 'subscriptions/listen {"notifications":{"toolsListChanged":true}}';
const on = (id: string, more = "") => `{"_meta":{"io.modelcontextprotocol/subscriptionId":${id}}${more}}`;
const ack = (id: string) =>
  `notifications/subscriptions/acknowledged ${on(id, ',"notifications":{"toolsListChanged":true}')}`;
const changed = (id: string) => `notifications/tools/list_changed ${on(id)}`;

const tape = `
  > "L" ${listen}
  < ${ack('"L"')}
  > 1 tools/call {"name":"change"}
  < ${changed('"L"')}
  < 1 {"ok":true}
  > 2 tools/list
  < 2 {"n":1}`;

describe("a subscription", () => {
  it.each(['"listen:0"', "0", '""', '"7"', "7"])("is named by the live id with its JSON type: %s", (id) => {
    const { live, findings } = replayed(tape);
    live`
      > ${id} ${listen}
      < ${ack(id)}
      > 1 tools/call {"name":"change"}
      < ${changed(id)}
      < 1 {"ok":true}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("that was never ended stays open, whatever time passes", () => {
    const { live, findings } = replayed(tape);
    live`
      > 1 ${listen}
      < ${ack("1")}
      >> 100000 ms pass
      > closed
      < closed
    `;
    expect(findings.misses).toEqual([]);
  });

  it("that was never acknowledged is a call like any other: it was not answered", () => {
    const { live, findings } = replayed(`> 9 ${listen}\n> 1 tools/list\n< 1 {}`);
    live`
      > 9 ${listen}
      < 9 miss -31003
    `;
    expect(findings.misses).toMatchObject([{ kind: "unanswered" }]);
  });

  it("that nobody holds says nothing, and holds nothing back", () => {
    const { live } = replayed(`
      > "L" ${listen}
      < ${ack('"L"')}
      > 1 tools/call {"name":"change"}
      < ${changed('"L"')}
      < notifications/message {"data":"changed"}
      < 1 {"ok":true}
      > 2 tools/call {"name":"change"}
      < ${changed('"L"')}
      < 2 {"ok":true}`);
    live`
      > 1 tools/call {"name":"change"}
      < notifications/message {"data":"changed"}
      < 1 {"ok":true}
    `;
  });

  it("that nobody holds says nothing, though it is the last", () => {
    const { live } = replayed(tape);
    live`
      > 1 tools/call {"name":"change"}
      < 1 {"ok":true}
      > 2 tools/list
      < 2 {"n":1}
    `;
  });

  it("made later says what has its cause still before it", () => {
    const { live } = replayed(tape);
    live`
      > 2 tools/list
      < 2 {"n":1}
      > 5 ${listen}
      < ${ack("5")}
      > 1 tools/call {"name":"change"}
      < ${changed("5")}
      < 1 {"ok":true}
    `;
  });

  it("ended by a result, which carries the live id twice", () => {
    const { live } = replayed(`
      > "L" ${listen}
      < ${ack('"L"')}
      > 1 tools/call {"name":"stop"}
      < 1 {}
      < "L" {"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":"L"}}`);
    live`
      > 4 ${listen}
      < ${ack("4")}
      > 1 tools/call {"name":"stop"}
      < 1 {}
      < 4 {"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":4}}
    `;
  });

  it("ended by the server's cancellation, which names the live id", () => {
    const { live, findings } = replayed(`
      > "L" ${listen}
      < ${ack('"L"')}
      > 1 tools/call {"name":"stop"}
      < 1 {}
      < notifications/cancelled {"requestId":"L","reason":"bye"}`);
    live`
      > 4 ${listen}
      < ${ack("4")}
      > 1 tools/call {"name":"stop"}
      < 1 {}
      < notifications/cancelled {"requestId":4,"reason":"bye"}
    `;
    expect(findings.misses).toEqual([]);
  });

  it("ended by the client says no more", () => {
    const { live } = replayed(tape);
    live`
      > 4 ${listen}
      < ${ack("4")}
      > notifications/cancelled {"requestId":4}
      > 1 tools/call {"name":"change"}
      < 1 {"ok":true}
    `;
  });

  it("of two, each with its own id", () => {
    const other = listen.replace("toolsListChanged", "promptsListChanged");
    const { live } = replayed(`
      > 1 ${listen}
      < ${ack("1")}
      > 2 ${other}
      < ${ack("2")}
      > 3 tools/call {"name":"change"}
      < ${changed("2")}
      < ${changed("1")}
      < 3 {}`);
    live`
      > "b" ${other}
      < ${ack('"b"')}
      > "a" ${listen}
      < ${ack('"a"')}
      > 3 tools/call {"name":"change"}
      < ${changed('"b"')}
      < ${changed('"a"')}
      < 3 {}
    `;
  });
});
