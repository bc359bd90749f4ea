/**
 * Rules of a project's own beside the preset: names, places, patterns and functions, and what is to be kept although
 * the preset would take it. Patterns come compiled: which engine keeps them linear is the caller's affair.
 */
import { Patterns, type Place, parsePointer } from "../base/index.ts";

/** Where a function rule is asked about a text. */
export interface RulePlace {
  /** JSON Pointer from the message's root; empty for text that is no JSON. */
  readonly pointer: string;
  readonly key: string | undefined;
}

/** Says of a text that all of it is secret (true), which parts of it are, or none (false, undefined). */
export type RuleFunction = (
  text: string,
  place: RulePlace,
) => boolean | string | readonly string[] | undefined;

export interface RulePattern {
  readonly name: string;
  /** The secret parts of a text, in order. */
  readonly find: (text: string) => readonly { readonly start: number; readonly end: number }[];
}

export interface RuleOptions {
  /** Names of keys, in any case: everything below them is secret. */
  readonly keys?: readonly string[];
  /** JSON Pointer patterns from the message's root: `/params/arguments/pin`, `**` for any depth. */
  readonly paths?: readonly string[];
  readonly patterns?: readonly RulePattern[];
  readonly functions?: readonly RuleFunction[];
  /** What stays whatever the preset says of names; credentials and known values go all the same. */
  readonly keep?: { readonly keys?: readonly string[]; readonly paths?: readonly string[] };
}

export interface Rules {
  readonly keys: ReadonlySet<string>;
  readonly keptKeys: ReadonlySet<string>;
  readonly paths: Place;
  readonly keptPaths: Place;
  readonly patterns: readonly RulePattern[];
  readonly functions: readonly RuleFunction[];
}

/** Compiles rules whose pointers parse (see `parsePointer`); others are left out. */
export function compileRules(options: RuleOptions = {}): Rules {
  const lower = (names: readonly string[] = []): Set<string> =>
    new Set(names.map((name) => name.toLowerCase()));
  return {
    keys: lower(options.keys),
    keptKeys: lower(options.keep?.keys),
    paths: placeOf(options.paths),
    keptPaths: placeOf(options.keep?.paths),
    patterns: options.patterns ?? [],
    functions: options.functions ?? [],
  };
}

function placeOf(pointers: readonly string[] = []): Place {
  const patterns = new Patterns();
  for (const pointer of pointers) {
    const path = parsePointer(pointer);
    if (path) patterns.add(path);
  }
  return patterns.start;
}
