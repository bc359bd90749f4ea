/**
 * Finds the secrets in a text that is no message: known values, credentials by their form, what a name before them says,
 * what the project's own rules say, and all of that in what the text holds encoded. JSON in it is walked as JSON.
 */
import { isJson, placeholdersIn } from "../base/index.ts";
import { assignmentsIn, flagsIn } from "./assignments.ts";
import { findCredentials } from "./detectors.ts";
import type { Edit } from "./edits.ts";
import { addAll, edited, moved } from "./edits.ts";
import { embeddedJson } from "./embedded.ts";
import {
  base64RunAt,
  base64Runs,
  decodedBase64,
  decodedPercents,
  encodedBase64,
  encodedEdits,
  percentRuns,
} from "./encodings.ts";
import type { Needle, Needles } from "./needles.ts";
import type { Rules } from "./rules.ts";
import { firstAfter, gaps, joinedSpans, type SecretSpan, spansOutside, touchesAny } from "./spans.ts";
import { Suspicion } from "./suspicion.ts";

/** JSON in a string in JSON in base64 …: deeper than this is not looked into. */
export const nestedDepthMax = 8;

/** What is known of a text's place. */
export interface TextPlace {
  readonly pointer: () => string;
  readonly key: string | undefined;
  /** How many encodings it lies in. */
  readonly depth: number;
  /** In a schema, names before values are part of a description; in a field of the protocol, only known values count. */
  readonly mode: "all" | "schema" | "field";
}

export interface TextTools {
  readonly needles: Needles;
  readonly rules: Rules;
  /** What comes in the place of a secret. */
  readonly replace: (secret: string, span: SecretSpan, place: TextPlace) => string;
  /** Edits to a whole JSON text. */
  readonly json: (text: string, place: TextPlace) => Edit[];
}

/** Edits that take the secrets out of a text, in order. */
export function textEdits(text: string, place: TextPlace, tools: TextTools): Edit[] {
  if (text.length < shortest) return [];
  const known = tools.needles.size > 0 && tools.needles.test(text);
  const ruled = hasRules(tools.rules) && place.mode !== "field";
  if (place.mode === "field") return known ? looked(text, place, tools, known) : [];
  if (!known && !ruled && !new Suspicion(text).of() && !mayHideInJson(text)) return [];
  if (place.depth < nestedDepthMax && looksLikeJson(text) && isJson(text))
    return tools.json(text, { ...place, depth: place.depth + 1 });
  return looked(text, place, tools, known);
}

/** The shortest text that may hold something. */
const shortest = 4;

function looked(text: string, place: TextPlace, tools: TextTools, known: boolean): Edit[] {
  const taken = placeholdersIn(text);
  const spans: SecretSpan[] = known ? knownSpans(text, place, tools) : [];
  if (place.mode !== "field") {
    for (const { start, end, kind } of findCredentials(text))
      spans.push({ start, end, how: kind === "url-password" ? "url" : "credential" });
    addAll(spans, ruledSpans(text, place, tools.rules));
  }
  if (place.mode === "all") {
    if (/[:=]/.test(text)) addAll(spans, assignmentsIn(text));
    if (text.includes("-")) addAll(spans, flagsIn(text));
  }
  const told = joinedSpans(spansOutside(spans, taken));
  if (place.depth >= nestedDepthMax) return replaced(text, told, place, tools);
  const below = { ...place, depth: place.depth + 1 };
  const json = place.mode === "field" ? [] : embeddedJson(text).filter((each) => isWhole(each, told));
  const secrets = told.filter((span) => !touchesAny(span, json));
  const edits = replaced(text, secrets, place, tools);
  for (const { start, end } of json) addAll(edits, moved(tools.json(text.slice(start, end), below), start));
  const busy = [...secrets, ...taken.filter((each) => !touchesAny(each, json)), ...json];
  busy.sort((a, b) => a.start - b.start);
  addAll(edits, inBase64(text, busy, below, tools));
  addAll(edits, inPercents(text, busy, below, tools));
  return apart(edits);
}

/** Whether no secret goes beyond JSON that it touches: `PASSWORD={"a":"b"}` is one as a whole. */
function isWhole({ start, end }: Range, secrets: readonly SecretSpan[]): boolean {
  const within = secrets.slice(firstAfter(start, secrets), firstAfter(end - 1, secrets) + 1);
  return within.every((each) => each.start >= end || (each.start >= start && each.end <= end));
}

