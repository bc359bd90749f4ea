/** `ls`: the tapes under a directory. What looks like a tape and cannot be read is listed as that. */
import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { CallList } from "../../library/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { startProgress } from "../progress.ts";
import { errorFacts } from "../report.ts";
import { type Style, styleFor } from "../style.ts";
import { systemHint } from "../system-hint.ts";
import { Table } from "../table.ts";
import { bytesOf, openTape } from "../tape-file.ts";
import { TapeSurvey } from "../tape-survey.ts";
import { sizeText } from "../units.ts";

const defaultDir = "tapes";

/** Folders deeper than this are not entered, and no more files than this are looked at. */
const folderDepthMax = 32;
const filesMax = 100_000;

/** What `repair` keeps beside a tape; the tape itself is listed. */
const originalName = /\.orig(\.\d+)?$/;
const tapeName = /(\.tape\.(jsonl|cbor)|\.vcr)(\.(zst|gz))?(\.age)?$/;

/** One tape, or one file that should be one. */
type Entry = Readable | Unreadable;

interface Readable {
  readonly file: string;
  readonly state: TapeSurvey["state"];
  readonly encoding: string;
  readonly parts: number;
  readonly id: string;
  readonly name: string | null;
  readonly startedAt: string;
  readonly server: string | null;
  readonly calls: number;
  readonly bytes: number;
}

interface Unreadable {
  readonly file: string;
  readonly state: "unreadable";
  readonly error: ReelwireError;
}

export async function run(call: Call): Promise<number> {
  const dir = call.words[0] ?? defaultDir;
  const out = new Output(call);
  if (call.flags["json"]) await printJson(call, out, dir);
  else await printTable(call, out, dir);
  await out.flush();
  return 0;
}

async function printJson(call: Call, out: Output, dir: string): Promise<void> {
  const json = new JsonOutput(out);
  const entries = tapesIn(call, dir);
  await json.member("dir", dir);
  await json.openList("tapes");
  for await (const entry of entries)
    await json.item(JSON.stringify("error" in entry ? { ...entry, error: errorFacts(entry.error) } : entry));
  await json.closeList();
  await json.end();
}

async function printTable(call: Call, out: Output, dir: string): Promise<void> {
  const style = styleFor(call.env, call.stdout);
  const table = new Table(out, columns(style), style.dim);
  let count = 0;
  for await (const entry of tapesIn(call, dir)) {
    count++;
    await table.row(cells(entry));
  }
  await table.end();
  if (count === 0) call.stderr.write(`there are no tapes in ${dir}\n`);
}

function columns(style: Style) {
  const paint = (state: string) =>
    state === "ended" ? style.green : state === "unfinished" ? style.yellow : style.red;
  return [
    { title: "tape" },
    { title: "when" },
    { title: "server", widthMax: 30 },
    { title: "calls", right: true },
    { title: "size", right: true },
    { title: "state", paint },
    { title: "" },
  ];
}

function cells(entry: Entry): string[] {
  if ("error" in entry) return [entry.file, "", "", "", "", entry.state, entry.error.message];
  const when = entry.startedAt.replace("T", " ").replace(/(\.\d+)?Z$/, "");
  const parts = entry.parts > 1 ? `${entry.parts} parts` : "";
  return [
    entry.file,
    when,
    entry.server ?? "",
    String(entry.calls),
    sizeText(entry.bytes),
    entry.state,
    parts,
  ];
}

async function* tapesIn(call: Call, dir: string): AsyncGenerator<Entry, void, void> {
  const root = resolve(call.cwd, dir);
  const progress = startProgress(call.stderr, "reading");
  const seen = new Set<string>();
  const found: string[] = [];
  const closed: Unreadable[] = [];
  await walk(root, 0, found, closed, dir);
  for (const entry of closed) yield { ...entry, file: join(dir, relative(root, entry.file)) };
  for (const [i, path] of found.entries()) {
    if (seen.has(path)) continue;
    progress.at(i, found.length);
    const entry = await entryOf(call, path, join(dir, relative(root, path)), seen);
    progress.end();
    if (entry) yield entry;
  }
}

/** Files in the order of their names, so that the first part of a recording comes before the others. */
async function walk(
  folder: string,
  depth: number,
  found: string[],
  closed: Unreadable[],
  dir: string,
): Promise<void> {
  const names = await namesIn(folder).catch((cause: NodeJS.ErrnoException) => {
    const error = cannotList(depth === 0 ? dir : folder, cause);
    if (depth === 0) throw error;
    closed.push({ file: folder, state: "unreadable", error });
    return [];
  });
  for (const entry of names) {
    const path = join(folder, entry.name);
    const hidden = entry.name.startsWith(".") || entry.name === "node_modules";
    if (entry.isDirectory()) {
      if (!hidden && depth < folderDepthMax) await walk(path, depth + 1, found, closed, dir);
    } else if ((entry.isFile() || entry.isSymbolicLink()) && found.length < filesMax) {
      if (!originalName.test(entry.name)) found.push(path);
    }
  }
}

async function namesIn(folder: string): Promise<Dirent[]> {
  const names = await readdir(folder, { withFileTypes: true });
  return names.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Undefined when the file is none of ours: neither its content nor its name says so. */
async function entryOf(
  call: Call,
  path: string,
  file: string,
  seen: Set<string>,
): Promise<Entry | undefined> {
  try {
    const opened = await openTape(call, path);
    for (const part of opened.files) seen.add(part);
    const { header, encoding, files } = opened;
    const survey = new TapeSurvey(encoding);
    const list = new CallList({ header, tape: path, nowMs: 0 });
    for await (const item of opened.items()) {
      survey.item(item);
      if (item.kind === "event") list.see(item.event);
      for (const _row of list.ready());
    }
    const server = list.facts.server ?? header.name ?? header.server?.command?.join(" ") ?? null;
    const { state } = survey;
    const bytes = await bytesOf(files);
    const { id, name = null, startedAt } = header;
    return {
      file,
      state,
      encoding,
      parts: files.length,
      id,
      name,
      startedAt,
      server,
      calls: list.count,
      bytes,
    };
  } catch (error) {
    if (!(error instanceof ReelwireError)) throw error;
    return tapeName.test(path) ? { file, state: "unreadable", error } : undefined;
  }
}

function cannotList(dir: string, cause: NodeJS.ErrnoException): ReelwireError {
  const hint = systemHint(cause, {
    ENOENT: "there is no such folder: record something first, or name the folder with the tapes",
    ENOTDIR: `it is a file: reelwire show ${dir}`,
  });
  return new ReelwireError("RW3013", { with: { hint }, where: [["folder", dir]], cause });
}
