/**
 * Secrets in free text that are told by the name before them: `password=hunter2`, `X-Api-Key: abc`, `"token": "…"` in
 * text that is no whole JSON, parameters of URLs, `--api-key abc`. Everything is found from its mark (`:`, `=`, `--`),
 * and where values end is looked for once, so the work is linear in the text.
 */
import { isPlaceholders, placeholderEnd } from "../base/index.ts";
import { isSecretHeader, isSecretName, isSecretParameter } from "./names.ts";
import type { SecretSpan } from "./spans.ts";

/** How far a name reaches back from its mark, in characters. */
const nameMax = 80;
/** A quoted value that is longer does not go on in another line. */
const linesMax = 16_384;
const blanksMax = 4;
/** Backslashes before a quote: a string of JSON in a string, seven times over. */
const slashesMax = 127;

export function assignmentsIn(text: string): SecretSpan[] {
  const found: SecretSpan[] = [];
  const ends = { parameter: new ValueEnds(text, parameterEnd), bare: new ValueEnds(text, bareEnd) };
  let after = 0;
  for (let mark = nextMark(text, 0); mark >= 0; mark = nextMark(text, Math.max(mark + 1, after))) {
    const span = atMark(text, mark, ends);
    if (!span) continue;
    found.push(span);
    after = span.end;
  }
  return found;
}

/** Whether a secret's name stands before the mark at `i`. For a quick look. */
export function namesSecretBefore(text: string, i: number, from = 0): boolean {
  const { name, start } = nameBefore(text, i, from);
  if (name === "") return false;
  // A list of names and values names its secret apart from it: `{"name":"Authorization","value":"…"}`.
  return isSecretName(name) || name === "value" || (isParameterAt(text, start) && isSecretParameter(name));
}

function nextMark(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x3d || c === 0x3a) return i;
  }
  return -1;
}

interface Name {
  readonly name: string;
  readonly start: number;
  readonly quoted: boolean;
}

function nameBefore(text: string, mark: number, from = 0): Name {
  let end = mark;
  for (let n = 0; n < blanksMax && isBlank(text.charCodeAt(end - 1)); n++) end--;
  const quoted = isQuote(text.charCodeAt(end - 1));
  if (quoted) end--;
  // Quotes within a string of JSON.
  for (let n = 0; n < slashesMax && text.charCodeAt(end - 1) === 0x5c; n++) end--;
  let start = end;
  while (start > from && end - start < nameMax && isNameCharacter(text.charCodeAt(start - 1))) start--;
  // The letter of an escaped line end is no part of it.
  if (start < end && start > from && isEscapedBreak(text, start)) start++;
  return { name: text.slice(start, end), start, quoted };
}

interface Ends {
  readonly parameter: ValueEnds;
  readonly bare: ValueEnds;
}

function atMark(text: string, mark: number, ends: Ends): SecretSpan | undefined {
  const { name, start, quoted } = nameBefore(text, mark);
  // After `://` it is the name of a host, and what follows its port.
  if (name === "" || text.startsWith("://", start - 3)) return undefined;
  if (text.charCodeAt(mark) === 0x3d && isParameterAt(text, start))
    return isSecretParameter(name) ? parameterAt(text, mark + 1, name, ends) : undefined;
  if (!isSecretName(name) && !(isHeaderName(name) && isSecretHeader(name))) return undefined;
  const value = valueStart(text, mark);
  if (value === undefined) return undefined;
  return (
    quotedValue(text, value, name) ??
    (text.charCodeAt(mark) === 0x3a && !quoted ? headerValue(text, value, name, start, ends) : undefined) ??
    bareValue(text, value, name, ends, text.charCodeAt(mark) === 0x3d && value === mark + 1)
  );
}

/** A parameter of a query, a fragment, a form or a cookie. */
function isParameterAt(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return before === 0x3f || before === 0x26 || (before === 0x23 && text.charCodeAt(start - 2) !== 0x20);
}

