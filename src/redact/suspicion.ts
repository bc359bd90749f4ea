/**
 * A quick look at a text: whether anything in a part of it may be a secret. Most texts hold none, and this decides what
 * they cost: it looks at one character in sixteen and at what stands around certain marks. Errs to the safe side: what
 * is let through here is looked at by nobody.
 */
import { decodeLoosely } from "../base/index.ts";
import { namesSecretBefore } from "./assignments.ts";
import { isBase64Text } from "./encodings.ts";

/** Credentials have at least so many characters of one run. */
const runMin = 16;
/** A longer run that is base64 of no text is a picture or the like. */
const binaryRunMin = 4_096;
/** How far before an `@` a URL begins that has a password. */
const userInfoMax = 300;

/**
 * Looks at parts of one text, which are asked about from the front to the back. `raw`: the text is the spelling of JSON,
 * in which escapes may hide anything.
 */
export class Suspicion {
  readonly #text: string;
  readonly #raw: boolean;
  /** By mark, where it stands next: each is looked for once in the whole text. */
  readonly #next = [-1, -1, -1, -1, -1, -1, -1];

  constructor(text: string, raw = false) {
    this.#text = text;
    this.#raw = raw;
  }

  /** Whether there may be something between `start` and `end`. */
  of(start = 0, end: number = this.#text.length): boolean {
    return (
      this.#named(start, end) ||
      this.#runs(start, end) ||
      this.#encoded(start, end) ||
      this.#others(start, end)
    );
  }

  /** Whether anything in it is escaped that need not be. */
  get isEscaped(): boolean {
    return this.#at(escapedLetter, 0) < this.#text.length || this.#at(escapedSolidus, 0) < this.#text.length;
  }

