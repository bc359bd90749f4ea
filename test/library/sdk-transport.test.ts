/** Links as transports of the official SDK and back, with both its generations at the other end. */
import { InMemoryTransport as MemoryV2, type Transport as TransportV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as MemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport as TransportV1 } from "@modelcontextprotocol/sdk/shared/transport.js";
import { McpServer as ServerV2 } from "@modelcontextprotocol/server";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import { z } from "zod";
import type { Link, SdkTransport } from "../../src/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { sdkTransport } from "../../src/runtime/library/sdk-transport.ts";
import { linkOfTransport } from "../../src/runtime/library/transport-link.ts";
import { linkSuite } from "../../src/testing/index.ts";
import { memoryPair } from "../../src/transport/index.ts";
import { clients, info, text } from "./helpers.ts";

const message = (id: number): object => ({ jsonrpc: "2.0", id, method: "ping" });
const sent = (id: number) => parseMessage(JSON.stringify(message(id)))!;

it("the type fits both SDKs, both ways", () => {
  expectTypeOf<SdkTransport>().toExtend<TransportV1>();
  expectTypeOf<SdkTransport>().toExtend<TransportV2>();
  expectTypeOf<TransportV1>().toExtend<SdkTransport>();
  expectTypeOf<TransportV2>().toExtend<SdkTransport>();
});

const inputSchema = { said: z.string() };
const answer = ({ said }: { said: string }) => ({ content: [{ type: "text" as const, text: said }] });

const makers = {
  v1: () => {
    const server = new ServerV1(info);
    server.registerTool("echo", { inputSchema }, answer);
    return server;
  },
  v2: () => {
    const server = new ServerV2(info);
    server.registerTool("echo", { inputSchema: z.object(inputSchema) }, answer);
    return server;
  },
} as const;

describe.each(["v1", "v2"] as const)("a server of SDK %s", (server) => {
  it.each(["v1", "v2 legacy"] as const)("serves a client of SDK %s over a pair of links", async (kind) => {
    const [near, far] = memoryPair();
    const serving = makers[server]();
    await serving.connect(sdkTransport(far));
    const client = clients[kind]();
    await client.connect(sdkTransport(near));
    const said = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        client.callTool({ name: "echo", arguments: { said: `no. ${i}` } }),
      ),
    );
    expect(said.map(text)).toEqual(Array.from({ length: 200 }, (_, i) => `no. ${i}`));
    const served = new Promise<void>((resolve) => {
      serving.server.onclose = resolve;
    });
    await client.close();
    await served;
  });
});

