import { closeSync, lstatSync, openSync, readSync, unlinkSync } from "node:fs";
import { resolve } from "node:path";
import { limits, ReelwireError } from "../../base/index.ts";
import { parseHeader } from "../../tape/index.ts";
import { isRunning } from "../ancestors.ts";
import { clearParts } from "../claim-conflict.ts";
import { type Claim, cannotCreate, fileOf } from "../tape-place.ts";

/**
 * The file of a recording that a program asked for: exactly the name it gave, created exclusively. Unlike the command
 * line, which is started twice by clients that probe, nothing here ever takes another name.
 */
export function claimPlace(out: string, inParts: boolean, force: boolean): Claim {
  const base = resolve(out);
  const path = fileOf(base, inParts);
  let fd = createOrTaken(path);
  if (fd === undefined) {
    if (!force || isBeingWritten(path)) throw taken(path);
    unlinkSync(path);
    fd = createOrTaken(path);
    if (fd === undefined) throw taken(path);
  }
  const claim = { fd, path, base };
  if (inParts) clearParts(claim, force);
  return claim;
}

/** Gives an unused place back: the recording never began. */
export function leavePlace({ fd, path }: Claim): void {
  closeSync(fd);
  unlinkSync(path);
}

function createOrTaken(path: string): number | undefined {
  try {
    return openSync(path, "wx", 0o600);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw cannotCreate(path, cause);
  }
}

function taken(path: string): ReelwireError {
  return new ReelwireError("RW2201", { where: [["file", path]] });
}

/** How much of a file's end is looked at for its last line, in bytes: an end line is shorter. */
const tailBytes = 1024;

/** A tape without its end whose recorder still runs, this process included: replacing it would lose it unseen. */
function isBeingWritten(path: string): boolean {
  const stat = lstatSync(path);
  if (!stat.isFile()) {
    const cause = Object.assign(new Error("it is no regular file"), { code: "ENOTREG" });
    throw cannotCreate(path, cause);
  }
  const head = piece(path, 0, Math.min(stat.size, limits.headerBytesMax));
  const header = parseHeader(head.subarray(0, Math.max(0, head.indexOf(0x0a))));
  if (!header?.recorder || !isRunning(header.recorder)) return false;
  const tail = piece(path, Math.max(0, stat.size - tailBytes), tailBytes).toString();
  return !/\n\{"at":\d+,"end":\{[^\n]*\}\}\n$/.test(tail);
}

function piece(path: string, from: number, bytes: number): Buffer {
  const fd = openSync(path, "r");
  try {
    const read = Buffer.alloc(bytes);
    return read.subarray(0, readSync(fd, read, 0, bytes, from));
  } finally {
    closeSync(fd);
  }
}
