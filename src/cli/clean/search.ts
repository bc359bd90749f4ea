/**
 * Looks through a tape for secrets, line by line, as the protocol means them. `scan` wants no more than that; `redact`
 * and `pack` do it before they write, because the header, which comes first, counts what was found; and `pack` does it
 * once more afterwards.
 */
import { decodeLoosely } from "../../base/index.ts";
import type { Found, Redactor } from "../../redact/index.ts";
import { encodeEvent, type TapeItem } from "../../tape/index.ts";
import { editedHeader } from "./header.ts";
import { hides, LineCleaner } from "./line.ts";
import { StderrPieces } from "./stderr-pieces.ts";
import { tellable } from "./tellable.ts";

/** One secret on a tape. */
export interface TapeFinding extends Found {
  readonly line: number;
  /** Of a rotated recording. */
  readonly part: number | undefined;
  /** Where the line begins in its file, in bytes; of a `.vcr` recording the interaction. */
  readonly offset: number;
}

export interface Counts {
  readonly count: number;
  readonly kinds: ReadonlyMap<string, number>;
}

/** How many values were found, by kind. */
export interface Cleanliness extends Counts {
  /** The same for each part of a rotated recording. */
  readonly parts: ReadonlyMap<number, Counts>;
  /** Environment variables whose values were found. */
  readonly names: ReadonlySet<string>;
  /** What pieces of stderr say instead, by the key of their item. */
  readonly stderr: ReadonlyMap<string, string>;
}

export type MakeRedactor = (onFound?: (found: Found) => void) => Redactor;

/** An item's line within the whole recording. */
export function keyOf(item: TapeItem): string {
  return item.kind === "header" ? "0:1" : `${item.part ?? 0}:${item.line}`;
}

/** `tell` hears of each secret; its pointer is from the root of the line. */
export async function searchTape(
  items: AsyncIterable<TapeItem>,
  make: MakeRedactor,
  tell: (finding: TapeFinding) => void,
): Promise<Cleanliness> {
  let at: Pick<TapeFinding, "line" | "part" | "offset"> = { line: 1, part: undefined, offset: 0 };
  const pieceAt = new Map<string, typeof at>();
  const names = new Set<string>();
  const quiet = make();
  const parts = new Map<number, { count: number; kinds: Map<string, number> }>();
  const redactor = make((found) => {
    countIn(parts, at.part ?? 0, found.kind);
    if (found.how === "known" && found.name !== undefined) names.add(found.name);
    tell(tellable({ ...found, ...at, pointer: lines.pointer + found.pointer }, quiet));
  });
  const lines = new LineCleaner(redactor);
  const stderr = new StderrPieces(redactor, (key) => {
    at = pieceAt.get(key) ?? at;
    pieceAt.clear();
    lines.pointer = "/stderr";
  });
  for await (const item of items) {
    at = placeOf(item);
    if (item.kind === "header") editedHeader(item.bytes, (key, json) => lines.member(key, json));
    else if (item.kind === "damaged") {
      lines.pointer = "";
      redactor.text(decodeLoosely(item.bytes));
    } else if (item.event.payload.kind === "stderr") {
      const key = keyOf(item);
      pieceAt.set(key, at);
      stderr.take(item.event.conn ?? 0, key, item.event.payload.text);
    } else searchEvent(item, lines, redactor);
  }
  stderr.end();
  const { count, kinds } = redactor;
  return { count, kinds, parts, names, stderr: stderr.changed };
}

function searchEvent(item: TapeItem & { kind: "event" }, lines: LineCleaner, redactor: Redactor): void {
  const { count } = redactor;
  lines.event(item.event);
  const { event, bytes } = item;
  if (redactor.count > count || bytes === undefined || !hides(event)) return;
  if (Buffer.compare(encodeEvent(event).subarray(0, -1), bytes) === 0) return;
  lines.pointer = "";
  redactor.json(decodeLoosely(bytes));
}

function countIn(
  parts: Map<number, { count: number; kinds: Map<string, number> }>,
  part: number,
  kind: string,
): void {
  const counts = parts.get(part) ?? { count: 0, kinds: new Map<string, number>() };
  parts.set(part, counts);
  counts.count++;
  counts.kinds.set(kind, (counts.kinds.get(kind) ?? 0) + 1);
}

function placeOf(item: TapeItem): Pick<TapeFinding, "line" | "part" | "offset"> {
  if (item.kind === "header") return { line: 1, part: undefined, offset: 0 };
  return { line: item.line, part: item.part, offset: item.offset };
}
