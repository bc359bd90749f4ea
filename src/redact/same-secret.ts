/**
 * Whether a text is another one with its secrets in the place of the placeholders. With the key this can be told of any
 * secret, also of one that nothing here would know for one: the digest says it.
 */
import { encodedSuffix, type PlaceholderAt, placeholdersIn, toldLength } from "../base/index.ts";

/** Texts with more placeholders, and longer ones, are not tried. */
const placeholdersMax = 64;
const charactersMax = 1_000_000;
/** Longer secrets are not tried one end after the other: they are told where what follows them begins. */
const triedMax = 4_096;

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
  for (const end of ends(live, start, recorded, place, found[next + 1])) {
    const spelled = live.slice(start, end);
    const said = place.kind.endsWith(encodedSuffix) ? [decoded(spelled)] : [spelled, unescaped(spelled)];
    const secret = said.find((each) => isSecret(each, place, teller));
    if (secret === undefined || !goesOn(end)) continue;
    teller.found?.(secret, place.digest);
    return true;
  }
  return false;
}

/** Where a secret may end that begins at `start`. Characters and their encodings may be longer than what is counted. */
function* ends(
  live: string,
  start: number,
  recorded: string,
  place: PlaceholderAt,
  after: PlaceholderAt | undefined,
): Generator<number, void, void> {
  if (place.length > triedMax) {
    const follows = recorded.slice(place.end, after?.start);
    const end = follows === "" ? live.length : live.indexOf(follows, start);
    if (end >= start) yield end;
    return;
  }
  const last = Math.min(live.length, start + place.length * 12);
  for (let end = start + Math.max(0, place.length - 7); end <= last; end++) yield end;
}

function isSecret(text: string | undefined, place: PlaceholderAt, { digest }: SecretTeller): boolean {
  return text !== undefined && toldLength(text) === place.length && digest(text) === place.digest;
}

/** What a text says as a part of a string of JSON; undefined when that is the same, or nothing. */
function unescaped(text: string): string | undefined {
  if (!text.includes("\\")) return undefined;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
