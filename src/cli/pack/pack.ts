/** Makes one file of tapes for somebody who has nothing but it. The same tapes give the same bytes. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { encodeUtf8, ReelwireError, version } from "../../base/index.ts";
import { isRunning, type Redaction } from "../../runtime/index.ts";
import { fileBytes, type OpenedTape } from "../../tape/index.ts";
import { cannotWrite, isSystem, writeWhole } from "../output-file.ts";
import { type PackLimits, packLimits } from "./limits.ts";
import { encodeManifest, type Manifest, manifestName, type PackedFile, packVersion } from "./manifest.ts";
import { nameKey, plainName } from "./names.ts";
import { type PackedContent, packTape } from "./pack-tape.ts";
import { readme, readmeName } from "./readme.ts";
import { type TarFile, tarGz } from "./tar-write.ts";
import { type Verdict, verdictOn } from "./verdict.ts";

export interface PackInput {
  /** As it was named. */
  readonly path: string;
  readonly opened: OpenedTape;
}

export interface PackOptions {
  readonly output: string;
  readonly redaction: Redaction;
  readonly signal: AbortSignal;
  readonly includeNotes: boolean;
  /** The pack is replaced when it exists, and damaged and altered tapes are packed too. */
  readonly force: boolean;
  readonly limits?: PackLimits;
}

export interface PackDone {
  readonly manifest: Manifest;
  readonly bytes: number;
}

const ending = ".rwpack.tgz";
const tapeEnding = ".tape.jsonl";

/** Throws RW3010, RW2202, RW3014, RW3504, RW3505 and RW3511; then nothing is left of it. */
export async function pack(inputs: readonly PackInput[], options: PackOptions): Promise<PackDone> {
  const { output, force } = options;
  if (!force && existsSync(output)) throw new ReelwireError("RW3010", { where: [["file", output]] });
  const drafts = join(dirname(output), `.${basename(output)}.${randomUUID().slice(0, 8)}.draft`);
  try {
    mkdirSync(drafts, { mode: 0o700 });
    const tapes = await packTapes(inputs, drafts, options);
    const manifest = manifestOf(plainName(stemOf(output), "", new Set()), tapes);
    const bytes = await writeWhole(output, force, async (sink) => {
      const plain = await writeArchive(manifest, tapes, sink, options);
      demandOpens(plain, sink.size, options.limits ?? packLimits);
      return sink.size;
    });
    return { manifest, bytes };
  } catch (cause) {
    throw isSystem(cause) ? cannotWrite(output, cause) : cause;
  } finally {
    rmSync(drafts, { recursive: true, force: true });
  }
}

/** What a pack of these tapes is called when nobody says. */
export function packNameOf(path: string): string {
  return `${stemOf(path)}${ending}`;
}

function stemOf(path: string): string {
  return basename(path)
    .replace(/\.age$/, "")
    .replace(/(\.0*1)?\.tape\.jsonl$|\.vcr$|\.jsonl$|(\.rwpack)?\.(tgz|tar\.gz)$/, "");
}

async function packTapes(
  inputs: readonly PackInput[],
  drafts: string,
  { redaction, signal, includeNotes, force }: PackOptions,
): Promise<PackedContent[]> {
  const taken = new Set([manifestName, readmeName].map(nameKey));
  const clean = redaction.redactor();
  const tapes: PackedContent[] = [];
  for (const [i, { path, opened }] of inputs.entries()) {
    demandRests(opened, path);
    const verdict = await verdictOn(opened, signal);
    if (!force) demandWorth(verdict, path);
    const name = plainName(clean.text(stemOf(path)), tapeEnding, taken);
    const draft = join(drafts, String(i));
    tapes.push(await packTape({ opened, verdict, name, draft, includeNotes }, redaction, signal));
  }
  return tapes;
}

