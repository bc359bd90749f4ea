/** Writes a filter's shape as the text that parses to it. */
import type { Glob } from "./glob.ts";
import type { Term } from "./syntax.ts";

export function printTerm(term: Term): string {
  return term.kind === "and" ? term.of.map(inner).join(" ") : inner(term);
}

function inner(term: Term): string {
  switch (term.kind) {
    case "and":
      return `(${printTerm(term)})`;
    case "not":
      return `-${inner(term.of)}`;
    case "text":
      return `${term.field}:${alternatives(term.values)}`;
    case "value":
      return `${[term.field, ...term.path.map(word)].join(".")}:${alternatives(term.values)}`;
    case "tag":
      return `tag:${word(term.key)}=${alternatives(term.values)}`;
    case "measure":
      return `${term.of === "size" ? "size" : ""}${term.over ? ">" : "<"}${term.amount.text}`;
    case "time":
      return `${term.edge}:${term.moment.text}`;
  }
}

function alternatives(values: readonly Glob[]): string {
  return values
    .map((glob) => glob.map((piece) => (glob.length > 1 && piece === "" ? "" : literal(piece))).join("*"))
    .join("|");
}

function literal(piece: string): string {
  return /^[^\s()"|*]+$/.test(piece) ? piece : quote(piece);
}

function word(key: string): string {
  return /^[\w-]+$/.test(key) ? key : quote(key);
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