  /** A name of a secret before a colon or an equals sign. */
  #named(start: number, end: number): boolean {
    for (let i = this.#at(colon, start); i < end; i = this.#at(colon, i + 1))
      if (namesSecretBefore(this.#text, i, start) || (this.#raw && isFarBehind(this.#text, i))) return true;
    for (let i = this.#at(equals, start); i < end; i = this.#at(equals, i + 1))
      if (namesSecretBefore(this.#text, i, start)) return true;
    return false;
  }

  #encoded(start: number, end: number): boolean {
    const text = this.#text;
    for (let i = this.#at(percent, start); i < end; i = this.#at(percent, i + 1))
      if (isHex(text.charCodeAt(i + 1)) && isHex(text.charCodeAt(i + 2))) return true;
    if (!this.#raw) return false;
    // A letter or a solidus that need not be escaped and is, here or in JSON within the text.
    return this.#at(escapedLetter, start) < end || this.#at(escapedSolidus, start) < end;
  }

  /** Flags, and passwords in URLs: short ones are found by their place alone. */
  #others(start: number, end: number): boolean {
    const text = this.#text;
    for (let i = this.#at(dashes, start); i < end; i = this.#at(dashes, i + 1)) {
      const before = i > start ? text.charCodeAt(i - 1) : 0x20;
      const isFlag = before === 0x2d || before === 0x20 || before === 0x6e || before === 0x22;
      if (isFlag && isLetter(text.charCodeAt(i + 1)) && isLetter(text.charCodeAt(i + 2))) return true;
    }
    for (let i = this.#at(ats, start); i < end; i = this.#at(ats, i + 1))
      if (mayHavePassword(text.slice(Math.max(start, i - userInfoMax), i))) return true;
    return false;
  }

  /** Runs of characters of base64 that are no word, no path and no checksum. */
  #runs(start: number, end: number): boolean {
    const text = this.#text;
    for (let i = start + runMin - 1; i < end; ) {
      if (!isRun(text.charCodeAt(i))) {
        i += runMin;
        continue;
      }
      let from = i;
      while (from > start && i - from < runMin - 1 && isRun(text.charCodeAt(from - 1))) from--;
      if (i - from < runMin - 1) {
        i = from + runMin - 1;
        continue;
      }
      let to = i + 1;
      while (to < end && isRun(text.charCodeAt(to))) to++;
      while (from > start && isRun(text.charCodeAt(from - 1))) from--;
      if (this.#mayBeCredential(from, to)) return true;
      i = to + runMin;
    }
    return false;
  }

  #mayBeCredential(from: number, to: number): boolean {
    const text = this.#text;
    if (to - from >= binaryRunMin) return isBase64Text(text.slice(from, from + 64));
    let seen = 0;
    for (let i = from; i < to; i++) seen |= kinds[text.charCodeAt(i)]!;
    if ((seen & (upper | digit)) === 0) return false;
    // Hex digits alone are a checksum; with dashes, a UUID.
    if ((seen & (upper | other | slash | beyondHex)) === 0 && ((seen & dash) === 0 || isUuid(text, from, to)))
      return false;
    return (seen & slash) === 0 || (seen & mixed) === mixed;
  }

  #at(mark: number, from: number): number {
    const known = this.#next[mark]!;
    if (known >= from) return known;
    const found = this.#text.indexOf(marks[mark]!, from);
    const at = found < 0 ? Number.MAX_SAFE_INTEGER : found;
    this.#next[mark] = at;
    return at;
  }
}

/** A longer message is looked at in windows, of which each begins before the last one ends. */
const windowBytes = 32 * 1024;
export const overlapBytes = 4 * 1024;

export function isLong(bytes: Uint8Array): boolean {
  return bytes.length > windowBytes;
}

/** Whether a message that is too long to be made one text of may hold something: piece by piece. */
export function mayHold(bytes: Uint8Array, alsoIn: (text: string) => boolean): boolean {
  for (let from = 0; ; from += windowBytes - overlapBytes) {
    const text = decodeLoosely(bytes.subarray(from, from + windowBytes));
    // A run that began before was looked at there, unless it is longer than anything that is one.
    let start = 0;
    while (from > 0 && start < text.length && isRun(text.charCodeAt(start))) start++;
    if (alsoIn(text) || new Suspicion(text, true).of(start)) return true;
    if (from + windowBytes >= bytes.length) return false;
  }
}

const marks = [":", "=", "%", "@", "-", "\\u", "\\/"];
const colon = 0;
const equals = 1;
const percent = 2;
const ats = 3;
const dashes = 4;
const escapedLetter = 5;
const escapedSolidus = 6;

/** What a run is made of. A dash is in UUIDs too. */
const lower = 1;
const upper = 2;
const digit = 4;
const beyondHex = 8;
const slash = 16;
const other = 32;
const dash = 64;
const mixed = lower | upper | digit;

const kinds = table();

/** Nobody puts so much between a key and its colon: more blanks than a name is looked for behind, or a line end. */
function isFarBehind(text: string, colon: number): boolean {
  for (let i = colon - 1; i >= colon - farBlanks; i--) {
    const c = text.charCodeAt(i);
    if (c === 0x0a || c === 0x0d) return true;
    if (c !== 0x20 && c !== 0x09) return false;
  }
  return true;
}

const farBlanks = 5;

/** Before an `@`: the beginning of a URL, of whatever kind. */
function mayHavePassword(text: string): boolean {
  return text.includes("://") || text.includes("jdbc:") || text.includes("oracle");
}

/** Five groups of 8, 4, 4, 4 and 12 (RFC 9562). */
function isUuid(text: string, from: number, to: number): boolean {
  const dashes = [8, 13, 18, 23];
  if (to - from !== 36) return false;
  for (let i = 0; i < 36; i++) if ((text.charCodeAt(from + i) === 0x2d) !== dashes.includes(i)) return false;
  return true;
}

function isRun(c: number): boolean {
  return c < 128 && kinds[c] !== 0;
}

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}

function isLetter(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a);
}

function table(): Uint8Array {
  const of = new Uint8Array(128);
  for (let c = 0x61; c <= 0x7a; c++) of[c] = c <= 0x66 ? lower : lower | beyondHex;
  for (let c = 0x41; c <= 0x5a; c++) of[c] = upper;
  for (let c = 0x30; c <= 0x39; c++) of[c] = digit;
  of[0x2b] = other;
  of[0x5f] = other;
  of[0x2f] = slash;
  of[0x2d] = dash;
  return of;
}
