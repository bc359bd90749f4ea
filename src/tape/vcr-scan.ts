/**
 * Follows one JSON value byte by byte, over any number of chunks, and copies it without the blanks between its tokens.
 * Depth is counted, not recursed. Whether the text is well-formed is asked later, of the whole value.
 */
import type { LineBuffer } from "./line-buffer.ts";

const COMMA = 0x2c;
const COLON = 0x3a;

/** The document is not well-formed at some byte, or ends too early. */
export class JsonFault {
  readonly why: string;
  /** Whether the document simply ends too early. */
  readonly torn: boolean;
  constructor(why: string, torn = false) {
    this.why = why;
    this.torn = torn;
  }
}

/** Follows one value over any number of chunks, copying it without its blanks. */
export class ValueScan {
  readonly #out: LineBuffer | undefined;
  readonly #bytesMax: number;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Blanks were left out since the last byte; two scalars that they kept apart must not grow together. */
  #gap = false;
  #afterScalar = false;
  done = false;

  constructor(out: LineBuffer | undefined, bytesMax: number) {
    this.#out = out;
    this.#bytesMax = bytesMax;
  }

  /** Whether the document may end here: a scalar has no closing byte of its own. */
  get atTop(): boolean {
    return this.#depth === 0 && this.#afterScalar && !this.#inString;
  }

  /** Follows the value through a chunk; where it stopped. */
  feed(chunk: Uint8Array, at: number): number {
    while (at < chunk.length && !this.done) {
      if (this.#inString) at = this.#string(chunk, at);
      else at = this.#token(chunk, at);
    }
    return at;
  }

  #string(chunk: Uint8Array, from: number): number {
    let i = from;
    for (; i < chunk.length; i++) {
      if (this.#escaped) {
        this.#escaped = false;
        continue;
      }
      const c = chunk[i]!;
      if (c === 0x5c) this.#escaped = true;
      else if (c === 0x22) {
        this.#inString = false;
        this.done = this.#depth === 0;
        i++;
        break;
      }
    }
    this.#copy(chunk, from, i);
    return i;
  }

  #token(chunk: Uint8Array, i: number): number {
    const c = chunk[i]!;
    if (isBlank(c)) return this.#blank(i);
    if (c === 0x22) {
      this.#apart();
      this.#inString = true;
      this.#copy(chunk, i, i + 1);
      return i + 1;
    }
    if (isStructure(c)) return this.#structure(chunk, i, c);
    let end = i + 1;
    while (end < chunk.length && isScalar(chunk[end]!)) end++;
    this.#apart();
    this.#afterScalar = true;
    this.#copy(chunk, i, end);
    return end;
  }

  #blank(i: number): number {
    if (this.atTop) this.done = true;
    else this.#gap = true;
    return this.done ? i : i + 1;
  }

  #structure(chunk: Uint8Array, i: number, c: number): number {
    if (c === 0x7b || c === 0x5b) this.#depth++;
    else if (this.#depth === 0) {
      if (!this.#afterScalar) throw new JsonFault("there is no well-formed JSON where a value should stand");
      this.done = true;
      return i;
    } else if (c === 0x7d || c === 0x5d) this.done = --this.#depth === 0;
    this.#gap = this.#afterScalar = false;
    this.#copy(chunk, i, i + 1);
    return i + 1;
  }

  /** Keeps one blank between two tokens that are not separated by structure: malformed text stays malformed. */
  #apart(): void {
    if (this.#gap && this.#afterScalar && this.#out) {
      this.#out.reserve(1);
      this.#out.byte(0x20);
    }
    this.#gap = false;
  }

  #copy(chunk: Uint8Array, from: number, to: number): void {
    const out = this.#out;
    if (out === undefined) return;
    if (out.length + (to - from) > this.#bytesMax)
      throw new JsonFault(`a value is longer than ${this.#bytesMax} bytes`);
    out.reserve(to - from);
    if (to - from > 24) out.raw(chunk.subarray(from, to));
    else for (let i = from; i < to; i++) out.byte(chunk[i]!);
  }
}

export function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}

function isStructure(c: number): boolean {
  return c === 0x7b || c === 0x7d || c === 0x5b || c === 0x5d || c === COMMA || c === COLON;
}

function isScalar(c: number): boolean {
  return !isBlank(c) && !isStructure(c) && c !== 0x22;
}