function demandRests({ header: { recorder } }: OpenedTape, path: string): void {
  if (!recorder || !isRunning(recorder)) return;
  const hint = `process ${recorder.pid} writes it`;
  throw new ReelwireError("RW3014", { with: { hint }, where: [["file", path]] });
}

function demandWorth({ state, why }: Verdict, path: string): void {
  if (state === "complete" || state === "unfinished") return;
  const where: [string, string][] = [["file", path]];
  if (why !== undefined) where.push(["why", why]);
  throw new ReelwireError("RW3504", { with: { state }, where });
}

/** How many places the manifest lists, of all tapes. */
const listedMax = 20_000;

function manifestOf(name: string, tapes: readonly PackedContent[]): Manifest {
  const packed = tapes.map(({ tape }) => tape);
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  return {
    reelwirePack: packVersion,
    name,
    when: packed.map(({ startedAt }) => startedAt).reduce((a, b) => (Date.parse(a) >= Date.parse(b) ? a : b)),
    writer: `reelwire ${version}`,
    tapes: packed,
    files: [fileOf(readmeName, encodeUtf8(readme(name, packed)))],
    removed: tapes.flatMap(({ removed }) => removed).slice(0, listedMax),
    removedCount: sum(tapes.map(({ removedCount }) => removedCount)),
    reduced: tapes.flatMap(({ reduced }) => reduced).slice(0, listedMax),
    reducedCount: sum(tapes.map(({ reducedCount }) => reducedCount)),
    fills: [...new Set(tapes.flatMap(({ fills }) => fills))].sort(),
  };
}

function fileOf(name: string, bytes: Uint8Array): PackedFile {
  return { name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** Returns how many plain bytes went in. */
async function writeArchive(
  manifest: Manifest,
  tapes: readonly PackedContent[],
  sink: { write(bytes: Uint8Array): void },
  { limits = packLimits, signal }: PackOptions,
): Promise<number> {
  const inMemory = (name: string, bytes: Uint8Array) => ({
    name,
    size: bytes.length,
    bytes: async function* () {
      yield bytes;
    },
  });
  const files: readonly TarFile[] = [
    inMemory(manifestName, encodeManifest(manifest)),
    inMemory(readmeName, encodeUtf8(readme(manifest.name, manifest.tapes))),
    ...tapes.map(({ tape, draft }) => ({ name: tape.name, size: tape.bytes, bytes: () => fileBytes(draft) })),
  ].map((file) => ({ ...file, name: `${manifest.name}/${file.name}` }));
  demandFits(files, limits);
  for await (const chunk of tarGz(files)) {
    signal.throwIfAborted();
    sink.write(chunk);
  }
  return files.reduce((sum, { size }) => sum + size, 0);
}

function demandFits(files: readonly TarFile[], limits: PackLimits): void {
  const all = files.reduce((sum, { size }) => sum + size + headerBytesMax, 0);
  if (files.length > limits.entriesMax) throw tooMuch(`it holds more than ${limits.entriesMax} files`);
  if (files[0]!.size > limits.manifestBytesMax) throw tooMuch("its manifest lists too much");
  if (files.some(({ size }) => size > limits.entryBytesMax))
    throw tooMuch(`a tape is larger than ${limits.entryBytesMax} bytes`);
  if (all > limits.allBytesMax) throw tooMuch(`it holds more than ${limits.allBytesMax} bytes`);
}

/** A tar header and what fills a file's last block, in bytes. */
const headerBytesMax = 1024;

/** What compresses too well looks like a bomb to whoever opens it. */
function demandOpens(plain: number, packed: number, { ratioMax, ratioFreeBytes }: PackLimits): void {
  if (plain + headerBytesMax > ratioFreeBytes && plain > packed * (ratioMax - 1))
    throw tooMuch(`it would grow to more than ${ratioMax} times its size`);
}

function tooMuch(what: string): ReelwireError {
  return new ReelwireError("RW3511", { with: { what } });
}
