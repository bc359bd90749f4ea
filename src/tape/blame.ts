/**
 * Which line is to blame when a checkpoint disagrees: one before it, or the checkpoint's own. A checkpoint has the
 * hash of all lines before it, the checksum of each line since the checkpoint before, and perhaps a signature of its
 * own facts; a single change never makes all of them wrong at once.
 */
import { crcAt, crcCount, crcsOf } from "./line-crcs.ts";
import type { Claim } from "./signature.ts";

/** What really stands before a checkpoint. */
export interface Found {
  /** The checkpoint's own line. */
  readonly line: number;
  /** Where its line begins, in bytes. */
  readonly offset: number;
  readonly sha256: string;
  /** The line of the checkpoint before, or of the header: the first whose checksum this one has. */
  readonly from: number;
  /** The checksums from there on; undefined when there are more lines than are kept. */
  readonly crcs: Uint8Array | undefined;
  /** Whether the tape has checksums in its checkpoints, as far as is known. */
  readonly demandsCrc: boolean;
  /** Why its signature does not count. */
  readonly unsigned: string | undefined;
  /** A checkpoint before this one was right, and so is the header. */
  readonly headerProved: boolean;
}

export interface Blame {
  readonly line: number;
  readonly why: string;
  /** It may as well be the checkpoint's own line: the next signature that fits decides. */
  readonly orOwn?: Blame;
}

/** Undefined when the checkpoint and all before it are right. */
export function blameOf(claim: Claim, found: Found): Blame | undefined {
  if (claim.sha256 === found.sha256) return own(found.line, faultOf(claim, found));
  const { unsigned, crcs: actual, line, from } = found;
  const crcs = claim.crc === undefined ? undefined : crcsOf(claim.crc);
  const start = crcs && claim.lines - crcCount(crcs) + 1;
  const headerFits = start === 1 && from === 1 && crcs && actual && crcAt(crcs, 0) === crcAt(actual, 0);
  // The header is right, and the signature covers every other fact that it has.
  if (unsigned !== undefined && (found.headerProved || headerFits)) return own(line, unsigned);
  if (!crcs || !actual) return own(line, `${wrongHash}; the change is in ${between(from, line - 1)}`);
  if (isForeign(claim, crcs, found)) return own(line, `${wrongHash}, and neither are its checksums`);
  const changed = firstChange(crcs, start!, actual, found);
  if (changed === undefined) return own(line, wrongHash);
  const blame = { line: changed, why: "it is not what was written: its checksum is another" };
  return unsigned === undefined ? blame : { ...blame, orOwn: { line, why: unsigned } };
}

const wrongHash = "its hash is not that of the lines before it";

function own(line: number, why: string | undefined): Blame | undefined {
  return why === undefined ? undefined : { line, why };
}

/** What is wrong with a checkpoint whose hash is right, so that every line before it is. */
function faultOf(claim: Claim, { line, offset, crcs, demandsCrc, unsigned }: Found): string | undefined {
  if (claim.lines !== line - 1) return `it counts ${claim.lines} lines, there are ${line - 1}`;
  if (claim.bytes !== undefined && claim.bytes !== offset)
    return `it counts ${claim.bytes} bytes, there are ${offset}`;
  if (claim.crc === undefined && demandsCrc) return "it lacks the checksums of the lines before it";
  if (claim.crc !== undefined && crcs && Buffer.from(crcs).toString("base64") !== claim.crc)
    return "its checksums are not those of the lines before it";
  return unsigned;
}

/** A checkpoint of other lines: it shares none with these, and does not count as many. */
function isForeign(
  { lines, bytes }: Claim,
  crcs: Uint8Array,
  { line, offset, crcs: actual }: Found,
): boolean {
  const counts = bytes === undefined ? lines === line - 1 : bytes === offset;
  if (counts) return false;
  const known = new Set<number>();
  for (let i = 0; i < crcCount(crcs); i++) known.add(crcAt(crcs, i)!);
  for (let i = 0; i < crcCount(actual!); i++) if (known.has(crcAt(actual!, i)!)) return false;
  return true;
}

/** The first line that both have and that differs, or that one lacks; undefined when they agree or never meet. */
function firstChange(
  crcs: Uint8Array,
  start: number,
  actual: Uint8Array,
  { line, from }: Found,
): number | undefined {
  const first = Math.max(start, from);
  const past = start + crcCount(crcs);
  if (past <= first || first >= line) return undefined;
  for (let n = first; n < Math.max(past, line); n++) {
    if (crcAt(crcs, n - start) !== crcAt(actual, n - from)) return Math.min(n, line);
  }
  return undefined;
}

function between(first: number, last: number): string {
  return first >= last ? `line ${last}` : `lines ${first} to ${last}`;
}
