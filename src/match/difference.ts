/**
 * Where two JSON values differ under the rules of a replay: what a miss tells people. Walks both side by side and
 * prunes what is equal.
 */
import {
  decodeLoosely,
  elements,
  isNamed,
  members,
  type Place,
  placeholderStart,
  pointerOf,
  type Span,
  step,
} from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import { canonicalOf } from "./canonical.ts";
import type { MatchRules } from "./rules.ts";

export interface Difference {
  /** JSON Pointer of the first difference, in the order of the recorded value. */
  readonly pointer: string;
  /** The JSON texts there; undefined on the side that has nothing. */
  readonly live: string | undefined;
  readonly recorded: string | undefined;
  /** How many places differ; counting stops at {@link placesMax}. */
  readonly places: number;
}

/** More differences than this are only "many". */
const placesMax = 200;
/** Below this depth two values are only equal or not. */
const differenceDepthMax = 200;

/** The difference of two requests: method, then parameters. Undefined when the rules call them equal. */
export function differenceOf(live: Message, recorded: Message, rules: MatchRules): Difference | undefined {
  const walk = new Walk(rules);
  for (const key of ["method", "params"]) {
    const ours = rawOf(live, key);
    const theirs = rawOf(recorded, key);
    walk.compare(ours, theirs, [key], key === "params" ? step(rules.ignored, key) : undefined);
  }
  const { first, places } = walk;
  return first && { ...first, places };
}

/** The difference of two JSON texts by value alone. */
export function differenceOfValues(
  live: Uint8Array,
  recorded: Uint8Array,
  rules: MatchRules,
): Difference | undefined {
  const walk = new Walk({ ...rules, ignored: undefined });
  walk.compare(live, recorded, [], undefined);
  const { first, places } = walk;
  return first && { ...first, places };
}

type Found = Omit<Difference, "places">;

class Walk {
  readonly #rules: MatchRules;
  first: Found | undefined;
  places = 0;

  constructor(rules: MatchRules) {
    this.#rules = rules;
  }

  compare(
    live: Uint8Array | undefined,
    recorded: Uint8Array | undefined,
    path: readonly string[],
    place: Place,
  ): void {
    if (this.places >= placesMax || isNamed(place)) return;
    if (live && recorded && sameBytes(live, recorded)) return;
    const kind = live?.[0];
    const alike = kind === recorded?.[0] && path.length < differenceDepthMax;
    if (live && recorded && alike && kind === 0x7b) this.#objects(live, recorded, path, place);
    else if (live && recorded && alike && kind === 0x5b) this.#arrays(live, recorded, path, place);
    else if (!this.#equal(live, recorded, place)) this.#note(live, recorded, path);
  }

  #equal(live: Uint8Array | undefined, recorded: Uint8Array | undefined, place: Place): boolean {
    const text = (bytes: Uint8Array | undefined): string | undefined => {
      if (!bytes) return undefined;
      const canonical = canonicalOf(
        decodeLoosely(bytes),
        place,
        this.#rules.volatile,
        this.#rules.byShape,
      )!.text;
      return isNamed(place, canonical) ? undefined : canonical;
    };
    return text(live) === text(recorded) || this.#sameSecret(live, recorded);
  }

  #sameSecret(live: Uint8Array | undefined, recorded: Uint8Array | undefined): boolean {
    const { sameSecret } = this.#rules;
    if (!sameSecret || live?.[0] !== 0x22 || recorded?.[0] !== 0x22) return false;
    const then = decodeLoosely(recorded);
    if (!then.includes(placeholderStart)) return false;
    return sameSecret(JSON.parse(decodeLoosely(live)) as string, JSON.parse(then) as string);
  }

  #objects(live: Uint8Array, recorded: Uint8Array, path: readonly string[], place: Place): void {
    const ours = lastMembers(live);
    const theirs = lastMembers(recorded);
    const before = this.places;
    for (const [key, span] of theirs)
      this.compare(at(live, ours.get(key)), at(recorded, span), [...path, key], step(place, key));
    for (const [key, span] of ours)
      if (!theirs.has(key)) this.compare(at(live, span), undefined, [...path, key], step(place, key));
    if (this.places > before) return;
    // What differs may be one of several members of the same name that is not the last.
    const repeated = hasRepeated(live, ours) || hasRepeated(recorded, theirs);
    if (repeated && !this.#equal(live, recorded, place)) this.#note(live, recorded, path);
  }

  #arrays(live: Uint8Array, recorded: Uint8Array, path: readonly string[], place: Place): void {
    const ours = [...elements(live)];
    const theirs = [...elements(recorded)];
    const before = this.places;
    for (let i = 0; i < Math.max(ours.length, theirs.length) && this.places < placesMax; i++)
      this.compare(at(live, ours[i]), at(recorded, theirs[i]), [...path, String(i)], step(place, String(i)));
    // Elements that are ignored still count.
    if (this.places === before && ours.length !== theirs.length) this.#note(live, recorded, path);
  }

  #note(live: Uint8Array | undefined, recorded: Uint8Array | undefined, path: readonly string[]): void {
    this.places++;
    this.first ??= { pointer: pointerOf(path), live: textOf(live), recorded: textOf(recorded) };
  }
}

/** How much of a value is told, in bytes. */
const toldBytesMax = 200;

function textOf(bytes: Uint8Array | undefined): string | undefined {
  if (!bytes) return undefined;
  if (bytes.length <= toldBytesMax) return decodeLoosely(bytes);
  let end = toldBytesMax;
  // Not within a character.
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return `${decodeLoosely(bytes.subarray(0, end))}…`;
}

function rawOf(message: Message, key: string): Uint8Array | undefined {
  return at(message.bytes, lastMembers(message.bytes).get(key));
}

/** Of duplicate keys the last counts, at the place of the first. */
function lastMembers(bytes: Uint8Array): Map<string, Span> {
  return new Map([...members(bytes)].map((member) => [member.key, member]));
}

function at(bytes: Uint8Array, span: Span | undefined): Uint8Array | undefined {
  return span && bytes.subarray(span.start, span.end);
}

function hasRepeated(bytes: Uint8Array, byKey: ReadonlyMap<string, Span>): boolean {
  let count = 0;
  for (const _ of members(bytes)) count++;
  return count !== byKey.size;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
