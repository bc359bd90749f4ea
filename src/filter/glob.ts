/**
 * Patterns with `*`, matched in time linear in the text whatever the pattern: the pieces between stars are searched
 * one after the other, each with a table that never goes back in the text (Knuth, Morris and Pratt).
 */

/** The literal pieces between the stars: `["a"]` is the text a, `["a", "b"]` is `a*b`, `["", ""]` is `*`. */
export type Glob = readonly string[];

/** Matches anything, the empty text included. */
export const anything: Glob = ["", ""];

/** Whether a glob is one literal text. */
export function isLiteral(glob: Glob): boolean {
  return glob.length === 1;
}

/** Makes the test once; stars side by side count as one. */
export function compileGlob(glob: Glob): (text: string) => boolean {
  const first = glob[0] ?? "";
  if (glob.length < 2) return (text) => text === first;
  const last = glob[glob.length - 1]!;
  const middle = glob
    .slice(1, -1)
    .filter((piece) => piece !== "")
    .map(compileSearch);
  return (text) => {
    const end = text.length - last.length;
    if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const search of middle) {
      at = search(text, at, end);
      if (at < 0) return false;
    }
    return true;
  };
}

/** Finds a piece in `text[from, to)`; the place after it, or -1. */
function compileSearch(piece: string): (text: string, from: number, to: number) => number {
  const back = backTable(piece);
  return (text, from, to) => {
    let have = 0;
    for (let i = from; i < to; i++) {
      const c = text.charCodeAt(i);
      while (have > 0 && piece.charCodeAt(have) !== c) have = back[have - 1]!;
      if (piece.charCodeAt(have) === c) have++;
      if (have === piece.length) return i + 1;
    }
    return -1;
  };
}

/** For each prefix of the piece, how much of its start is also its end. */
function backTable(piece: string): Uint32Array {
  const back = new Uint32Array(piece.length);
  for (let i = 1, have = 0; i < piece.length; i++) {
    const c = piece.charCodeAt(i);
    while (have > 0 && piece.charCodeAt(have) !== c) have = back[have - 1]!;
    if (piece.charCodeAt(have) === c) have++;
    back[i] = have;
  }
  return back;
}
