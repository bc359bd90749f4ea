/**
 * Prints JSON over several lines, two blanks a level, from parts that are texts already: only the blanks between
 * tokens are made new, so every number, escape and key stays as it was written.
 */
import { encodeUtf8 } from "../base/index.ts";
import type { LineBuffer } from "./line-buffer.ts";
import { isBlank } from "./vcr-scan.ts";

/** What is printed: a well-formed text, an object of members in order, or an array. */
export type JsonNode =
  | Uint8Array
  | { readonly fields: readonly (readonly [key: string, value: JsonNode])[] }
  | { readonly items: readonly JsonNode[] };

/** Deeper levels share one line: indenting them would square the size of a deep document. */
const indentDepthMax = 64;

const COMMA = 0x2c;
const COLON = 0x3a;

/** The text of a value that has one in JavaScript. */
export function jsonText(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}

/** Appends a value; `depth` is the level of the line it stands on. */
export function printJson(out: LineBuffer, node: JsonNode, depth: number): void {
  if (node instanceof Uint8Array) printText(out, node, depth);
  else if ("fields" in node) printFields(out, node.fields, depth);
  else printItems(out, node.items, depth);
}

/** Appends a line end and the blanks of a level. */
export function printBreak(out: LineBuffer, depth: number): void {
  if (depth > indentDepthMax) return;
  out.reserve(1 + 2 * depth);
  out.byte(0x0a);
  for (let i = 0; i < 2 * depth; i++) out.byte(0x20);
}

export function printKey(out: LineBuffer, key: string): void {
  const text = jsonText(key);
  out.reserve(text.length + 2);
  out.raw(text);
  out.ascii(": ");
}

function printFields(out: LineBuffer, fields: readonly (readonly [string, JsonNode])[], depth: number): void {
  out.reserve(1);
  out.byte(0x7b);
  for (const [i, [key, value]] of fields.entries()) {
    if (i > 0) put(out, COMMA);
    printBreak(out, depth + 1);
    printKey(out, key);
    printJson(out, value, depth + 1);
  }
  if (fields.length > 0) printBreak(out, depth);
  put(out, 0x7d);
}

function printItems(out: LineBuffer, items: readonly JsonNode[], depth: number): void {
  put(out, 0x5b);
  for (const [i, value] of items.entries()) {
    if (i > 0) put(out, COMMA);
    printBreak(out, depth + 1);
    printJson(out, value, depth + 1);
  }
  if (items.length > 0) printBreak(out, depth);
  put(out, 0x5d);
}

function printText(out: LineBuffer, text: Uint8Array, depth: number): void {
  let i = 0;
  while (i < text.length) {
    const c = text[i]!;
    if (isBlank(c)) i++;
    else if (c === 0x7b || c === 0x5b) {
      put(out, c);
      i = nextToken(text, i + 1);
      if (text[i] === 0x7d || text[i] === 0x5d) put(out, text[i++]!);
      else printBreak(out, ++depth);
    } else if (c === 0x7d || c === 0x5d) {
      printBreak(out, --depth);
      put(out, c);
      i++;
    } else if (c === COMMA) {
      put(out, c);
      printBreak(out, depth);
      i++;
    } else if (c === COLON) {
      put(out, c);
      put(out, 0x20);
      i++;
    } else {
      const end = c === 0x22 ? stringEnd(text, i) : scalarEnd(text, i);
      out.reserve(end - i);
      out.raw(text.subarray(i, end));
      i = end;
    }
  }
}

function put(out: LineBuffer, byte: number): void {
  out.reserve(1);
  out.byte(byte);
}

function nextToken(text: Uint8Array, i: number): number {
  while (i < text.length && isBlank(text[i]!)) i++;
  return i;
}

function stringEnd(text: Uint8Array, i: number): number {
  for (i++; i < text.length && text[i] !== 0x22; i++) if (text[i] === 0x5c) i++;
  return Math.min(i + 1, text.length);
}

function scalarEnd(text: Uint8Array, i: number): number {
  while (i < text.length && !/[\s,:{}[\]"]/.test(String.fromCharCode(text[i]!))) i++;
  return i;
}
