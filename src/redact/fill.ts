/**
 * Puts secrets back where their placeholders stand, as deep as these were put in: in strings, in JSON in strings, in
 * base64, percent-encoded. What nobody knows stays a placeholder; of a number, a 0.
 */
import {
  encodedSuffix,
  encodeUtf8,
  isJson,
  isPlaceholder,
  type PlaceholderParts,
  placeholderStart,
  placeholdersIn,
} from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { addAll, type Edit, edited, spelled } from "./edits.ts";
import { base64Runs, decodedBase64, encodedBase64 } from "./encodings.ts";
import { type JsonWalker, walkJson } from "./json-walk.ts";
import { nestedDepthMax } from "./text.ts";

/** The secret of a placeholder, or undefined when it is not known here. */
export type SecretOf = (placeholder: PlaceholderParts) => string | undefined;

/** The longest pointer that is told and looked for, in characters: below one long key many values may stand. */
export const pointerCharactersMax = 4_096;

/** A message whose numbers were taken out, with a placeholder in the place of each: how it is compared and filled. */
export function withNumbers(
  message: Message,
  numbers: readonly { readonly pointer: string; readonly placeholder: string }[],
): Message {
  const { text } = message;
  const places = placesOf(numbers);
  const lengths = new Set([...places.keys()].map((pointer) => pointer.length));
  const edits: Edit[] = [];
  walkJson(text, "", {
    ...quiet,
    member: (at, rawKey) => `${at}/${escaped(JSON.parse(`"${rawKey}"`) as string)}`,
    element: (at, index) => `${at}/${index}`,
    number(at, start, end) {
      if (!lengths.has(at.length)) return;
      const placeholder = places.get(at)?.pop();
      if (placeholder !== undefined) edits.push({ start, end, text: JSON.stringify(numbered(placeholder)) });
    },
  });
  return edits.length === 0 ? message : new Message(encodeUtf8(edited(text, edits)));
}

/** By pointer: of equal keys each has its own placeholder, the first one last. What is no placeholder is left out. */
function placesOf(
  numbers: readonly { readonly pointer: string; readonly placeholder: string }[],
): ReadonlyMap<string, string[]> {
  const places = new Map<string, string[]>();
  for (const { pointer, placeholder } of numbers.toReversed()) {
    if (pointer.length > pointerCharactersMax || !isPlaceholder(placeholder)) continue;
    const known = places.get(pointer);
    if (known) known.push(placeholder);
    else places.set(pointer, [placeholder]);
  }
  return places;
}

/** How a placeholder is written that stands for a number: in a comparison, and in JSON within a text. */
export function numbered(placeholder: string): string {
  return placeholder.replace(placeholderStart, `${placeholderStart}${numberKind}`);
}

const numberKind = "number-";

function escaped(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The message with every secret that is known put in; the same object when it holds no placeholder. */
export function filled(message: Message, secretOf: SecretOf): Message {
  const { text } = message;
  if (!mayHold(text)) return message;
  const edits = jsonEdits(text, secretOf, 0);
  return edits.length === 0 ? message : new Message(encodeUtf8(edited(text, edits)));
}

/** The beginning of a placeholder, and what base64 makes of it at each of its alignments. */
const starts = [placeholderStart, "W1tydz", "tbcnc6", "bW3J3O"];

function mayHold(text: string): boolean {
  return starts.some((start) => text.includes(start));
}

const quiet: JsonWalker<string> = {
  member: (at) => at,
  element: (at) => at,
  string: () => {},
  number: () => {},
  deep: () => {},
  leave: () => {},
};

function jsonEdits(text: string, secretOf: SecretOf, depth: number): Edit[] {
  const edits: Edit[] = [];
  const fill = (start: number, end: number, isKey = false): void => {
    const raw = text.slice(start, end);
    if (!mayHold(raw)) return;
    // A key is never a number.
    const number = isKey ? undefined : numberOf(raw, secretOf);
    // With its quotes: it becomes a number again.
    if (number !== undefined) edits.push({ start: start - 1, end: end + 1, text: number });
    else {
      const value = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
      addAll(edits, spelled(raw, textEdits(value, secretOf, depth), start));
    }
  };
  walkJson(text, "", {
    ...quiet,
    member(at, rawKey, keyStart) {
      fill(keyStart, keyStart + rawKey.length, true);
      return at;
    },
    string: (_, start, end) => fill(start, end),
  });
  return edits.sort((a, b) => a.start - b.start);
}

function numberOf(raw: string, secretOf: SecretOf): string | undefined {
  const [found] = placeholdersIn(raw);
  if (!found?.kind.startsWith(numberKind) || found.start !== 0 || found.end !== raw.length) return undefined;
  const secret = secretOf({ ...found, kind: found.kind.slice(numberKind.length) });
  return secret !== undefined && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(secret) ? secret : "0";
}

function textEdits(text: string, secretOf: SecretOf, depth: number): Edit[] {
  if (depth < nestedDepthMax && /^\s{0,64}[{[]/.test(text) && isJson(text))
    return jsonEdits(text, secretOf, depth + 1);
  const edits: Edit[] = [];
  for (const found of placeholdersIn(text)) {
    const secret = secretOf(found);
    if (secret === undefined) continue;
    const isEncoded = found.kind.endsWith(encodedSuffix) && secret.isWellFormed();
    edits.push({ start: found.start, end: found.end, text: isEncoded ? encodeURIComponent(secret) : secret });
  }
  if (depth >= nestedDepthMax) return edits;
  for (const run of base64Runs(text)) {
    const raw = text.slice(run.start, run.end);
    const said = mayHold(raw) ? decodedBase64(raw) : undefined;
    const inner = said === undefined ? [] : textEdits(said, secretOf, depth + 1);
    if (inner.length > 0) edits.push({ ...run, text: encodedBase64(edited(said!, inner), raw) });
  }
  return edits.sort((a, b) => a.start - b.start);
}
