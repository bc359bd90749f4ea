/** Tasks are state machines: the recorded states come in their order, however often the client polls. */
import { describe, expect, it } from "vitest";
import { replayed, unusedOf } from "./helpers.ts";

const none = { misses: [], inexact: [] };
const get = 'tasks/get {"taskId":"t-00000001"}';
const state = (status: string, n: number) => `{"taskId":"t-00000001","status":"${status}","n":${n}}`;
const started = `
  > 1 tools/call {"name":"long","task":{}}
  < 1 {"task":{"taskId":"t-00000001","status":"working"}}`;
const tape = `${started}
  > 2 ${get}
  < 2 ${state("working", 1)}
  > 3 ${get}
  < 3 ${state("working", 2)}
  > 4 ${get}
  < 4 ${state("completed", 3)}
  > 5 tasks/result {"taskId":"t-00000001"}
  < 5 {"content":[]}
  > 6 ${get}
  < 6 ${state("completed", 4)}`;

const startLive = `
  > 1 tools/call {"name":"long","task":{}}
  < 1 {"task":{"taskId":"t-00000001","status":"working"}}`;

describe("polls", () => {
  it("as often as recorded: the same states", () => {
    const { live, findings } = replayed(tape);
    live`
      ${startLive}
      > 2 ${get}
      < 2 ${state("working", 1)}
      > 3 ${get}
      < 3 ${state("working", 2)}
      > 4 ${get}
      < 4 ${state("completed", 3)}
      > 5 tasks/result {"taskId":"t-00000001"}
      < 5 {"content":[]}
      > 6 ${get}
      < 6 ${state("completed", 4)}
    `;
    expect(findings).toEqual(none);
  });

  it("less often: what is asked next goes on as it did", () => {
    const { live, findings, player } = replayed(tape);
    live`
      ${startLive}
      > "x" ${get}
      < "x" ${state("working", 1)}
      > 5 tasks/result {"taskId":"t-00000001"}
      < 5 {"content":[]}
      > 6 ${get}
      < 6 ${state("completed", 4)}
    `;
    expect(findings).toEqual(none);
    expect(unusedOf(player)).toEqual([]);
  });

  it("more often: the last state that is possible, again and again", () => {
    const { live, findings } = replayed(tape);
    live`
      ${startLive}
      > 2 ${get}
      < 2 ${state("working", 1)}
      > 3 ${get}
      < 3 ${state("working", 2)}
      > 4 ${get}
      < 4 ${state("completed", 3)}
      > 41 ${get}
      < 41 ${state("completed", 3)}
      > 42 ${get}
      < 42 ${state("completed", 3)}
      > 5 tasks/result {"taskId":"t-00000001"}
      < 5 {"content":[]}
      > 6 ${get}
      < 6 ${state("completed", 4)}
      > 61 ${get}
      < 61 ${state("completed", 4)}
    `;
    expect(findings).toEqual(none);
  });

  it("the result is not told twice: it is asked for again and is the same", () => {
    const { live, findings } = replayed(tape);
    live`
      ${startLive}
      > 5 tasks/result {"taskId":"t-00000001"}
      < 5 {"content":[]}
      > 6 tasks/result {"taskId":"t-00000001"}
      < 6 {"content":[]}
    `;
    expect(findings).toEqual(none);
  });

  it("of an unknown task are a miss", () => {
    const { live, findings } = replayed(tape);
    live`
      ${startLive}
      > 2 tasks/get {"taskId":"other"}
      < 2 miss -31001
    `;
    expect(findings.misses).toMatchObject([{ kind: "unknown", method: "tasks/get" }]);
  });

  it("of the list come as often as they like, too", () => {
    const { live } = replayed('> 1 tasks/list\n< 1 {"tasks":[]}\n> 2 tasks/list\n< 2 {"tasks":[1]}');
    live`
      > 1 tasks/list
      < 1 {"tasks":[]}
      > 2 tasks/list
      < 2 {"tasks":[1]}
      > 3 tasks/list
      < 3 {"tasks":[1]}
    `;
  });

  it("of two tasks are two", () => {
    const b = (text: string) => text.replaceAll("t-00000001", "t-00000002");
    const { live } = replayed(`
      > 1 ${get}
      < 1 ${state("working", 1)}
      > 2 ${b(get)}
      < 2 ${b(state("completed", 9))}
      > 3 ${get}
      < 3 ${state("completed", 2)}`);
    live`
      > 1 ${b(get)}
      < 1 ${b(state("completed", 9))}
      > 2 ${get}
      < 2 ${state("working", 1)}
      > 3 ${b(get)}
      < 3 ${b(state("completed", 9))}
      > 4 ${get}
      < 4 ${state("completed", 2)}
    `;
  });
});

