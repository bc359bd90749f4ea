/** The few statistics that the benches quote. */

/** The value below which the share `p` (0 to 1) of the numbers lies. */
export function percentile(numbers: Iterable<number>, p: number): number {
  const sorted = Float64Array.from(numbers).sort();
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))]!;
}

export function median(numbers: Iterable<number>): number {
  const sorted = Float64Array.from(numbers).sort();
  if (sorted.length === 0) return Number.NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Median with the middle half of the values around it: what a reader needs to judge a difference. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export function spread(numbers: readonly number[]): Spread {
  return {
    median: median(numbers),
    low: percentile(numbers, 0.25),
    high: percentile(numbers, 0.75),
    count: numbers.length,
  };
}
