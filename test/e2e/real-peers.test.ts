/**
 * Servers and clients that others wrote: the same script run directly and through the recorder gives equal results,
 * and each process of the client's has a tape of its own that tells what happened.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newTag, tagName, untilGone } from "../peers/processes.ts";
import { everything, filesystem, memory, modern, type PeerScript, thinking } from "./harness/peer-scripts.ts";
import { testFolder } from "./harness/record-run.ts";
import { type ClientKind, connect } from "./harness/sdk-clients.ts";
import { payloads, readTape, type TapeFile, wireOf } from "./harness/tape-file.ts";
import { recording } from "./harness/ways.ts";

/** What may differ between two runs, and why. Nothing else is forgiven. */
const forgiven: readonly (readonly [pattern: RegExp, stands: string, because: string])[] = [
  [
    /created at \d+:\d\d:\d\d [AP]M/g,
    "created at TIME",
    "server-everything puts the time of day into dynamic resources",
  ],
];

function comparable(results: unknown): unknown {
  let text = JSON.stringify(results);
  for (const [pattern, stands] of forgiven) text = text.replace(pattern, stands);
  return JSON.parse(text);
}

interface PeerRun {
  readonly results: unknown;
  /** By file name, of the recorded run. */
  readonly tapes: ReadonlyMap<string, TapeFile>;
}

/** Runs a script through a client, with `front` before the server's command, in a fresh work folder. */
async function runPeer(
  script: PeerScript,
  kind: ClientKind,
  folder: string,
  front: readonly string[],
  tag: string,
): Promise<PeerRun> {
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  script.prepare?.(work);
  const env = { PATH: process.env["PATH"]!, HOME: folder, [tagName]: tag, ...script.env?.(work) };
  const client = await connect(kind, [...front, ...script.command(work)], env, work);
  let results: unknown;
  try {
    results = comparable(await script.run(client, work));
  } finally {
    await client.close();
  }
  await untilGone(tag);
  const tapes = readdirSync(folder).filter((name) => name.endsWith(".tape.jsonl"));
  return { results, tapes: new Map(tapes.map((name) => [name, readTape(join(folder, name))])) };
}

async function same(script: PeerScript, kind: ClientKind): Promise<ReadonlyMap<string, TapeFile>> {
  const folder = testFolder();
  const tag = newTag();
  const direct = await runPeer(script, kind, folder, [], tag);
  const recorded = await runPeer(script, kind, folder, recording(join(folder, "run.tape.jsonl")), tag);
  expect(recorded.results).toEqual(direct.results);
  return recorded.tapes;
}

/** Each request of either side has its one answer on the tape, unless it was cancelled or cut off by the end. */
function expectWhole(tape: TapeFile): void {
  expect(tape.ended).toBe(true);
  expect(payloads(tape, "close").some((close) => close["side"] === "server")).toBe(true);
  const open = { c2s: new Set<string>(), s2c: new Set<string>() };
  const stopped = new Set<string>();
  for (const { kind, dir, value } of tape.lines) {
    if (kind !== "msg") continue;
    const { id, method, params } = value as {
      id?: unknown;
      method?: string;
      params?: { requestId?: unknown };
    };
    if (method === "notifications/cancelled") stopped.add(JSON.stringify(params?.requestId));
    if (id === undefined) continue;
    if (method !== undefined) open[dir!].add(JSON.stringify(id));
    else
      expect(open[dir === "c2s" ? "s2c" : "c2s"].delete(JSON.stringify(id)), `an answer to ${id}`).toBe(true);
  }
  for (const id of stopped) open.c2s.delete(id);
  expect([...open.c2s]).toEqual([]);
}

const legacyServers = [everything, filesystem, memory, thinking];

describe.each(["v1", "v2 legacy"] as const)("SDK %s", (kind) => {
  it.each(legacyServers)("$name", async (script) => {
    const tapes = await same(script, kind);
    expect([...tapes.keys()]).toEqual(["run.tape.jsonl"]);
    expectWhole(tapes.get("run.tape.jsonl")!);
  });

  it("modern-server, which also serves the old handshake", async () => {
    const tapes = await same(modern, kind);
    expectWhole(tapes.get("run.tape.jsonl")!);
  });
});

describe("SDK v2 probes for the era with a process of its own", () => {
  it.each([
    [everything, "v2 auto"],
    [memory, "v2 auto"],
    [modern, "v2 auto"],
    [modern, "v2 pinned"],
  ] as const)("$0.name, $1", async (script, kind) => {
    const tapes = await same(script, kind);
    expect(tapes.size).toBe(2);
    const real = tapes.get("run.tape.jsonl")!;
    expectWhole(real);
    expect(wireOf(real, "c2s").toString()).not.toContain("server/discover");
    const [probe] = [...tapes].filter(([name]) => name !== "run.tape.jsonl").map(([, tape]) => tape);
    expect(probe!.ended).toBe(true);
    const asked = wireOf(probe!, "c2s").toString().trimEnd().split("\n");
    expect(asked.map((line) => (JSON.parse(line) as { method: string }).method)).toEqual(["server/discover"]);
  });
});

it("a modern server that refuses the old handshake, to a pinned client", async () => {
  const script = { ...modern, env: () => ({ MODERN_LEGACY: "reject" }) };
  const tapes = await same(script, "v2 pinned");
  expectWhole(tapes.get("run.tape.jsonl")!);
});
