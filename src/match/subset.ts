/** Whether all that one JSON value says is in another: the strategy `subset`. */
import { decodeLoosely, elements, type Member, members, type Span } from "../base/index.ts";
import { canonicalOf } from "./canonical.ts";
import { isNamed, type Place, step } from "./pointer.ts";
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
  const kind = live[0];
  if (kind !== recorded[0] || depth >= subsetDepthMax || (kind !== 0x7b && kind !== 0x5b))
    return equal(live, recorded, place, rules);
  if (kind === 0x7b) {
    const there = new Map([...members(recorded)].map((member) => [member.key, member]));
    return [...members(live)].every((member) =>
      hasMember(live, member, recorded, there, place, rules, depth),
    );
  }
  const ours = [...elements(live)];
  const theirs = [...elements(recorded)];
  return (
    ours.length === theirs.length &&
    ours.every((span, i) =>
      within(at(live, span), at(recorded, theirs[i]!), step(place, String(i)), rules, depth + 1),
    )
  );
}

function hasMember(
  live: Uint8Array,
  member: Member,
  recorded: Uint8Array,
  there: ReadonlyMap<string, Span>,
  place: Place,
  rules: MatchRules,
  depth: number,
): boolean {
  const below = step(place, member.key);
  if (isNamed(below)) return true;
  const other = there.get(member.key);
  const value = at(live, member);
  if (!other) {
    const text = canonicalOf(decodeLoosely(value), below, rules.volatile)?.text;
    return isNamed(below, text);
  }
  return within(value, at(recorded, other), below, rules, depth + 1);
}

function equal(live: Uint8Array, recorded: Uint8Array, place: Place, rules: MatchRules): boolean {
  const text = (bytes: Uint8Array) => canonicalOf(decodeLoosely(bytes), place, rules.volatile)?.text;
  return text(live) === text(recorded);
}

function at(bytes: Uint8Array, span: Span): Uint8Array {
  return bytes.subarray(span.start, span.end);
}
