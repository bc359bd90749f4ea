/**
 * Comparing what a filter says with a value that is only known as its JSON text. Numbers are compared as exact
 * decimals, because a tape may hold ids that no double can.
 */
import {
  canonicalNumber,
  decodeLoosely,
  elements,
  encodeUtf8,
  isJson,
  locate,
  skipValue,
} from "../base/index.ts";
import { compileGlob, type Glob, isLiteral } from "./glob.ts";

/** A longer number is compared letter by letter: exact arithmetic on it would cost more than it tells. */
const numberCharsMax = 4096;

/** Arrays within arrays are looked through to this depth. */
const arrayDepthMax = 8;

/**
 * A test for a value given as JSON text. A string fits by its characters, a number by its exact value, `true`,
 * `false` and `null` by their names, an array when one of its elements fits; `*` fits whatever is there.
 */
export function compileValue(glob: Glob): (json: string) => boolean {
  if (glob.length > 1 && glob.every((piece) => piece === "")) return () => true;
  const fits = compileGlob(glob);
  const number = isLiteral(glob) ? exactNumber(glob[0]!) : undefined;
  const test = (json: string, depth: number): boolean => {
    const first = json[0];
    if (first === '"') return fits(unquoted(json));
    if (first === "{") return false;
    if (first === "[") return depth < arrayDepthMax && parts(json).some((part) => test(part, depth + 1));
    return fits(json) || (number !== undefined && exactNumber(json) === number);
  };
  return (json) => test(json.trim(), 0);
}

/** A test for a number given as text, such as an error code. */
export function compileNumberText(glob: Glob): (text: string) => boolean {
  const fits = compileGlob(glob);
  const number = isLiteral(glob) ? exactNumber(glob[0]!) : undefined;
  return (text) => fits(text) || (number !== undefined && exactNumber(text) === number);
}

/** The JSON text at a path of keys below the value at `[start, end)`; in an array a key is a position from 0. */
export function jsonAt(bytes: Uint8Array, path: readonly string[]): string | undefined {
  let here = bytes;
  for (const key of path) {
    const next = child(here, key);
    if (!next) return undefined;
    here = here.subarray(next.start, next.end);
  }
  return decodeLoosely(here);
}

function child(bytes: Uint8Array, key: string): { readonly start: number; readonly end: number } | undefined {
  const found = locate(bytes, [key]);
  if (found || !/^\d{1,9}$/.test(key)) return found;
  let left = Number(key);
  for (const element of elements(bytes)) if (left-- === 0) return element;
  return undefined;
}

function exactNumber(text: string): string | undefined {
  if (text.length > numberCharsMax || !/^-?\d/.test(text) || !isJson(text)) return undefined;
  return canonicalNumber(text);
}

function unquoted(json: string): string {
  try {
    return JSON.parse(json) as string;
  } catch {
    return json.slice(1, -1);
  }
}

function parts(json: string): string[] {
  const bytes = encodeUtf8(json);
  if (skipValue(bytes, 0) < 0) return [];
  return [...elements(bytes)].map((e) => decodeLoosely(bytes.subarray(e.start, e.end)));
}
