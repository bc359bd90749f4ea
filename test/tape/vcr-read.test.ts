// Reading .vcr recordings: every file of the original writers, every shape that they or a hand may give it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { readVcr, type TapeItem } from "../../src/tape/index.ts";
import { chunked, codeOf, collect, jsonTexts, textOf, utf8 } from "./helpers.ts";

const folder = join(import.meta.dirname, "..", "tapes", "agent-vcr");
const fileOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const items = (bytes: Uint8Array, size = 65536): Promise<TapeItem[]> =>
  collect(readVcr(() => chunked(bytes, size)));

/** A message in short: who, when, and what. */
function brief(item: TapeItem): string {
  if (item.kind === "header") return "header";
  if (item.kind === "damaged") return `${item.torn ? "torn" : "damaged"}: ${item.why}`;
  const { at, dir, payload } = item.event;
  if (payload.kind === "note") return `note ${payload.note.what} ${payload.note["count"] ?? ""}`.trimEnd();
  if (payload.kind !== "msg") return payload.kind;
  const { method, id, isError } = payload.message;
  const said = [method, id, method === undefined ? (isError ? "error" : "result") : undefined];
  return [`@${at}`, dir, ...said].filter((part) => part !== undefined).join(" ");
}

const told = async (bytes: Uint8Array): Promise<string[]> => (await items(bytes)).map(brief);

const samples: Record<string, string[]> = {
  "calculator-v1.vcr": [
    "header",
    "note imported",
    "@0 c2s initialize 0",
    "@0 s2c 0 result",
    "@976600 c2s tools/list 1",
    "@1000000 s2c 1 result",
    "@1041300 c2s tools/call 2",
    "@1050000 s2c 2 result",
    "@1113800 c2s tools/call 3",
    "@1120000 s2c 3 result",
    "note import-zone 4",
  ],
};

describe("the samples", () => {
  const names = [
    "calculator-v1.vcr",
    "calculator-v2.vcr",
    "calculator-errors.vcr",
    "generated/py-calculator-v1.vcr",
    "generated/py-empty-session.vcr",
    "generated/py-noisy-notifications-ids.vcr",
    "generated/ts-noisy.vcr",
  ];

  test.each(names)("%s reads the same in any chunks, as pinned", async (name) => {
    const bytes = fileOf(name);
    const all = await told(bytes);
    expect(all).toMatchSnapshot();
    for (const size of [1, 7, 100]) expect((await items(bytes, size)).map(brief)).toEqual(all);
    if (samples[name]) expect(all).toEqual(samples[name]);
  });

  test.each(names)("%s: every message is the file's own, value for value", async (name) => {
    const file = JSON.parse(textOf(fileOf(name)));
    const messages = (await items(fileOf(name))).flatMap((item) =>
      item.kind === "event" && item.event.payload.kind === "msg"
        ? [JSON.parse(item.event.payload.message.text)]
        : [],
    );
    const plain = (value: Record<string, unknown> | null): unknown => withoutNulls(value);
    const calls = file.session.interactions.flatMap((it: Record<string, unknown>) => [
      plain(it["request"] as Record<string, unknown>),
      ...(it["notifications"] as Record<string, unknown>[]).map(plain),
      plain(it["response"] as Record<string, unknown>),
    ]);
    const handshake = name.includes("empty")
      ? []
      : [file.session.initialize_request, plain(file.session.initialize_response)];
    expect(messages).toEqual([...handshake, ...calls]);
  });

  test("a header tells what the file told", async () => {
    const [first] = await items(fileOf("generated/py-noisy-notifications-ids.vcr"));
    expect(first).toMatchObject({
      kind: "header",
      header: {
        reelwire: 1,
        startedAt: "2026-11-20T08:29:40.328594Z",
        sessionId: "9b2f7c1e-0d53-4a0e-8a8e-7d2b3f1c5e60",
        endpointId: "noisy",
        agentId: "search-agent",
        tags: { env: "ci", trace: "t-1" },
        server: { transport: "stdio", command: ["python3", "noisy_server.py"] },
        imported: { from: "vcr", version: "1.0" },
      },
    });
  });
});

/** What the first writer adds: nulls beside what was sent. */
function withoutNulls(message: Record<string, unknown> | null): unknown {
  if (message === null) return null;
  const kept = Object.entries(message).filter(
    ([key, value]) => value !== null || !["params", "result", "error"].includes(key),
  );
  const clean = Object.fromEntries(kept);
  const error = clean["error"] as Record<string, unknown> | undefined;
  if (error && error["data"] === null) clean["error"] = { code: error["code"], message: error["message"] };
  return clean;
}

interface Parts {
  metadata?: string;
  init?: string;
  calls?: string;
}

