/**
 * What a filter may ask about an exchange. Facts arrive over time, so each one is in one of three states, and a
 * filter answers as soon as the known ones suffice.
 */

/**
 * A fact. `undefined`: not known yet, it may still come. `null`: known not to exist. Anything else: known for good;
 * a view never changes or withdraws a fact that is not undefined.
 */
export type Fact<T> = T | null | undefined;

/** Several texts are alternatives: one of them has to fit. */
export type TextFact = Fact<string | readonly string[]>;

/** Every member but `final` may be left out, which says "not known yet". */
export interface FilterView {
  /** No more facts will come: whatever is undefined now counts as not existing. */
  readonly final: boolean;

  readonly tool?: TextFact;
  readonly prompt?: TextFact;
  readonly resource?: TextFact;
  readonly method?: TextFact;
  /** `ok`, `error`, `tool_error`, `cancelled` or `open`; undefined while it can still change. */
  readonly status?: TextFact;
  /** The code of a JSON-RPC error, as its number was written. */
  readonly error?: TextFact;
  readonly endpoint?: TextFact;
  readonly agent?: TextFact;
  readonly session?: TextFact;
  readonly run?: TextFact;
  readonly tape?: TextFact;
  readonly client?: TextFact;
  readonly server?: TextFact;
  /** Who asked: `c2s` or `s2c`. */
  readonly dir?: TextFact;
  readonly era?: TextFact;
  readonly trace?: TextFact;

  /** From the request to its answer, in milliseconds. */
  readonly durationMs?: Fact<number>;
  /** The request and its answer together, in bytes. */
  readonly sizeBytes?: Fact<number>;
  /** When the request was seen, in milliseconds since 1970-01-01 UTC. */
  readonly atMs?: Fact<number>;
  /** The time that `since:2d` counts from: one fixed instant for a whole run of the filter. */
  readonly nowMs?: Fact<number>;

  tag?(key: string): Fact<string>;
  /** The JSON text of an argument at a path of keys, as it was sent. */
  args?(path: readonly string[]): Fact<string>;
  /** The JSON text of a value in the result at a path of keys, as it was sent. */
  result?(path: readonly string[]): Fact<string>;
}

/** The answer of a filter: `undefined` while it depends on facts that may still come. */
export type Verdict = boolean | undefined;
