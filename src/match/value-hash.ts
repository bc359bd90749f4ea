/**
 * A hash of a JSON value that is the same for all its spellings, made in one walk over the bytes and without making
 * a text of it: members of an object are added up, so that their order does not matter. Values that are equal under
 * the rules (see `canonical.ts`) have the same hash; that two values differ is for the full comparison to say.
 */
import {
  canonicalNumber,
  decodeLoosely,
  elements,
  isNamed,
  MemberCursor,
  type Place,
  shapeOf,
  step,
  stepInto,
  stringAt,
} from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import { type Hash, hashOf } from "./hash.ts";
import type { MatchRules } from "./rules.ts";
import { isEpoch, volatileString } from "./volatile.ts";

/** Deeper values count as equal here. */
const hashedDepthMax = 200;

/** The hash under which a request stands in its table, for the strategies that compare values. */
export function hashOfRequest(message: Message, rules: MatchRules): Hash {
  const walk = new HashWalk(message.bytes, rules);
  const [low, high] = hashOf(message.method ?? "");
  const params = message.spanAt("params");
  const place = params && step(rules.ignored, "params");
  if (!params || isNamed(place)) return [low, high];
  walk.value(params.start, params.end, place, 0);
  if (walk.isEmpty && isNamed(place, "{}")) return [low, high];
  return [mix(walk.low, low), mix(walk.high, high)];
}

const BACKSLASH = 0x5c;
/** Where the hash of an integer begins: `1` and `"1"` are told apart. */
const integerLow = 0x69c6ce57;
const integerHigh = 0x9c9dc511;

class HashWalk {
  /** The hash of the value that was walked last. */
  low = 0;
  high = 0;
  /** It was an object of which nothing is left. */
  isEmpty = false;
  readonly #bytes: Uint8Array;
  readonly #rules: MatchRules;

  constructor(bytes: Uint8Array, rules: MatchRules) {
    this.#bytes = bytes;
    this.#rules = rules;
  }

  value(start: number, end: number, place: Place, depth: number): void {
    const first = this.#bytes[start];
    this.isEmpty = false;
    if (first === 0x22) this.#string(start, end);
    else if (first !== 0x7b && first !== 0x5b) this.#scalar(start, end);
    else if (depth >= hashedDepthMax) this.#set(7, 7);
    else if (first === 0x7b) this.#object(start, place, depth);
    else this.#array(start, place, depth);
  }

  #object(start: number, place: Place, depth: number): void {
    const cursor = new MemberCursor(this.#bytes, start);
    let low = 0;
    let high = 0;
    let kept = 0;
    while (cursor.next()) {
      const below = place === undefined ? undefined : stepInto(place, cursor);
      if (isNamed(below)) continue;
      this.value(cursor.start, cursor.end, below, depth + 1);
      if (this.isEmpty && isNamed(below, "{}")) continue;
      const valueLow = this.low;
      const valueHigh = this.high;
      this.#string(cursor.keyStart, cursor.keyEnd);
      low = (low + mix(valueLow, this.low)) | 0;
      high = (high + mix(valueHigh, this.high)) | 0;
      kept++;
    }
    this.#set(mix(low, 0x7b + kept), mix(high, 0x7b + kept));
    this.isEmpty = kept === 0;
  }

  #array(start: number, place: Place, depth: number): void {
    let low = 0x5b;
    let high = 0x5b;
    let n = 0;
    for (const span of elements(this.#bytes, start)) {
      const below = place === undefined ? undefined : step(place, String(n));
      n++;
      if (isNamed(below)) this.#set(1, 1);
      else this.value(span.start, span.end, below, depth + 1);
      if (this.isEmpty && isNamed(below, "{}")) this.#set(1, 1);
      low = mix(low, this.low);
      high = mix(high, this.high);
    }
    this.isEmpty = false;
    this.#set(low, high);
  }

  #string(start: number, end: number): void {
    const volatile = this.#rules.volatile.length > 0 || this.#rules.byShape;
    let low = 0x811c9dc5;
    let high = 0x41c6ce57;
    for (let i = start + 1; i < end - 1; i++) {
      const c = this.#bytes[i]!;
      if (volatile || c === BACKSLASH || c >= 0x80) {
        this.#characters(start, end);
        return;
      }
      low = Math.imul(low ^ c, 0x01000193);
      high = Math.imul(high ^ c, 0x5f356495);
    }
    this.#set(low, high);
  }

  /** By the characters, however they are spelled. */
  #characters(start: number, end: number): void {
    const characters = stringAt(this.#bytes, start, end) ?? "";
    const text = this.#rules.byShape ? shapeOf(characters) : characters;
    const name = volatileString(text, this.#rules.volatile);
    let low = 0x811c9dc5;
    let high = 0x41c6ce57;
    for (let i = 0; i < text.length && name === undefined; i++) {
      const c = text.charCodeAt(i);
      low = Math.imul(low ^ c, 0x01000193);
      high = Math.imul(high ^ c, 0x5f356495);
    }
    if (name === undefined) this.#set(low, high);
    else this.#text(name);
  }

  #scalar(start: number, end: number): void {
    if (this.#rules.volatile.length === 0 && this.#digits(start, end)) return;
    const text = decodeLoosely(this.#bytes.subarray(start, end));
    if (!/^[-\d]/.test(text)) this.#text(text);
    else if (isEpoch(text, this.#rules.volatile)) this.#text("epoch");
    else if (/^-?\d+$/.test(text)) this.#integer(text === "-0" ? "0" : text);
    else this.#text(`d${canonicalNumber(text)}`);
  }

  /** What most numbers are, without making a text of it; false: it is something else. */
  #digits(start: number, end: number): boolean {
    let low = integerLow;
    let high = integerHigh;
    for (let i = start; i < end; i++) {
      const c = this.#bytes[i]!;
      if (c < 0x30 || c > 0x39) return false;
      low = Math.imul(low ^ c, 0x01000193);
      high = Math.imul(high ^ c, 0x5f356495);
    }
    this.#set(low, high);
    return true;
  }

  /** The same hash from a text. */
  #integer(text: string): void {
    let low = integerLow;
    let high = integerHigh;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      low = Math.imul(low ^ c, 0x01000193);
      high = Math.imul(high ^ c, 0x5f356495);
    }
    this.#set(low, high);
  }

  #text(text: string): void {
    const [low, high] = hashOf(text);
    this.#set(low, high);
  }

  #set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }
}

/** Not the same both ways round: key and value, first and second are told apart. */
function mix(a: number, b: number): number {
  let word = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 15), 0xc2b2ae35);
  return (word ^ (word >>> 13)) >>> 0;
}
