/**
 * What clients and servers do with each other, one generator for each kind of operation (MCP 2025-11-25 for the legacy
 * era, 2026-07-28 for the modern one). Pairs with `conversation.ts`, which lets them take turns.
 */
import type { Operation, Recorder } from "./conversation.ts";

/** What a request of the modern era says about itself. */
const claim =
  '"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}';
const subscription = "io.modelcontextprotocol/subscriptionId";

/** The first thing in a lineage: `initialize`, or nothing, because the recording began later or the era has none. */
export function* handshake(w: Recorder, op: number, shakesHands: boolean): Operation {
  const { random } = w;
  if (w.era === "modern") {
    if (random.chance(0.4)) yield* plain(w, op, "server/discover", "");
    return;
  }
  if (!shakesHands) return;
  const params = '"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}';
  const call = ask(w, op, "initialize", params, []);
  const about =
    '"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}';
  const heard = answer(w, op, call, "initialize", about);
  const method = "notifications/initialized";
  const spell = () => `{"jsonrpc":"2.0","method":"${method}"}`;
  const said = w.say({ kind: "notice", method, op, needs: [heard], key: method, spell });
  w.opened = [heard, said];
}

/** An operation of a random kind. */
export function operation(w: Recorder, op: number): Operation {
  const kinds = w.era === "legacy" ? legacy : modern;
  return kinds[w.random.below(kinds.length)]!(w, op);
}

const legacy = [call, call, call, call, pages, task, alone, alone, standingAsk, pings, notices, setLevel];
const modern = [call, call, call, pages, listen, listen, rounds, rounds];

/** A tool call with everything that may happen during one. */
function* call(w: Recorder, op: number): Operation {
  const { random } = w;
  const [method, params] = pick(w, callable);
  const hasToken = random.chance(0.4);
  const made = ask(w, op, method, params(random.below(2)), w.opened, hasToken);
  const open: { ask: number; method: string }[] = [];
  let progress = 0;
  for (let step = random.below(6); step > 0; step--) {
    yield* pause(w);
    const what = random.below(7);
    if (what === 0) tell(w, op, "notifications/message", '"level":"info","data":"working"');
    else if (what <= 2 && hasToken) report(w, op, made, ++progress);
    else if (what <= 4 && w.era === "legacy" && open.length < 3) open.push(nested(w, op, made));
    else if (open.length > 0) settle(w, op, open);
  }
  const hasty = random.chance(0.06);
  while (open.length > 0 && !hasty) {
    yield* pause(w);
    settle(w, op, open);
  }
  yield* pause(w);
  yield* finish(w, op, made, method);
  if (hasToken && random.chance(0.06)) {
    yield* pause(w);
    report(w, op, made, ++progress);
  }
  while (open.length > 0 && random.chance(0.7)) {
    yield;
    settle(w, op, open);
  }
}

/** Few different ones, so that equal calls are frequent. */
const callable: readonly (readonly [method: string, params: (n: number) => string])[] = [
  ["tools/call", (n) => `"name":"add","arguments":{"a":${n}}`],
  ["tools/call", (n) => `"name":"slow","arguments":{"a":${n}}`],
  ["prompts/get", (n) => `"name":"p${n}"`],
  ["resources/read", (n) => `"uri":"file:///${n}"`],
];

/** How a call ends: answered, taken back (with a late answer or none), or never. */
function* finish(w: Recorder, op: number, made: number, method: string): Operation {
  const { random } = w;
  const how = random.next();
  if (how < 0.78) {
    answer(w, op, made, method, '"content":[]');
    if (random.chance(0.05)) {
      yield;
      cancel(w, op, made);
    }
  } else if (how < 0.84) {
    fail(w, op, made, method);
  } else if (how < 0.98) {
    cancel(w, op, made);
    if (random.chance(0.4)) {
      yield* pause(w);
      answer(w, op, made, method, '"content":[]');
    }
  }
}

