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

/** The spans that touch none of the ranges, which are in order. */
export function spansOutside<T extends { readonly start: number; readonly end: number }>(
  spans: readonly T[],
  ranges: readonly { readonly start: number; readonly end: number }[],
): T[] {
  if (ranges.length === 0) return [...spans];
  return spans.filter((span) => !touchesAny(span, ranges));
}

/** Whether a range overlaps one of those, which are in order and apart. */
export function touchesAny(
  { start, end }: { readonly start: number; readonly end: number },
  ranges: readonly { readonly start: number; readonly end: number }[],
): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.end <= start) low = middle + 1;
    else high = middle;
  }
  const next = ranges[low];
  return next !== undefined && next.start < end;
}