const time = "2026-01-01T00:00:";
const call = (second: number, request: string, rest: string): string =>
  `{"sequence":0,"timestamp":"${time}${String(second).padStart(2, "0")}Z","request":${request},${rest}}`;

function vcr({ metadata, init, calls = "" }: Parts = {}): Uint8Array {
  const session = `${init ?? '"initialize_request":null,"initialize_response":null'},"interactions":[${calls}]`;
  return utf8(
    `{"format_version":"1.0.0","metadata":${metadata ?? `{"recorded_at":"${time}00Z"}`},"session":{${session}}}`,
  );
}

const messagesOf = async (bytes: Uint8Array): Promise<string[]> =>
  (await items(bytes)).flatMap((item) =>
    item.kind === "event" && item.event.payload.kind === "msg" ? [item.event.payload.message.text] : [],
  );

describe("shapes that are accepted", () => {
  const request = '{"jsonrpc":"2.0","id":1,"method":"m"}';
  const answer = '"response":{"jsonrpc":"2.0","id":1,"result":{}},"latency_ms":500';

  const table: [name: string, parts: Parts, expected: string[]][] = [
    ["nothing but a session", {}, []],
    ["no answer", { calls: call(1, request, '"response":null') }, ["@1000000 c2s m 1"]],
    [
      "no latency, no notifications",
      { calls: call(1, request, '"response":{"id":1,"result":{}}') },
      ["@1000000 c2s m 1", "@1000000 s2c 1 result"],
    ],
    [
      "null for everything",
      { calls: call(1, request, '"response":null,"notifications":null,"latency_ms":null,"direction":null') },
      ["@1000000 c2s m 1"],
    ],
    [
      "negative and odd latencies",
      { calls: call(1, request, '"response":{"id":1,"result":{}},"latency_ms":-5') },
      ["@1000000 c2s m 1", "@1000000 s2c 1 result"],
    ],
    [
      "a latency longer than the recording",
      { calls: call(1, request, '"response":{"id":1,"result":{}},"latency_ms":5000') },
      ["@0 c2s m 1", "@5000000 s2c 1 result"],
    ],
    [
      "error data of any type",
      { calls: call(1, request, '"response":{"id":1,"error":{"code":1,"message":"x","data":[1.0,"a"]}}') },
      ["@1000000 c2s m 1", "@1000000 s2c 1 error"],
    ],
    [
      "the mark of the server on a client's request",
      { calls: call(1, request, `"direction":"server_to_client",${answer}`) },
      ["@500000 c2s m 1", "@1000000 s2c 1 result"],
    ],
    [
      "the mark of the server on a request that only a server makes",
      {
        calls: call(
          1,
          '{"id":1,"method":"sampling/createMessage"}',
          `"direction":"server_to_client",${answer}`,
        ),
      },
      ["@500000 s2c sampling/createMessage 1", "@1000000 c2s 1 result"],
    ],
    [
      "overlapping calls, in the order of their times",
      {
        calls: [
          call(2, '{"id":2,"method":"quick"}', '"response":{"id":2,"result":{}},"latency_ms":500'),
          call(
            4,
            '{"id":1,"method":"slow"}',
            '"response":{"id":1,"result":{}},"latency_ms":3000,"notifications":[{"method":"n"}]',
          ),
        ].join(),
      },
      [
        "@1000000 c2s slow 1",
        "@1500000 c2s quick 2",
        "@2000000 s2c 2 result",
        "@4000000 s2c n",
        "@4000000 s2c 1 result",
      ],
    ],
    [
      "calls that do not say when",
      {
        calls: [
          '{"request":{"id":1,"method":"a"},"response":{"id":1,"result":{}},"latency_ms":2}',
          '{"timestamp":"noon","request":{"id":2,"method":"b"}}',
        ].join(),
      },
      ["@0 c2s a 1", "@2000 s2c 1 result", "@2000 c2s b 2"],
    ],
    [
      "a handshake without an answer",
      { init: '"initialize_request":{"id":0,"method":"initialize","params":{"protocolVersion":"x"}}' },
      ["@0 c2s initialize 0"],
    ],
    [
      "a handshake that was refused",
      {
        init: '"initialize_request":{"id":0,"method":"initialize","params":{}},"initialize_response":{"id":0,"error":{"code":1,"message":"no"}}',
      },
      ["@0 c2s initialize 0", "@0 s2c 0 error"],
    ],
    [
      "a placeholder for a handshake",
      {
        init: '"initialize_request":{"id":0,"method":"initialize","params":{}},"initialize_response":{"id":0,"result":{"capabilities":{}},"error":null}',
      },
      [],
    ],
  ];

  test.each(table)("%s", async (_, parts, expected) => {
    const all = (await told(vcr(parts))).filter((line) => line.startsWith("@"));
    expect(all).toEqual(expected);
  });

  test("its keys in any order, unknown ones between them, a byte order mark before", async () => {
    const calls = call(1, request, answer);
    const file = `\ufeff{"later":[{"session":1}],"session":{"interactions":[${calls}],"x":{"interactions":[1]},"initialize_response":{"id":0,"result":{"protocolVersion":"1"}},"initialize_request":{"id":0,"method":"initialize"}},"metadata":{"recorded_at":"${time}00Z","tags":{"n":5}},"format_version":7}`;
    const all = await items(utf8(file));
    expect(all.map(brief)).toEqual([
      "header",
      "note imported",
      "@0 c2s initialize 0",
      "@0 s2c 0 result",
      "@500000 c2s m 1",
      "@1000000 s2c 1 result",
    ]);
    expect(all[0]).toMatchObject({ header: { tags: { n: "5" }, startedAt: `${time}00.000000Z` } });
  });

  test("times with zones, without, with a blank, with decimals", async () => {
    const at = async (recorded: string, stamp: string): Promise<string> => {
      const calls = `{"timestamp":"${stamp}","request":${request}}`;
      return (await told(vcr({ metadata: `{"recorded_at":"${recorded}"}`, calls }))).find((line) =>
        line.startsWith("@"),
      )!;
    };
    expect(await at("2026-01-01T00:00:00Z", "2026-01-01T02:00:01.5+02:00")).toBe("@1500000 c2s m 1");
    expect(await at("2026-01-01 00:00:00.000001", "2026-01-01T00:00:00.000003")).toBe("@2 c2s m 1");
    expect(await at("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.1234567Z")).toBe("@123456 c2s m 1");
    expect(await at("2025-12-31T23:59:59.9-01:30", "2026-01-01T01:30:00Z")).toBe("@100000 c2s m 1");
    expect(await at("2026-01-01T00:01:00Z", "2026-01-01T00:00:30Z")).toBe("@0 c2s m 1");
  });
});

