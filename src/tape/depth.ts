/** Facts of a tape become values and are written again; nesting that would exhaust the stack is refused before. */

/** The deepest nesting of a header, a frame, or the facts of a line: far more than any writer makes. */
const factsDepthMax = 128;

/** Whether a well-formed JSON text nests no deeper than `factsDepthMax`. */
export function isShallow(json: string): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json.charCodeAt(i);
    if (c === 0x22) i = stringEnd(json, i);
    else if (c === 0x7b || c === 0x5b) {
      if (++depth > factsDepthMax) return false;
    } else if (c === 0x7d || c === 0x5d) depth--;
  }
  return true;
}

/** Where the string that begins at the quote `i` has its closing quote. */
function stringEnd(json: string, i: number): number {
  for (i++; i < json.length && json.charCodeAt(i) !== 0x22; i++) if (json.charCodeAt(i) === 0x5c) i++;
  return i;
}
