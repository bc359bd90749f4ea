// Writing .vcr recordings: both original readers accept every file, and what it cannot hold is listed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Loss,
  readTape,
  readVcr,
  type TapeEvent,
  type TapeHeader,
  type TapeItem,
  writeVcr,
} from "../../src/tape/index.ts";
import {
  chunked,
  codeOf,
  collect,
  header,
  jsonTexts,
  message,
  sent,
  tapeOf,
  textOf,
  utf8,
} from "./helpers.ts";
import { brokenRules } from "./vcr-validators.ts";

interface Call {
  request: { id: unknown };
  notifications: { method: string; params?: { progress?: number } }[];
  latency_ms: number;
  timestamp: string;
}

interface Written {
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a parsed file is looked into freely here
  file: any;
  losses: Record<string, number>;
}

async function write(open: () => AsyncIterable<TapeItem>): Promise<Written> {
  const pieces: Uint8Array[] = [];
  const losses: readonly Loss[] = await writeVcr(open, { write: (bytes) => void pieces.push(bytes.slice()) });
  const text = textOf(Buffer.concat(pieces));
  expect(brokenRules(text)).toEqual([]);
  for (const { says, count } of losses) expect([says.length > 10, count > 0]).toEqual([true, true]);
  return {
    text,
    file: JSON.parse(text),
    losses: Object.fromEntries(losses.map(({ what, count }) => [what, count])),
  };
}

function writeTape(events: readonly TapeEvent[], told: TapeHeader = header): Promise<Written> {
  const bytes = tapeOf(events, { header: told });
  return write(() => readTape(chunked(bytes)));
}

const hello = [
  sent(
    0,
    "c2s",
    '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","clientInfo":{"name":"c","v":1.0}}}',
  ),
  sent(
    5,
    "s2c",
    '{"result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"s"}},"jsonrpc":"2.0","id":0}',
  ),
];
const ask = (at: number, id: string, rest = "", more: Partial<TapeEvent> = {}): TapeEvent =>
  sent(at, "c2s", `{"jsonrpc":"2.0","id":${id},"method":"m"${rest}}`, more);
const answer = (at: number, id: string, rest = '"result":{}', more: Partial<TapeEvent> = {}): TapeEvent =>
  sent(at, "s2c", `{"jsonrpc":"2.0","id":${id},${rest}}`, more);
const notice = (at: number, dir: "c2s" | "s2c", method: string, rest = ""): TapeEvent =>
  sent(at, dir, `{"jsonrpc":"2.0","method":"${method}"${rest}}`);

test("a tape with one call, character for character", async () => {
  const told = {
    ...header,
    sessionId: "s",
    endpointId: "e",
    agentId: "a",
    tags: { k: "v" },
    server: { transport: "stdio", command: ["npx", "-y"] },
  };
  const { text, losses } = await writeTape(
    [...hello, ask(1000, "1", ',"params":{"n":[1.0,[],{}]}'), answer(3500, "1")],
    told,
  );
  expect(text).toBe(readFileSync(join(import.meta.dirname, "..", "tapes", "one-call.vcr"), "utf8"));
  expect(losses).toEqual({});
});

test("a tape without a handshake gets an empty one", async () => {
  const { file, losses } = await writeTape([ask(1, "1"), answer(2, "1")]);
  expect(file.session.initialize_request).toEqual({
    jsonrpc: "2.0",
    id: 0,
    method: "initialize",
    params: {},
  });
  expect(file.session.initialize_response).toEqual({ jsonrpc: "2.0", id: 0, result: { capabilities: {} } });
  expect([file.session.interactions.length, losses]).toEqual([1, { handshake: 1 }]);
});

test("a handshake that was never answered keeps its request", async () => {
  const { file, losses } = await writeTape([hello[0]!]);
  expect(file.session.initialize_request.params.protocolVersion).toBe("2025-06-18");
  expect([file.session.initialize_response.id, losses]).toEqual([0, { handshake: 1 }]);
});

test("a handshake that was refused stays refused", async () => {
  const { file } = await writeTape([hello[0]!, answer(1, "0", '"error":{"code":-1,"message":"no"}')]);
  expect(file.session.initialize_response).toEqual({
    jsonrpc: "2.0",
    id: 0,
    error: { code: -1, message: "no" },
  });
});

test("an empty tape, and a tape of nothing but a header", async () => {
  expect((await writeTape([])).file.session.interactions).toEqual([]);
  expect(await codeOf(write(() => chunkless()))).toBe("RW3008");
});

