/** The facts of real exchanges, as they come: the request alone, then with its answer. */
import { describe, expect, it } from "vitest";
import { ExchangeTracker } from "../../src/core/index.ts";
import { exchangeView, parseFilter, targetOf } from "../../src/filter/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";

const header = {
  id: "t-1",
  name: "weather",
  startedAt: "2026-11-20T08:00:00.000000Z",
  endpointId: "fs",
  tags: { suite: "smoke" },
  server: { transport: "stdio", command: ["npx", "srv"] },
};

function told(request: string, response?: string) {
  const tracker = new ExchangeTracker();
  const ask = parseMessage(request)!;
  const exchange = tracker.observe("c2s", ask, 1_000_000)[0]!.exchange!;
  const answer = response === undefined ? undefined : parseMessage(response)!;
  if (answer) tracker.observe("s2c", answer, 1_250_000);
  return { header, exchange, request: ask, response: answer, tape: "a.tape.jsonl" };
}

const call =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_weather","arguments":{"city":"Paris","list":[10,{"k":12345678901234567891}],"__proto__":{"x":1}},"_meta":{"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}}}';
const fine = '{"jsonrpc":"2.0","id":1,"result":{"isError":false,"content":[{"text":"sun"}]}}';
const wrong = '{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no"}}';

describe("the view of an exchange", () => {
  it.each<[string, boolean | undefined, boolean | undefined]>([
    ["tool:get_*", true, true],
    ["prompt:*", false, false],
    ["-prompt:*", true, true],
    ["method:tools/*", true, true],
    ["status:ok", undefined, true],
    ["status:error", undefined, false],
    ["error:*", undefined, false],
    ["args.city:Paris", true, true],
    ["args.list.0:10", true, true],
    ["args.list.1.k:12345678901234567891", true, true],
    ["args.list.1.k:12345678901234567890", false, false],
    ["args.__proto__.x:1", true, true],
    ["args.constructor:*", false, false],
    ["result.isError:false", undefined, true],
    ["result.content.0.text:sun", undefined, true],
    [">200ms", undefined, true],
    ["size>10k", undefined, false],
    ["endpoint:fs", true, true],
    ["agent:*", false, false],
    ["tag:suite=smoke", true, true],
    ["tag:toString", false, false],
    ["tape:a.*", true, true],
    ["tape:weather", true, true],
    ["server:npx*", undefined, undefined],
    ["dir:c2s", true, true],
    ["trace:4bf9*", true, true],
    ["since:2026-11-20T08:00:01Z", true, true],
    ["until:2026-11-20T08:00", true, true],
    ["since:2026-11-20T08:00:02Z", false, false],
    ["since:1h", false, false],
    ["era:modern", undefined, undefined],
  ])("%s", (text, early, late) => {
    const filter = parseFilter(text);
    expect(filter.decide(exchangeView({ ...told(call), final: false }))).toBe(early);
    expect(filter.decide(exchangeView({ ...told(call, fine), final: false }))).toBe(late);
  });

  it("knows an error by its code, and an unanswered call in the end", () => {
    const failed = exchangeView({ ...told(call, wrong), final: true });
    expect(parseFilter("error:-32602 status:error -result.isError:*").decide(failed)).toBe(true);
    const lost = exchangeView({ ...told(call), final: true });
    expect(parseFilter("status:open -error:* ->1ms -<1ms").decide(lost)).toBe(true);
  });

  it("takes what the conversation says, and the header in the end", () => {
    const facts = {
      ...told(call),
      conversation: { client: "ide", server: "Weather", era: "legacy" as const },
    };
    expect(
      parseFilter("client:ide server:Weather era:legacy").decide(exchangeView({ ...facts, final: false })),
    ).toBe(true);
    expect(parseFilter('server:"npx srv"').decide(exchangeView({ ...told(call), final: true }))).toBe(true);
    expect(parseFilter("client:*").decide(exchangeView({ ...told(call), final: true }))).toBe(false);
  });

  it("survives params that are no objects", () => {
    for (const params of ["null", "[]", "3", '"x"', '{"arguments":[1]}']) {
      const view = exchangeView({
        ...told(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`),
        final: true,
      });
      expect(parseFilter("-tool:* -args.a:* -trace:*").decide(view)).toBe(true);
    }
  });

  it("says what a request is aimed at", () => {
    const aim = (method: string, params: string) =>
      targetOf(parseMessage(`{"id":1,"method":"${method}","params":${params}}`)!);
    expect(aim("tools/call", '{"name":"a"}')).toBe("a");
    expect(aim("prompts/get", '{"name":"p"}')).toBe("p");
    expect(aim("resources/read", '{"uri":"file:///x"}')).toBe("file:///x");
    expect(aim("tools/list", "{}")).toBe(undefined);
  });
});
