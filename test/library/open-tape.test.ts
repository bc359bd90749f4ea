/** Reading a tape from a program. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTape } from "../../src/index.ts";
import { CallList } from "../../src/library/index.ts";
import { exchangesOf } from "../../src/library/open-tape.ts";
import {
  batch,
  complete,
  everything,
  folder,
  handshake,
  header,
  troubled,
  unfinished,
} from "../cli/tapes.ts";
import { root } from "../e2e/harness/ways.ts";
import { all } from "./helpers.ts";

function tapeFile(content: string): string {
  return join(folder({ "a.tape.jsonl": content }), "a.tape.jsonl");
}

describe("exchanges", () => {
  it("are numbered as `show` does, with the exact texts", async () => {
    const tape = await openTape(tapeFile(complete(everything)));
    const rows = (await all(tape.exchanges())).map(({ n, conn, dir, method, target, id, status, micros }) =>
      [n, conn, dir, method, target, id, status, micros].join(" ").replaceAll("\u001b", "ESC"),
    );
    expect(rows).toEqual([
      "1 0 c2s initialize  0 ok 8308",
      "2 0 c2s tools/call get_ESC[31mred 1 tool_error 3000",
      '3 0 s2c sampling/createMessage  "1" error 500',
      "4 0 c2s tools/call slow 2 cancelled ",
      "5 0 c2s ping  3 open ",
      "6 0 c2s tools/list  10 ok 1000",
      "7 0 c2s resources/read file:///x 11 error 1000",
      "8 2 c2s tools/call other 1 ok 2000",
    ]);
    const [second] = await all(tape.exchanges("status:tool_error"));
    expect(second).toMatchObject({ n: 2, errorCode: undefined });
    expect(second!.request).toContain('"n":12345678901234567890');
    expect(second!.response).toContain('"v":1.0,"e":1e400,"big":12345678901234567890,"dup":1,"dup":2');
    const [read] = await all(tape.exchanges("resource:file://*"));
    expect(read).toMatchObject({
      n: 7,
      errorCode: "-32002",
      request: '{"jsonrpc":"2.0","id":11,"method":"resources/read","params":{"uri":"file:///x"}}',
      response: '{"jsonrpc":"2.0","id":11,"error":{"code":-32002,"message":"none"}}',
    });
  });

  it("a call without an answer has none, and a filter that is none is an error at once", async () => {
    const tape = await openTape(tapeFile(complete([...handshake, ...troubled])));
    expect(await all(tape.exchanges("status:open"))).toMatchObject([{ method: "ping", response: undefined }]);
    expect(() => tape.exchanges("nosuch:1")).toThrow(expect.objectContaining({ code: "RW1009" }));
  });

  it("an open one holds back no more than so many bytes of texts", async () => {
    const calls = Array.from({ length: 20 }, (_, i) => [
      `{"at":${30 + 2 * i},"dir":"c2s","msg":{"jsonrpc":"2.0","id":${i},"method":"m"}}`,
      `{"at":${31 + 2 * i},"dir":"s2c","msg":{"jsonrpc":"2.0","id":${i},"result":"${"x".repeat(1000)}"}}`,
    ]).flat();
    const first = '{"at":20,"dir":"c2s","msg":{"jsonrpc":"2.0","id":"all","method":"subscriptions/listen"}}';
    const last = '{"at":90,"dir":"s2c","msg":{"jsonrpc":"2.0","id":"all","result":{}}}';
    const tape = await openTape(tapeFile(complete([first, ...calls, last])));
    const order = async (bytesMax: number) => {
      const list = new CallList({ header: tape.header, tape: "", nowMs: 0 });
      return (await all(exchangesOf(tape.events(), list, bytesMax))).map(({ n, status }) => `${n} ${status}`);
    };
    const rest = Array.from({ length: 20 }, (_, i) => `${i + 2} ok`);
    expect(await order(1_000_000)).toEqual(["1 ok", ...rest]);
    expect(await order(5_000)).toEqual(["1 open", ...rest]);
  });
});

describe("lines and messages", () => {
  it("every line is an event or says why it does not read", async () => {
    const tape = await openTape(tapeFile(unfinished([...handshake, "not JSON", ...batch])));
    const lines = await all(tape.events());
    expect(lines.map(({ kind, line }) => `${line} ${kind}`)).toEqual([
      "2 event",
      "3 event",
      "4 event",
      "5 event",
      "6 damaged",
      "7 event",
      "8 event",
    ]);
    expect(await all(tape.events()), "each call reads again").toEqual(lines);
  });

  it("messages are those of the wire, batches whole", async () => {
    const tape = await openTape(tapeFile(complete(everything)));
    const said = await all(tape.messages());
    expect(said.map(({ dir, message }) => `${dir} ${message.method ?? message.kind}`)).toEqual([
      "c2s initialize",
      "s2c response",
      "c2s notifications/initialized",
      "c2s tools/call",
      "s2c notifications/progress",
      "s2c sampling/createMessage",
      "c2s response",
      "s2c response",
      "c2s tools/call",
      "c2s notifications/cancelled",
      "s2c response",
      "s2c response",
      "c2s ping",
      "c2s batch",
      "s2c batch",
      "c2s tools/call",
      "s2c response",
    ]);
    expect(said.at(-1)).toMatchObject({ at: 21_000, conn: 2 });
  });

  it("a .vcr recording reads the same way", async () => {
    const tape = await openTape(join(root, "test", "tapes", "agent-vcr", "calculator-v1.vcr"));
    expect(tape.encoding).toBe("vcr");
    const [first] = await all(tape.exchanges("method:tools/call"));
    expect(first).toMatchObject({ status: "ok", target: "add" });
    expect(JSON.parse(first!.request)).toMatchObject({ method: "tools/call", params: { name: "add" } });
  });
});

describe("opening", () => {
  it("tells what the tape is", async () => {
    const path = tapeFile(complete(handshake));
    const { signal } = new AbortController();
    const tape = await openTape(path, { signal });
    expect(tape).toMatchObject({ path, encoding: "jsonl", files: [path], header: JSON.parse(header) });
  });

  it.each([
    { content: "", code: "RW3008" },
    { content: "hello\n", code: "RW3002" },
    { content: '{"reelwire":99,"id":"x","startedAt":"2026-01-01T00:00:00Z"}\n', code: "RW3003" },
  ])("$code", async ({ content, code }) => {
    await expect(openTape(tapeFile(content))).rejects.toMatchObject({ code });
  });

  it("a file that is not there", async () => {
    await expect(openTape(join(folder(), "none"))).rejects.toMatchObject({ code: "RW3001" });
  });

  it("a signal ends every iteration with its reason", async () => {
    const stop = new AbortController();
    const tape = await openTape(tapeFile(complete(everything)), { signal: stop.signal });
    const reading = (async () => {
      for await (const _line of tape.events()) stop.abort(new Error("enough"));
    })();
    await expect(reading).rejects.toThrow("enough");
    await expect(all(tape.exchanges())).rejects.toThrow("enough");
    await expect(openTape("anything", { signal: stop.signal })).rejects.toThrow("enough");
  });
});
