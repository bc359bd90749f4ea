/**
 * What stands on a tape in the place of a secret: `[[rw:<kind>:<n>:<8 hex>]]`. The digest is a keyed hash of the
 * secret, so the same secret under the same key is the same placeholder in every tape, and a tape is no oracle for weak
 * secrets. Kind and length are its shape: without the key, equal shapes are all that can be compared.
 */

/** The last part of a kind when what was replaced is the percent-encoded form of the secret. */
export const encodedSuffix = "-url";

/** How many characters a length is rounded up to a multiple of. */
const lengthStep = 8;

export interface PlaceholderParts {
  readonly kind: string;
  /** Characters of the secret, rounded up to a multiple of 8. */
  readonly length: number;
  /** Eight hex digits of a keyed hash of the secret. */
  readonly digest: string;
}

export function placeholderText({ kind, length, digest }: PlaceholderParts): string {
  return `[[rw:${kind}:${length}:${digest}]]`;
}

/** The length that a placeholder tells: characters (code points), rounded up to a multiple of 8. */
export function toldLength(secret: string): number {
  let characters = 0;
  for (const _ of secret) characters++;
  return Math.ceil(characters / lengthStep) * lengthStep;
}

/** How every placeholder begins. */
export const placeholderStart = "[[rw:";

const pattern = /\[\[rw:([a-z0-9-]{1,48}):(\d{1,9}):([0-9a-f]{8})\]\]/g;
const here = new RegExp(pattern.source, "y");
const whole = /^\[\[rw:[a-z0-9-]{1,48}:\d{1,9}:[0-9a-f]{8}\]\]$/;

export interface PlaceholderAt extends PlaceholderParts {
  readonly start: number;
  readonly end: number;
}

/** The placeholders in a text, in order. */
export function placeholdersIn(text: string): PlaceholderAt[] {
  if (!text.includes(placeholderStart)) return [];
  return [...text.matchAll(pattern)].map((found) => ({
    kind: found[1]!,
    length: Number(found[2]),
    digest: found[3]!,
    start: found.index,
    end: found.index + found[0].length,
  }));
}

/** Whether a text is one placeholder and nothing else. */
export function isPlaceholder(text: string): boolean {
  return whole.test(text);
}

/** Whether a text is placeholders and nothing else. */
export function isPlaceholders(text: string): boolean {
  let at = 0;
  for (let end = placeholderEnd(text, 0); end !== undefined; end = placeholderEnd(text, at)) at = end;
  return at > 0 && at === text.length;
}

/** Where the placeholder ends that begins here; undefined when none does. */
export function placeholderEnd(text: string, start: number): number | undefined {
  if (!text.startsWith(placeholderStart, start)) return undefined;
  here.lastIndex = start;
  return here.test(text) ? here.lastIndex : undefined;
}

/** The text with every placeholder reduced to its shape. */
export function shapeOf(text: string): string {
  if (!text.includes(placeholderStart)) return text;
  return text.replace(pattern, (_, kind: string, length: string) => `[[rw:${kind}:${length}]]`);
}
