/**
 * Looks through a tape for secrets, line by line, as the protocol means them. `scan` wants no more than that; `redact`
 * and `pack` do it before they write, because the header, which comes first, counts what was found; and `pack` does it
 * once more afterwards.
 */
import { decodeLoosely } from "../../base/index.ts";
import type { Message } from "../../protocol/index.ts";
import type { Found, Redactor } from "../../redact/index.ts";
import { encodeEvent, type TapeItem } from "../../tape/index.ts";
import { editedHeader } from "./header.ts";
import { hides, LineCleaner } from "./line.ts";
import { SplitMessages } from "./split-messages.ts";
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
  /** What messages say instead that have a piece of a known value each. */
  readonly messages: ReadonlyMap<string, Message>;
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
  const search = new Search(make, tell);
  for await (const item of items) search.take(item);
  return search.end();
}

type Place = Pick<TapeFinding, "line" | "part" | "offset">;

class Search {
  readonly #tell: (finding: TapeFinding) => void;
  readonly #redactor: Redactor;
  readonly #quiet: Redactor;
  readonly #lines: LineCleaner;
  readonly #stderr: StderrPieces<Place>;
  readonly #split: SplitMessages;
  readonly #names = new Set<string>();
  readonly #parts = new Map<number, { count: number; kinds: Map<string, number> }>();
  #at: Place = { line: 1, part: undefined, offset: 0 };

  constructor(make: MakeRedactor, tell: (finding: TapeFinding) => void) {
    this.#tell = tell;
    this.#quiet = make();
    this.#redactor = make((found) => this.#hear(found));
    this.#lines = new LineCleaner(this.#redactor);
    this.#split = new SplitMessages(this.#redactor);
    this.#stderr = new StderrPieces(this.#redactor, (place) => {
      this.#at = place;
      this.#lines.pointer = "/stderr";
    });
  }

  take(item: TapeItem): void {
    this.#at = placeOf(item);
    if (item.kind === "header") editedHeader(item.bytes, (key, json) => this.#lines.member(key, json));
    else if (item.kind === "damaged") {
      this.#lines.pointer = "";
      this.#redactor.text(decodeLoosely(item.bytes));
    } else {
      const { payload, conn = 0 } = item.event;
      if (payload.kind === "stderr") this.#stderr.take(conn, keyOf(item), this.#at, payload.text);
      else if (payload.kind === "mark") this.#checkpoint(payload.kind, payload.mark);
      else if (payload.kind === "end") this.#checkpoint(payload.kind, payload.end);
      this.#event(item);
    }
  }

  end(): Cleanliness {
    this.#stderr.end();
    this.#split.end();
    const { count, kinds } = this.#redactor;
    const [parts, names] = [this.#parts, this.#names];
    return { count, kinds, parts, names, stderr: this.#stderr.changed, messages: this.#split.changed };
  }

  #event(item: TapeItem & { kind: "event" }): void {
    const { event, bytes } = item;
    const { count } = this.#redactor;
    const clean = this.#lines.event(event);
    this.#lines.pointer = "/msg";
    this.#split.take(keyOf(item), clean);
    if (this.#redactor.count > count || bytes === undefined || !hides(event)) return;
    if (Buffer.compare(encodeEvent(event).subarray(0, -1), bytes) === 0) return;
    this.#lines.pointer = "";
    this.#redactor.json(decodeLoosely(bytes));
  }

  /** Sums look random and are no secrets; whatever else stands in a checkpoint is looked at. */
  #checkpoint(kind: "mark" | "end", facts: object): void {
    const rest = Object.entries(facts).filter(([, value]) => typeof value !== "string" || !isSum(value));
    this.#lines.pointer = `/${kind}`;
    if (rest.some(([, value]) => typeof value !== "number"))
      this.#redactor.json(JSON.stringify(Object.fromEntries(rest)));
  }

  #hear(found: Found): void {
    countIn(this.#parts, this.#at.part ?? 0, found.kind);
    if (found.how === "known" && found.name !== undefined) this.#names.add(found.name);
    const pointer = this.#lines.pointer + found.pointer;
    this.#tell(tellable({ ...found, ...this.#at, pointer }, this.#quiet));
  }
}

/** A hash, a list of checksums or a signature. No group is repeated: each repetition of a long text would cost stack. */
function isSum(text: string): boolean {
  if (/^[0-9a-f]{64}$/.test(text)) return true;
  // Checksums are four bytes each, a signature has 64. Other base64 may be anything.
  return (
    text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) && (text.length === 88 || isChecksums(text))
  );
}

/** As many bytes as the checksums of whole lines have. */
function isChecksums(text: string): boolean {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return ((text.length / 4) * 3 - padding) % 4 === 0;
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

function placeOf(item: TapeItem): Place {
  if (item.kind === "header") return { line: 1, part: undefined, offset: 0 };
  return { line: item.line, part: item.part, offset: item.offset };
}
