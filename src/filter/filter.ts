/** A filter as everything else holds it: its text, and the question it answers. */
import { compile } from "./decide.ts";
import { parseTerm } from "./parse.ts";
import type { FilterView, Verdict } from "./view.ts";

export interface Filter {
  readonly text: string;
  /** True or false for good, or undefined while facts that may still come can turn it. */
  decide(view: FilterView): Verdict;
}

/** Throws RW1008 when the text is no filter and RW1009 when it names a field that does not exist. Empty: all pass. */
export function parseFilter(text: string): Filter {
  return { text, decide: compile(parseTerm(text)) };
}
