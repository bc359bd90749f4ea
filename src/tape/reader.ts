/**
 * Reads the JSON Lines form of a tape from a stream of bytes, a line at a time: memory is bounded by the longest
 * line, not by the tape. What is wrong with one line is a value; what makes the whole file unreadable is an error.
 */
import { type ErrorFacts, limits, ReelwireError } from "../base/index.ts";
import { LineSplitter } from "../protocol/index.ts";
import { isAgeDamage } from "./age-format.ts";
import type { TapeEvent, TapeHeader } from "./format.ts";
import { decodeHeader, isHeaderLike } from "./header.ts";
import { decodeLine } from "./jsonl-decode.ts";
import { lineEndIn } from "./line-buffer.ts";
import { hintFor, sniff, sniffBytesMax } from "./sniff.ts";

/**
 * One line of a tape. `line` counts from 1, `offset` is where the line begins in its file, in bytes. `bytes` are
 * the line's own, without its line end, as a view of the chunk they came in, and so is an event's message: copy what
 * is kept for long.
 */
export type TapeItem =
  | { readonly kind: "header"; readonly line: 1; readonly header: TapeHeader; readonly bytes: Uint8Array }
  | {
      readonly kind: "event";
      readonly line: number;
      readonly offset: number;
      readonly event: TapeEvent;
      /** Absent when the source was not a tape but was imported. */
      readonly bytes?: Uint8Array;
      /** Which part of a rotated recording, counted from 1; absent when it is one file. */
      readonly part?: number;
    }
  | DamagedItem;

export interface DamagedItem {
  readonly kind: "damaged";
  readonly line: number;
  readonly offset: number;
  /** A sentence about the line, after "line 7:". */
  readonly why: string;
  readonly bytes: Uint8Array;
  /** The file ends in the middle of this line: its writer was stopped. */
  readonly torn?: true;
  readonly part?: number;
}

export interface ReadOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  readonly limits?: {
    readonly lineBytesMax?: number;
    readonly headerBytesMax?: number;
  };
}

/**
 * The header, then every line in order. Throws RW3008 for an empty source, RW3002 when it is no tape, RW3003 for a
 * later version, RW3004 for an unreadable header, RW3006 for a line over the limit. Where the encryption of a source
 * breaks, the last item is a damaged line.
 */
export async function* readTape(
  source: AsyncIterable<Uint8Array>,
  options: ReadOptions = {},
): AsyncGenerator<TapeItem, void, void> {
  const lineBytesMax = options.limits?.lineBytesMax ?? limits.tapeLineBytesMax;
  const headerBytesMax = Math.min(options.limits?.headerBytesMax ?? limits.headerBytesMax, lineBytesMax);
  const where = options.name === undefined ? [] : ([["file", options.name]] as const);
  const splitter = new LineSplitter(lineBytesMax);
  let line = 0;
  let offset = 0;
  try {
    for await (const chunk of withWholeHead(source, where)) {
      for (const { bytes, lostBytes } of splitter.push(chunk)) {
        if (++line === 1) yield firstLine(bytes, lostBytes, headerBytesMax, where);
        else yield laterLine(bytes, lostBytes, line, offset, lineBytesMax, where);
        offset += bytes.length + lostBytes + 1;
      }
      const held = splitter.heldBytes;
      if (line === 0 && held > headerBytesMax) throw tooLong(1, headerBytesMax, where);
      if (held > lineBytesMax) throw tooLong(line + 1, lineBytesMax, where);
    }
  } catch (fault) {
    if (line === 0 || !isAgeDamage(fault)) throw fault;
    yield { kind: "damaged", line: line + 1, offset, why: fault.message, bytes: new Uint8Array(0) };
    return;
  }
  const rest = splitter.end();
  if (rest === undefined) return;
  if (line === 0) yield firstLine(rest.bytes, rest.lostBytes, headerBytesMax, where);
  else yield torn(laterLine(rest.bytes, rest.lostBytes, line + 1, offset, lineBytesMax, where));
}

type Where = NonNullable<ErrorFacts["where"]>;

/** The same stream, its first chunk long enough to say what the file is; throws when that is no tape. */
async function* withWholeHead(
  source: AsyncIterable<Uint8Array>,
  where: Where,
): AsyncGenerator<Uint8Array, void, void> {
  let head: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of source) {
    if (head === undefined) {
      yield chunk;
      continue;
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    if (head.length < sniffBytesMax && !hasHeader(head)) continue;
    demandTape(head, where);
    yield head;
    head = undefined;
  }
  if (head === undefined) return;
  demandTape(head, where);
  yield head;
}

function demandTape(head: Uint8Array, where: Where): void {
  if (isHeaderLike(firstLineOf(head))) return;
  const looks = sniff(head);
  if (looks === "empty") throw new ReelwireError("RW3008", { where });
  const hint = hintFor(looks === "tape" ? "json" : looks);
  throw new ReelwireError("RW3002", { with: { hint }, where: [...where, ["line", "1"]] });
}

/** Whether the whole first line is there and means to be a header: then nothing more is needed to tell. */
function hasHeader(head: Uint8Array): boolean {
  return lineEndIn(head) >= 0 && isHeaderLike(firstLineOf(head));
}

function firstLineOf(head: Uint8Array): Uint8Array {
  const end = lineEndIn(head);
  return end < 0 ? head : head.subarray(0, end);
}

function firstLine(bytes: Uint8Array, lostBytes: number, headerBytesMax: number, where: Where): TapeItem {
  if (lostBytes > 0 || bytes.length > headerBytesMax) throw tooLong(1, headerBytesMax, where);
  return { kind: "header", line: 1, header: decodeHeader(bytes, where), bytes };
}

function laterLine(
  bytes: Uint8Array,
  lostBytes: number,
  line: number,
  offset: number,
  bytesMax: number,
  where: Where,
): TapeItem {
  if (lostBytes > 0) throw tooLong(line, bytesMax, where);
  const decoded = decodeLine(bytes);
  if ("event" in decoded) return { kind: "event", line, offset, event: decoded.event, bytes };
  return { kind: "damaged", line, offset, why: decoded.why, bytes };
}

/** A last line without its line end is whole when it reads: a cut one lacks its final brace. */
function torn(item: TapeItem): TapeItem {
  return item.kind === "damaged" ? { ...item, why: "the file ends in the middle of it", torn: true } : item;
}

function tooLong(line: number, limit: number, where: Where): ReelwireError {
  return new ReelwireError("RW3006", { with: { line, limit }, where });
}