function replaced(text: string, spans: readonly SecretSpan[], place: TextPlace, tools: TextTools): Edit[] {
  return spans.map((span) => {
    const secret = span.value ?? text.slice(span.start, span.end);
    return { start: span.start, end: span.end, text: tools.replace(secret, span, place) };
  });
}

function knownSpans(text: string, { depth }: TextPlace, { needles }: TextTools): SecretSpan[] {
  const spans: SecretSpan[] = [];
  let runEnd = 0;
  for (const { start, end, needle } of needles.find(text)) {
    const { name } = needle.known;
    if (needle.form !== "base64") spans.push({ start, end, how: "known", name, ...saidBy(needle) });
    else if (start >= runEnd) {
      const run = base64RunAt(text, start, end);
      runEnd = run.end;
      const said = depth < nestedDepthMax ? decodedBase64(text.slice(run.start, run.end)) : undefined;
      // Where the run decodes to a text that has it, the value is taken out of that.
      if (said === undefined || !needles.test(said)) spans.push({ ...run, how: "known", name });
    }
  }
  return spans;
}

/** Another spelling than the usual one is a secret of its own, so that it can be put back as it was. */
function saidBy({ form, text, known: { value } }: Needle): { value?: string; encoded?: boolean } {
  if (text === value) return { value };
  return form === "url" && text === encodeURIComponent(value) ? { value, encoded: true } : { value: text };
}

function ruledSpans(text: string, place: TextPlace, { patterns, functions }: Rules): SecretSpan[] {
  const spans: SecretSpan[] = [];
  for (const { name, find } of patterns)
    for (const { start, end } of find(text)) if (end > start) spans.push({ start, end, how: "rule", name });
  for (const [i, rule] of functions.entries()) {
    const name = rule.name || `function ${i + 1}`;
    const says = rule(text, { pointer: place.pointer(), key: place.key });
    const secrets = says === true ? [text] : typeof says === "string" ? [says] : says || [];
    for (const secret of secrets) addAll(spans, occurrences(text, secret, name));
  }
  return spans;
}

function occurrences(text: string, secret: string, name: string): SecretSpan[] {
  const spans: SecretSpan[] = [];
  if (secret === "") return spans;
  for (let start = text.indexOf(secret); start >= 0; start = text.indexOf(secret, start + secret.length))
    spans.push({ start, end: start + secret.length, how: "rule", name });
  return spans;
}

type Range = { readonly start: number; readonly end: number };

function inBase64(text: string, busy: readonly Range[], place: TextPlace, tools: TextTools): Edit[] {
  const edits: Edit[] = [];
  for (const run of base64Runs(text)) {
    if (touchesAny(run, busy)) continue;
    const raw = text.slice(run.start, run.end);
    const said = decodedBase64(raw);
    if (said === undefined) continue;
    const inner = textEdits(said, place, tools);
    if (inner.length > 0) edits.push({ ...run, text: encodedBase64(edited(said, inner), raw) });
  }
  return edits;
}

function inPercents(text: string, busy: readonly Range[], place: TextPlace, tools: TextTools): Edit[] {
  const edits: Edit[] = [];
  const encoding: TextTools = {
    ...tools,
    // Encoded once more it is put back so.
    replace: (secret, span, at) =>
      tools.replace(
        span.encoded && secret.isWellFormed() ? encodeURIComponent(secret) : secret,
        { ...span, encoded: true },
        at,
      ),
  };
  for (const run of percentRuns(text).flatMap((each) => gaps(each, busy))) {
    const { text: said, places } = decodedPercents(text.slice(run.start, run.end));
    if (said.length < run.end - run.start)
      addAll(edits, encodedEdits(textEdits(said, place, encoding), places, run.start));
  }
  return edits;
}

/** In order; of two that overlap the first counts. */
function apart(edits: Edit[]): Edit[] {
  const kept: Edit[] = [];
  for (const edit of edits.sort((a, b) => a.start - b.start || b.end - a.end))
    if (kept.length === 0 || kept.at(-1)!.end <= edit.start) kept.push(edit);
  return kept;
}

export function hasRules({ patterns, functions }: Rules): boolean {
  return patterns.length > 0 || functions.length > 0;
}

/** An escape in JSON may hide the name of a key. */
function mayHideInJson(text: string): boolean {
  return text.includes("\\u") && looksLikeJson(text);
}

function looksLikeJson(text: string): boolean {
  return /^\s{0,64}[{[]/.test(text) && /[}\]]\s{0,64}$/.test(text.slice(-65));
}
