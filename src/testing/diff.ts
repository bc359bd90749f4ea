/** The difference of two lists of lines, as people read it: a space where both agree, `-` expected, `+` happened. */
export function diffLines(expected: readonly string[], happened: readonly string[]): string[] {
  const common = commonLengths(expected, happened);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < expected.length || j < happened.length) {
    if (i < expected.length && j < happened.length && agree(expected[i]!, happened[j]!)) {
      lines.push(`  ${happened[j++]}`);
      i++;
    } else if (j >= happened.length || (i < expected.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(`- ${expected[i++]}`);
    } else {
      lines.push(`+ ${happened[j++]}`);
    }
  }
  return lines;
}

/** An expected line that ends in `...` says only how the line begins. */
export function agree(expected: string, happened: string): boolean {
  return expected.endsWith("...")
    ? happened.startsWith(expected.slice(0, -3).trimEnd())
    : expected === happened;
}

/** For each pair of places, how many lines the rests after them have in common. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const here = agree(a[i]!, b[j]!)
        ? table[i + 1]![j + 1]! + 1
        : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
      table[i]![j] = here;
    }
  }
  return table;
}
