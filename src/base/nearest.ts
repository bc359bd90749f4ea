/** "Did you mean": the candidate nearest to a mistyped word, so that an error can name it. */

/** How many slips a suggestion may bridge, and the longest word that is worth comparing. */
const slipsMax = 2;
const wordCharsMax = 64;

export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > wordCharsMax) return undefined;
  let best: string | undefined;
  let fewest = Math.min(slipsMax, Math.max(1, Math.floor(word.length / 3))) + 1;
  for (const candidate of candidates) {
    const slips = distance(word.toLowerCase(), candidate.toLowerCase());
    if (slips >= fewest) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

/** How many letters must be put in, left out, replaced or swapped with their neighbour. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
