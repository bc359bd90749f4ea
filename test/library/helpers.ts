/** What the tests of the library share: recordings that end with their test, and both SDK clients. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { expect, onTestFinished } from "vitest";
import {
  checkTape,
  type RecordedServer,
  type Recording,
  type RecordTapeSettings,
  recordTape,
} from "../../src/index.ts";
import { testFolder } from "../e2e/harness/record-run.ts";
import { readTape, type TapeFile } from "../e2e/harness/tape-file.ts";
import { node, root } from "../e2e/harness/ways.ts";
import { newTag, tagged, tagName, untilGone } from "../peers/processes.ts";

const peers = join(root, "test", "peers");
const official = (name: string) =>
  join(root, "node_modules", "@modelcontextprotocol", name, "dist", "index.js");

export const servers = {
  everything: official("server-everything"),
  memory: official("server-memory"),
  modern: join(peers, "modern-server.mjs"),
  nasty: join(peers, "nasty-server.mjs"),
} as const;

export interface Started {
  readonly recording: Recording;
  readonly folder: string;
  /** Resolves when no process of this recording is left. */
  nobodyLeft(): Promise<void>;
  /** The server's processes that live now. */
  pids(): number[];
}

export type Settings = Partial<RecordTapeSettings> & { readonly env?: Readonly<Record<string, string>> };

/** Starts a server that is recorded into a folder of this test's own. */
export async function recordServer(name: keyof typeof servers, settings: Settings = {}): Promise<Started> {
  const folder = testFolder();
  const tag = newTag();
  const { env, ...more } = settings;
  const server = {
    command: node,
    args: [servers[name]],
    cwd: folder,
    env: { MEMORY_FILE_PATH: join(folder, "memory.json"), ...env, [tagName]: tag },
  };
  const recording = await record({ server }, { out: join(folder, "run.tape.jsonl"), ...more });
  const pids = () => tagged(tag).map(({ pid }) => pid);
  return { recording, folder, nobodyLeft: () => untilGone(tag), pids };
}

/** A recording that is stopped when its test has finished, if it was not before. */
export async function record(from: RecordedServer, settings: RecordTapeSettings): Promise<Recording> {
  const recording = await recordTape({ ...settings, ...from });
  onTestFinished(() => recording.stop().then(nothing, nothing));
  return recording;
}

function nothing(): void {}

export const info = { name: "library-tests", version: "1.0.0" };

export const clients = {
  v1: () => new ClientV1(info),
  "v2 legacy": () => new ClientV2(info, { versionNegotiation: { mode: "legacy" } }),
  "v2 auto": () => new ClientV2(info, { versionNegotiation: { mode: "auto" } }),
  "v2 pinned": () => new ClientV2(info, { versionNegotiation: { mode: { pin: "2026-07-28" } } }),
} as const;

/** The tape of an ended recording, proved by the product's own check and by the one that knows only the format. */
export async function provenTape(path: string): Promise<TapeFile> {
  expect(await checkTape(createReadStream(path))).toMatchObject({ state: "complete", notes: [] });
  return readTape(path);
}

/** Each message of a tape in few words: `c2s tools/call echo`, `s2c result 1`. */
export function talk(tape: TapeFile): string[] {
  return tape.lines.flatMap(({ kind, dir, value }) => (kind === "msg" ? [`${dir} ${gist(value)}`] : []));
}

function gist(value: unknown): string {
  const { method, id, params, error } = value as {
    method?: string;
    id?: unknown;
    params?: { name?: string };
    error?: unknown;
  };
  if (method !== undefined) return [method, params?.name].filter(Boolean).join(" ");
  return `${error === undefined ? "result" : "error"} ${JSON.stringify(id)}`;
}

/** The payload keys of a tape in order, its checkpoints left out. */
export function kinds(tape: TapeFile): string[] {
  return tape.lines.map(({ kind }) => kind).filter((kind) => kind !== "mark");
}

export function text(result: unknown): unknown {
  return (result as { content: { text: unknown }[] }).content[0]?.text;
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