/** A list in pages; the empty string is a cursor like any other. */
function* pages(w: Recorder, op: number): Operation {
  const method = pick(w, ["tools/list", "resources/list", "prompts/list"]);
  let needs = w.opened;
  let params = "";
  const cursors = ["", "c-1", "c-2"].slice(0, w.random.below(4));
  for (const cursor of [...cursors, undefined]) {
    const made = ask(w, op, method, params, needs);
    yield* pause(w);
    const next = cursor === undefined ? "" : `,"nextCursor":"${cursor}"`;
    needs = [answer(w, op, made, method, `"list":[]${next}`)];
    params = `"cursor":"${cursor}"`;
    yield;
  }
}

/** A task of MCP 2025-11-25: created by a call, polled, its result fetched. */
function* task(w: Recorder, op: number): Operation {
  const { random } = w;
  const made = ask(w, op, "tools/call", '"name":"job","arguments":{},"task":{"ttl":1}', w.opened);
  yield* pause(w);
  const id = `task-${w.next}-0123`;
  const state = (status: string) => `"taskId":"${id}","status":"${status}","ttl":1`;
  const created = answer(w, op, made, "tools/call", `"task":{${state("working")}}`);
  for (let step = random.below(5); step > 0; step--) {
    yield* pause(w);
    if (random.chance(0.3)) tell(w, op, "notifications/tasks/status", state("working"));
    else yield* poll(w, op, id, created, state("working"));
  }
  const ending = random.below(4);
  if (ending === 0) tell(w, op, "notifications/tasks/status", state("completed"));
  if (ending === 1) {
    const cancelled = ask(w, op, "tasks/cancel", `"taskId":"${id}"`, [created]);
    yield* pause(w);
    answer(w, op, cancelled, "tasks/cancel", state("cancelled"));
  } else if (ending > 1) {
    const asked = ask(w, op, "tasks/result", `"taskId":"${id}"`, [created]);
    yield* pause(w);
    if (random.chance(0.3)) yield* during(w, op, asked);
    if (random.chance(0.3)) yield* poll(w, op, id, created, state("working"));
    answer(w, op, asked, "tasks/result", '"content":[]');
  }
  if (random.chance(0.5)) {
    yield;
    yield* poll(w, op, id, created, state("completed"));
  }
}

function* poll(w: Recorder, op: number, id: string, created: number, state: string): Operation {
  const made = ask(w, op, "tasks/get", `"taskId":"${id}"`, [created]);
  yield* pause(w);
  answer(w, op, made, "tasks/get", state);
}

/** The server asks once, and waits for the answer. */
function* during(w: Recorder, op: number, made: number): Operation {
  const open = [nested(w, op, made)];
  yield;
  settle(w, op, open);
  yield;
}

/** `subscriptions/listen`: open for long, ended by the client, by the server, or not at all. */
function* listen(w: Recorder, op: number): Operation {
  const { random } = w;
  const params = `"notifications":{"toolsListChanged":true,"n":${random.below(2)}}`;
  const made = ask(w, op, "subscriptions/listen", params, w.opened);
  yield* pause(w);
  const tagged = (method: string) => {
    const mark = w.next;
    const spell = (n: { id(event: number): string }) =>
      `{"jsonrpc":"2.0","method":"${method}","params":{"_meta":{"${subscription}":${n.id(made)}},"mark":${mark}}}`;
    w.say({ kind: "tell", method, about: made, op, spell });
  };
  tagged("notifications/subscriptions/acknowledged");
  for (let step = random.below(5); step > 0; step--) {
    for (let turns = random.below(6); turns > 0; turns--) yield;
    tagged("notifications/tools/list_changed");
  }
  yield;
  const ending = random.below(5);
  if (ending === 0) endListen(w, op, made);
  else if (ending === 1) cancel(w, op, made);
  else if (ending === 2) cancelByServer(w, op, made);
}