async function* chunkless(): AsyncGenerator<TapeItem> {}

describe("calls", () => {
  test("answered out of order are listed as they were answered", async () => {
    const { file } = await writeTape([
      ...hello,
      ask(10_000, "1"),
      ask(11_000, '"1"'),
      answer(12_500, '"1"'),
      answer(14_000, "1"),
    ]);
    const calls = file.session.interactions.map((it: Call) => [it.request.id, it.latency_ms, it.timestamp]);
    expect(calls).toEqual([
      ["1", 1.5, "2026-11-20T08:11:00.135956Z"],
      [1, 4, "2026-11-20T08:11:00.137456Z"],
    ]);
  });

  test("keep every number, escape and duplicate key", async () => {
    const odd =
      '{"n":12345678901234567890,"f":1.0,"e":1e400,"d":1,"d":2,"__proto__":{"a":"\\ud800 \\/ x: , [{ \\""}}';
    const { text } = await writeTape([
      ...hello,
      ask(1, "9007199254740993", `,"params":${odd}`),
      answer(2, "9007199254740993", `"result":${odd}`),
    ]);
    const squeezed = text.replaceAll("\n", "").replaceAll(/ {2,}/g, "").replaceAll('": ', '":');
    expect(squeezed).toContain(`"id":9007199254740993,"method":"m","params":${odd}`);
    expect(squeezed).toContain(`"id":9007199254740993,"result":${odd}`);
  });

  test("find their answer when a peer spells the id in another way", async () => {
    const { file, losses } = await writeTape([...hello, ask(1, "1"), answer(2, "1.0")]);
    expect([file.session.interactions.length, losses]).toEqual([1, {}]);
  });
});

describe("notifications of the server", () => {
  test("go with the call whose token they carry, others with the next answer, in order", async () => {
    const token = (name: string): string => `,"params":{"_meta":{"progressToken":${name}}}`;
    const progress = (name: string, n: number): string =>
      `,"params":{"progressToken":${name},"progress":${n}}`;
    const { file, losses } = await writeTape([
      ...hello,
      ask(1, "1", token('"a"')),
      ask(2, "2", token("5")),
      notice(3, "s2c", "notifications/progress", progress('"a"', 1)),
      notice(4, "s2c", "notifications/message"),
      notice(5, "s2c", "notifications/progress", progress("5", 2)),
      notice(6, "s2c", "notifications/progress", progress('"5"', 3)),
      answer(7, "2"),
      notice(8, "s2c", "notifications/progress", progress('"a"', 4)),
      answer(9, "1"),
      notice(10, "s2c", "notifications/late"),
    ]);
    const heard = file.session.interactions.map((it: Call) => [
      it.request.id,
      it.notifications.map((n) => n.params?.progress ?? n.method),
    ]);
    expect(heard).toEqual([
      [2, ["notifications/message", 2, 3]],
      [1, [1, 4]],
    ]);
    expect(losses).toEqual({ "notification-times": 5, "late-notifications": 1 });
  });
});

