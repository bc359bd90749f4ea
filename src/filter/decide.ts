/**
 * Deciding in three values (Kleene): a condition on a fact that may still come is undecided, and a filter is decided
 * as soon as the known facts suffice. Once true or false it stays so, whatever else arrives.
 */
import { compileGlob, type Glob } from "./glob.ts";
import { compileNumberText, compileValue } from "./json-value.ts";
import type { Moment, Term } from "./syntax.ts";
import type { Fact, FilterView, Verdict } from "./view.ts";

export type Decide = (view: FilterView) => Verdict;

export function compile(term: Term): Decide {
  switch (term.kind) {
    case "and":
      return all(term.of.map(compile));
    case "not":
      return not(compile(term.of));
    case "text": {
      const fits = some(term.values, term.field === "error" ? compileNumberText : compileGlob);
      const { field } = term;
      return known(
        (view) => view[field],
        (fact) => (typeof fact === "string" ? fits(fact) : fact.some(fits)),
      );
    }
    case "value": {
      const { field, path } = term;
      return known((view) => view[field]?.(path), some(term.values, compileValue));
    }
    case "tag": {
      const { key } = term;
      return known((view) => view.tag?.(key), some(term.values, compileGlob));
    }
    case "measure": {
      const { of, over, amount } = term;
      return known(
        (view) => (of === "size" ? view.sizeBytes : view.durationMs),
        (n) => (over ? n > amount.value : n < amount.value),
      );
    }
    case "time":
      return time(term.edge, term.moment);
  }
}

/** `since` keeps what is as late as the moment or later, `until` what is before its end: a whole day for a date. */
function time(edge: "since" | "until", moment: Moment): Decide {
  const holds = (at: number, from: number, to: number) => (edge === "since" ? at >= from : at < to);
  const at = (view: FilterView) => view.atMs;
  if (moment.kind === "on") return known(at, (ms) => holds(ms, moment.fromMs, moment.toMs));
  return (view) => {
    const now = known(
      (v) => v.nowMs,
      () => true,
    )(view);
    if (now !== true) return now;
    const edgeMs = view.nowMs! - moment.ms;
    return known(at, (ms) => holds(ms, edgeMs, edgeMs))(view);
  };
}

/** A fact that does not exist fits nothing; one that may still come leaves it open. */
function known<T>(fact: (view: FilterView) => Fact<T>, test: (value: T) => boolean): Decide {
  return (view) => {
    const value = fact(view);
    if (value === undefined) return view.final ? false : undefined;
    return value !== null && test(value);
  };
}

function some<T>(
  values: readonly Glob[],
  make: (glob: Glob) => (value: T) => boolean,
): (value: T) => boolean {
  const tests = values.map(make);
  return (value) => tests.some((test) => test(value));
}

function all(tests: readonly Decide[]): Decide {
  return (view) => {
    let verdict: Verdict = true;
    for (const test of tests) {
      const one = test(view);
      if (one === false) return false;
      if (one === undefined) verdict = undefined;
    }
    return verdict;
  };
}

function not(test: Decide): Decide {
  return (view) => {
    const one = test(view);
    return one === undefined ? undefined : !one;
  };
}
