/**
 * Reading JSON text without rewriting it: where the members of an object stand, as byte ranges of the original.
 * Nothing here builds values, so 64-bit integers, `1e400`, duplicate keys, `__proto__` and lone surrogates stay
 * what they were. Well-formedness is the caller's question, asked once with {@link isJson}; the scanners below
 * take well-formed text and return -1 or nothing, never throw, when it is not. RFC 8259.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD, as everywhere on the wire. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The text of UTF-8 bytes, a byte order mark kept; undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text of bytes that are meant to be UTF-8, with U+FFFD where they are not: for people, never for the wire. */
export function decodeLoosely(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

/** Whether a text is one well-formed JSON value (and nothing else but blanks). */
export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A byte range `[start, end)`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One member of an object: its key, decoded, and where its value stands. */
export interface Member extends Span {
  readonly key: string;
}

/** The first byte at or after `i` that is not a JSON blank. */
export function skipBlanks(bytes: Uint8Array, i: number): number {
  while (i < bytes.length) {
    const c = bytes[i]!;
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) break;
    i++;
  }
  return i;
}

/** The end of the string that starts with the quote at `i`, or -1. */
export function skipString(bytes: Uint8Array, i: number): number {
  // Most strings are short: looking at their bytes costs less than calling a search for them.
  const near = Math.min(i + 1 + shortBytesMax, bytes.length);
  let at = i + 1;
  while (at < near && bytes[at] !== QUOTE && bytes[at] !== BACKSLASH) at++;
  return at < near && bytes[at] === QUOTE ? at + 1 : skipLongString(bytes, i, at);
}

/** The end of the string that starts at `i`; before `from` stand neither quotes nor backslashes of it. */
function skipLongString(bytes: Uint8Array, i: number, from: number): number {
  for (;;) {
    const quote = bytes.indexOf(QUOTE, from);
    if (quote < 0) return -1;
    let slashes = 0;
    while (bytes[quote - 1 - slashes] === BACKSLASH && quote - 1 - slashes > i) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    from = quote + 1;
  }
}

/** The end of the value that starts at `i`, or -1. Counts brackets instead of recursing, so depth costs nothing. */
export function skipValue(bytes: Uint8Array, i: number): number {
  let depth = 0;
  while (i < bytes.length) {
    const c = bytes[i]!;
    if (c === QUOTE) {
      i = skipString(bytes, i);
      if (i < 0) return -1;
      if (depth === 0) return i;
    } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      depth++;
      i++;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (depth === 0) return -1;
      i++;
      if (--depth === 0) return i;
    } else if (depth === 0) {
      return skipScalar(bytes, i);
    } else {
      i++;
    }
  }
  return -1;
}

/**
 * Goes from member to member of an object and says where each stands; stops at the first fault. One object for all of
 * them: what reads every message on its way makes no garbage.
 */
export class MemberCursor {
  readonly #bytes: Uint8Array;
  /** Where the next member begins; -1 when there is none. */
  #at: number;
  /** Where the key stands, quotes included. */
  keyStart = 0;
  keyEnd = 0;
  /** Where the value stands. */
  start = 0;
  end = 0;

  /** For the object that starts at `i`, blanks before it allowed. */
  constructor(bytes: Uint8Array, i = 0) {
    this.#bytes = bytes;
    const brace = skipBlanks(bytes, i);
    this.#at = bytes[brace] === OPEN_BRACE ? skipBlanks(bytes, brace + 1) : -1;
  }

  /** Goes to the next member; false: there is none. */
  next(): boolean {
    const bytes = this.#bytes;
    const keyStart = this.#at;
    this.#at = -1;
    if (keyStart < 0 || bytes[keyStart] !== QUOTE) return false;
    const keyEnd = skipString(bytes, keyStart);
    if (keyEnd < 0) return false;
    const colon = skipBlanks(bytes, keyEnd);
    if (bytes[colon] !== COLON) return false;
    const start = skipBlanks(bytes, colon + 1);
    const end = skipValue(bytes, start);
    if (end < 0) return false;
    const after = skipBlanks(bytes, end);
    if (bytes[after] === COMMA) this.#at = skipBlanks(bytes, after + 1);
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.start = start;
    this.end = end;
    return true;
  }

