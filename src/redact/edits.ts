/** Changes to a text: what stands at a place is replaced, everything else stays as it is. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The text with the edits made, which are in order and apart from each other. */
export function edited(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  let out = "";
  let from = 0;
  for (const edit of edits) {
    out += text.slice(from, edit.start) + edit.text;
    from = edit.end;
  }
  return out + text.slice(from);
}

/**
 * Edits to what a JSON string says, as edits to how it is spelled: `raw` stands between the quotes, the offsets of
 * `edits` count characters of its decoded form, and `start` is where `raw` begins. Characters that are not replaced keep
 * their spelling.
 */
export function spelled(raw: string, edits: readonly Edit[], start: number): Edit[] {
  const plain = !raw.includes("\\");
  const found: Edit[] = [];
  let at = 0;
  let decoded = 0;
  const go = (to: number): number => {
    if (plain) return to;
    for (; decoded < to; decoded++) at += raw[at] !== "\\" ? 1 : raw[at + 1] === "u" ? 6 : 2;
    return at;
  };
  for (const edit of edits) {
    const from = go(edit.start);
    const to = go(edit.end);
    found.push({ start: start + from, end: start + to, text: JSON.stringify(edit.text).slice(1, -1) });
  }
  return found;
}

/** The same edits in a text that goes before: `by` characters further on. */
export function moved(edits: readonly Edit[], by: number): Edit[] {
  return edits.map(({ start, end, text }) => ({ start: start + by, end: end + by, text }));
}

/** Adds all of a list to another one: they may be more than a call takes arguments. */
export function addAll<T>(list: T[], more: readonly T[]): void {
  for (const each of more) list.push(each);
}
