/**
 * What a pack says about itself, in `manifest.json`: which tapes, what they are worth, and what was taken out of them.
 * Written by `pack`; read by `unpack` as a stranger's text, which believes nothing but names, sizes and hashes, and
 * holds the files to them.
 */
import { decodeUtf8, ReelwireError } from "../../base/index.ts";
import type { TapeState } from "../../tape/index.ts";
import { faultOfName, nameKey } from "./names.ts";
import { notPack, refused } from "./tar-read.ts";

/** The version of the pack format, apart from releases and from the tape format. */
export const packVersion = 1;

export const manifestName = "manifest.json";

export interface PackedFile {
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface PackedTape extends PackedFile {
  /** What the tape was found to be before anything was taken out; `pack --force` alone takes the last two. */
  readonly verdict: TapeState;
  /** Calls of both sides. */
  readonly calls: number;
  /** Protocol revisions that its messages name. */
  readonly revisions: readonly string[];
  readonly startedAt: string;
  /** Lines that did not read and are left out. */
  readonly linesLeftOut: number;
  /** Notes of the recorder that are left out. */
  readonly notesLeftOut: number;
}

/** One value that was replaced. */
export interface Removed {
  readonly tape: string;
  /** The line in the packed tape's original. */
  readonly line: number;
  /** JSON Pointer within that line. */
  readonly pointer: string;
  readonly kind: string;
  readonly placeholder: string;
  readonly how: string;
}

/** A fact about the recording machine that was dropped, or cut to its last name. */
export interface Reduced {
  readonly tape: string;
  readonly line: number;
  readonly pointer: string;
  readonly how: "dropped" | "base name";
}

export interface Manifest {
  readonly reelwirePack: typeof packVersion;
  readonly name: string;
  /** When the newest of the tapes was begun. Not when it was packed: the same tapes give the same pack. */
  readonly when: string;
  readonly writer: string;
  readonly tapes: readonly PackedTape[];
  /** Everything else that is in the pack. */
  readonly files: readonly PackedFile[];
  readonly removed: readonly Removed[];
  /** How many values were replaced; more than are listed when there were very many. */
  readonly removedCount: number;
  readonly reduced: readonly Reduced[];
  readonly reducedCount: number;
  /** Names of environment variables whose values the placeholders stand for. */
  readonly fills: readonly string[];
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
}

/** What `unpack` needs of a manifest. */
export interface Expected {
  readonly files: ReadonlyMap<string, PackedFile>;
  /** Names of the tapes among them, in order. */
  readonly tapes: readonly string[];
}

/** Throws RW3506 when it is no manifest, RW3508 for a name that is no plain one, RW3510 for a later version. */
export function readManifest(bytes: Uint8Array, entriesMax: number): Expected {
  const manifest = objectOf(parsed(bytes), "its manifest");
  const version = own(manifest, "reelwirePack");
  if (!isCount(version) || version < 1) throw notPack("its manifest does not say which version it has");
  if (version > packVersion) throw new ReelwireError("RW3510", { with: { version, known: packVersion } });
  const tapes = listOf(own(manifest, "tapes"), entriesMax).map(fileOf);
  const files = new Map<string, PackedFile>();
  const keys = new Set([nameKey(manifestName)]);
  for (const file of [...tapes, ...listOf(own(manifest, "files"), entriesMax).map(fileOf)]) {
    if (keys.has(nameKey(file.name))) throw refused("two files of one name", file.name);
    keys.add(nameKey(file.name));
    files.set(file.name, file);
  }
  return { files, tapes: tapes.map((tape) => tape.name) };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeUtf8(bytes) ?? "");
  } catch (cause) {
    throw notPack("its manifest is no JSON", cause);
  }
}

function fileOf(value: unknown): PackedFile {
  const file = objectOf(value, "an entry of its manifest");
  const [name, bytes, sha256] = [own(file, "name"), own(file, "bytes"), own(file, "sha256")];
  if (
    typeof name !== "string" ||
    !isCount(bytes) ||
    typeof sha256 !== "string" ||
    !/^[0-9a-f]{64}$/.test(sha256)
  )
    throw notPack("an entry of its manifest lacks its name, its size or its hash");
  const fault = faultOfName(name);
  if (fault !== undefined) throw refused(`a file whose name ${fault}`, name);
  return { name, bytes, sha256 };
}

function objectOf(value: unknown, what: string): object {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw notPack(`${what} is no object`);
  return value;
}

function listOf(value: unknown, countMax: number): readonly unknown[] {
  if (!Array.isArray(value)) throw notPack("its manifest lists no files");
  if (value.length > countMax) throw notPack("its manifest lists too many files");
  return value;
}

/** A member of the object's own: what a prototype would add is none. */
function own(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string, unknown>)[key] : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
