/**
 * What is the protocol's stays byte for byte, in its method and revision; the same names in a tool's own arguments and
 * answers are the tool's.
 */
import { describe, expect, it } from "vitest";
import type { Direction } from "../../src/protocol/index.ts";
import type { Redactor } from "../../src/redact/index.ts";
import { messageOf, redactorOf, told } from "./redacting.ts";

const secret = ["n4medBy", "Its0wnKey"].join("");

/** Passes a whole conversation; gives what became of the last message. */
function last(...said: readonly (readonly [Direction, string])[]): string {
  const redactor: Redactor = redactorOf();
  let text = "";
  for (const [dir, message] of said) text = redactor.message(messageOf(message), dir).message.text;
  return text;
}

const opened = (revision: string): [Direction, string][] => [
  ["c2s", '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{}}'],
  ["s2c", `{"jsonrpc":"2.0","id":"i","result":{"protocolVersion":"${revision}"}}`],
];

const ask = (method: string, params: string): string =>
  `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;
const answer = (result: string): string => `{"jsonrpc":"2.0","id":1,"result":${result}}`;

describe("parameters", () => {
  it.each<[method: string, params: string]>([
    ["tools/call", '{"name":"password=abc1","_meta":{"progressToken":"token: abc123"}}'],
    ["tools/list", '{"cursor":"?access_token=abc"}'],
    ["initialize", '{"protocolVersion":"2025-11-25","capabilities":{"experimental":{"auth":{"token":"x"}}}}'],
    ["initialize", '{"clientInfo":{"name":"password=abc1","version":"1","token":"x"},"capabilities":{}}'],
    ["prompts/get", '{"name":"token=abc"}'],
    [
      "completion/complete",
      '{"ref":{"type":"ref/prompt","name":"token=abc"},"argument":{"name":"password"}}',
    ],
    [
      "sampling/createMessage",
      '{"maxTokens":1000,"temperature":1.0,"stopSequences":["password=x1y2"],"messages":[]}',
    ],
    ["sampling/createMessage", '{"modelPreferences":{"hints":[{"name":"token=abc"}]},"maxTokens":1e400}'],
    [
      "elicitation/create",
      '{"mode":"form","requestedSchema":{"properties":{"password":{"default":"x","type":"string"}}}}',
    ],
    ["notifications/progress", '{"progressToken":"token=abc","progress":1,"total":2}'],
    ["notifications/cancelled", '{"requestId":"token=abc"}'],
    ["tasks/get", '{"taskId":"token=abc"}'],
    ["tasks/result", '{"taskId":"token=abc"}'],
    [
      "tools/call",
      '{"name":"x","_meta":{"io.modelcontextprotocol/clientCapabilities":{"auth":{"token":"x"}}}}',
    ],
  ])("%s %s", (method, params) => {
    for (const dir of ["c2s", "s2c"] as const)
      expect(last([dir, ask(method, params)])).toBe(ask(method, params));
  });
});

describe("results", () => {
  it.each<[method: string, result: string]>([
    ["tools/list", '{"nextCursor":"token=abc123","tools":[]}'],
    ["tools/list", '{"tools":[{"name":"token=abc","annotations":{"title":"x"}}]}'],
    [
      "tools/list",
      '{"tools":[{"name":"x","inputSchema":{"properties":{"password":{"type":"string","default":"x","description":"password: abc123"}},"required":["password"]},"outputSchema":{"properties":{"token":{"enum":["a"]}}}}]}',
    ],
    [
      "initialize",
      '{"protocolVersion":"2025-11-25","capabilities":{"x":{"token":"y"}},"serverInfo":{"token":"x"}}',
    ],
    ["prompts/list", '{"prompts":[{"name":"token=abc","arguments":[{"name":"password","required":true}]}]}'],
    ["resources/list", '{"resources":[{"name":"token=abc","uri":"x://y"}]}'],
    ["sampling/createMessage", '{"model":"token=abc","role":"assistant","stopReason":"endTurn"}'],
    ["elicitation/create", '{"action":"accept"}'],
  ])("%s %s", (method, result) => {
    expect(last(["c2s", ask(method, "{}")], ["s2c", answer(result)])).toBe(answer(result));
  });
});

it.each(["nextCursor", "requestState", "cursor", "progressToken", "taskId", "maxTokens", "inputSchema"])(
  "%s in a tool's own arguments and answers is the tool's",
  (name) => {
    const own = JSON.stringify({ [name]: { password: secret, text: `token=${secret}` } });
    const call = ask("tools/call", `{"name":"t","arguments":${own}}`);
    const result = answer(`{"structuredContent":${own},"content":[]}`);
    expect(told(last(["c2s", call]))).toBe(call.replaceAll(secret, "<secret>"));
    expect(told(last(["c2s", call], ["s2c", result]))).toBe(result.replaceAll(secret, "<secret>"));
  },
);

describe("by revision", () => {
  const state = ask("tools/call", `{"name":"t","requestState":"token=${secret}"}`);
  const task = ask("tools/call", `{"name":"t","task":{"token":"${secret}"}}`);

  it.each<[revision: string, stays: string, goes: string]>([
    ["2025-11-25", task, state],
    ["2026-07-28", state, task],
  ])("%s", (revision, stays, goes) => {
    expect(last(...opened(revision), ["c2s", stays])).toBe(stays);
    expect(told(last(...opened(revision), ["c2s", goes]))).toBe(goes.replaceAll(secret, "<secret>"));
  });

  it("before it is known, what any revision has is left alone", () => {
    for (const each of [state, task]) expect(last(["c2s", each])).toBe(each);
  });
});

it("a method's fields are its own", () => {
  const text = ask("tools/list", `{"ref":{"token":"${secret}"},"clientInfo":{"token":"${secret}"}}`);
  expect(told(last(["c2s", text]))).toBe(text.replaceAll(secret, "<secret>"));
});

it("an answer belongs to the question of the other side", () => {
  const result = answer(`{"capabilities":{"token":"${secret}"}}`);
  const asked: [Direction, string] = ["c2s", ask("initialize", "{}")];
  expect(last(asked, ["s2c", result])).toBe(result);
  expect(told(last(asked, ["c2s", result]))).toBe(result.replaceAll(secret, "<secret>"));
});
