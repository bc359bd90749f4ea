/**
 * Text within text: base64 and percent-encoding. What is found in the decoded form is replaced there, and the run is
 * encoded again, so that its shape stays. Only runs that decode to text are looked into: what is binary has no words.
 */
import { decodeUtf8, encodeUtf8 } from "../base/index.ts";
import type { Edit } from "./edits.ts";

/** Shorter runs are words; longer ones are too much to be decoded, and only known values are found in them. */
const runMin = 16;
const runMax = 2 * 1024 * 1024;
/** What is decoded first, to see whether it is text. */
const headCharacters = 64;

export interface Run {
  readonly start: number;
  readonly end: number;
}

/** Runs of the base64 alphabet (RFC 4648, sections 4 and 5) that are long enough to hold something. */
export function base64Runs(text: string): Run[] {
  const runs: Run[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (end < text.length && isBase64(text.charCodeAt(end))) end++;
    const long = end - start >= runMin;
    for (let n = 0; n < 2 && long && text.charCodeAt(end) === 0x3d; n++) end++;
    if (long) runs.push({ start, end });
    start = end + 1;
  }
  return runs;
}

/** The run around a place. */
export function base64RunAt(text: string, start: number, end: number): Run {
  while (start > 0 && isBase64(text.charCodeAt(start - 1))) start--;
  while (end < text.length && isBase64(text.charCodeAt(end))) end++;
  while (text[end] === "=") end++;
  return { start, end };
}

/** The text that a run of base64 says, or undefined when it says none. */
export function decodedBase64(run: string): string | undefined {
  if (run.length > runMax) return undefined;
  const head = bytesOf(run.slice(0, headCharacters));
  if (!head || !looksLikeText(head, run.length > headCharacters)) return undefined;
  const bytes = run.length > headCharacters ? bytesOf(run) : head;
  return bytes && decodeUtf8(bytes);
}

/** Whether the beginning of a run is base64 of text. */
export function isBase64Text(head: string): boolean {
  const bytes = bytesOf(head.slice(0, headCharacters));
  return bytes !== undefined && looksLikeText(bytes, true);
}

/**
 * The run again, with another text in it, in the same alphabet and with padding unless it is plain that it has none: a
 * run that needs no padding tells nothing, and most have some.
 */
export function encodedBase64(text: string, like: string): string {
  let binary = "";
  for (const byte of encodeUtf8(text)) binary += String.fromCharCode(byte);
  const encoded = btoa(binary);
  const isUrlSafe = /[-_]/.test(like);
  const isPadded = like.endsWith("=") || (like.length % 4 === 0 && !isUrlSafe);
  const padded = isPadded ? encoded : encoded.replace(/={1,2}$/, "");
  return isUrlSafe ? padded.replaceAll("+", "-").replaceAll("/", "_") : padded;
}

function bytesOf(run: string): Uint8Array | undefined {
  const plain = run
    .replaceAll("-", "+")
    .replaceAll("_", "/")
    .replace(/={1,2}$/, "");
  if (plain.length % 4 === 1) return undefined;
  try {
    const binary = atob(plain);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    return undefined;
  }
}

/** UTF-8 without control characters; the head of a longer text may end within a character. */
function looksLikeText(bytes: Uint8Array, cut: boolean): boolean {
  for (const byte of bytes) if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
  for (let back = 0; back <= (cut ? 3 : 0); back++)
    if (decodeUtf8(bytes.subarray(0, bytes.length - back)) !== undefined) return true;
  return false;
}

function isBase64(c: number): boolean {
  return (
    (c >= 0x61 && c <= 0x7a) ||
    (c >= 0x41 && c <= 0x5a) ||
    (c >= 0x30 && c <= 0x39) ||
    c === 0x2b ||
    c === 0x2f ||
    c === 0x2d ||
    c === 0x5f
  );
}

/** Words with percent-encoding in them (RFC 3986, section 2.1). */
export function percentRuns(text: string): Run[] {
  const runs: Run[] = [];
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", at + 1)) {
    if (!isHex(text.charCodeAt(at + 1)) || !isHex(text.charCodeAt(at + 2))) continue;
    let start = at;
    const floor = Math.max(runs.at(-1)?.end ?? 0, at - wordMax);
    while (start > floor && !endsWord(text.charCodeAt(start - 1))) start--;
    let end = at;
    while (end < text.length && end - start < wordMax && !endsWord(text.charCodeAt(end))) end++;
    runs.push({ start, end });
    at = end;
  }
  return runs;
}

const wordMax = 16_384;

/** What a run of percent-encoding says, and where each character of it begins in the run. */
export function decodedPercents(run: string): { readonly text: string; readonly places: number[] } {
  const places: number[] = [];
  let text = "";
  for (let i = 0; i < run.length; ) {
    const length = run[i] === "%" ? encodedLength(run, i) : 1;
    const piece = run.slice(i, i + length);
    const said = length > 1 ? decoded(piece) : piece;
    for (let n = 0; n < said.length; n++) places.push(i);
    text += said;
    i += length;
  }
  places.push(run.length);
  return { text, places };
}

/** Edits to what a run says, as edits to the run, which begins at `start`. */
export function encodedEdits(edits: readonly Edit[], places: readonly number[], start: number): Edit[] {
  return edits.map((edit) => ({
    start: start + places[edit.start]!,
    end: start + places[edit.end]!,
    text: edit.text,
  }));
}

/** How many characters of the run are the encoding of the next character: three for each of its bytes. */
function encodedLength(run: string, i: number): number {
  const first = Number.parseInt(run.slice(i + 1, i + 3), 16);
  if (Number.isNaN(first) || !isHex(run.charCodeAt(i + 1)) || !isHex(run.charCodeAt(i + 2))) return 1;
  const bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const piece = run.slice(i, i + 3 * bytes);
  return decoded(piece) === piece ? 1 : piece.length;
}

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

function endsWord(c: number): boolean {
  return c <= 0x20 || c === 0x22 || c === 0x27 || c === 0x3c || c === 0x3e || c === 0x60;
}

function isHex(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66);
}