  /** The key, decoded; undefined when its escapes or bytes are malformed. */
  get key(): string | undefined {
    return stringAt(this.#bytes, this.keyStart, this.keyEnd);
  }

  /** Whether the key is this one, without decoding the usual ones. */
  is(key: string): boolean {
    const bytes = this.#bytes;
    const from = this.keyStart + 1;
    const length = this.keyEnd - 1 - from;
    let plain = length === key.length;
    for (let i = 0; i < length; i++) {
      const c = bytes[from + i]!;
      if (c === BACKSLASH || c >= 0x80) return this.key === key;
      if (plain && c !== key.charCodeAt(i)) plain = false;
    }
    return plain;
  }
}

/** The members of the object that starts at `i`, in order, duplicates included; stops at the first fault. */
export function* members(bytes: Uint8Array, i = 0): Generator<Member, void, void> {
  const cursor = new MemberCursor(bytes, i);
  while (cursor.next()) {
    const { key, start, end } = cursor;
    if (key === undefined) return;
    yield { key, start, end };
  }
}

/** The elements of the array that starts at `i`, in order; stops at the first fault. */
export function* elements(bytes: Uint8Array, i = 0): Generator<Span, void, void> {
  i = skipBlanks(bytes, i);
  if (bytes[i] !== OPEN_BRACKET) return;
  i = skipBlanks(bytes, i + 1);
  while (i < bytes.length && bytes[i] !== CLOSE_BRACKET) {
    const end = skipValue(bytes, i);
    if (end < 0) return;
    yield { start: i, end };
    i = skipBlanks(bytes, end);
    if (bytes[i] !== COMMA) return;
    i = skipBlanks(bytes, i + 1);
  }
}

/** Where the value at a path of keys stands; of duplicate keys the last one counts, as for `JSON.parse`. */
export function locate(
  bytes: Uint8Array,
  path: readonly string[],
  within: Span = { start: 0, end: bytes.length },
): Span | undefined {
  let at = within;
  for (const key of path) {
    const found = lastMember(bytes, at.start, key);
    if (!found) return undefined;
    at = found;
  }
  return at;
}

function lastMember(bytes: Uint8Array, i: number, key: string): Span | undefined {
  const cursor = new MemberCursor(bytes, i);
  let found: Span | undefined;
  while (cursor.next()) if (cursor.is(key)) found = { start: cursor.start, end: cursor.end };
  return found;
}

/** The text of a byte range of UTF-8: an id, a number, a whole value. */
export function textAt(bytes: Uint8Array, start: number, end: number): string {
  return shortAscii(bytes, start, end) ?? lenient.decode(bytes.subarray(start, end));
}

/** The decoded string between two quotes, or undefined when its escapes or bytes are malformed. */
export function stringAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const short = shortAscii(bytes, start + 1, end - 1);
  const text = short ?? decodeUtf8(bytes.subarray(start + 1, end - 1));
  if (text === undefined || !text.includes("\\")) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** Up to this many bytes, calling the decoder costs more than going over them. */
const shortBytesMax = 48;

function shortAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start > shortBytesMax) return undefined;
  let text = "";
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c >= 0x80) return undefined;
    text += String.fromCharCode(c);
  }
  return text;
}

/**
 * One spelling for every decimal of the same exact value: `1.0`, `1` and `10e-1` agree, 12345678901234567890 and
 * …891 differ, 1e400 stays what it is. Takes a JSON number's text; the result is `[-]digits` + `e` + exponent. An
 * exponent of more than {@link exponentDigitsMax} digits is kept as spelled: equal texts agree, nothing else.
 */
export function canonicalNumber(text: string): string {
  return shortInteger(text) ?? anyNumber(text);
}

/** What most numbers are, for a tenth of the price: an integer of up to 15 digits. */
function shortInteger(text: string): string | undefined {
  if (text.length > 15) return undefined;
  let end = text.length;
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < (i === 0 ? 0x31 : 0x30) || c > 0x39) return undefined;
  }
  while (text.charCodeAt(end - 1) === 0x30) end--;
  return end === 0 ? undefined : `${text.slice(0, end)}e${text.length - end}`;
}

function anyNumber(text: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return text;
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = parts;
  const digits = whole + fraction;
  let start = 0;
  while (digits[start] === "0") start++;
  if (start === digits.length) return "0e0";
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  if (exponent.length > exponentDigitsMax) return text;
  return `${sign}${digits.slice(start, end)}e${BigInt(exponent) + BigInt(digits.length - end - fraction.length)}`;
}

/** The longest exponent that {@link canonicalNumber} computes with, so that a hostile one costs nothing. */
const exponentDigitsMax = 1_000;

function skipScalar(bytes: Uint8Array, start: number): number {
  let i = start;
  while (i < bytes.length) {
    const c = bytes[i]!;
    if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || c <= 0x20 || c === COLON) break;
    i++;
  }
  return i > start ? i : -1;
}
