/**
 * Whether bytes are well-formed JSON, answered without building a value or a string. A recorder asks this of every
 * message, and `JSON.parse` of a decoded copy costs three times as much. The grammar is RFC 8259; whether the bytes
 * inside strings are UTF-8 is a question of its own. Accepts exactly what `JSON.parse` accepts.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Which bytes may follow a backslash: `"\/bfnrt`; `u` wants four hex digits more. */
const escapes = flags('"\\/bfnrt');
const hexDigits = flags("0123456789abcdefABCDEF");
const blanks = flags(" \t\n\r");
const digits = flags("0123456789");

const literals: Readonly<Record<number, Uint8Array>> = {
  116: ascii("true"),
  102: ascii("false"),
  110: ascii("null"),
};

/** True when the bytes are one JSON value with blanks around it. Depth costs a byte a level, never the stack. */
export function isJsonBytes(bytes: Uint8Array): boolean {
  const words = wordsOf(bytes);
  const end = bytes.length;
  let i = blanksFrom(bytes, 0);
  let open = new Uint8Array(64);
  let depth = 0;
  for (;;) {
    // A value starts at i.
    const c = bytes[i];
    if (c === 0x7b || c === 0x5b) {
      if (depth === open.length) open = grown(open);
      open[depth++] = c;
      i = blanksFrom(bytes, i + 1);
      if (bytes[i] === c + 2) {
        depth--;
        i++;
      } else if (c === 0x7b) {
        i = keyFrom(bytes, words, i);
        if (i < 0) return false;
        continue;
      } else {
        continue;
      }
    } else {
      i = c === QUOTE ? stringFrom(bytes, words, i + 1) : scalarFrom(bytes, i);
      if (i < 0) return false;
    }
    // A value ended before i: what may follow depends on what is open.
    for (;;) {
      i = blanksFrom(bytes, i);
      if (depth === 0) return i === end;
      const inside = open[depth - 1]!;
      const next = bytes[i++];
      if (next === 0x2c) {
        i = blanksFrom(bytes, i);
        if (inside === 0x7b) i = keyFrom(bytes, words, i);
        if (i < 0) return false;
        break;
      }
      if (next !== inside + 2) return false;
      depth--;
    }
  }
}

/** After a key, its colon and blanks, or -1. */
function keyFrom(bytes: Uint8Array, words: Words, i: number): number {
  if (bytes[i] !== QUOTE) return -1;
  i = stringFrom(bytes, words, i + 1);
  if (i < 0) return -1;
  i = blanksFrom(bytes, i);
  return bytes[i] === 0x3a ? blanksFrom(bytes, i + 1) : -1;
}

/** Four bytes at a time, at addresses that four divides: `view[(i + shift) >> 2]` holds byte `i` and the next three. */
interface Words {
  readonly view: Uint32Array;
  readonly shift: number;
  /** The first byte at which no whole word is left. */
  readonly end: number;
}

/** After the string whose first character stands at `i`, or -1. */
function stringFrom(bytes: Uint8Array, words: Words, i: number): number {
  const { view, shift, end } = words;
  for (;;) {
    // Where a word starts, skip all words without a quote, a backslash or a control character.
    if (((i + shift) & 3) === 0) {
      let w = (i + shift) >> 2;
      const last = (end + shift) >> 2;
      for (; w < last; w++) {
        const x = view[w]!;
        const quote = x ^ 0x22222222;
        const slash = x ^ 0x5c5c5c5c;
        const found =
          ((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((x - 0x20202020) & ~x);
        if ((found & 0x80808080) !== 0) break;
      }
      i = (w << 2) - shift;
    }
    const c = bytes[i++];
    if (c === QUOTE) return i;
    if (c === undefined || c < 0x20) return -1;
    if (c !== BACKSLASH) continue;
    const escaped = bytes[i++]!;
    if (escapes[escaped] === 1) continue;
    if (escaped !== 0x75) return -1;
    for (const stop = i + 4; i < stop; i++) if (hexDigits[bytes[i]!] !== 1) return -1;
  }
}

/** After a number or a literal, or -1. */
function scalarFrom(bytes: Uint8Array, i: number): number {
  const literal = literals[bytes[i]!];
  if (literal) {
    for (const byte of literal) if (bytes[i++] !== byte) return -1;
    return i;
  }
  if (bytes[i] === 0x2d) i++;
  if (bytes[i] === 0x30) i++;
  else if ((i = digitsFrom(bytes, i)) < 0) return -1;
  if (bytes[i] === 0x2e && (i = digitsFrom(bytes, i + 1)) < 0) return -1;
  if (bytes[i] !== 0x65 && bytes[i] !== 0x45) return i;
  i++;
  if (bytes[i] === 0x2b || bytes[i] === 0x2d) i++;
  return digitsFrom(bytes, i);
}

/** After one digit or more, or -1. */
function digitsFrom(bytes: Uint8Array, i: number): number {
  const start = i;
  while (digits[bytes[i]!] === 1) i++;
  return i > start ? i : -1;
}

function blanksFrom(bytes: Uint8Array, i: number): number {
  while (blanks[bytes[i]!] === 1) i++;
  return i;
}

function wordsOf(bytes: Uint8Array): Words {
  const shift = bytes.byteOffset & 3;
  const start = bytes.byteOffset - shift;
  const whole = (shift + bytes.length) >> 2;
  return { view: new Uint32Array(bytes.buffer, start, whole), shift, end: whole * 4 - shift };
}

function grown(open: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(open.length * 2);
  larger.set(open);
  return larger;
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (c) => c.charCodeAt(0));
}

function flags(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of ascii(characters)) table[byte] = 1;
  return table;
}
