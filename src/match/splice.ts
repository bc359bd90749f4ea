/**
 * Writing live values into recorded messages: bytes are cut out and others put in, everything else stays as it was
 * on the wire.
 */
import { copyOf, encodeUtf8, MemberCursor, type Span } from "../base/index.ts";
import { Message } from "../protocol/index.ts";

/** A place and the JSON text that comes into it. */
export interface Splice extends Span {
  readonly text: string;
}

/** The same message with other texts at some places; of two that overlap the first given counts. The bytes are its own. */
export function spliced(message: Message, splices: readonly Splice[]): Message {
  if (splices.length === 0) return new Message(copyOf(message.bytes));
  const inOrder = splices.length === 1 ? splices : apart(splices);
  const texts = inOrder.map(({ text }) => encodeUtf8(text));
  const { bytes } = message;
  const grown = inOrder.reduce((sum, { start, end }, i) => sum + texts[i]!.length - (end - start), 0);
  const out = new Uint8Array(bytes.length + grown);
  let from = 0;
  let to = 0;
  for (const [i, { start, end }] of inOrder.entries()) {
    out.set(bytes.subarray(from, start), to);
    to += start - from;
    out.set(texts[i]!, to);
    to += texts[i]!.length;
    from = end;
  }
  out.set(bytes.subarray(from), to);
  return new Message(out);
}

/** The same message with another text at one place; the usual case, for the price of three copies. */
export function splicedAt(message: Message, { start, end }: Span, text: Uint8Array): Message {
  const { bytes } = message;
  const out = new Uint8Array(bytes.length - (end - start) + text.length);
  out.set(bytes.subarray(0, start));
  out.set(text, start);
  out.set(bytes.subarray(end), start + text.length);
  return new Message(out);
}

/** By place, without those that overlap one given before. */
function apart(splices: readonly Splice[]): Splice[] {
  const rank = new Map(splices.map((splice, i) => [splice, i]));
  const kept: Splice[] = [];
  for (const splice of [...splices].sort((a, b) => a.start - b.start || a.end - b.end)) {
    const before = kept.at(-1);
    const clear = !before || before.end <= splice.start;
    if (!clear && rank.get(before)! < rank.get(splice)!) continue;
    if (!clear) kept.pop();
    kept.push(splice);
  }
  return kept;
}

/** Puts a text in place of every top-level member of this name: of duplicates each reader may take another. */
export function memberSplices(message: Message, key: string, text: string): Splice[] {
  const cursor = new MemberCursor(message.bytes);
  const found: Splice[] = [];
  while (cursor.next()) if (cursor.is(key)) found.push({ start: cursor.start, end: cursor.end, text });
  return found;
}

/** Puts a text in place of the value at a path of keys, if there is one. */
export function pathSplices(message: Message, path: readonly string[], text: string): Splice[] {
  const span = message.spanAt(...path);
  return span ? [{ ...span, text }] : [];
}
