/**
 * Writes a tape without its secrets: every line through the redactor, checkpoints and end anew. What the search before
 * it counted goes into the header and into a closing note.
 */
import { assert, encodeUtf8 } from "../../base/index.ts";
import { redactedNote } from "../../record/index.ts";
import type { Redactor } from "../../redact/index.ts";
import {
  type DamagedItem,
  decodeHeader,
  type NoteFacts,
  type RedactionFacts,
  type Sink,
  type TapeEvent,
  type TapeItem,
  type TapeSigner,
  TapeWriter,
} from "../../tape/index.ts";
import { type EditMember, editedHeader } from "./header.ts";
import { hides, LineCleaner } from "./line.ts";
import { type Cleanliness, keyOf } from "./search.ts";

/** What else becomes of the tape on its way. */
export interface Changes {
  /** Facts of the header's `redaction`; the count and the names of variables are set here. */
  readonly facts: RedactionFacts;
  /** A member of the header before it is cleaned; undefined: it is left out. */
  readonly member?: EditMember;
  /** An event before it is cleaned; undefined: it is left out. */
  readonly event?: (event: TapeEvent, item: TapeItem) => TapeEvent | undefined;
  /** Whether what stands in one file is written to one file: then lines in which nothing was found stay as they stand. */
  readonly copies: boolean;
  /** Signs the new checkpoints and the end; old signatures go in any case. */
  readonly signer?: TapeSigner | undefined;
  /** Whether the tape should have an end; a `.vcr` recording has none. */
  readonly closes: boolean;
}

export interface Written {
  /** What the next part of a rotated recording names as `previous`. */
  readonly endHash: string;
  readonly bytes: number;
  /** Lines that did not read and are left out; a note on the tape says which. */
  readonly dropped: number;
}

/** `redactor` is a fresh one: it has to see the requests before their answers again. */
export async function writeClean(
  items: AsyncIterable<TapeItem>,
  found: Cleanliness,
  redactor: Redactor,
  sink: Sink,
  changes: Changes,
): Promise<Written> {
  const lines = new LineCleaner(redactor);
  let writer: TapeWriter | undefined;
  let ended = !changes.closes;
  let at = 0;
  let dropped = 0;
  const note = (facts: NoteFacts): void => writer?.write({ at, payload: { kind: "note", note: facts } });
  for await (const item of items) {
    if (item.kind === "header")
      writer = startedAt(sink, headerOf(item, found, lines, changes), changes.signer);
    else if (item.kind === "damaged") {
      dropped++;
      note(droppedNote(item));
    } else {
      at = Math.max(at, item.event.at);
      if (item.event.payload.kind === "end") ended = true;
      const event = eventOf(item, found, lines, changes);
      const { bytes } = item;
      if (event === item.event && bytes && changes.copies && !hides(event))
        writer?.copy(withLineEnd(bytes), event.at);
      else if (event) writer?.write(event);
    }
  }
  assert(writer !== undefined, "the header comes first");
  if (!ended) note(unfinishedNote);
  const closing = redactedNote(found);
  if (closing) note(closing);
  writer.end(at);
  return { endHash: writer.endHash ?? "", bytes: writer.bytes, dropped };
}

function startedAt(sink: Sink, header: string, signer: TapeSigner | undefined): TapeWriter {
  const line = encodeUtf8(`${header}\n`);
  return new TapeWriter(sink, decodeHeader(line.subarray(0, -1)), { headerLine: line, signer });
}

type HeaderItem = TapeItem & { kind: "header" };

/** The header's text; its `redaction` counts what was found now and before. */
function headerOf(item: HeaderItem, found: Cleanliness, lines: LineCleaner, changes: Changes): string {
  const { member = (_key, json) => json, facts } = changes;
  const before = item.header.redaction;
  const names = [...new Set([...(before?.env ?? []), ...found.names])].sort();
  const { env: _all, ...kept } = facts;
  const redaction = {
    ...kept,
    count: (before?.count ?? 0) + found.count,
    ...(names.length > 0 && { env: names }),
  };
  const edit: EditMember = (key, json) => {
    const kept = member(key, json);
    return kept === undefined ? undefined : lines.member(key, kept);
  };
  return editedHeader(item.bytes, edit, { redaction: JSON.stringify(redaction) });
}

function eventOf(
  item: TapeItem & { kind: "event" },
  found: Cleanliness,
  lines: LineCleaner,
  { event: change }: Changes,
): TapeEvent | undefined {
  const { kind } = item.event.payload;
  if (kind === "mark" || kind === "end") return undefined;
  const text = kind === "stderr" ? found.stderr.get(keyOf(item)) : undefined;
  if (text === "") return undefined;
  if (text !== undefined) return { ...item.event, payload: { kind: "stderr", text } };
  const event = change ? change(item.event, item) : item.event;
  const clean = event && lines.event(event);
  const message = found.messages.get(keyOf(item));
  return clean && message ? { ...clean, payload: { kind: "msg", message } } : clean;
}

function withLineEnd(line: Uint8Array): Uint8Array {
  const whole = new Uint8Array(line.length + 1);
  whole.set(line);
  whole[line.length] = 0x0a;
  return whole;
}

function droppedNote({ line, part, why, bytes }: DamagedItem): NoteFacts {
  const says = `a line was damaged and is left out: ${why}`;
  return { what: "dropped", says, line, ...(part !== undefined && { part }), bytes: bytes.length };
}

const unfinishedNote: NoteFacts = {
  what: "unfinished",
  says: "the tape that this one was made from had no end",
};