describe("messages keep their text", () => {
  test("but for blanks between tokens", async () => {
    const odd =
      '{"n":12345678901234567890,"f":1.0,"e":1e400,"d":1,"d":2,"__proto__":{"a b":"x  y"},"s":"\\ud800 \\/"}';
    const spread = odd.replaceAll(",", " ,\r\n\t ").replaceAll(":", " : ");
    const calls = call(
      1,
      `{"id":1,"method":"m","params":${spread}}`,
      `"response":{"id":1,"result":${spread}},"notifications":[{"method":"n","params":${spread}}]`,
    );
    expect(await messagesOf(vcr({ calls }))).toEqual([
      `{"id":1,"method":"m","params":${odd}}`,
      `{"method":"n","params":${odd}}`,
      `{"id":1,"result":${odd}}`,
    ]);
  });

  test("and for nulls that their writer put in, which are counted", async () => {
    const calls = [
      call(1, '{"id":1,"method":"a","params":null}', '"response":{"id":1,"result":{},"error":null}'),
      call(
        2,
        '{"id":2,"method":"b"}',
        '"response":{"error":{"code":1,"message":"x","data":null},"result":null,"id":2}',
      ),
      call(3, '{"id":3,"method":"c"}', '"response":{"id":3,"result":null,"error":null}'),
      call(4, '{"id":4,"method":"d"}', '"response":{"id":4,"result":{"error":null}}'),
    ].join();
    expect(await messagesOf(vcr({ calls }))).toEqual([
      '{"id":1,"method":"a"}',
      '{"id":1,"result":{}}',
      '{"id":2,"method":"b"}',
      '{"error":{"code":1,"message":"x"},"id":2}',
      '{"id":3,"method":"c"}',
      '{"id":3,"result":null}',
      '{"id":4,"method":"d"}',
      '{"id":4,"result":{"error":null}}',
    ]);
    expect((await told(vcr({ calls }))).at(-1)).toBe("note import-nulls 5");
  });

  test("any JSON, in any chunks", async () => {
    const blanks = ["", " ", "\n  ", "\r\n", "\t"];
    await fc.assert(
      fc.asyncProperty(
        jsonTexts([""]),
        jsonTexts(blanks),
        fc.integer({ min: 1, max: 40 }),
        async (compact, spread, size) => {
          const calls = call(
            1,
            `{"id":1,"method":"m","params":${compact}}`,
            `"response":{ "id":1, "result":${spread}}`,
          );
          const all = await collect(readVcr(() => chunked(vcr({ calls }), size)));
          const messages = all.flatMap((item) =>
            item.kind === "event" && item.event.payload.kind === "msg" ? [item.event.payload.message] : [],
          );
          expect(messages).toHaveLength(2);
          if (compact !== "null") expect(messages[0]!.rawAt("params")).toBe(compact);
          expect(JSON.stringify(messages[1]!.at("result"))).toBe(JSON.stringify(JSON.parse(spread)));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("what is wrong", () => {
  test.each([
    ["", "RW3008"],
    ["   ", "RW3008"],
    ["[]", "RW3007"],
    ["nonsense", "RW3007"],
    ["{}", "RW3007"],
    ['{"metadata":{},"session":null}', "RW3007"],
    ['{"metadata":{},"session":[]}', "RW3007"],
    ['{"metadata":{"a":', "RW3007"],
    [`{"metadata":{"tags":{"a":${"[".repeat(500)}${"]".repeat(500)}}},"session":{}}`, "RW3007"],
    ['{"metadata":{"a":tru},"session":{}}', "RW3007"],
    ['{"agent_vcr_version":"1","interactions":[]}', "RW3007"],
  ])("%s", async (text, code) => {
    const error = await items(utf8(text)).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(ReelwireError);
    expect((error as ReelwireError).code).toBe(code);
    expect((error as ReelwireError).report()).not.toMatch(/\{\w+\}/);
  });

  test("interactions that are none are items, the others are read", async () => {
    const good = call(1, '{"id":1,"method":"m"}', '"response":null');
    const calls = `null,{},{"request":{"id":1}},{"request":{"id":1,"method":"m"},"notifications":[5]},{"request":nul},${good}`;
    expect((await told(vcr({ calls }))).slice(2)).toEqual([
      "damaged: interaction 0: it is not an object",
      "damaged: interaction 1: it has no request",
      "damaged: interaction 2: its request has no method",
      "damaged: interaction 3: one of its notifications has no method",
      "damaged: interaction 4: it is not well-formed JSON",
      "@1000000 c2s m 1",
      "note import-handshake",
    ]);
  });

  test("a cut file gives what stands before the cut", async () => {
    const bytes = fileOf("generated/py-noisy-notifications-ids.vcr");
    const whole = (await told(bytes)).filter((line) => line.startsWith("@"));
    for (let cut = 1; cut < bytes.length; cut += 97) {
      const left = await told(bytes.subarray(0, cut)).catch(
        (fault: unknown) => (fault as ReelwireError).code,
      );
      if (typeof left === "string") {
        expect(left).toBe("RW3007");
      } else {
        const messages = left.filter((line) => line.startsWith("@"));
        if (cut > 2000) expect(whole.slice(0, messages.length)).toEqual(messages);
        expect(left).toContain("torn: the file ends too early");
      }
    }
  });

  test("what stands behind the recording is damage", async () => {
    expect(await told(utf8(`${textOf(vcr())} x`))).toContain("damaged: something stands after the recording");
  });

  test("no input crashes it", async () => {
    const sample = fileOf("generated/ts-noisy.vcr");
    const edit = fc.record({
      at: fc.nat(sample.length),
      cut: fc.nat(5),
      put: fc.uint8Array({ maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { maxLength: 4 }),
        fc.integer({ min: 1, max: 5000 }),
        async (edits, size) => {
          const bytes = [...sample];
          for (const { at, cut, put } of edits) bytes.splice(at, cut, ...put);
          expect(await codeOf(items(new Uint8Array(bytes), size))).toMatch(/^(no error|RW30\d\d)$/);
        },
      ),
      { numRuns: 300 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => void (await codeOf(items(bytes)))),
    );
  });
});

test("a call that outlasts the window keeps its own order and is moved", async () => {
  const calls = [...Array(50).keys()].map((i) =>
    call(10 + (i >> 1), `{"id":${i},"method":"q"}`, `"response":{"id":${i},"result":{}}`),
  );
  calls.push(
    call(59, '{"id":"slow","method":"slow"}', '"response":{"id":"slow","result":{}},"latency_ms":58000'),
  );
  const all = await collect(
    readVcr(() => chunked(vcr({ calls: calls.join() })), { window: { eventsMax: 20, bytesMax: 1e6 } }),
  );
  const ats = all.flatMap((item) => (item.kind === "event" ? [item.event.at] : []));
  expect(ats).toEqual([...ats].sort((a, b) => a - b));
  const lines = all.map(brief);
  expect(lines.indexOf('@59000000 s2c "slow" result')).toBeGreaterThan(
    lines.findIndex((line) => line.includes("slow slow") || line.includes("c2s slow")),
  );
  expect(lines.at(-1)).toBe("note import-order 1");
});