const parameterEnd = /[&#\s"'<>`\\;]/y;

function parameterAt(text: string, start: number, name: string, ends: Ends): SecretSpan | undefined {
  return spanOf(text, start, ends.parameter.after(start), name, "url");
}

function valueStart(text: string, mark: number): number | undefined {
  let i = mark + 1;
  const next = text.charCodeAt(i);
  if (text.charCodeAt(mark) === 0x3d && (next === 0x3d || text.charCodeAt(mark - 1) === 0x21))
    return undefined;
  // `://`, `::`, and `:=`, `=>` as they are written in programs.
  if (text.charCodeAt(mark) === 0x3a && (text.startsWith("//", i) || next === 0x3a)) return undefined;
  if ((text.charCodeAt(mark) === 0x3a && next === 0x3d) || (text.charCodeAt(mark) === 0x3d && next === 0x3e))
    i++;
  for (let n = 0; n < blanksMax && isBlank(text.charCodeAt(i)); n++) i++;
  return i < text.length ? i : undefined;
}

function quotedValue(text: string, start: number, name: string): SecretSpan | undefined {
  let i = start;
  while (text.charCodeAt(i) === 0x5c && i - start < slashesMax) i++;
  if (!isQuote(text.charCodeAt(i))) return undefined;
  const mark = text.slice(start, i + 1);
  const from = i + 1;
  let end = text.indexOf(mark, from);
  // A quote that is escaped once more is part of the value.
  while (end >= 0 && mark.length === 1 && isEscaped(text, end, from)) end = text.indexOf(mark, end + 1);
  if (end < 0) end = lineEnd(text, from);
  else if (end - from > linesMax) end = Math.min(end, lineEnd(text, from));
  const scheme = schemeLength(text, from);
  return spanOf(text, from + scheme, end, name, "assignment");
}

function isEscaped(text: string, i: number, from: number): boolean {
  let slashes = 0;
  while (i - 1 - slashes >= from && text.charCodeAt(i - 1 - slashes) === 0x5c) slashes++;
  return slashes % 2 === 1;
}

/** Whether `\n`, `\r` or `\t` stands here as it is spelled in a string of JSON, its letter at `i`. */
function isEscapedBreak(text: string, i: number): boolean {
  const c = text.charCodeAt(i);
  return text.charCodeAt(i - 1) === 0x5c && (c === 0x6e || c === 0x72 || c === 0x74);
}

/** Where a line ends in a text that stands in a string of JSON. */
function escapedLineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a || c === 0x0d || c === 0x22 || c === 0x5c) return i;
  }
  return text.length;
}

/** Headers whose value is the rest of the line. */
function isHeaderName(name: string): boolean {
  return /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|mcp-session-id|x-[\w-]{1,60})$/i.test(name);
}

function headerValue(
  text: string,
  start: number,
  name: string,
  nameStart: number,
  ends: Ends,
): SecretSpan | undefined {
  if (!isHeaderName(name) || !isSecretHeader(name)) return undefined;
  const escaped = nameStart > 1 && isEscapedBreak(text, nameStart - 1);
  const before = nameStart > 0 && !escaped ? text.charCodeAt(nameStart - 1) : 0x0a;
  const from = start + schemeLength(text, start);
  if (before !== 0x0a && before !== 0x0d && !isQuote(before)) return bareValue(text, from, name, ends, true);
  const quote = isQuote(before) ? text.indexOf(text[nameStart - 1]!, from) : -1;
  // Within its quotes, if it has some: whoever repeats them has no line gone over twice.
  let end = escaped
    ? escapedLineEnd(text, from)
    : quote < 0
      ? lineEnd(text, from)
      : from + lineEnd(text.slice(from, quote), 0);
  while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
  return spanOf(text, from, end, name, "header");
}

