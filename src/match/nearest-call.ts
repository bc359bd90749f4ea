/** Of several recorded requests the one that a live one is most like: what a miss names. */
import type { Message } from "../protocol/index.ts";
import { type Difference, differenceOf } from "./difference.ts";
import type { MatchRules } from "./rules.ts";

/** How many recorded requests are looked at for one miss. */
export const candidatesMax = 200;

export interface Nearest<T> {
  readonly candidate: T;
  /** Undefined when it is equal, but used up. */
  readonly difference: Difference | undefined;
}

/** The candidate with the fewest differing places; of equals the first. */
export function nearestOf<T>(
  live: Message,
  candidates: Iterable<readonly [candidate: T, request: Message]>,
  rules: MatchRules,
): Nearest<T> | undefined {
  let best: Nearest<T> | undefined;
  let left = candidatesMax;
  for (const [candidate, request] of candidates) {
    if (left-- === 0) break;
    const difference = differenceOf(live, request, rules);
    if (!difference) return { candidate, difference };
    if (!best || difference.places < best.difference!.places) best = { candidate, difference };
  }
  return best;
}