describe("what has no place", () => {
  const table: [name: string, events: TapeEvent[], losses: Record<string, number>, calls?: number][] = [
    [
      "requests of the server and their answers",
      [
        sent(1, "s2c", '{"jsonrpc":"2.0","id":1,"method":"roots/list"}'),
        sent(2, "c2s", '{"jsonrpc":"2.0","id":1,"result":{}}'),
      ],
      { "server-requests": 1 },
    ],
    [
      "notifications of the client",
      [notice(1, "c2s", "notifications/initialized")],
      { "client-notifications": 1 },
    ],
    ["batches", [sent(1, "c2s", '[{"jsonrpc":"2.0","id":1,"method":"m"}]')], { batches: 1 }],
    ["requests without an answer", [ask(1, "1")], { unanswered: 1 }],
    ["an id asked again while open", [ask(1, "1"), ask(2, "1"), answer(3, "1")], { unanswered: 1 }, 1],
    ["answers nobody waits for", [answer(1, "7")], { "unasked-answers": 1 }],
    ["a second handshake", [...hello.map((event) => ({ ...event, at: 9 }))], { handshakes: 1 }],
    [
      "another conversation",
      [ask(1, "1", "", { conn: 2 }), answer(2, "1", '"result":{}', { conn: 2 })],
      { conversations: 2 },
    ],
    ["ids that are null", [ask(1, "null"), answer(2, "null")], { "odd-ids": 1 }],
    ["ids beyond every number", [ask(1, "1e400"), answer(2, "1e400")], { "odd-ids": 1 }],
    ["messages that are none", [sent(1, "c2s", '{"hello":1}'), sent(2, "s2c", "5")], { "odd-messages": 2 }],
    [
      "stderr",
      [
        { at: 1, payload: { kind: "stderr", text: "x" } },
        { at: 1, payload: { kind: "bytes", bytes: utf8("x"), on: "stderr" } },
      ],
      { stderr: 2 },
    ],
    [
      "noise",
      [
        { at: 1, payload: { kind: "text", text: "x" } },
        { at: 1, payload: { kind: "bytes", bytes: utf8("x") } },
      ],
      { noise: 2 },
    ],
    [
      "processes",
      [
        { at: 1, payload: { kind: "open", open: { side: "server" } } },
        { at: 1, payload: { kind: "close", close: { side: "server" } } },
      ],
      { processes: 2 },
    ],
    [
      "HTTP and event streams",
      [
        { at: 1, payload: { kind: "other", key: "http", json: "{}" } },
        { at: 1, sse: {}, payload: { kind: "sse" } },
      ],
      { http: 1, sse: 1 },
    ],
    [
      "notes and later kinds",
      [
        { at: 1, payload: { kind: "note", note: { what: "w", says: "s" } } },
        { at: 1, payload: { kind: "other", key: "new", json: "1" } },
      ],
      { notes: 1, "other-lines": 1 },
    ],
    [
      "params that are neither object nor array",
      [ask(1, "1", ',"params":5'), answer(2, "1")],
      { params: 1 },
      1,
    ],
    ["params that are null are simply absent", [ask(1, "1", ',"params":null'), answer(2, "1")], {}, 1],
    [
      "results that are no object",
      [ask(1, "1"), answer(2, "1", '"result":[1]'), ask(3, "2"), answer(4, "2", '"result":null')],
      { results: 2 },
      2,
    ],
    [
      "result and error together",
      [ask(1, "1"), answer(2, "1", '"result":{},"error":{"code":1,"message":"x"}')],
      { "result-and-error": 1 },
      1,
    ],
    [
      "errors that lack something",
      [ask(1, "1"), answer(2, "1", '"error":{"code":1.5}'), ask(3, "2"), answer(4, "2", '"error":"bad"')],
      { errors: 2 },
      2,
    ],
    [
      "error data that is no object",
      [ask(1, "1"), answer(2, "1", '"error":{"code":1,"message":"x","data":"y"}')],
      { "error-data": 1 },
      1,
    ],
    [
      "error data that is null is simply absent",
      [ask(1, "1"), answer(2, "1", '"error":{"code":1,"message":"x","data":null}')],
      {},
      1,
    ],
    [
      "messages of another version",
      [sent(1, "c2s", '{"id":1,"method":"m"}'), answer(2, "1")],
      { "jsonrpc-version": 1 },
      1,
    ],
  ];

  test.each(table)("%s", async (_, events, losses, calls = 0) => {
    const written = await writeTape([...hello, ...events]);
    expect([written.losses, written.file.session.interactions.length]).toEqual([losses, calls]);
  });

  test("damaged lines", async () => {
    const lines = textOf(tapeOf([...hello, ask(1, "1"), answer(2, "1")]))
      .split("\n")
      .with(2, "{");
    const { losses } = await write(() => readTape(chunked(utf8(lines.join("\n")))));
    expect(losses).toEqual({ "unreadable-lines": 1, handshake: 1 });
  });

  test("what the header says and the format has no word for", async () => {
    const { text, losses } = await writeTape(hello, {
      ...header,
      name: "weather",
      run: "r1",
      tags: { a: "b" },
    });
    expect(losses).toEqual({ header: 2 });
    expect(text).not.toContain("weather");
  });

  test("transports without a word", async () => {
    const on = (transport: string): Promise<Written> =>
      writeTape(hello, { ...header, server: { transport } });
    expect((await on("sse")).file.metadata.transport).toBe("sse");
    const http = await on("http");
    expect([http.file.metadata.transport, http.losses]).toEqual(["sse", { transport: 1 }]);
  });

  test("wrapped values keep their text", async () => {
    const { text } = await writeTape([
      ...hello,
      ask(1, "1"),
      answer(2, "1", '"result":12345678901234567890'),
    ]);
    expect(text.replaceAll(/\s/g, "")).toContain('"result":{"value":12345678901234567890}');
  });
});

