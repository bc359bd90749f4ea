/**
 * Values that are known to be secrets, found wherever they appear and however they are written: as they are, escaped for
 * JSON, percent-encoded, in base64 at any of its three alignments. One search for all of them, which skips most of a
 * text (S. Wu, U. Manber: A fast algorithm for multi-pattern searching, 1994, with blocks of two characters).
 */
import { encodeUtf8 } from "../base/index.ts";

export interface KnownValue {
  /** The environment variable that holds it. */
  readonly name: string;
  readonly value: string;
}

/** Shorter values are too common to be looked for wherever they appear. */
export const knownCharactersMin = 8;
/** Of a longer value the beginning is looked for; on Linux no variable holds more. */
const searchedCharactersMax = 131_072;

export interface Needle {
  readonly text: string;
  readonly known: KnownValue;
  readonly form: "plain" | "json" | "url" | "base64";
}

export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly needle: Needle;
}

const blocks = 1 << 16;

export class Needles {
  readonly #shifts = new Uint8Array(blocks);
  /** By the block with which their first characters end. */
  readonly #ends = new Map<number, Needle[]>();
  /** The characters of each needle that the search looks at. */
  readonly #window: number;
  readonly size: number;
  /** Characters of the longest form of any of them. */
  readonly longest: number;
  /** Values of several lines. */
  readonly #spread: readonly string[];
  readonly #plain: readonly string[];

  constructor(values: readonly KnownValue[]) {
    const needles = values
      .filter(({ value }) => value.length >= knownCharactersMin)
      .flatMap(formsOf)
      .sort((a, b) => b.text.length - a.text.length);
    this.size = needles.length;
    this.longest = needles.reduce((most, { text }) => Math.max(most, text.length), 0);
    this.#spread = values.map(({ value }) => value).filter((value) => value.includes("\n"));
    this.#plain = values.map(({ value }) => value);
    this.#window = Math.min(255, ...needles.map(({ text }) => text.length));
    this.#shifts.fill(Math.max(1, this.#window - 1));
    for (const needle of needles) this.#add(needle);
  }

  /** Whether any of them is in the text. */
  test(text: string): boolean {
    return this.#next(text, 0) !== undefined;
  }

  /** All of them, in order; of two at one place the longer one. Only those of different values overlap. */
  find(text: string): Hit[] {
    const found: Hit[] = [];
    let end = 0;
    for (let hit = this.#next(text, 0); hit; hit = this.#next(text, hit.start + 1)) {
      const isOther = hit.end > end && hit.needle.known !== found.at(-1)?.needle.known;
      if (hit.start < end && !isOther) continue;
      found.push(hit);
      end = hit.end;
    }
    return found;
  }

  /** Where a text that was cut off ends with the beginning of one; its length when it does not, or hardly. */
  tornEnd(text: string): number {
    const longest = this.#longestTorn((value, length) => text.endsWith(value.slice(0, length)), text.length);
    return text.length - longest;
  }

  /** Up to where a text that goes on after a cut begins with the end of one; 0 when it does not, or hardly. */
  tornStart(text: string): number {
    return this.#longestTorn((value, length) => text.startsWith(value.slice(-length)), text.length);
  }

  #longestTorn(fits: (value: string, length: number) => boolean, most: number): number {
    let longest = 0;
    for (const value of this.#plain)
      for (
        let length = Math.min(value.length - 1, most);
        length >= knownCharactersMin && length > longest;
        length--
      )
        if (fits(value, length)) longest = length;
    return longest;
  }

  /** Where one of several lines begins that would be cut at `end`, or is not whole yet; `end` when none does. */
  begunAt(text: string, end = text.length): number {
    let first = end;
    for (const needle of this.#spread) {
      const whole = text.indexOf(needle, Math.max(0, end - needle.length + 1));
      if (whole >= 0 && whole < first) first = whole;
      const longest = Math.min(needle.length - 1, text.length);
      for (let length = longest; length > text.length - first; length--)
        if (text.endsWith(needle.slice(0, length))) first = text.length - length;
    }
    return first;
  }

