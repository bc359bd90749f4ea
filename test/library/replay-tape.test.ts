/** A tape as a server in this process: both generations of the official client, without any process. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recordTape, replayTape, type TapeReplay } from "../../src/index.ts";
import { official } from "../e2e/harness/peer-scripts.ts";

const info = { name: "reelwire-tests", version: "1.0.0" };

async function script(client: ClientV1 | ClientV2): Promise<unknown[]> {
  const call = client.callTool.bind(client) as (params: object) => Promise<unknown>;
  return [
    (await client.listTools()).tools.map(({ name }) => name),
    await call({ name: "echo", arguments: { message: "hello" } }),
    await call({ name: "get-sum", arguments: { a: 2, b: 3 } }),
  ];
}

describe.each([
  { generation: "v1", client: () => new ClientV1(info) },
  { generation: "v2", client: () => new ClientV2(info) },
])("SDK $generation", ({ client }) => {
  const folder = mkdtempSync(join(tmpdir(), "reelwire-replay-"));
  const tape = join(folder, "run.tape.jsonl");
  let recorded: unknown[];
  beforeAll(async () => {
    const [command, ...args] = official("server-everything") as [string, ...string[]];
    const recording = await recordTape({ out: tape, server: { command, args } });
    const live = client();
    await live.connect(recording.transport() as never);
    recorded = await script(live);
    await live.close();
    await recording.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function connected(replay: TapeReplay) {
    const live = client();
    await live.connect(replay.transport() as never);
    return live;
  }

  it("gets the recorded results from the tape alone", async () => {
    await using replay = await replayTape(tape);
    const live = await connected(replay);
    expect(await script(live)).toEqual(recorded);
    await live.close();
    expect(replay.misses).toEqual([]);
    expect(await replay.unused()).toEqual([]);
  });

  it("is told what it missed, and so is the test", async () => {
    await using replay = await replayTape(tape);
    const live = await connected(replay);
    await expect(live.callTool({ name: "echo", arguments: { message: "other" } })).rejects.toThrow(
      /no recorded call is tools\/call echo.*"hello" at \/params\/arguments\/message, not "other"/,
    );
    expect(replay.misses).toMatchObject([{ kind: "unknown", method: "tools/call", target: "echo" }]);
    await live.close();
  });

  it("a second client finds the only recorded conversation used, unless it may be used again", async () => {
    await using once = await replayTape(tape);
    const first = await connected(once);
    await expect(connected(once)).rejects.toThrow(/every recorded one is used/);
    await first.close();
    await using again = await replayTape(tape, { repeat: "cycle" });
    for (const live of [await connected(again), await connected(again)]) {
      expect(await script(live)).toEqual(recorded);
      await live.close();
    }
  });

  it("two replays of one tape never meet", async () => {
    await using a = await replayTape(tape);
    await using b = await replayTape(tape);
    const both = [await connected(a), await connected(b)];
    expect(await Promise.all(both.map(script))).toEqual([recorded, recorded]);
    for (const live of both) await live.close();
  });

  it("closing ends the client's transport", async () => {
    const replay = await replayTape(tape);
    const live = await connected(replay);
    const closed = new Promise<void>((resolve) => {
      live.onclose = resolve;
    });
    await replay.close();
    await closed;
  });
});

describe("options that mean nothing", () => {
  it.each([
    ["repeat", { repeat: "bogus" }],
    ["speed", { speed: -1 }],
    ["strategy", { match: { strategy: "nope" } }],
    ["ignore", { match: { ignore: ["params/x"] } }],
    ["custom without its strategy", { custom: () => true }],
    ["the strategy without its function", { match: { strategy: "custom" } }],
  ])("%s", async (_, options) => {
    await expect(replayTape("never-opened", options as never)).rejects.toMatchObject({ code: "RW1004" });
  });
});