function endListen(w: Recorder, op: number, made: number): void {
  const mark = w.next;
  const spell = (n: { id(event: number): string }) =>
    `{"jsonrpc":"2.0","id":${n.id(made)},"result":{"resultType":"complete","_meta":{"${subscription}":${n.id(made)}},"mark":${mark}}}`;
  w.say({ kind: "result", method: "subscriptions/listen", about: made, op, spell });
}

/** A request of several rounds: `input_required`, and again with what was asked for. */
function* rounds(w: Recorder, op: number): Operation {
  const { random } = w;
  const first = `"name":"form","arguments":{"a":${random.below(2)}}`;
  let more = "";
  let needs = w.opened;
  for (let round = 1 + random.below(3); round > 0; round--) {
    const made = ask(w, op, "tools/call", `${first}${more}`, needs);
    yield* pause(w);
    const state = `s-${w.next}`;
    const asked = '"inputRequests":{"k":{"method":"elicitation/create","params":{}}}';
    needs = [answer(w, op, made, "tools/call", `${asked},"requestState":"${state}"`, "input_required")];
    more = `,"inputResponses":{"k":{"action":"accept","content":{"n":${w.next}}}},"requestState":"${state}"`;
    yield* pause(w);
  }
  const made = ask(w, op, "tools/call", `${first}${more}`, needs);
  yield* pause(w);
  yield* finish(w, op, made, "tools/call");
}

/** Notifications that belong to no call. */
function* alone(w: Recorder, op: number): Operation {
  for (let count = 1 + w.random.below(3); count > 0; count--) {
    tell(w, op, pick(w, ["notifications/tools/list_changed", "notifications/message"]), '"level":"info"');
    yield* pause(w);
  }
}

/** The server asks by itself, as servers ask for the roots. */
function* standingAsk(w: Recorder, op: number): Operation {
  const open = [asked(w, op, "roots/list", undefined)];
  yield* pause(w);
  if (w.random.chance(0.9)) settle(w, op, open);
}

function* pings(w: Recorder, op: number): Operation {
  if (w.random.chance(0.5)) {
    const made = ask(w, op, "ping", "", w.opened);
    yield* pause(w);
    const spell = (n: { id(event: number): string }) => `{"jsonrpc":"2.0","id":${n.id(made)},"result":{}}`;
    w.say({ kind: "result", method: "ping", about: made, op, spell });
  } else {
    const open = [asked(w, op, "ping", undefined)];
    yield* pause(w);
    settle(w, op, open);
  }
}

function* notices(w: Recorder, op: number): Operation {
  const method = "notifications/roots/list_changed";
  const spell = () => `{"jsonrpc":"2.0","method":"${method}"}`;
  w.say({ kind: "notice", method, op, needs: w.opened, key: method, spell });
  yield* pause(w);
  if (w.random.chance(0.7)) yield* standingAsk(w, op);
}

function* setLevel(w: Recorder, op: number): Operation {
  yield* plain(w, op, "logging/setLevel", `"level":"${pick(w, ["info", "debug"])}"`);
}

function* plain(w: Recorder, op: number, method: string, params: string): Operation {
  const made = ask(w, op, method, params, w.opened);
  yield* pause(w);
  answer(w, op, made, method, "");
}

/** Lets others take a few turns, or none. */
function* pause(w: Recorder): Operation {
  yield;
  while (w.random.chance(0.4)) yield;
}

function ask(
  w: Recorder,
  op: number,
  method: string,
  params: string,
  needs: readonly number[],
  hasToken = false,
): number {
  const event = w.next;
  const spell = (n: { id(event: number): string; token(event: number): string }) => {
    const meta = [w.era === "modern" ? claim : "", hasToken ? `"progressToken":${n.token(event)}` : ""];
    const all = [params, objectOf("_meta", meta)].filter((part) => part !== "").join(",");
    return `{"jsonrpc":"2.0","id":${n.id(event)},"method":"${method}"${all === "" ? "" : `,"params":{${all}}`}}`;
  };
  return w.say({ kind: "call", method, op, needs, key: `${method} ${params}`, hasToken, spell });
}

