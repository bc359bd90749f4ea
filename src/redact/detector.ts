/** One credential in a text: UTF-16 offsets of the secret part only, [start, end). */
export interface Credential {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/**
 * How one kind of credential is recognised. A candidate begins where one of the `starts` stands and no word goes on;
 * there the pattern is tried once. So that no text is expensive, a pattern is sticky, has hardly more than one way to
 * match, and every repetition in it has a limit. The last one of a pattern needs none: what it runs over is the
 * credential and is not looked at again.
 */
export interface Detector {
  /** What is found, in lower case: it becomes part of the placeholder. */
  readonly kind: string;
  /** Literal texts of at least two ASCII characters; a candidate holds one of them, as it is spelled here. */
  readonly starts: readonly string[];
  /** Sticky. Its first group is the secret and ends where the match ends; without a group the match is the secret. */
  readonly pattern: RegExp;
  /** How many characters before the start a candidate may begin; it begins with it when this is absent. */
  readonly back?: readonly number[];
  /**
   * Where the secret that the pattern found really ends; its own start when it is none. It looks a limited number of
   * characters around it, or further when all it looks at becomes the credential. Absent: see `variedEnd`.
   */
  readonly end?: (text: string, start: number, end: number) => number;
}

/** How much of a secret's end is looked at to tell random characters from filling, in characters. */
const tailChars = 16;
/** Fewer different characters than this in the tail are filling, as in `ghp_xxxxxxxx…`. */
const tailKindsMin = 4;

/**
 * What is longer is not doubted, in characters. A match that is refused is not consumed and may be looked at again from
 * each place within, so it must not be long.
 */
const doubtCharsMax = 256;

/** Everything is a secret that does not end in the same few characters again and again. */
export function variedEnd(text: string, start: number, end: number): number {
  if (end - start > doubtCharsMax) return end;
  const kinds = new Set(text.slice(Math.max(start, end - tailChars), end));
  return kinds.size >= tailKindsMin ? end : start;
}

/** For prefixes that a word may have too: a secret has a digit, or letters of both cases. */
export function mixedEnd(text: string, start: number, end: number): number {
  if (end - start > doubtCharsMax) return end;
  const tail = text.slice(Math.max(start, end - 2 * tailChars), end);
  const cased = tail !== tail.toLowerCase() && tail !== tail.toUpperCase();
  return cased || hasDigit(tail) ? variedEnd(text, start, end) : start;
}

/** For prefixes of few letters, which base64 of a file holds by chance: no run of zeros, and not in such a text. */
export function denseEnd(text: string, start: number, end: number): number {
  const secret = text.slice(start, end);
  const isData = secret.includes("AAAAA") || isBase64(text.slice(Math.max(0, start - dataChars), start));
  return isData || new Set(secret).size < denseKindsMin ? start : mixedEnd(text, start, end);
}

/** So many characters of base64 before a candidate make it a part of them. */
const dataChars = 64;
const denseKindsMin = 20;

function isBase64(text: string): boolean {
  return text.length === dataChars && base64.test(text);
}

const base64 = /^[A-Za-z0-9+/]+$/;

function hasDigit(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) return true;
  return false;
}

/**
 * The length of base64 in a URL, where +, / and = may be escaped: of at most `most` such characters, or of all until
 * another escape.
 */
export function encodedLength(text: string, most: number): number {
  let at = 0;
  for (let count = 0; count < most && at < text.length; count++) {
    if (text[at] !== "%") at++;
    else if (encoded.includes(text.slice(at, at + 3).toUpperCase())) at += 3;
    else break;
  }
  return at;
}

const encoded: readonly string[] = ["%2B", "%2F", "%3D"];
