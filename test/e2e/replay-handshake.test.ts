/** What opens a conversation, in either era, on tapes of either era: answered by rule where nothing was recorded. */
import { describe, expect, it } from "vitest";
import { messageLines, recorded, type Script } from "./harness/replay-run.ts";
import type { Talk } from "./harness/replay-talk.ts";

const script: Script = async (talk) => {
  await talk.open();
  await talk.request("tools/list");
  await talk.call("echo", { text: "hello" });
};

const probe = (version = "2026-07-28") => ({
  jsonrpc: "2.0",
  id: "server-discover-probe-1",
  method: "server/discover",
  params: {
    _meta: {
      "io.modelcontextprotocol/protocolVersion": version,
      "io.modelcontextprotocol/clientCapabilities": {},
      "io.modelcontextprotocol/clientInfo": { name: "probing", version: "1" },
    },
  },
});

async function probed(talk: Talk): Promise<unknown> {
  await talk.client.message(probe());
  return JSON.parse(await talk.answer("server-discover-probe-1"));
}

describe("a tape of the legacy era", () => {
  it("server/discover is not found, and initialize works after it", async () => {
    const run = await recorded(script);
    const { exit, stderr } = await run.replay(async (talk) => {
      expect(await probed(talk)).toMatchObject({ error: { code: -32601 } });
      await script(talk);
    });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("a client that starts the command twice, its probe alone and then for real", async () => {
    const { play } = await recorded(script);
    const sibling = play.player();
    await sibling.message(probe());
    expect(await sibling.answer("server-discover-probe-1")).toContain("-32601");
    sibling.end();
    sibling.kill("SIGTERM");
    await sibling.closed;
    expect(messageLines(sibling.stdout)).toHaveLength(1);
    expect(sibling.stderr).toBe("");
    const { exit, stderr } = await play.replay(script);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("initialize with other capabilities, client and revision gets the recorded answer", async () => {
    const run = await recorded(script);
    const { lines, exit } = await run.replay(async (talk) => {
      const clientInfo = { name: "another", version: "9", title: "Another" };
      await talk.request("initialize", { protocolVersion: "2025-06-18", capabilities: {}, clientInfo });
    });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      id: "now-0",
      result: { protocolVersion: "2025-11-25", serverInfo: { name: "nasty-server" } },
    });
    expect(exit.code).toBe(0);
  });

  it("a ping is answered before, during and after, though none was recorded", async () => {
    const run = await recorded(script);
    await run.expectSame(async (talk) => {
      await talk.settled();
      await script(talk);
      await talk.settled();
    });
  });

  it("calls without a handshake, as some scripts make them", async () => {
    const run = await recorded(script);
    const { exit, stderr } = await run.replay(async (talk) => {
      expect(await talk.call("echo", { text: "hello" })).toContain('"text":"hello"');
    });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("notifications that were not recorded get no answer and are no misses", async () => {
    const run = await recorded(script);
    await run.expectSame(async (talk) => {
      await script(talk);
      await talk.notify("notifications/roots/list_changed");
      await talk.notify("notifications/never/heard", { of: [1, 2] });
      await talk.notify("notifications/progress", { progressToken: "mine", progress: 1 });
      await talk.settled();
    });
  });
});

describe("a tape of the modern era", () => {
  it("initialize names the supported versions, and the client goes on in the modern era", async () => {
    const run = await recorded(script, "modern");
    const { exit, stderr } = await run.replay(async (talk) => {
      const params = {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "x", version: "1" },
      };
      await talk.client.message({ jsonrpc: "2.0", id: "old", method: "initialize", params });
      expect(JSON.parse(await talk.answer("old"))).toMatchObject({
        error: { code: -32022, data: { supported: ["2026-07-28"], requested: "2025-11-25" } },
      });
      await script(talk);
    });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("server/discover is answered as recorded, as often as it is asked", async () => {
    const run = await recorded(script, "modern");
    const { exit, stderr } = await run.replay(async (talk) => {
      for (let n = 0; n < 3; n++)
        expect(await talk.open()).toContain('"io.modelcontextprotocol/serverInfo":{"name":"nasty-server"');
      expect(await probed(talk)).toMatchObject({ result: { supportedVersions: ["2026-07-28"] } });
    });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  const withoutDiscover: Script = async (talk) => {
    await talk.request("tools/list");
    await talk.call("echo", { text: "hello" });
  };

  it("server/discover that was not recorded is answered from what the requests claimed", async () => {
    const run = await recorded(withoutDiscover, "modern");
    const { exit, stderr } = await run.replay(async (talk) => {
      expect(await probed(talk)).toMatchObject({
        result: { resultType: "complete", supportedVersions: ["2026-07-28"], capabilities: { tools: {} } },
      });
      await withoutDiscover(talk);
    });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("a client that starts the command twice, its probe alone and then for real", async () => {
    const { play } = await recorded(withoutDiscover, "modern");
    const sibling = play.player();
    await sibling.message(probe());
    expect(await sibling.answer("server-discover-probe-1")).toContain('"supportedVersions":["2026-07-28"]');
    sibling.end();
    sibling.kill("SIGTERM");
    await sibling.closed;
    expect(sibling.stderr).toBe("");
    const { exit, stderr } = await play.replay(withoutDiscover, { era: "modern" });
    expect([exit.code, stderr]).toEqual([0, ""]);
  });
});

it("a tape of both eras, as one process that serves both records it", async () => {
  const both: Script = async (talk) => {
    expect(JSON.stringify(await probed(talk))).toContain("supportedVersions");
    await talk.open();
    await talk.call("echo", { text: "hello" });
  };
  const run = await recorded(both);
  const { exit, stderr } = await run.replay(both);
  expect([exit.code, stderr]).toEqual([0, ""]);
});
