/** A stretch of a text that is a secret, and how it was told. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  readonly how: How;
  /** The key, header, flag, rule or variable by which it was found. */
  readonly name?: string | undefined;
  /** The secret itself, when the text holds another form of it. */
  readonly value?: string | undefined;
  /** The text holds its percent-encoded form. */
  readonly encoded?: boolean | undefined;
}

export type How = "key" | "credential" | "known" | "header" | "assignment" | "url" | "flag" | "rule";

/** The spans in order, those that overlap joined: what any of them calls a secret is one. */
export function joinedSpans(spans: readonly SecretSpan[]): SecretSpan[] {
  if (spans.length < 2) return [...spans];
  const joined: SecretSpan[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    if (!last || last.end <= span.start) joined.push(span);
    else if (span.end > last.end) {
      const { how, name } = last;
      joined[joined.length - 1] = { start: last.start, end: span.end, how, name };
    } else if (span.start === last.start && span.end === last.end && last.value === undefined && span.value)
      joined[joined.length - 1] = span;
  }
  return joined;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * What is left of the spans outside of the ranges, which are in order and apart. A span that begins within a range is
 * about what stands there; one that goes on after it is still about the rest.
 */
export function spansOutside(spans: readonly SecretSpan[], ranges: readonly Range[]): SecretSpan[] {
  if (ranges.length === 0) return [...spans];
  return spans.flatMap((span) => {
    const first = firstAfter(span.start, ranges);
    const next = ranges[first];
    if (!next || next.start >= span.end) return [span];
    if (next.start < span.start) return [];
    return gaps(span, ranges, first).map(({ start, end }) => ({
      start,
      end,
      how: span.how,
      name: span.name,
    }));
  });
}

/** What is left of a range without those in it, which are in order, from the `first` on. */
export function gaps(
  { start, end }: Range,
  taken: readonly Range[],
  first = firstAfter(start, taken),
): Range[] {
  const left: Range[] = [];
  let from = start;
  for (let i = first; i < taken.length && taken[i]!.start < end; i++) {
    if (taken[i]!.start > from) left.push({ start: from, end: taken[i]!.start });
    from = Math.max(from, taken[i]!.end);
  }
  if (from < end) left.push({ start: from, end });
  return left;
}

/** Whether a range overlaps one of those, which are in order and apart. */
export function touchesAny({ start, end }: Range, ranges: readonly Range[]): boolean {
  const next = ranges[firstAfter(start, ranges)];
  return next !== undefined && next.start < end;
}

/** The position of the first of the ranges that ends after a place. */
export function firstAfter(at: number, ranges: readonly Range[]): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