describe("what happens to a task", () => {
  const controlled = `${started}
    > 2 ${get}
    < 2 ${state("input_required", 1)}
    > 3 tasks/update {"taskId":"t-00000001","inputResponses":{"k":{}}}
    < 3 {}
    > 4 ${get}
    < 4 ${state("completed", 2)}`;

  it("a state that needed input before it does not come without it, however often the client polls", () => {
    const { live, findings } = replayed(controlled);
    live`
      ${startLive}
      > 2 ${get}
      < 2 ${state("input_required", 1)}
      > 21 ${get}
      < 21 ${state("input_required", 1)}
      > 22 ${get}
      < 22 ${state("input_required", 1)}
      > 3 tasks/update {"inputResponses":{"k":{}},"taskId":"t-00000001"}
      < 3 {}
      > 4 ${get}
      < 4 ${state("completed", 2)}
    `;
    expect(findings).toEqual(none);
  });

  it("a state before it does not come after it, though nobody polled for it", () => {
    const { live } = replayed(controlled);
    live`
      ${startLive}
      > 3 tasks/update {"taskId":"t-00000001","inputResponses":{"k":{}}}
      < 3 {}
      > 4 ${get}
      < 4 ${state("completed", 2)}
    `;
  });

  it("a status that the server told is a state: polls before it are over", () => {
    const { live } = replayed(`${started}
      > 2 ${get}
      < 2 ${state("working", 1)}
      > 9 tools/call {"name":"finish"}
      < notifications/tasks/status {"taskId":"t-00000001","status":"completed"}
      < 9 {}
      > 3 ${get}
      < 3 ${state("completed", 2)}`);
    live`
      ${startLive}
      > 9 tools/call {"name":"finish"}
      < notifications/tasks/status {"taskId":"t-00000001","status":"completed"}
      < 9 {}
      > 3 ${get}
      < 3 ${state("completed", 2)}
    `;
  });

  it("a status notification comes where it came, among polls or without them", () => {
    const told = `${started}
      > 2 ${get}
      < 2 ${state("working", 1)}
      < notifications/tasks/status {"taskId":"t-00000001","status":"completed"}`;
    replayed(told).live`
      ${startLive}
      < notifications/tasks/status {"taskId":"t-00000001","status":"completed"}
    `;
  });
});

describe("a task that the client made", () => {
  const tapeOf = (id: string) => `
    > 1 tools/call {"name":"a"}
    < 5 sampling/createMessage {"task":{}}
    > 5 {"task":{"taskId":"${id}","status":"working"}}
    < 6 tasks/get {"taskId":"${id}"}
    > 6 {"taskId":"${id}","status":"completed"}
    < 7 tasks/result {"taskId":"${id}"}
    > 7 {"role":"assistant","_meta":{"io.modelcontextprotocol/related-task":{"taskId":"${id}"}}}
    < 1 {"made by":{"taskId":"${id}"}}`;

  it.each(["ask", "compare"] as const)(
    "has its live id in what the server says of it, and is no other answer (%s)",
    (answers) => {
      for (const [then, now] of [
        ["client-task-1", "mine"],
        ["7", "8"],
        ["t", "a longer one"],
        ["same-task-id", "same-task-id"],
      ]) {
        const { live, findings } = replayed(tapeOf(then!), { answers });
        live`${tapeOf(now!)}`;
        expect(findings).toEqual(none);
      }
    },
  );

  it("in another state is another answer", () => {
    const { live, findings } = replayed(tapeOf("client-task-1"));
    live`
      > 1 tools/call {"name":"a"}
      < 5 sampling/createMessage {"task":{}}
      > 5 {"task":{"taskId":"mine","status":"failed"}}
      < 6 tasks/get {"taskId":"mine"}
    `;
    expect(findings.inexact).toMatchObject([
      { why: "answer", difference: { pointer: "/result/task/status" } },
    ]);
  });
});
