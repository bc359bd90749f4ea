/** Of several recorded requests the one that a live one is most like: what a miss names. */
import type { Message } from "../protocol/index.ts";
import { type Difference, differenceOf } from "./difference.ts";
import type { MatchRules } from "./rules.ts";

/** How many recorded requests are looked at for one miss. */
export const candidatesMax = 200;
/** And how many bytes of them: a miss is answered soon, also on a tape of large requests. */
export const candidateBytesMax = 16 * 1024 * 1024;

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
  let bytesLeft = candidateBytesMax;
  for (const [candidate, request] of candidates) {
    if (left-- === 0 || bytesLeft <= 0) break;
    bytesLeft -= request.bytes.length;
    const difference = differenceOf(live, request, rules);
    if (!difference) return { candidate, difference };
    if (!best || difference.places < best.difference!.places) best = { candidate, difference };
  }
  return best;
}
