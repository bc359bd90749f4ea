/**
 * Puts secrets back where their placeholders stand, as deep as these were put in: in strings, in JSON in strings, in
 * base64, percent-encoded. What nobody knows stays a placeholder; of a number, a 0.
 */
import {
  encodedSuffix,
  encodeUtf8,
  holdsPlaceholder,
  isJson,
  isPlaceholder,
  type PlaceholderParts,
  placeholderStart,
  placeholdersIn,
  placeholderText,
} from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { addAll, type Edit, edited, moved, spelled } from "./edits.ts";
import { embeddedJson } from "./embedded.ts";
import { base64Runs, decodedBase64, encodedBase64 } from "./encodings.ts";
import { type JsonWalker, walkJson } from "./json-walk.ts";
import { touchesAny } from "./spans.ts";
import { nestedDepthMax } from "./text.ts";

/**
 * The secret of a placeholder, or undefined when it is not known here. `own`: the line in which it stands was sealed, so it
 * stands where it was put when it was recorded.
 */
export type SecretOf = (placeholder: PlaceholderParts, own: boolean) => string | undefined;

/** How the kind of a placeholder begins in a message whose seal was proved; never on a tape. */
const ownKind = "own-";

/** A message whose seal was proved: its placeholders may be filled from the environment. */
export function owned(message: Message): Message {
  return filledWith(message, (found) => placeholderText({ ...found, kind: ownKind + found.kind }));
}

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
  return filledWith(message, (found, isNumber) => {
    const own = found.kind.startsWith(ownKind);
    const told = own ? found.kind.slice(ownKind.length) : found.kind;
    const kind = told.startsWith(numberKind) ? told.slice(numberKind.length) : told;
    const secret = secretOf({ ...found, kind }, own);
    if (isNumber) return secret !== undefined && isNumeric(secret) ? secret : "0";
    if (secret === undefined) return own ? placeholderText({ ...found, kind: told }) : undefined;
    return kind.endsWith(encodedSuffix) && secret.isWellFormed() ? encodeURIComponent(secret) : secret;
  });
}

/** What comes in the place of a placeholder; undefined: it stays. `isNumber`: it stands for one, all by itself. */
type Fill = (found: PlaceholderParts, isNumber: boolean) => string | undefined;

function filledWith(message: Message, fill: Fill): Message {
  const { text } = message;
  if (!holdsPlaceholder(text)) return message;
  const edits = jsonEdits(text, fill, 0);
  return edits.length === 0 ? message : new Message(encodeUtf8(edited(text, edits)));
}

function isNumeric(text: string): boolean {
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}

const quiet: JsonWalker<string> = {
  member: (at) => at,
  element: (at) => at,
  string: () => {},
  number: () => {},
  deep: () => {},
  leave: () => {},
};

function jsonEdits(text: string, fillOf: Fill, depth: number): Edit[] {
  const edits: Edit[] = [];
  const fill = (start: number, end: number, isKey = false): void => {
    const raw = text.slice(start, end);
    if (!holdsPlaceholder(raw)) return;
    // A key is never a number.
    const number = isKey ? undefined : numberOf(raw, fillOf);
    // With its quotes, unless it stays a placeholder: it becomes a number again.
    if (number?.startsWith(placeholderStart)) edits.push({ start, end, text: number });
    else if (number !== undefined) edits.push({ start: start - 1, end: end + 1, text: number });
    else {
      const value = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
      addAll(edits, spelled(raw, textEdits(value, fillOf, depth), start));
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

function numberOf(raw: string, fillOf: Fill): string | undefined {
  const [found] = placeholdersIn(raw);
  if (found?.start !== 0 || found.end !== raw.length) return undefined;
  const kind = found.kind.startsWith(ownKind) ? found.kind.slice(ownKind.length) : found.kind;
  return kind.startsWith(numberKind) ? fillOf(found, true) : undefined;
}

function textEdits(text: string, fillOf: Fill, depth: number): Edit[] {
  if (depth < nestedDepthMax && /^\s{0,64}[{[]/.test(text) && isJson(text))
    return jsonEdits(text, fillOf, depth + 1);
  const edits: Edit[] = [];
  const json = depth < nestedDepthMax ? embeddedJson(text) : [];
  for (const { start, end } of json)
    addAll(edits, moved(jsonEdits(text.slice(start, end), fillOf, depth + 1), start));
  for (const found of placeholdersIn(text)) {
    const filling = touchesAny(found, json) ? undefined : fillOf(found, false);
    if (filling !== undefined) edits.push({ start: found.start, end: found.end, text: filling });
  }
  if (depth >= nestedDepthMax) return edits;
  for (const run of base64Runs(text)) {
    if (touchesAny(run, json)) continue;
    const raw = text.slice(run.start, run.end);
    const said = holdsPlaceholder(raw) ? decodedBase64(raw) : undefined;
    const inner = said === undefined ? [] : textEdits(said, fillOf, depth + 1);
    if (inner.length > 0) edits.push({ ...run, text: encodedBase64(edited(said!, inner), raw) });
  }
  return edits.sort((a, b) => a.start - b.start);
}
