/** Whether all that one JSON value says is in another: the strategy `subset`. */
import { decodeLoosely, elements, isNamed, members, type Place, step } from "../base/index.ts";
import { canonicalOf } from "./canonical.ts";
import type { MatchRules } from "./rules.ts";

/** Deeper values must be equal. */
const subsetDepthMax = 200;

/** Of two `params`: objects may lack keys that the other has, on every level; everything else must be equal. */
export function isSubset(live: Uint8Array, recorded: Uint8Array, rules: MatchRules): boolean {
  return within(live, recorded, step(rules.ignored, "params"), rules, 0);
}

function within(
  live: Uint8Array,
  recorded: Uint8Array,
  place: Place,
  rules: MatchRules,
  depth: number,
): boolean {
  if (isNamed(place)) return true;
  const kind = live[0];
  if (kind !== recorded[0] || depth >= subsetDepthMax || (kind !== 0x7b && kind !== 0x5b))
    return equal(live, recorded, place, rules);
  if (kind === 0x7b) {
    const there = byKey(recorded);
    return [...byKey(live)].every(([key, ours]) => {
      const below = step(place, key);
      if (isNamed(below)) return true;
      const theirs = there.get(key);
      if (!theirs) return ours.every((value) => saysNothing(value, below, rules));
      return allWithin(ours, theirs, () => below, rules, depth + 1);
    });
  }
  return allWithin(valuesOf(live), valuesOf(recorded), (i) => step(place, String(i)), rules, depth + 1);
}

/** One by one, in order. */
function allWithin(
  live: readonly Uint8Array[],
  recorded: readonly Uint8Array[],
  place: (i: number) => Place,
  rules: MatchRules,
  depth: number,
): boolean {
  if (live.length !== recorded.length) return false;
  return live.every((value, i) => within(value, recorded[i]!, place(i), rules, depth));
}

/** Of a value that the other side has not: an empty `_meta` is as good as none. */
function saysNothing(value: Uint8Array, place: Place, rules: MatchRules): boolean {
  return isNamed(place, canonicalOf(decodeLoosely(value), place, rules.volatile, rules.byShape)?.text);
}

/** Members of one name are a list, in order. */
function byKey(object: Uint8Array): Map<string, Uint8Array[]> {
  const found = new Map<string, Uint8Array[]>();
  for (const { key, start, end } of members(object)) {
    const value = object.subarray(start, end);
    const same = found.get(key);
    if (same) same.push(value);
    else found.set(key, [value]);
  }
  return found;
}

function valuesOf(array: Uint8Array): Uint8Array[] {
  return [...elements(array)].map(({ start, end }) => array.subarray(start, end));
}

function equal(live: Uint8Array, recorded: Uint8Array, place: Place, rules: MatchRules): boolean {
  const text = (bytes: Uint8Array) =>
    canonicalOf(decodeLoosely(bytes), place, rules.volatile, rules.byShape)?.text;
  return text(live) === text(recorded);
}
