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
  for (let from = i + 1; ; ) {
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

/** The members of the object that starts at `i`, in order, duplicates included; stops at the first fault. */
export function* members(bytes: Uint8Array, i = 0): Generator<Member, void, void> {
  i = skipBlanks(bytes, i);
  if (bytes[i] !== OPEN_BRACE) return;
  i = skipBlanks(bytes, i + 1);
  while (bytes[i] === QUOTE) {
    const keyEnd = skipString(bytes, i);
    if (keyEnd < 0) return;
    const key = stringAt(bytes, i, keyEnd);
    i = skipBlanks(bytes, keyEnd);
    if (key === undefined || bytes[i] !== COLON) return;
    const start = skipBlanks(bytes, i + 1);
    const end = skipValue(bytes, start);
    if (end < 0) return;
    yield { key, start, end };
    i = skipBlanks(bytes, end);
    if (bytes[i] !== COMMA) return;
    i = skipBlanks(bytes, i + 1);
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
export function locate(bytes: Uint8Array, path: readonly string[]): Span | undefined {
  let at: Span = { start: 0, end: bytes.length };
  for (const key of path) {
    let found: Span | undefined;
    for (const member of members(bytes, at.start)) if (member.key === key) found = member;
    if (!found) return undefined;
    at = found;
  }
  return at;
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
