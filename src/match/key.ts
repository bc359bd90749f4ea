/**
 * The key of a request: equal keys are the same request under the rules of a replay. A retry of a multi-round-trip
 * request has, as a round, the key of its first request.
 */
import { decodeLoosely, isNamed, step } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import { canonicalOf } from "./canonical.ts";
import { type MatchRules, retryKeys } from "./rules.ts";

export interface RequestKey {
  /** Method and canonical parameters. */
  readonly text: string;
  /** The volatile values that the key leaves out, in its order. */
  readonly volatiles: readonly string[];
}

/** Whether a request answers what an `input_required` result asked for. */
export function isRetry(message: Message): boolean {
  return Object.values(retryKeys).some((key) => message.spanAt("params", key) !== undefined);
}

/** The key of a request or a notification; `round` leaves out what a retry adds. */
export function keyOf(message: Message, rules: MatchRules, round = false): RequestKey {
  const method = message.method ?? "";
  const span = message.spanAt("params");
  if (!span) return { text: method, volatiles: [] };
  const place = step(round ? rules.ignoredOfRounds : rules.ignored, "params");
  const json = decodeLoosely(message.bytes.subarray(span.start, span.end));
  const params = canonicalOf(json, place, rules.volatile, rules.byShape);
  if (!params || isNamed(place, params.text)) return { text: method, volatiles: [] };
  return { text: `${method} ${params.text}`, volatiles: params.volatiles };
}
