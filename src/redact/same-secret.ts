/**
 * Whether a text is another one with its secrets in the place of the placeholders. With the key this can be told of any
 * secret, also of one that nothing here would know for one: the digest says it. Placeholders may be a stranger's, so the
 * work grows with the text and not with what they claim.
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
  const isEncoded = place.kind.endsWith(encodedSuffix);
  for (const end of endsOf(live, start, place.length, isEncoded)) {
    const spelled = live.slice(start, end);
    const secret = isEncoded ? decoded(spelled) : spelled;
    if (toldLength(secret) !== place.length || digest(secret) !== place.digest) continue;
    if (fits(live, end, recorded, place.end, found, next + 1, digest)) return true;
  }
  return false;
}

/** Characters of a secret by which a placeholder of its length may be off. */
const roundedBy = 7;

/**
 * Where a secret of this length may end: characters are counted once from its start, not anew for each end. In what is
 * percent-encoded a character begins with each byte that does not continue one.
 */
function* endsOf(live: string, start: number, length: number, isEncoded: boolean): Generator<number> {
  let characters = 0;
  for (let at = start; ; ) {
    if (characters > length) return;
    if (characters >= length - roundedBy) yield at;
    if (at >= live.length) return;
    const byte = isEncoded && live[at] === "%" ? live.slice(at + 1, at + 3) : "";
    if (/^[0-9a-f]{2}$/i.test(byte)) {
      if ((Number.parseInt(byte, 16) & 0xc0) !== 0x80) characters++;
      at += 3;
    } else {
      characters++;
      at += live.codePointAt(at)! > 0xffff ? 2 : 1;
    }
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
