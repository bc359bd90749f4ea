/**
 * Stderr stands on a tape in the pieces in which it came, and a secret may lie across two. Pieces that belong together
 * are looked at as one text; where something is found, the first piece gets all of the cleaned text and the others
 * none. Nothing else moves, so cleaning a clean tape changes nothing.
 */
import type { Redactor } from "../../redact/index.ts";

/** What is looked at as one text, in characters and in pieces. */
const togetherCharsMax = 64 * 1024;
const piecesMax = 1_000;
/** Conversations whose stderr is followed; the first is let go. */
const streamsMax = 1_000;

interface Piece<Place> {
  readonly key: string;
  readonly place: Place;
  readonly text: string;
}

interface Stream<Place> {
  text: string;
  readonly pieces: Piece<Place>[];
}

export class StderrPieces<Place> {
  readonly #redactor: Redactor;
  /** Called before a text is looked at, with the place of its first piece. */
  readonly #before: (place: Place) => void;
  readonly #streams = new Map<number, Stream<Place>>();
  /** What pieces say instead, by their keys; an empty text stands elsewhere. */
  readonly changed = new Map<string, string>();

  constructor(redactor: Redactor, before: (place: Place) => void) {
    this.#redactor = redactor;
    this.#before = before;
  }

  /** `key` names the piece within the whole recording. */
  take(conn: number, key: string, place: Place, text: string): void {
    const stream: Stream<Place> = this.#streams.get(conn) ?? { text: "", pieces: [] };
    stream.text += text;
    stream.pieces.push({ key, place, text });
    const full = stream.text.length > togetherCharsMax || stream.pieces.length >= piecesMax;
    if (!full && (!text.endsWith("\n") || goesOn(stream.text, this.#redactor))) {
      this.#streams.set(conn, stream);
      if (this.#streams.size > streamsMax) this.#settle(...[...this.#streams][0]!);
    } else this.#settle(conn, stream);
  }

  end(): void {
    for (const [conn, stream] of this.#streams) this.#settle(conn, stream);
  }

  #settle(conn: number, { text, pieces }: Stream<Place>): void {
    this.#streams.delete(conn);
    this.#before(pieces[0]!.place);
    let clean = this.#redactor.text(text);
    // What is one word by itself may be none beside its neighbours: `key1key2`.
    if (pieces.length > 1)
      for (const piece of pieces)
        if (piece.text !== "" && clean.includes(piece.text)) clean = this.#without(clean, piece.text);
    if (clean === text) return;
    for (const [i, { key }] of pieces.entries()) this.changed.set(key, i === 0 ? clean : "");
  }

  #without(text: string, piece: string): string {
    const clean = this.#redactor.text(piece);
    return clean === piece ? text : text.replaceAll(piece, () => clean);
  }
}

const keyBegins = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/g;
const keyEnds = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY/;

/** Whether a secret may begin in these lines that ends in later ones: a private key, or a known value of several lines. */
export function goesOn(text: string, redactor: Redactor): boolean {
  const last = [...text.matchAll(keyBegins)].at(-1);
  if (last && !keyEnds.test(text.slice(last.index))) return true;
  return redactor.begunAt(text) < text.length;
}
