/**
 * One text for all JSON texts of the same value, so that "equal" is a comparison of strings: keys sorted, duplicate
 * keys kept in their order, strings by their characters (lone surrogates kept), numbers by exact value and by whether
 * they were spelled as integers. What the rules ignore is left out. The result is a key, not JSON.
 */
import { canonicalNumber, isNamed, type Place, shapeOf, step } from "../base/index.ts";
import { isEpoch, type VolatileName, volatileString } from "./volatile.ts";

/** Deeper values are compared by their spelling: equal spellings are equal values. */
const canonicalDepthMax = 400;

export interface Canonical {
  readonly text: string;
  /** The volatile values that were left out of the text, in its order: as characters, a number as its text. */
  readonly volatiles: readonly string[];
}

/**
 * The canonical text of a well-formed JSON text, or undefined when all of it is ignored. `byShape`: placeholders of
 * secrets are equal when their shapes are.
 */
export function canonicalOf(
  json: string,
  place: Place = undefined,
  volatile: readonly VolatileName[] = [],
  byShape = false,
): Canonical | undefined {
  const walk = new Walk(json, volatile, byShape);
  if (isNamed(place)) return undefined;
  return walk.finish(walk.value(place, 0));
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Stands for a volatile value; no JSON text holds it outside of a string, where it would be escaped. */
const volatileMark = "\u0001";
/** Stands for an ignored element, so that the others keep their positions and the list its length. */
const ignoredItem = "_";
const numberedMark = /\u0001(\d+);/g;

class Walk {
  readonly #json: string;
  readonly #volatile: readonly VolatileName[];
  readonly #byShape: boolean;
  /** By the number that follows their mark while the text is made. */
  readonly #seen: string[] = [];
  #i = 0;

  constructor(json: string, volatile: readonly VolatileName[], byShape: boolean) {
    this.#json = json;
    this.#volatile = volatile;
    this.#byShape = byShape;
  }

  value(place: Place, depth: number): string {
    this.#blanks();
    const c = this.#json.charCodeAt(this.#i);
    if (c === QUOTE) return this.#string();
    if (c !== 0x7b && c !== 0x5b) return this.#scalar();
    if (depth >= canonicalDepthMax) return this.#asSpelled();
    return c === 0x7b ? this.#object(place, depth) : this.#array(place, depth);
  }

  /** Marks lose their numbers: the volatile values are listed in the order of the text, not of the walk. */
  finish(text: string): Canonical {
    if (this.#seen.length === 0) return { text, volatiles: [] };
    const volatiles = [...text.matchAll(numberedMark)].map((found) => this.#seen[Number(found[1])]!);
    return { text: text.replace(numberedMark, volatileMark), volatiles };
  }

  #object(place: Place, depth: number): string {
    this.#i++;
    const entries: { key: string; text: string }[] = [];
    for (;;) {
      this.#blanks();
      const c = this.#json.charCodeAt(this.#i);
      if (c === 0x2c) {
        this.#i++;
        continue;
      }
      if (c !== QUOTE) break;
      const key = this.#byShape ? shapeOf(this.#rawString()) : this.#rawString();
      this.#blanks();
      this.#i++;
      const below = place === undefined ? undefined : step(place, charactersOf(key));
      const text = this.value(below, depth + 1);
      if (!isNamed(below, text)) entries.push({ key, text });
    }
    this.#i++;
    if (entries.length > 1) entries.sort(byKey);
    return `{${entries.map(({ key, text }) => `${key}:${text}`).join(",")}}`;
  }

  #array(place: Place, depth: number): string {
    this.#i++;
    const items: string[] = [];
    for (let n = 0; ; n++) {
      this.#blanks();
      const c = this.#json.charCodeAt(this.#i);
      if (c === 0x2c) {
        this.#i++;
        n--;
        continue;
      }
      if (c === 0x5d || Number.isNaN(c)) break;
      const below = place === undefined ? undefined : step(place, String(n));
      const text = this.value(below, depth + 1);
      items.push(isNamed(below, text) ? ignoredItem : text);
    }
    this.#i++;
    return `[${items.join(",")}]`;
  }

  #string(): string {
    const spelled = this.#rawString();
    const raw = this.#byShape ? shapeOf(spelled) : spelled;
    if (this.#volatile.length === 0) return raw;
    const characters = charactersOf(raw);
    const name = volatileString(characters, this.#volatile);
    return name === undefined ? raw : this.#mark(name, characters);
  }

  /** The string at `i` in its one spelling, quotes included. */
  #rawString(): string {
    const start = this.#i;
    let i = start + 1;
    let escaped = false;
    for (
      let c = this.#json.charCodeAt(i);
      c !== QUOTE && i < this.#json.length;
      c = this.#json.charCodeAt(i)
    ) {
      if (c === BACKSLASH) {
        escaped = true;
        i++;
      }
      i++;
    }
    this.#i = i + 1;
    const raw = this.#json.slice(start, i + 1);
    return escaped ? JSON.stringify(JSON.parse(raw)) : raw;
  }

  #scalar(): string {
    const start = this.#i;
    while (this.#i < this.#json.length && !endsScalar(this.#json.charCodeAt(this.#i))) this.#i++;
    if (this.#i === start) this.#i++;
    const raw = this.#json.slice(start, this.#i);
    if (!/^[-\d]/.test(raw)) return raw;
    if (isEpoch(raw, this.#volatile)) return this.#mark("epoch", raw);
    return /^-?\d+$/.test(raw) ? `i${canonicalNumber(raw)}` : `d${canonicalNumber(raw)}`;
  }

  #asSpelled(): string {
    const start = this.#i;
    for (let depth = 0; this.#i < this.#json.length; ) {
      const c = this.#json.charCodeAt(this.#i);
      if (c === QUOTE) {
        this.#rawString();
        continue;
      }
      this.#i++;
      if (c === 0x7b || c === 0x5b) depth++;
      else if ((c === 0x7d || c === 0x5d) && --depth === 0) break;
    }
    return this.#json.slice(start, this.#i);
  }

  #mark(name: VolatileName, value: string): string {
    this.#seen.push(value);
    return `${volatileMark}${this.#seen.length - 1};${name}`;
  }

  #blanks(): void {
    for (;;) {
      const c = this.#json.charCodeAt(this.#i);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
      this.#i++;
    }
  }
}

/** Sorting is stable, so duplicates stay in their order. */
function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function charactersOf(raw: string): string {
  return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

function endsScalar(c: number): boolean {
  return c === 0x2c || c === 0x7d || c === 0x5d || c === 0x3a || c <= 0x20;
}