describe("sdkTransport", () => {
  function pair(): { near: SdkTransport; far: Link; seen: string[] } {
    const [link, far] = memoryPair();
    const near = sdkTransport(link);
    const seen: string[] = [];
    near.onmessage = (each) => void seen.push(String((each as { id?: number }).id));
    near.onclose = () => void seen.push("closed");
    near.onerror = (error) => void seen.push(error.message);
    return { near, far, seen };
  }

  it("what comes before start waits, in order", async () => {
    const { near, far, seen } = pair();
    for (let id = 1; id <= 3; id++) await far.send(sent(id));
    expect(seen).toEqual([]);
    await near.start();
    await far.close();
    await expect.poll(() => seen).toEqual(["1", "2", "3", "closed"]);
  });

  it.each(["we close", "the other end closes", "both close at once"])(
    "onclose comes exactly once: %s",
    async (who) => {
      const { near, far, seen } = pair();
      await near.start();
      if (who !== "we close") void far.close();
      if (who !== "the other end closes") await near.close();
      await expect.poll(() => seen).toEqual(["closed"]);
      await near.close();
      await far.close();
      expect(seen).toEqual(["closed"]);
    },
  );

  it("the other end learns that we closed, also when we never started", async () => {
    const { near, far, seen } = pair();
    await near.close();
    await near.start();
    expect((await far[Symbol.asyncIterator]().next()).done).toBe(true);
    expect(seen).toEqual(["closed"]);
  });

  it("what onmessage throws goes to onerror, and the next message comes", async () => {
    const { near, far, seen } = pair();
    near.onmessage = (each) => {
      if ((each as { id: number }).id === 1) throw new Error("not this one");
      seen.push("fine");
    };
    await near.start();
    for (const id of [1, 2]) await far.send(sent(id));
    await expect.poll(() => seen).toEqual(["not this one", "fine"]);
  });

  it("a batch is handed out message by message", async () => {
    const { near, far, seen } = pair();
    await near.start();
    await far.send(parseMessage(JSON.stringify([message(1), message(2)]))!);
    await expect.poll(() => seen).toEqual(["1", "2"]);
  });

  it("a sender waits while nobody reads", async () => {
    const [link, far] = memoryPair({ heldMessagesMax: 2 });
    const near = sdkTransport(link);
    await near.start();
    await near.send(message(1));
    let taken = false;
    const second = near.send(message(2)).then(() => {
      taken = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBe(false);
    await far[Symbol.asyncIterator]().next();
    await second;
  });

  it("after the end nothing is taken", async () => {
    const { near } = pair();
    await near.close();
    await expect(near.send(message(1))).rejects.toThrow("the connection is closed");
  });

  it("is started once", async () => {
    const { near } = pair();
    await near.start();
    await expect(near.start()).rejects.toThrow("started once");
  });
});

describe("linkOfTransport", () => {
  const bothWays = "closing a transport of the SDK ends both ways at once";
  const noBackpressure = "a transport in memory takes everything; the queue is bounded, and tested below";
  for (const [name, make] of [
    ["SDK v1 in memory", () => MemoryV1.createLinkedPair()],
    ["SDK v2 in memory", () => MemoryV2.createLinkedPair()],
  ] as const) {
    linkSuite(
      { describe, test },
      {
        name,
        open: async () => {
          const [near, far] = make();
          return { near: linkOfTransport(near), far: linkOfTransport(far) };
        },
        skips: {
          "every message arrives, in order, its bytes unchanged":
            "the SDK hands out objects, so the text is made again",
          "after close the other end may go on talking": bothWays,
          "both ways at once": bothWays,
          "a sender waits while nobody reads, and goes on when somebody does": noBackpressure,
        },
      },
    );
  }

  it.each([
    { limit: { queuedMessagesMax: 3 }, says: "3 messages" },
    { limit: { queuedBytesMax: 100 }, says: "messages, 120 bytes" },
  ])("one more than $limit ends the link and tells why", async ({ limit, says }) => {
    const [near, far] = MemoryV2.createLinkedPair();
    const errors: string[] = [];
    const onError = (error: Error) => void errors.push(error.message);
    const link = linkOfTransport(near, { onError, limits: limit });
    let closed = false;
    far.onclose = () => {
      closed = true;
    };
    await far.start();
    for (let id = 1; id <= 4; id++) await far.send(message(id) as Parameters<typeof far.send>[0]);
    await expect.poll(() => closed).toBe(true);
    expect(errors).toEqual([expect.stringContaining(says)]);
    const heard: string[] = [];
    const iterator = link[Symbol.asyncIterator]();
    for (let next = await iterator.next(); ; next = await iterator.next()) {
      if (next.done) {
        expect(next.value.reason).toContain("too much waits");
        break;
      }
      heard.push(next.value.id!);
    }
    expect(heard).toEqual(["1", "2", "3"]);
  });

  it("a sender waits when the transport has too much under way", async () => {
    const under: (() => void)[] = [];
    const transport: SdkTransport = {
      start: async () => {},
      send: () => new Promise((resolve) => under.push(resolve)),
      close: async () => {},
    };
    const link = linkOfTransport(transport, { limits: { sendingMessagesMax: 2 } });
    await link.send(sent(1));
    let taken = false;
    const second = link.send(sent(2)).then(() => {
      taken = true;
    });
    // The second is handed on all the same.
    await expect.poll(() => under.length).toBe(2);
    expect(taken).toBe(false);
    under[0]!();
    await second;
  });

  it("a transport that does not start ends with the reason", async () => {
    const transport: SdkTransport = {
      start: () => Promise.reject(new Error("no way in")),
      send: async () => {},
      close: async () => {},
    };
    const link = linkOfTransport(transport);
    await expect(link.started).rejects.toThrow("no way in");
    expect(await link[Symbol.asyncIterator]().next()).toEqual({ done: true, value: { reason: "no way in" } });
  });
});
