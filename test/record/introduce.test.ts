import { describe, expect, it } from "vitest";
import { type Message, parseMessage } from "../../src/protocol/index.ts";
import { type Introduction, introduce } from "../../src/record/index.ts";

/** Plays a server against the introduction: each request gets what `answer` says. */
function meet(answer: (method: string, params: Record<string, unknown>) => object, extra: object[] = []) {
  const sent: string[] = [];
  const talk = introduce({ name: "reelwire", version: "0" });
  let step = talk.next() as IteratorResult<readonly Message[], Introduction | undefined>;
  const inbox: Message[] = extra.map((value) => parseMessage(JSON.stringify(value))!);
  for (let turns = 0; !step.done && turns < 200; turns++) {
    for (const message of step.value) {
      sent.push(message.method ?? `answer ${message.id} ${message.isError ? "error" : "ok"}`);
      if (message.kind !== "request") continue;
      const reply = {
        jsonrpc: "2.0",
        id: message.at("id"),
        ...answer(message.method!, (message.at("params") ?? {}) as never),
      };
      inbox.push(parseMessage(JSON.stringify(reply))!);
    }
    step = talk.next(inbox.shift()!);
  }
  return { sent, learned: step.value as Introduction | undefined };
}
const none = { error: { code: -32601, message: "no" } };

describe("the client that record is when there is none", () => {
  it("opens in the legacy era and follows the pages of what the server says it has", () => {
    const pages: Record<string, object> = {
      "": { tools: [{ name: "a" }, { name: "b" }], nextCursor: "" },
      "\u0000": { tools: [{ name: "c" }] },
    };
    const { sent, learned } = meet((method, params) => {
      if (method === "initialize")
        return {
          result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: "s" } },
        };
      return { result: pages["cursor" in params ? "\u0000" : ""]! };
    });
    expect(sent).toEqual(["initialize", "notifications/initialized", "tools/list", "tools/list"]);
    expect(learned).toMatchObject({
      era: "legacy",
      revision: "2025-06-18",
      server: "s",
      tools: ["a", "b", "c"],
    });
  });

  it("asks in the modern way a server that refuses to initialize", () => {
    const { sent, learned } = meet((method) => {
      if (method === "initialize")
        return { error: { code: -32022, message: "no", data: { supported: ["2026-07-28"] } } };
      if (method === "server/discover")
        return {
          result: {
            capabilities: { prompts: {} },
            _meta: { "io.modelcontextprotocol/serverInfo": { name: "m" } },
          },
        };
      return { result: { prompts: [{ name: "p" }] } };
    });
    expect(sent).toEqual(["initialize", "server/discover", "prompts/list"]);
    expect(learned).toMatchObject({ era: "modern", server: "m", prompts: ["p"], tools: [] });
  });

  it("gives up on a server that refuses both", () => {
    expect(meet(() => none).learned).toBeUndefined();
  });

  it("answers what the server asks meanwhile: ping with a result, anything else with an error", () => {
    const asks = [
      { jsonrpc: "2.0", id: 1, method: "ping" },
      { jsonrpc: "2.0", id: "1", method: "roots/list" },
      { jsonrpc: "2.0", method: "notifications/message", params: {} },
      { jsonrpc: "2.0", id: "1", result: {} },
    ];
    const { sent } = meet(() => none, asks);
    expect(sent).toEqual(["initialize", "answer 1 ok", 'answer "1" error', "server/discover"]);
  });

  it("does not follow a list for ever", () => {
    const { sent } = meet((method) => {
      if (method === "initialize") return { result: { capabilities: { tools: {} } } };
      return { result: { tools: [], nextCursor: "again" } };
    });
    expect(sent.filter((method) => method === "tools/list")).toHaveLength(100);
  });
});
