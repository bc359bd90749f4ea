/**
 * Whether a text is another one with its secrets in the place of the placeholders. With the key this can be told of any
 * secret, also of one that nothing here would know for one: the digest says it.
 */
import { encodedSuffix, type PlaceholderAt, placeholdersIn, toldLength } from "../base/index.ts";

/** Texts with more placeholders, and longer ones, are not tried. */
const placeholdersMax = 64;
const charactersMax = 1_000_000;
/** The keyed hash of a secret, and who is told of each secret that is one of the text's. */
export interface SecretTeller {
  readonly digest: (secret: string) => string;
  readonly found?: (secret: string, digest: string) => void;
}

export function sameSecret(live: string, recorded: string, teller: SecretTeller): boolean {
  const found = placeholdersIn(recorded);
  if (found.length === 0 || found.length > placeholdersMax || live.length > charactersMax) return false;
  return fits(live, 0, recorded, 0, found, 0, teller);
}

/** From where the texts are equal so far to their ends. A placeholder tells the length of its secret up to seven. */
function fits(
  live: string,
  from: number,
  recorded: string,
  recordedFrom: number,
  found: readonly PlaceholderAt[],
  next: number,
  teller: SecretTeller,
): boolean {
  const place = found[next];
  const literal = recorded.slice(recordedFrom, place?.start);
  if (!live.startsWith(literal, from)) return false;
  const start = from + literal.length;
  if (!place) return start === live.length;
  const goesOn = (end: number): boolean => fits(live, end, recorded, place.end, found, next + 1, teller);
  // What was known for a secret here was taken out here, too.
  const taken = recorded.slice(place.start, place.end);
  if (live.startsWith(taken, start)) return goesOn(start + taken.length);
  const isEncoded = place.kind.endsWith(encodedSuffix);
  for (const spelling of isEncoded ? [percents] : [plain, escapes])
    for (const end of ends(live, start, place.length, spelling)) {
      const secret = spelling.said(live.slice(start, end));
      if (secret === undefined || !isSecret(secret, place, teller) || !goesOn(end)) continue;
      teller.found?.(secret, place.digest);
      return true;
    }
  return false;
}

/** A way to spell a secret: how long the spelling of its next character is, and what all of it says. */
interface Spelling {
  readonly step: (text: string, i: number) => number;
  readonly said: (text: string) => string | undefined;
}

const plain: Spelling = { step: (text, i) => (text.codePointAt(i)! > 0xffff ? 2 : 1), said: (text) => text };

const percents: Spelling = {
  step(text, i) {
    const byte = text[i] === "%" ? Number.parseInt(text.slice(i + 1, i + 3), 16) : Number.NaN;
    if (Number.isNaN(byte)) return plain.step(text, i);
    return 3 * (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1);
  },
  said(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  },
};

/** As a part of a string of JSON. */
const escapes: Spelling = {
  step(text, i) {
    if (text[i] !== "\\") return plain.step(text, i);
    if (text[i + 1] !== "u") return 2;
    return /^\\ud[89ab][0-9a-f]{2}\\ud[c-f]/i.test(text.slice(i, i + 12)) ? 12 : 6;
  },
  said(text) {
    if (!text.includes("\\")) return undefined;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return undefined;
    }
  },
};

/** Where a secret may end that begins at `start`: a placeholder tells its length up to seven characters. */
function* ends(
  live: string,
  start: number,
  length: number,
  { step }: Spelling,
): Generator<number, void, void> {
  for (let end = start, count = 0; count <= length && end <= live.length; count++) {
    if (count > length - 8) yield end;
    end += end < live.length ? step(live, end) : 1;
  }
}

function isSecret(text: string, place: PlaceholderAt, { digest }: SecretTeller): boolean {
  return toldLength(text) === place.length && digest(text) === place.digest;
}