  #add(needle: Needle): void {
    const { text } = needle;
    for (let i = 1; i < this.#window; i++) {
      const block = blockOf(text.charCodeAt(i - 1), text.charCodeAt(i));
      const shift = this.#window - 1 - i;
      if (shift < this.#shifts[block]!) this.#shifts[block] = shift;
      if (shift > 0) continue;
      const others = this.#ends.get(block);
      if (others) others.push(needle);
      else this.#ends.set(block, [needle]);
    }
  }

  #next(text: string, from: number): Hit | undefined {
    if (this.size === 0) return undefined;
    const before = this.#window - 1;
    for (let i = from + before; i < text.length; ) {
      const block = blockOf(text.charCodeAt(i - 1), text.charCodeAt(i));
      const shift = this.#shifts[block]!;
      if (shift > 0) {
        i += shift;
        continue;
      }
      const start = i - before;
      for (const needle of this.#ends.get(block) ?? [])
        if (text.startsWith(needle.text, start)) return { start, end: start + needle.text.length, needle };
      i++;
    }
    return undefined;
  }
}

function blockOf(a: number, b: number): number {
  return ((a << 8) ^ b) & (blocks - 1);
}

/** Every spelling of a value that is looked for as such: escaped or percent-encoded in one way or another. */
export function spellingsOf(known: KnownValue): string[] {
  return formsOf(known).flatMap(({ form, text }) => (form === "base64" ? [] : [text]));
}

/** Every way in which a value is written; those that are spelled the same are one. */
function formsOf(known: KnownValue): Needle[] {
  const value = known.value.slice(0, searchedCharactersMax);
  const forms: [Needle["form"], string][] = [
    ["plain", value],
    // What is no UTF-8 is looked at byte by byte.
    ["plain", binaryOf(value)],
    ...jsonForms(value).map((text): [Needle["form"], string] => ["json", text]),
    ...urlForms(value).map((text): [Needle["form"], string] => ["url", text]),
    ...base64Forms(value).map((text): [Needle["form"], string] => ["base64", text]),
  ];
  const seen = new Set<string>();
  return forms.flatMap(([form, text]) => {
    if (seen.has(text) || text.length < knownCharactersMin) return [];
    seen.add(text);
    return [{ text, known, form }];
  });
}

/** As JSON writers escape it, once and twice: some escape slashes, some all that is not ASCII, some what HTML knows. */
function jsonForms(value: string): string[] {
  const hex = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const upper = (c: string): string => `\\u${hex(c).slice(2).toUpperCase()}`;
  const plain = JSON.stringify(value).slice(1, -1);
  const ascii = [plain.replace(/[^\0-\x7f]/g, hex), plain.replace(/[^\0-\x7f]/g, upper)];
  const once = [plain, ...ascii, plain.replace(/[<>&]/g, hex), plain.replace(/[<>&'+`]/g, upper)];
  const all = [...once, ...once.map((text) => text.replaceAll("/", "\\/"))];
  return [...all, ...all.map((text) => JSON.stringify(text).slice(1, -1))];
}

function binaryOf(value: string): string {
  let binary = "";
  for (const byte of encodeUtf8(value)) binary += String.fromCharCode(byte);
  return binary;
}

function urlForms(value: string): string[] {
  if (!value.isWellFormed()) return [];
  const encoded = encodeURIComponent(value);
  const all = encoded.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  const forms = [encoded, all, encoded.replaceAll("%20", "+"), encodeURI(value)];
  return [...forms, ...forms.map(lower)];
}

/** What the value makes of base64 whatever stands before it: the characters that it alone decides. */
function base64Forms(value: string): string[] {
  const binary = binaryOf(value);
  const found: string[] = [];
  for (let before = 0; before < 3; before++) {
    const whole = btoa("\0".repeat(before) + binary);
    const text = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + binary.length) * 8) / 6));
    found.push(text, text.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return found;
}
