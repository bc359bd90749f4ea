/**
 * What is on the tape is what was on the wire, byte for byte, in order, with directions and times; and neither side
 * can tell that anyone listened. The dialogues that other recorders get wrong.
 */
import { describe, expect, it } from "vitest";
import { exact } from "../peers/nasty/exact.ts";
import { messages } from "../peers/nasty/noise.ts";
import { expectFaithful, recordRun } from "./harness/record-run.ts";
import { payloads } from "./harness/tape-file.ts";

const initialize = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "raw", version: "1" } },
};

describe("a recorded conversation is the direct one", () => {
  it("handshake and one call", async () => {
    const runs = await recordRun({
      script: async (client) => {
        await client.message(initialize);
        await client.answer(0);
        await client.message({ jsonrpc: "2.0", method: "notifications/initialized" });
        await client.call(1, "echo", { text: "Grüße, 世界" });
      },
    });
    expectFaithful(runs);
    expect(runs.tape.lines.filter((line) => line.kind === "msg")).toHaveLength(5);
  });

  it("vector 12: numbers, duplicate keys, __proto__ and lone surrogates, both ways", async () => {
    const runs = await recordRun({
      script: async (client) => {
        for (const [n, which] of Object.keys(exact).entries()) {
          await client.call(n, "exact", { which });
          await client.send(
            `{"jsonrpc":"2.0","method":"notifications/x","params":${exact[which as keyof typeof exact]}}\n`,
          );
        }
      },
    });
    expectFaithful(runs);
    const wire = runs.recorded.stdout.toString();
    for (const result of Object.values(exact)) expect(wire).toContain(result);
  });

  it("vector 1: progress arrives with its token, before its result", async () => {
    const runs = await recordRun({
      script: async (client) => {
        for (const token of [0, "", "token", 9007199254740991]) {
          await client.call(`for ${token}`, "progress", { steps: 3 }, { progressToken: token });
        }
      },
    });
    expectFaithful(runs);
    expect(runs.recorded.stdout.toString().match(/"progressToken":0,/g)).toHaveLength(3);
  });

  it("vector 2: a cancellation names the right call", async () => {
    const runs = await recordRun({
      script: async (client) => {
        const slow = (id: number, key: string) =>
          client.message({
            jsonrpc: "2.0",
            id,
            method: "tools/call",
            params: { name: "slow", arguments: { key } },
          });
        await slow(1, "first");
        await slow(2, "second");
        await client.message({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
        await client.line((line) => line.includes('"cancelled":"second"'));
      },
    });
    expectFaithful(runs);
  });

  it.each([["same"], [0], [""], ["1"]])(
    "vector 3: a server request during a call, with id %j",
    async (id) => {
      const runs = await recordRun({
        script: async (client) => {
          const answered = client.call(1, "ask", {
            id,
            method: "elicitation/create",
            params: { message: "sure?" },
          });
          const asked = await client.line((line) => line.includes('"elicitation/create"'));
          const raw = /"id":(.*?),"method"/.exec(asked)![1];
          await client.send(
            `{"jsonrpc":"2.0","id":${raw},"result":{"action":"accept","content":{"sure":true}}}\n`,
          );
          expect(await answered).toContain("accept");
        },
      });
      expectFaithful(runs);
    },
  );

  it.each(["accept", "decline", "cancel"])("vector 4: an elicitation answered with %s", async (action) => {
    const reply = `{"jsonrpc":"2.0","id":7,"result":{"action":"${action}"}}`;
    const runs = await recordRun({
      script: async (client) => {
        const elicit = { id: 7, method: "elicitation/create", params: { message: "sure?" } };
        const answered = client.call(1, "ask", elicit);
        await client.line((line) => line.includes('"elicitation/create"'));
        await client.send(`${reply}\n`);
        expect(await answered).toContain(action);
      },
    });
    expectFaithful(runs);
    const said = runs.tape.lines.flatMap((line) => (line.kind === "msg" ? [line.bytes!.toString()] : []));
    expect(said).toHaveLength(4);
    expect(said[1]).toContain('"elicitation/create"');
    expect(said[2]).toBe(reply);
    expect(said[3]).toMatch(/"id":1,"result"/);
  });

  it.each([[true], [false]])(
    "overlapping calls answered in another order, in one write: %s",
    async (oneWrite) => {
      const runs = await recordRun({
        script: async (client) => {
          for (const key of ["a", "b", "c", "d"]) {
            await client.message({
              jsonrpc: "2.0",
              id: key,
              method: "tools/call",
              params: { name: "hold", arguments: { key } },
            });
          }
          await client.call("go", "release", { order: ["c", "a", "d", "b"], oneWrite });
        },
      });
      expectFaithful(runs);
    },
  );

  it("vector 8: the same call answered differently twice", async () => {
    const runs = await recordRun({
      script: async (client) => {
        for (const id of [1, 2, 3]) expect(await client.call(id, "counter")).toContain(`"${id}"`);
      },
    });
    expectFaithful(runs);
  });

  it("vector 6: a second initialize, ids start again", async () => {
    const runs = await recordRun({
      script: async (client) => {
        for (const _ of [1, 2]) {
          await client.message(initialize);
          await client.call(1, "counter");
        }
        await client.line((line) => line.includes('"text":"2"'));
      },
    });
    expectFaithful(runs);
  });

  it("a call runs once on the real server", async () => {
    const runs = await recordRun({ script: (client) => client.call(1, "counter") });
    expectFaithful(runs);
    expect(runs.recorded.stdout.toString()).toContain('"text":"1"');
  });
});

describe("however the bytes are cut", () => {
  it("many messages in one write, one message in many writes", async () => {
    const runs = await recordRun({
      script: async (client) => {
        await client.call(1, "burst", { count: 500 });
        await client.call(2, "drip", { text: "slowly, ä byte at a time" });
        const call = (id: number) =>
          `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"é"}}}\n`;
        await client.send(call(3) + call(4) + call(5));
        for (const byte of Buffer.from(call(6))) await client.send(Buffer.of(byte));
        await Promise.all([3, 4, 5, 6].map((id) => client.answer(id)));
      },
    });
    expectFaithful(runs);
  });

  it("messages in unusual dress pass, one by one and side by side", async () => {
    const runs = await recordRun({
      script: async (client) => {
        for (const kind of Object.keys(messages)) await client.call(kind, "noise", { kind });
        await client.call(1, "noise", { kind: Object.keys(messages) });
        await client.call(2, "crlf");
      },
    });
    expectFaithful(runs);
    expectFaithful(runs, "pass");
  });

  it("a client that ends its lines with \\r\\n, sends empty lines and text that is no JSON", async () => {
    const runs = await recordRun({
      script: async (client) => {
        await client.send(
          '\r\n\n{"jsonrpc":"2.0","id":1,"method":"ping"}\r\n  {"jsonrpc":"2.0","id":2,"method":"ping"} \n',
        );
        await client.send("this is no JSON\n");
        await client.send(Buffer.from([0xff, 0xfe, 0x0a]));
        await client.send('[{"jsonrpc":"2.0","id":3,"method":"ping"}]\n');
        await client.call(4, "echo");
      },
    });
    expectFaithful(runs);
  });

  it("a last message without a line end", async () => {
    const runs = await recordRun({
      script: async (client) => {
        await client.call(1, "echo");
        await client.send('{"jsonrpc":"2.0","method":"notifications/last"}');
      },
    });
    expectFaithful(runs);
  });

  it.each([[1_000_000], [12_000_000]])("an answer of %i bytes, and a request", async (bytes) => {
    const runs = await recordRun({
      script: async (client) => {
        await client.call(1, "big", { bytes });
        await client.call(2, "echo", { text: "words of a long request ".repeat(bytes / 24) });
      },
    });
    expectFaithful(runs);
  });

  it("what the server writes after its input has ended", async () => {
    const runs = await recordRun({
      nasty: { lateAfterEof: 200 },
      script: (client) => client.call(1, "echo"),
    });
    expectFaithful(runs);
    expect(runs.recorded.stdout.toString()).toContain("late 199");
  });
});

it("times are those of the run, in microseconds", async () => {
  const before = Date.now();
  const { tape } = await recordRun({ script: (client) => client.call(1, "echo") });
  const startedAt = Date.parse(tape.header["startedAt"] as string);
  expect(tape.header["startedAt"]).toMatch(/\.\d{6}Z$/);
  expect(startedAt).toBeGreaterThanOrEqual(before);
  expect(startedAt + tape.lines.at(-1)!.at / 1000).toBeLessThanOrEqual(Date.now() + 1);
  const [request, answer] = tape.lines.filter((line) => line.kind === "msg");
  expect(request!.dir).toBe("c2s");
  expect(answer!.dir).toBe("s2c");
  expect(answer!.at).toBeGreaterThan(request!.at);
  expect(payloads(tape, "open")[0]).toMatchObject({ side: "server" });
});
