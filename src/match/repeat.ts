/** Which recorded answer a request gets that was asked before. */

/** What happens after the last recorded answer: nothing fits, the last one again, or from the first again. */
export const repeatPolicies = ["error", "last", "cycle"] as const;

export type RepeatPolicy = (typeof repeatPolicies)[number];

/**
 * The n-th equal request gets the n-th recorded answer; `asked` counts from 0. Undefined when the recorded ones are
 * used up and the policy says that this is a miss.
 */
export function occurrenceFor(asked: number, recorded: number, policy: RepeatPolicy): number | undefined {
  if (asked < recorded) return asked;
  if (policy === "error" || recorded === 0) return undefined;
  return policy === "last" ? recorded - 1 : asked % recorded;
}
