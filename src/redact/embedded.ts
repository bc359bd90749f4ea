/**
 * JSON within a text: after a prefix in a log, one value a line, several on one. What it says is read as JSON, because
 * names before values, lists of headers and of arguments cannot be told in it otherwise.
 */
import { isJson } from "../base/index.ts";
import { containerEnd } from "./json-walk.ts";

export interface Embedded {
  readonly start: number;
  readonly end: number;
}

/** How often the characters of a text may be looked at, all attempts together. */
const looksMax = 8;
/** Shorter values hold nothing that has a name. */
const shortest = 8;

/** The objects and lists of JSON in a text, in order and apart. */
export function embeddedJson(text: string): Embedded[] {
  const found: Embedded[] = [];
  let looks = looksMax * text.length;
  const begins = /[{[](?=[ \t\r\n]{0,4}["{[])/g;
  for (let begin = begins.exec(text); begin; begin = begins.exec(text)) {
    const start = begin.index;
    const end = containerEnd(text, start);
    looks -= end - start;
    if (looks < 0) return found;
    if (end - start < shortest || !isJson(text.slice(start, end))) continue;
    found.push({ start, end });
    begins.lastIndex = end;
  }
  return found;
}