function objectOf(key: string, parts: readonly string[]): string {
  const members = parts.filter((part) => part !== "");
  return members.length === 0 ? "" : `"${key}":{${members.join(",")}}`;
}

function answer(
  w: Recorder,
  op: number,
  about: number,
  method: string,
  members: string,
  type = "complete",
): number {
  const mark = w.next;
  const all = [`"resultType":"${type}"`, members, `"mark":${mark}`].filter((part) => part !== "").join(",");
  const spell = (n: { id(event: number): string }) =>
    `{"result":{${all}},"jsonrpc":"2.0","id":${n.id(about)}}`;
  return w.say({ kind: "result", method, about, op, spell });
}

function fail(w: Recorder, op: number, about: number, method: string): void {
  const mark = w.next;
  const spell = (n: { id(event: number): string }) =>
    `{"jsonrpc":"2.0","id":${n.id(about)},"error":{"code":-32603,"message":"no","data":{"mark":${mark}}}}`;
  w.say({ kind: "result", method, about, op, spell });
}

function tell(w: Recorder, op: number, method: string, members: string): void {
  const mark = w.next;
  const spell = () => `{"jsonrpc":"2.0","method":"${method}","params":{${members},"mark":${mark}}}`;
  w.say({ kind: "tell", method, op, spell });
}

function report(w: Recorder, op: number, about: number, progress: number): void {
  const method = "notifications/progress";
  const mark = w.next;
  const spell = (n: { token(event: number): string }) =>
    `{"jsonrpc":"2.0","method":"${method}","params":{"progressToken":${n.token(about)},"progress":${progress},"mark":${mark}}}`;
  w.say({ kind: "tell", method, about, op, spell });
}

function cancel(w: Recorder, op: number, about: number): void {
  const method = "notifications/cancelled";
  const spell = (n: { id(event: number): string }) =>
    `{"jsonrpc":"2.0","method":"${method}","params":{"requestId":${n.id(about)}}}`;
  w.say({ kind: "cancel", method, about, op, needs: [about], spell });
}

/** The server takes an ask of its own back, or ends a subscription. */
function cancelByServer(w: Recorder, op: number, about: number): void {
  const method = "notifications/cancelled";
  const mark = w.next;
  const spell = (n: { id(event: number): string }) =>
    `{"jsonrpc":"2.0","method":"${method}","params":{"requestId":${n.id(about)},"mark":${mark}}}`;
  w.say({ kind: "tell", method, about, op, spell });
}

function nested(w: Recorder, op: number, made: number): { ask: number; method: string } {
  return asked(w, op, pick(w, ["elicitation/create", "sampling/createMessage", "roots/list"]), made);
}

function asked(w: Recorder, op: number, method: string, during: number | undefined) {
  const event = w.next;
  const spell = (n: { id(event: number): string }) =>
    `{"jsonrpc":"2.0","id":${n.id(event)},"method":"${method}","params":{"_meta":{"mark":${event}}}}`;
  const about = during === undefined ? {} : { about: during };
  return { ask: w.say({ kind: "ask", method, op, ...about, spell }), method };
}

/** The client answers one of the open asks, or the server takes it back. */
function settle(w: Recorder, op: number, open: { ask: number; method: string }[]): void {
  const [{ ask: about, method }] = open.splice(w.random.below(open.length), 1) as [(typeof open)[number]];
  if (method !== "ping" && w.random.chance(0.08)) {
    cancelByServer(w, op, about);
    return;
  }
  const says = w.random.chance(0.15)
    ? '"error":{"code":-1,"message":"no"}'
    : `"result":{"n":${w.random.below(3)}}`;
  const body = method === "ping" ? '"result":{}' : says;
  const spell = (n: { id(event: number): string }) => `{"jsonrpc":"2.0","id":${n.id(about)},${body}}`;
  w.say({ kind: "answer", method, about, op, needs: [about], spell });
}

function pick<T>(w: Recorder, list: readonly T[]): T {
  return list[w.random.below(list.length)]!;
}
