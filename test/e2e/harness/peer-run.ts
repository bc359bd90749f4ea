/**
 * Runs a script of a real server through a real client, directly and through the recorder, and says what a tape of
 * it must hold.
 */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { newTag, tagName, untilGone } from "../../peers/processes.ts";
import type { PeerScript } from "./peer-scripts.ts";
import { testFolder } from "./record-run.ts";
import { type ClientKind, connect } from "./sdk-clients.ts";
import { payloads, readTape, type TapeFile } from "./tape-file.ts";
import { recording } from "./ways.ts";

/** What may differ between two runs, and why. Nothing else is forgiven. */
const forgiven: readonly (readonly [pattern: RegExp, stands: string, because: string])[] = [
  [
    /created at \d+:\d\d:\d\d [AP]M/g,
    "created at TIME",
    "server-everything puts the time of day into dynamic resources",
  ],
];

export function comparable(results: unknown): unknown {
  let text = JSON.stringify(results);
  for (const [pattern, stands] of forgiven) text = text.replace(pattern, stands);
  return JSON.parse(text);
}

export interface PeerRun {
  readonly results: unknown;
  readonly era: string;
  /** By file name, of the recorded run. */
  readonly tapes: ReadonlyMap<string, TapeFile>;
}

/** Runs a script through a client in a fresh work folder; `commandFor` makes the command from the server's own. */
export async function runPeer(
  script: PeerScript,
  kind: ClientKind,
  folder: string,
  commandFor: (server: readonly string[]) => readonly string[],
  tag: string,
): Promise<PeerRun> {
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  script.prepare?.(work);
  const env = { PATH: process.env["PATH"]!, HOME: folder, [tagName]: tag, ...script.env?.(work) };
  const client = await connect(kind, commandFor(script.command(work)), env, work);
  const { era } = client;
  let results: unknown;
  try {
    results = comparable(await script.run(client, work));
  } finally {
    await client.close();
  }
  await untilGone(tag);
  const tapes = readdirSync(folder).filter((name) => name.endsWith(".tape.jsonl"));
  return { results, era, tapes: new Map(tapes.map((name) => [name, readTape(join(folder, name))])) };
}

/** Both runs give equal results; the tapes of the recorded one. */
export async function same(script: PeerScript, kind: ClientKind): Promise<ReadonlyMap<string, TapeFile>> {
  const folder = testFolder();
  const tag = newTag();
  const direct = await runPeer(script, kind, folder, (server) => server, tag);
  const front = recording(join(folder, "run.tape.jsonl"));
  const recorded = await runPeer(script, kind, folder, (server) => [...front, ...server], tag);
  expect(recorded.results).toEqual(direct.results);
  return recorded.tapes;
}

/** Each request of either side has its one answer on the tape, unless it was cancelled or cut off by the end. */
export function expectWhole(tape: TapeFile): void {
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

/** A call's progress is on the tape with its token, complete and before its result. */
export function expectProgress(tape: TapeFile, steps: number | undefined): void {
  if (steps === undefined) return;
  const calls = new Map<string, unknown[]>();
  const finished: unknown[][] = [];
  for (const { kind, dir, value } of tape.lines) {
    if (kind !== "msg") continue;
    const { id, method, params } = value as WireMessage;
    if (dir === "c2s" && params?._meta?.progressToken !== undefined)
      calls.set(JSON.stringify(params._meta.progressToken), []);
    if (method === "notifications/progress")
      calls.get(JSON.stringify(params!.progressToken))!.push(params!.progress);
    if (dir === "s2c" && method === undefined && calls.has(JSON.stringify(id)))
      finished.push(calls.get(JSON.stringify(id))!);
  }
  expect(finished).toContainEqual(Array.from({ length: steps }, (_, n) => n + 1));
}

interface WireMessage {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: {
    readonly progressToken?: unknown;
    readonly progress?: unknown;
    readonly _meta?: { readonly progressToken?: unknown };
  };
}
