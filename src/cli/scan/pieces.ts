/**
 * Text as a scan looks at it: line by line, a private key as one piece, and a line without end in pieces that overlap,
 * so that a secret that a cut goes through is whole in one of them. Memory is bounded by a piece.
 */
import type { Redactor } from "../../redact/index.ts";
import { goesOn } from "../clean/index.ts";

export interface Piece {
  /** The line on which it begins, counted from 1. */
  readonly line: number;
  readonly text: string;
}

export const pieceLimits = {
  /** Characters of a line that are looked at together. */
  pieceCharsMax: 256 * 1024,
  /** Characters that two pieces of one line share. */
  overlapChars: 16 * 1024,
  /** Lines that are looked at together when a secret may go on. */
  joinedLinesMax: 200,
} as const;

/** The lines of a stream of bytes: UTF-8, or UTF-16 when it says so in its first two bytes. */
export async function* piecesOf(
  source: AsyncIterable<Uint8Array>,
  pieceCharsMax: number = pieceLimits.pieceCharsMax,
): AsyncGenerator<Piece, void, void> {
  let held = "";
  let line = 1;
  for await (const text of decoded(source)) {
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      yield { line: line++, text: held + text.slice(from, end) };
      held = "";
      from = end + 1;
    }
    held += text.slice(from);
    while (held.length > pieceCharsMax) {
      yield { line, text: held.slice(0, pieceCharsMax) };
      held = held.slice(pieceCharsMax - Math.min(pieceLimits.overlapChars, pieceCharsMax >> 1));
    }
  }
  if (held !== "") yield { line, text: held };
}

/** The same pieces, but lines in which a secret of several lines may lie are one: a private key above all. */
export async function* joinedPieces(
  pieces: AsyncIterable<Piece>,
  redactor: Redactor,
): AsyncGenerator<Piece, void, void> {
  let held: Piece | undefined;
  let lines = 0;
  for await (const piece of pieces) {
    const text: string = held ? `${held.text}\n${piece.text}` : piece.text;
    const line = held?.line ?? piece.line;
    lines++;
    const full = lines >= pieceLimits.joinedLinesMax || text.length > pieceLimits.pieceCharsMax;
    if (!full && goesOn(`${text}\n`, redactor)) held = { line, text };
    else {
      yield { line, text };
      held = undefined;
      lines = 0;
    }
  }
  if (held) yield held;
}

async function* decoded(source: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  for await (const chunk of source) {
    if (chunk.length === 0) continue;
    decoder ??= new TextDecoder(encodingOf(chunk));
    yield decoder.decode(chunk, { stream: true });
  }
  if (decoder) yield decoder.decode();
}

/** By the byte order mark; UTF-8 without one. */
export function encodingOf(head: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  return head[0] === 0xfe && head[1] === 0xff ? "utf-16be" : "utf-8";
}
