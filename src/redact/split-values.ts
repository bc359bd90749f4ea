/**
 * Known values that a server says in pieces: the end of one notification and the beginning of the next, as text that is
 * streamed does. What may be the beginning of one is not settled until the next piece of the same stream tells.
 */
import { encodeUtf8 } from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { type Edit, edited, spelled } from "./edits.ts";
import { walkJson } from "./json-walk.ts";

/** A message that was looked at. While it is `open`, its end may turn out to be part of a secret. */
export interface Piece {
  readonly message: Message;
  readonly open: boolean;
}

/** Streams that are followed at once; of more, the one that waits longest is settled. */
const streamsMax = 1_000;
/** Leaves of one message that are looked at. */
const leavesMax = 1_000;

export class SplitValues {
  readonly #values: readonly string[];
  readonly #replace: (value: string) => string;
  readonly #streams = new Map<string, Begun>();

  constructor(values: readonly string[], replace: (value: string) => string) {
    this.#values = values;
    this.#replace = replace;
  }

  /** Takes the next message of a stream; earlier pieces of it are settled or changed by that. */
  take(message: Message, stream: string): Piece {
    const piece = new OpenPiece(message);
    for (const leaf of leavesOf(message.text)) this.#leaf(piece, leaf, `${stream} ${leaf.place}`);
    return piece;
  }

  /** Nothing more is waited for. */
  settle(piece: Piece): void {
    for (const [key, { parts }] of this.#streams)
      if (parts.some((part) => part.piece === piece)) this.#forget(key);
  }

  #leaf(piece: OpenPiece, leaf: Leaf, key: string): void {
    const begun = this.#streams.get(key);
    const from = begun ? this.#next(piece, leaf, key, begun) : 0;
    if (from === undefined) return;
    const start = this.#beginning(leaf.text, from);
    if (start < leaf.text.length)
      this.#goOn(key, { text: "", parts: [] }, piece, { leaf, start, end: leaf.text.length });
  }

  /** What the next leaf makes of what has begun; from where it is looked at by itself, undefined when all of it goes on. */
  #next(piece: OpenPiece, leaf: Leaf, key: string, all: Begun): number | undefined {
    // The value may begin later than it seemed: "abab" and "abac" are the end of "ababac".
    for (let skipped = 0; skipped < all.text.length; skipped++) {
      const begun = skipped === 0 ? all : without(all, skipped);
      const whole = begun.text + leaf.text;
      const value = this.#values.find((each) => each.length > begun.text.length && whole.startsWith(each));
      if (value !== undefined) {
        const end = value.length - begun.text.length;
        this.#forget(key);
        this.#takeOut(value, [...begun.parts, { piece, place: { leaf, start: 0, end } }]);
        return end;
      }
      if (!this.#begins(whole)) continue;
      this.#forget(key);
      for (const part of begun.parts) part.piece.waits++;
      this.#goOn(key, begun, piece, { leaf, start: 0, end: leaf.text.length });
      return undefined;
    }
    this.#forget(key);
    return 0;
  }

  #goOn(key: string, begun: Begun, piece: OpenPiece, place: Place): void {
    const text = begun.text + place.leaf.text.slice(place.start, place.end);
    this.#streams.set(key, { text, parts: [...begun.parts, { piece, place }] });
    piece.waits++;
    if (this.#streams.size <= streamsMax) return;
    const [oldest] = this.#streams.keys();
    this.#forget(oldest!);
  }

  #forget(key: string): void {
    for (const { piece } of this.#streams.get(key)?.parts ?? []) piece.waits--;
    this.#streams.delete(key);
  }

  /** The placeholder stands where the value began; of the rest nothing stays. */
  #takeOut(value: string, parts: readonly Part[]): void {
    const placeholder = this.#replace(value);
    for (const [i, { piece, place }] of parts.entries()) piece.change(place, i === 0 ? placeholder : "");
  }

  #begins(text: string): boolean {
    return this.#values.some((value) => value.length > text.length && value.startsWith(text));
  }

  /** Where the longest end of a text begins that is the beginning of a value; its length when there is none. */
  #beginning(text: string, from: number): number {
    let first = text.length;
    for (const value of this.#values) {
      const longest = Math.min(value.length - 1, text.length - from);
      for (let length = longest; length > text.length - first; length--)
        if (text.endsWith(value.slice(0, length))) first = text.length - length;
    }
    return first;
  }
}

/** What has come of a value so far, and where. */
interface Begun {
  readonly text: string;
  readonly parts: readonly Part[];
}

interface Part {
  readonly piece: OpenPiece;
  readonly place: Place;
}

/** The same without its first characters. */
function without({ text, parts }: Begun, characters: number): Begun {
  const left: Part[] = [];
  let skip = characters;
  for (const { piece, place } of parts) {
    const length = place.end - place.start;
    if (skip < length) left.push({ piece, place: { ...place, start: place.start + skip } });
    skip = Math.max(0, skip - length);
  }
  return { text: text.slice(characters), parts: left };
}

/** Characters of what a string says. */
interface Place {
  readonly leaf: Leaf;
  readonly start: number;
  readonly end: number;
}

interface Leaf {
  readonly place: string;
  readonly text: string;
  /** How it is spelled, and where that begins in the message. */
  readonly raw: string;
  readonly start: number;
}

class OpenPiece implements Piece {
  readonly #message: Message;
  readonly #edits: Edit[] = [];
  /** How many streams wait behind it. */
  waits = 0;

  constructor(message: Message) {
    this.#message = message;
  }

  get open(): boolean {
    return this.waits > 0;
  }

  get message(): Message {
    if (this.#edits.length === 0) return this.#message;
    const edits = [...this.#edits].sort((a, b) => a.start - b.start);
    return new Message(encodeUtf8(edited(this.#message.text, edits)));
  }

  change({ leaf, start, end }: Place, text: string): void {
    this.#edits.push(...spelled(leaf.raw, [{ start, end, text }], leaf.start));
  }
}

function leavesOf(text: string): Leaf[] {
  const leaves: Leaf[] = [];
  walkJson(text, "", {
    member: (at, rawKey) => `${at}/${rawKey}`,
    element: (at, index) => `${at}/${index}`,
    string(at, start, end) {
      if (end <= start || leaves.length >= leavesMax) return;
      const raw = text.slice(start, end);
      const said = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
      leaves.push({ place: at, text: said, raw, start });
    },
    number: () => {},
    deep: () => {},
    leave: () => {},
  });
  return leaves;
}
