import { assert } from "../base/index.ts";
import type { Credential, Detector } from "./detector.ts";
import { variedEnd } from "./detector.ts";
import { detectors } from "./detectors/index.ts";

export type { Credential, Detector } from "./detector.ts";
export { detectors } from "./detectors/index.ts";

/**
 * All credentials of a text, in order, without overlaps: of two that overlap the one that begins first counts, and of
 * two that begin together the longer one. Linear in the text's length: one pass looks at pairs of characters, few of which begin a candidate, and
 * what an attempt costs is limited by its pattern. `attempted` is told of every attempt; tests count them.
 */
export function findCredentials(
  text: string,
  attempted?: (detector: Detector, from: number) => void,
): Credential[] {
  const found: Credential[] = [];
  const last = text.length - 1;
  let first = text.charCodeAt(0);
  for (let i = 0; i < last; i++) {
    const second = text.charCodeAt(i + 1);
    if ((first | second) < asciiCodes && pairs[(first << 7) | second] !== 0) {
      const next = tryAt(text, i, found, attempted);
      if (next > i) {
        i = next - 1;
        first = text.charCodeAt(next);
        continue;
      }
    }
    first = second;
  }
  return found.length < 2 ? found : withoutOverlaps(found);
}

/** The kind of a value that is a credential as a whole, or undefined. */
export function credentialKind(value: string): string | undefined {
  const [only] = findCredentials(value);
  return only !== undefined && only.start === 0 && only.end === value.length ? only.kind : undefined;
}

/** What was redacted already is passed over, whatever it holds. */
const placeholder: Detector = {
  kind: "placeholder",
  starts: ["[[rw:"],
  pattern: /\[\[rw:[a-z0-9-]{1,100}:\d{1,9}:[0-9a-f]{8}\]\]/y,
};

const asciiCodes = 128;

/** By the first two characters of a text: 0, or which entry of `byPair` holds the starts that begin with them. */
const pairs = new Uint8Array(asciiCodes * asciiCodes);
const byPair: { readonly start: string; readonly detector: Detector }[][] = [[]];
for (const detector of [placeholder, ...detectors])
  for (const start of detector.starts) {
    const pair = (start.charCodeAt(0) << 7) | start.charCodeAt(1);
    if (pairs[pair] === 0) pairs[pair] = byPair.push([]) - 1;
    byPair[pairs[pair]!]!.push({ start, detector });
  }
assert(byPair.length <= 256, "an entry's number fits a byte");

/** Where the scan goes on: after a credential that begins here, or at `at` itself when nothing was consumed. */
function tryAt(
  text: string,
  at: number,
  found: Credential[],
  attempted: ((detector: Detector, from: number) => void) | undefined,
): number {
  let next = at;
  let longest: Credential | undefined;
  for (const { start, detector } of byPair[pairs[(text.charCodeAt(at) << 7) | text.charCodeAt(at + 1)]!]!) {
    if (!text.startsWith(start, at)) continue;
    for (const back of detector.back ?? noBack) {
      const from = at - back;
      if (from < 0 || (isAlphanumeric(text.charCodeAt(from)) && !beginsWord(text, from, found))) continue;
      attempted?.(detector, from);
      const credential = matchAt(text, from, detector);
      if (credential === undefined) continue;
      if (detector === placeholder) return credential.end;
      // What is named by its surroundings consumes nothing: the secret may be of a kind that is known better.
      if (credential.start > at) found.push(credential);
      else if (credential.end > next) [longest, next] = [credential, credential.end];
    }
  }
  if (longest !== undefined) found.push(longest);
  return next;
}

const noBack: readonly number[] = [0];

function matchAt(text: string, from: number, detector: Detector): Credential | undefined {
  const { kind, pattern } = detector;
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const matchEnd = from + match[0].length;
  const start = matchEnd - (match[1] ?? match[0]).length;
  const end = (detector.end ?? variedEnd)(text, start, matchEnd);
  if (end <= start) return undefined;
  // A word that goes on is another word; where a detector knows the end better, it has looked.
  if (end === matchEnd && isAlphanumeric(text.charCodeAt(end - 1)) && isAlphanumeric(text.charCodeAt(end)))
    return undefined;
  return { kind, start, end };
}

/**
 * Of two with the same span the later found counts: the one that was found by its own shape. Where the second reaches
 * further, the first is stretched over it, so that nothing of either is left.
 */
function withoutOverlaps(found: Credential[]): Credential[] {
  const kept: Credential[] = [];
  for (const credential of found.reverse().sort((a, b) => a.start - b.start || b.end - a.end)) {
    const before = kept.at(-1);
    if (before === undefined || credential.start >= before.end) kept.push(credential);
    else if (credential.end > before.end) kept[kept.length - 1] = { ...before, end: credential.end };
  }
  return kept;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}

/**
 * Whether a word begins at an offset: after anything but a letter or digit, after an escape that ends in one, or after
 * another credential, in whose place something else will stand.
 */
function beginsWord(text: string, at: number, found: readonly Credential[]): boolean {
  if (at === 0 || !isAlphanumeric(text.charCodeAt(at - 1)) || found.at(-1)?.end === at) return true;
  const before = text.slice(Math.max(0, at - escapeCharsMax), at);
  return escapes.some((endsIn) => endsIn(before));
}

/** The longest escape that is looked for, in characters. */
const escapeCharsMax = 16;

/** Of JSON and most languages (`\n`, `\x0a`, `\u000a`), of URLs (`%3D`), of terminals (a colour's end). */
const escapes: readonly ((before: string) => boolean)[] = [
  (before) => before.at(-2) === "\\" && "nrtbfv0".includes(before.at(-1)!),
  (before) => before.at(-3) === "%" && isHex(before.slice(-2)),
  (before) => before.slice(-4, -2) === "\\x" && isHex(before.slice(-2)),
  (before) => before.slice(-6, -4) === "\\u" && isHex(before.slice(-4)),
  (before) => before.endsWith("m") && colour.test(before.slice(before.lastIndexOf("["))),
];

const colour = /^\[[0-9;]*m$/;

function isHex(text: string): boolean {
  return hex.test(text);
}

const hex = /^[0-9a-fA-F]+$/;