const bareEnd = /[\s"'`,;&<>|)\]}\\]/y;

/** A value without quotes ends at a blank. Where it only follows a colon, it must not look like a word. */
function bareValue(
  text: string,
  start: number,
  name: string,
  ends: Ends,
  joined: boolean,
): SecretSpan | undefined {
  const from = start + schemeLength(text, start);
  const end = ends.bare.after(from);
  const value = text.slice(from, Math.min(end, from + lookedMax));
  const enough = from > start || (joined ? value.length >= 3 && !/[({[]/.test(value) : looksRandom(value));
  return enough ? spanOf(text, from, end, name, "assignment") : undefined;
}

/** What of a value is looked at to tell whether it is one, in characters. */
const lookedMax = 256;

/** Where values end that begin further and further on: no character is looked at twice, however many they are. */
class ValueEnds {
  readonly #text: string;
  readonly #ends: RegExp;
  /** Between these there is no end. */
  #from = 0;
  #to = -1;

  constructor(text: string, ends: RegExp) {
    this.#text = text;
    this.#ends = ends;
  }

  after(start: number): number {
    if (start < this.#from || start > this.#to) {
      this.#from = start;
      this.#to = start;
    }
    while (this.#to < this.#text.length && !this.#endsAt(this.#to))
      // A placeholder holds brackets of its own.
      this.#to = placeholderEnd(this.#text, this.#to) ?? this.#to + 1;
    return Math.max(start, this.#to);
  }

  #endsAt(i: number): boolean {
    this.#ends.lastIndex = i;
    return this.#ends.test(this.#text);
  }
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

function spanOf(
  text: string,
  start: number,
  end: number,
  name: string,
  how: SecretSpan["how"],
): SecretSpan | undefined {
  const value = text.slice(start, end);
  if (value === "" || isNoSecret(value)) return undefined;
  const plain = value.includes("%") ? decoded(value) : value;
  return { start, end, how, name, ...(plain === value ? {} : { value: plain, encoded: true }) };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

const schemes = /(?:bearer|basic|token|digest|apikey|negotiate|dpop)[ \t]{1,4}(?=\S)/iy;

/** How many characters name the scheme of an `Authorization` value, the blank after it included. */
export function schemeLength(text: string, start: number): number {
  schemes.lastIndex = start;
  return schemes.exec(text)?.[0].length ?? 0;
}

const flag = /--?([A-Za-z][A-Za-z0-9_-]{1,40})[ \t]{1,4}(["']?)(?=[^\s"'-])/y;
const flagEnd = /[\s"'`;|<>]/y;

/** `--api-key abc`: a flag and its value as two words. */
export function flagsIn(text: string): SecretSpan[] {
  const found: SecretSpan[] = [];
  const ends = new ValueEnds(text, flagEnd);
  for (let at = text.indexOf("-"); at >= 0; at = text.indexOf("-", at + 1)) {
    if (at > 0 && isNameCharacter(text.charCodeAt(at - 1))) continue;
    flag.lastIndex = at;
    const head = flag.exec(text);
    if (!head || !isSecretName(head[1]!)) continue;
    const start = at + head[0].length;
    const end = ends.after(start);
    const value = text.slice(start, end);
    if (value.toLowerCase() === head[1]!.toLowerCase() || !looksLikeValue(value)) continue;
    const span = spanOf(text, start, end, head[1]!, "flag");
    if (span) found.push(span);
  }
  return found;
}

/** The name that a flag of a command line gives to the next argument; undefined when it gives none. */
export function secretFlag(argument: string): string | undefined {
  const name = /^--?([A-Za-z][A-Za-z0-9_-]{1,40})$/.exec(argument)?.[1];
  return name !== undefined && isSecretName(name) ? name : undefined;
}

/** A word in capitals after a flag is what a usage line calls its value. */
function looksLikeValue(value: string): boolean {
  return !/^[A-Z_]+$/.test(value);
}

/** Six characters or more that are not a word of a language. */
function looksRandom(value: string): boolean {
  if (value.length < 6 || /[({]/.test(value)) return false;
  return /\d/.test(value) || /[a-z][A-Z]/.test(value) || /[!@#$%^*+=/~]/.test(value);
}

/** Words that stand where a secret would. */
const words = new Set(
  "true false null none nil undefined yes no on off required optional string str text number boolean hidden redacted masked omitted".split(
    " ",
  ),
);
/** A reference to where the secret is: of a shell, a template, a program. */
const reference =
  /^(?:<|\$\{|\{\{|\$\(|%\(|\$[A-Z_]{2,64}$|%[A-Z_]{2,64}%$|process\.env|os\.environ|os\.getenv|import\.meta|env\.|ENV\[|\*\*\*)/;

/** What stands where a secret would and is none: a word of a program, a reference to a variable, what hides one. */
export function isNoSecret(value: string): boolean {
  if (isPlaceholders(value) || reference.test(value)) return true;
  return value.length <= 64 && (words.has(value.toLowerCase()) || hides(value));
}

/** One character again and again: `xxxx`, `****`, `....`. */
function hides(value: string): boolean {
  const first = value[0]!;
  return "*x.-…X".includes(first) && value === first.repeat(value.length);
}

function isBlank(c: number): boolean {
  return c === 0x20 || c === 0x09;
}

function isQuote(c: number): boolean {
  return c === 0x22 || c === 0x27 || c === 0x60;
}

function isNameCharacter(c: number): boolean {
  return (
    (c >= 0x61 && c <= 0x7a) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x30 && c <= 0x39) ||
    c === 0x5f ||
    c === 0x2d ||
    c === 0x2e
  );
}
