/**
 * Whether a text is another one with its secrets in the place of the placeholders. With the key this can be told of any
 * secret, also of one that nothing here would know for one: the digest says it.
 */
import { encodedSuffix, type PlaceholderAt, placeholdersIn, toldLength } from "../base/index.ts";

/** Texts with more placeholders, and longer ones, are not tried. */
const placeholdersMax = 16;
const charactersMax = 1_000_000;

export function sameSecret(live: string, recorded: string, digest: (secret: string) => string): boolean {
  const found = placeholdersIn(recorded);
  if (found.length === 0 || found.length > placeholdersMax || live.length > charactersMax) return false;
  return fits(live, 0, recorded, 0, found, 0, digest);
}

/** From where the texts are equal so far to their ends. A placeholder tells the length of its secret up to seven. */
function fits(
  live: string,
  from: number,
  recorded: string,
  recordedFrom: number,
  found: readonly PlaceholderAt[],
  next: number,
  digest: (secret: string) => string,
): boolean {
  const place = found[next];
  const literal = recorded.slice(recordedFrom, place?.start);
  if (!live.startsWith(literal, from)) return false;
  const start = from + literal.length;
  if (!place) return start === live.length;
  for (let end = start; end <= live.length; end++) {
    const spelled = live.slice(start, end);
    // Characters and their encodings may be longer than what the placeholder counts.
    if (spelled.length > place.length * 12) break;
    const secret = place.kind.endsWith(encodedSuffix) ? decoded(spelled) : spelled;
    if (toldLength(secret) !== place.length || digest(secret) !== place.digest) continue;
    if (fits(live, end, recorded, place.end, found, next + 1, digest)) return true;
  }
  return false;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
