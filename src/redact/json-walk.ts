/**
 * Goes through a well-formed JSON text and says what stands where, without building values: each string, number and key
 * with its place, in order. What a walker is told about an object or a list it may use to look away. Depth is bounded:
 * what is deeper is given as one piece of text.
 */

/** Deeper containers are not walked into. */
export const walkedDepthMax = 512;

export interface JsonWalker<State> {
  /** A member begins: what the walk is to know below it, or `skip`. The key is as it is spelled, between its quotes. */
  member(state: State, rawKey: string, keyStart: number): State;
  /** An element of a list, counted from 0. */
  element(state: State, index: number): State;
  /** A string; `start` and `end` are between its quotes. */
  string(state: State, start: number, end: number): void;
  number(state: State, start: number, end: number): void;
  /** A container too deep to be walked, as a range of the text. */
  deep(state: State, start: number, end: number): void;
  /** An object or a list was left. */
  leave(state: State): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Walks the value that begins at or after `from`; returns where it ends. */
export function walkJson<State>(text: string, state: State, walker: JsonWalker<State>, from = 0): number {
  return new Walk(text, walker).value(from, state, 0);
}

class Walk<State> {
  readonly #text: string;
  readonly #walker: JsonWalker<State>;

  constructor(text: string, walker: JsonWalker<State>) {
    this.#text = text;
    this.#walker = walker;
  }

  value(from: number, state: State, depth: number): number {
    const start = this.#blanks(from);
    const c = this.#text.charCodeAt(start);
    if (c === QUOTE) {
      const end = stringEnd(this.#text, start);
      this.#walker.string(state, start + 1, end - 1);
      return end;
    }
    if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (depth >= walkedDepthMax) {
        const end = containerEnd(this.#text, start);
        this.#walker.deep(state, start, end);
        return end;
      }
      return c === OPEN_BRACE ? this.#object(start, state, depth) : this.#list(start, state, depth);
    }
    const end = scalarEnd(this.#text, start);
    if (c === 0x2d || (c >= 0x30 && c <= 0x39)) this.#walker.number(state, start, end);
    return end;
  }

  #object(start: number, state: State, depth: number): number {
    const text = this.#text;
    let i = this.#blanks(start + 1);
    while (text.charCodeAt(i) === QUOTE) {
      const keyEnd = stringEnd(text, i);
      const below = this.#walker.member(state, text.slice(i + 1, keyEnd - 1), i + 1);
      // Over the colon.
      i = this.#blanks(this.value(this.#blanks(keyEnd) + 1, below, depth + 1));
      if (text.charCodeAt(i) !== 0x2c) break;
      i = this.#blanks(i + 1);
    }
    this.#walker.leave(state);
    return text.charCodeAt(i) === CLOSE_BRACE ? i + 1 : text.length;
  }

  #list(start: number, state: State, depth: number): number {
    const text = this.#text;
    let i = this.#blanks(start + 1);
    for (let index = 0; i < text.length && text.charCodeAt(i) !== CLOSE_BRACKET; index++) {
      i = this.#blanks(this.value(i, this.#walker.element(state, index), depth + 1));
      if (text.charCodeAt(i) !== 0x2c) break;
      i = this.#blanks(i + 1);
    }
    this.#walker.leave(state);
    return text.charCodeAt(i) === CLOSE_BRACKET ? i + 1 : text.length;
  }

  #blanks(i: number): number {
    for (;;) {
      const c = this.#text.charCodeAt(i);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return i;
      i++;
    }
  }
}

/** Most strings end soon: looking at their characters costs less than calling a search. */
const nearMax = 32;

/** After the quote that ends the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let i = start + 1;
  const near = i + nearMax;
  for (; i < near; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i + 1;
    if (c === BACKSLASH) i++;
  }
  for (let quote = text.indexOf('"', i); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (text.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  return text.length;
}

/** Where the object or list ends that begins at `start`; the text's length when it does not. */
export function containerEnd(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) {
      i = stringEnd(text, i);
      continue;
    }
    i++;
    if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if ((c === CLOSE_BRACE || c === CLOSE_BRACKET) && --depth === 0) return i;
  }
  return text.length;
}

function scalarEnd(text: string, start: number): number {
  let i = start;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x2c || c === CLOSE_BRACE || c === CLOSE_BRACKET || c <= 0x20) break;
  }
  return Math.max(i, start + 1);
}