test("the table of open requests has a limit, and so have waiting notifications", async () => {
  const events = [
    ...hello,
    ...[...Array(20).keys()].map((i) => ask(i, String(i + 1))),
    ...[...Array(20).keys()].map((i) => notice(30 + i, "s2c", "n")),
    answer(60, "20"),
    answer(61, "1"),
  ];
  const bytes = tapeOf(events);
  const losses = await writeVcr(
    () => readTape(chunked(bytes)),
    { write: () => {} },
    { pairs: { openMax: 5, waitingMax: 3, waitingBytesMax: 1e6 } },
  );
  expect(Object.fromEntries(losses.map(({ what, count }) => [what, count]))).toEqual({
    unanswered: 19,
    "unasked-answers": 1,
    "late-notifications": 17,
    "notification-times": 3,
  });
});

describe("there and back", () => {
  const names = [
    "calculator-v1",
    "calculator-v2",
    "calculator-errors",
    "generated/py-calculator-v1",
    "generated/py-empty-session",
    "generated/py-noisy-notifications-ids",
    "generated/ts-noisy",
  ];

  test.each(names)("%s keeps its interactions", async (name) => {
    const bytes = new Uint8Array(
      readFileSync(join(import.meta.dirname, "..", "tapes", "agent-vcr", `${name}.vcr`)),
    );
    const before = JSON.parse(textOf(bytes));
    const { file, text, losses } = await write(() => readVcr(() => chunked(bytes)));
    expect(plain(file.session)).toEqual(plain(before.session));
    expect({ ...file.metadata, version: 0, recorded_at: 0 }).toMatchObject(toldIn(before.metadata));
    expect(
      Object.keys(losses).filter((what) => what !== "notification-times" && what !== "handshake"),
    ).toEqual([]);
    const again = await write(() => readVcr(() => chunked(utf8(text))));
    expect(again.text).toBe(text);
  });

  test("any calls, with any values", async () => {
    const calls = fc.array(
      fc.record({
        params: jsonTexts([""]),
        result: jsonTexts([""]),
        wait: fc.nat(5000),
        took: fc.nat(9000),
        notes: fc.nat(2),
      }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (all) => {
        let at = 0;
        const events = all.flatMap(({ params, result, wait, took, notes }, i) => {
          at += wait;
          const asked = ask(at, String(i + 1), `,"params":{"v":${params}}`);
          at += took;
          const notices = [...Array(notes).keys()].map((n) =>
            notice(at, "s2c", `n${n}`, `,"params":{"v":${result}}`),
          );
          return [asked, ...notices, answer(at, String(i + 1), `"result":{"v":${result}}`)];
        });
        const first = await write(() => readTape(chunked(tapeOf([...hello, ...events]))));
        const items = await collect(readVcr(() => chunked(utf8(first.text))));
        const messages = items.flatMap((item) =>
          item.kind === "event" && item.event.payload.kind === "msg" ? [item.event] : [],
        );
        expect(messages.slice(2)).toEqual(events);
        const second = await write(() => readVcr(() => chunked(utf8(first.text))));
        expect(second.text).toBe(first.text);
      }),
      { numRuns: 100 },
    );
  });

  /** A session without what its writers added or marked at will: nulls, directions, spellings of times. */
  function plain(session: unknown): unknown {
    return JSON.parse(
      JSON.stringify(session, (key, value) => {
        if (value === null || key === "direction") return undefined;
        if (key === "timestamp") return `${new Date(/Z$/.test(value) ? value : `${value}Z`).toISOString()}`;
        return key === "latency_ms" ? Math.round(value * 1000) : value;
      }),
    );
  }

  function toldIn(metadata: Record<string, unknown>): Record<string, unknown> {
    const kept = [
      "transport",
      "server_command",
      "server_args",
      "tags",
      "session_id",
      "endpoint_id",
      "agent_id",
    ];
    return Object.fromEntries(
      Object.entries(metadata).filter(([key, value]) => kept.includes(key) && value !== null),
    );
  }
});

test("a document that nests deeply grows no more than its text", async () => {
  const deep = "[".repeat(20_000) + "]".repeat(20_000);
  const pieces: Uint8Array[] = [];
  const bytes = tapeOf([...hello, ask(1, "1", `,"params":${deep}`), answer(2, "1")]);
  await writeVcr(() => readTape(chunked(bytes)), { write: (piece) => void pieces.push(piece.slice()) });
  expect(Buffer.concat(pieces).length).toBeLessThan(100_000);
  expect(message("{}").kind).toBe("other");
});
