/** What "the same request" means for one replay: the strategy, and which parts of a request say nothing. */

import { Patterns, type Place, parsePointer } from "../base/index.ts";
import { metaKeys } from "../protocol/index.ts";
import type { VolatileName } from "./volatile.ts";

/**
 * - `method-and-params` (the default): equal as JSON values, apart from what says nothing.
 * - `exact`: equal as JSON values, nothing left out but the id.
 * - `method`: the method alone; the n-th request gets the n-th recorded answer of that method.
 * - `subset`: everything that the live request says is in the recorded one.
 * - `sequential`: the next recorded call, which must have the same method.
 * - `custom`: a function decides.
 */
export const strategies = ["method-and-params", "exact", "method", "subset", "sequential", "custom"] as const;

export type Strategy = (typeof strategies)[number];

export interface MatchRules {
  readonly strategy: Strategy;
  readonly volatile: readonly VolatileName[];
  /** Where a walk through a whole message begins; what a pattern names says nothing. */
  readonly ignored: Place;
  /** Placeholders of secrets are equal when their shapes are: the key that made them is not known here. */
  readonly byShape: boolean;
  /** Whether a live text is a recorded one with secrets in the place of its placeholders; undefined: nobody knows. */
  readonly sameSecret?: ((live: string, recorded: string) => boolean) | undefined;
  /** The same, with what a retry of a multi-round-trip request adds left out too: all rounds are one request. */
  readonly ignoredOfRounds: Place;
}

export interface MatchOptions {
  readonly strategy?: Strategy | undefined;
  /** JSON Pointer patterns from the message's root: `/params/arguments/now`, `/params/arguments/items/{any}/id`. */
  readonly ignore?: readonly string[] | undefined;
  readonly volatile?: readonly VolatileName[] | undefined;
  /** See {@link MatchRules.byShape}. */
  readonly byShape?: boolean | undefined;
  /** See {@link MatchRules.sameSecret}. */
  readonly sameSecret?: ((live: string, recorded: string) => boolean) | undefined;
}

/** Parts of `params._meta` that differ from run to run without meaning another request (MCP, basic, `_meta`). */
const metaVolatile = [
  metaKeys.progressToken,
  "traceparent",
  "tracestate",
  "baggage",
  metaKeys.clientInfo,
  metaKeys.clientCapabilities,
];

/** Arguments that meshes add to every tool call. */
const meshArguments = ["_trace_id", "_parent_span", "_mesh_headers"];

/** Members of `params` that make a request a retry (MCP 2026-07-28, multi round-trip requests). */
export const retryKeys = { responses: "inputResponses", state: "requestState" } as const;

/** Compiles the options; the patterns are well-formed (see `parsePointer`). */
export function matchRules(options: MatchOptions = {}): MatchRules {
  const strategy = options.strategy ?? "method-and-params";
  const retry = Object.values(retryKeys).map((key) => ["params", key]);
  const ignored = patternsOf(strategy, options.ignore ?? [], []);
  const ignoredOfRounds = patternsOf(strategy, options.ignore ?? [], retry);
  const { volatile = [], byShape = false, sameSecret } = options;
  return { strategy, volatile, byShape, sameSecret, ignored, ignoredOfRounds };
}

function patternsOf(strategy: Strategy, ignore: readonly string[], more: readonly string[][]): Place {
  const patterns = new Patterns();
  if (strategy !== "exact") {
    for (const key of metaVolatile) patterns.add(["params", "_meta", key]);
    for (const key of meshArguments) patterns.add(["params", "arguments", key]);
    // An empty `_meta`, and then empty `params`, say as much as none at all.
    patterns.add(["params", "_meta"], "empty");
    patterns.add(["params"], "empty");
  }
  for (const text of ignore) {
    const path = parsePointer(text);
    if (path) patterns.add(path);
  }
  for (const path of more) patterns.add(path);
  return patterns.start;
}
