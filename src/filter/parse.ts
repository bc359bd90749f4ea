/**
 * The grammar of filters (see `docs/cli.md`): conditions side by side must all hold, `-` turns one around,
 * parentheses group, `|` separates alternatives inside a value.
 */
import { nearest, ReelwireError } from "../base/index.ts";
import { durationWants, momentWants, parseDuration, parseMoment, parseSize, sizeWants } from "./amounts.ts";
import { anything, type Glob, isLiteral } from "./glob.ts";

import { Scanner } from "./scan.ts";
import { choices, fieldNames, type Term, type TextField, textFields } from "./syntax.ts";

/** The longest filter, in characters, and the deepest nesting of `(` and `-`. */
const filterCharsMax = 16_384;
const depthMax = 100;

export function parseTerm(text: string): Term {
  const scan = new Scanner(text);
  if (text.length > filterCharsMax)
    throw scan.fault(filterCharsMax, `it is longer than ${filterCharsMax} characters`);
  scan.skipBlanks();
  if (scan.peek() === "=")
    throw scan.fault(scan.at, "CEL expressions (= …) are not supported; use fields such as tool:NAME");
  const term = group(scan, 0);
  if (!scan.done) throw scan.fault(scan.at, `'${scan.peek()}' has nothing to belong to`);
  return term;
}

/** Conditions up to the end or a closing parenthesis, which stays. One alone stands for itself. */
function group(scan: Scanner, depth: number): Term {
  const of: Term[] = [];
  for (scan.skipBlanks(); !scan.done && scan.peek() !== ")"; scan.skipBlanks()) of.push(term(scan, depth));
  return of.length === 1 ? of[0]! : { kind: "and", of };
}

function term(scan: Scanner, depth: number): Term {
  if (depth > depthMax) throw scan.fault(scan.at, `it is nested deeper than ${depthMax}`);
  const start = scan.at;
  if (scan.take("-")) {
    if (scan.done || /\s/.test(scan.peek())) throw scan.fault(start, "'-' needs a condition right after it");
    return { kind: "not", of: term(scan, depth + 1) };
  }
  if (!scan.take("(")) return condition(scan);
  const inner = group(scan, depth + 1);
  if (!scan.take(")")) throw scan.fault(start, "the parenthesis is not closed");
  if (inner.kind === "and" && inner.of.length === 0) throw scan.fault(start, "the parentheses are empty");
  return inner;
}

function condition(scan: Scanner): Term {
  const start = scan.at;
  if (scan.peek() === '"') {
    scan.quoted();
    throw fullText(scan, start);
  }
  const name = scan.bare(":<>.");
  if (scan.peek() === ">" || scan.peek() === "<") return measure(scan, start, name);
  const path: string[] = [];
  while (scan.take(".")) path.push(scan.word(":<>."));
  if (scan.take(":")) return field(scan, start, name, path);
  if (scan.at === start) throw scan.fault(start, `'${scan.peek()}' has nothing to belong to`);
  scan.bare();
  throw fullText(scan, start);
}

function fullText(scan: Scanner, start: number): ReelwireError {
  const word = scan.text.slice(start, scan.at);
  return scan.fault(
    start,
    `${word} alone would be a full-text search, which is not supported; name a field, such as tool:${word}`,
  );
}

/** `>500ms`, `size>64k`. */
function measure(scan: Scanner, start: number, name: string): Term {
  if (name !== "" && name !== "size") throw unknownField(scan, name, [...fieldNames, "size"]);
  const over = scan.take(">") || !scan.take("<");
  const at = scan.at;
  const text = scan.bare();
  const amount = name === "size" ? parseSize(text) : parseDuration(text);
  if (!amount)
    throw scan.fault(
      at,
      `'${scan.text.slice(start, scan.at)}' needs ${name === "size" ? sizeWants : durationWants}`,
    );
  return { kind: "measure", of: name === "size" ? "size" : "duration", over, amount };
}

function field(scan: Scanner, start: number, name: string, path: readonly string[]): Term {
  if (name === "args" || name === "result") {
    if (path.length === 0 || path.includes(""))
      throw scan.fault(start, `${name} needs a path, such as ${name}.city:Paris`);
    return { kind: "value", field: name, path, values: values(scan, name) };
  }
  if (path.length > 0) throw unknownField(scan, `${name}.${path.join(".")}`, fieldNames);
  if (name === "since" || name === "until") return time(scan, name);
  if (name === "tag") return tag(scan, start);
  if (name === "size") throw scan.fault(start, "a size is compared with size>… or size<…");
  if (!isTextField(name)) throw unknownField(scan, name, fieldNames);
  const at = scan.at;
  const globs = values(scan, name);
  const known = choices[name];
  const wrong = known && globs.find((glob) => isLiteral(glob) && !known.includes(glob[0]!));
  if (known && wrong) throw scan.fault(at, `${name} is one of ${known.join(", ")}, not '${wrong[0]}'`);
  return { kind: "text", field: name, values: globs };
}

function time(scan: Scanner, edge: "since" | "until"): Term {
  const at = scan.at;
  const moment = parseMoment(scan.word());
  if (!moment) throw scan.fault(at, `${edge} needs ${momentWants}`);
  return { kind: "time", edge, moment };
}

/** `tag:suite=smoke|nightly`; without a value the tag only has to be there. */
function tag(scan: Scanner, start: number): Term {
  const key = scan.word("=");
  if (key === "") throw scan.fault(start, "tag needs a name, such as tag:suite=smoke");
  return { kind: "tag", key, values: scan.take("=") ? values(scan, `tag:${key}`) : [anything] };
}

function values(scan: Scanner, name: string): Glob[] {
  const globs: Glob[] = [];
  do {
    const glob = scan.glob();
    if (!glob) throw scan.fault(scan.at, `${name} needs a value here; write "" for the empty text`);
    globs.push(glob);
  } while (scan.take("|"));
  return globs;
}

function isTextField(name: string): name is TextField {
  return (textFields as readonly string[]).includes(name);
}

function unknownField(scan: Scanner, name: string, known: readonly string[]): ReelwireError {
  const near = nearest(name, known);
  const hint = near ? `did you mean '${near}'?` : `it is one of ${known.join(", ")}`;
  return new ReelwireError("RW1009", {
    with: { field: name, hint },
    where: [["filter", scan.text.slice(0, 200)]],
  });
}
