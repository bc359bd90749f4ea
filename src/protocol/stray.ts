/**
 * What belongs on a server's stdout and what is noise, told from the head of a line alone, so that it can be asked
 * of bytes that are still arriving. MCP allows nothing but messages there; real servers print banners, and strict
 * clients break on them.
 */

/** `unknown`: only blanks so far, and the line goes on. */
export type LineHead = "message" | "noise" | "blank" | "unknown";

/**
 * Looks at the line that starts at `start`; `end` is where its line end stands, or the end of what has arrived
 * (`ended` false). After an optional byte order mark and blanks, `{` starts a message, and so does `[` followed by
 * blanks and `{`.
 */
export function lineHead(bytes: Uint8Array, start: number, end: number, ended: boolean): LineHead {
  const first = bytes[start];
  if (first === 0x7b && start < end) return "message";
  let i = start;
  if (first === 0xef && bytes[i + 1] === 0xbb && bytes[i + 2] === 0xbf && i + 3 <= end) i += 3;
  i = skip(bytes, i, end);
  if (i >= end) return ended ? "blank" : "unknown";
  if (bytes[i] === 0x7b) return "message";
  if (bytes[i] === 0xef && !ended && end - i < 3 && i === start) return "unknown";
  if (bytes[i] !== 0x5b) return "noise";
  i = skip(bytes, i + 1, end);
  if (i >= end) return ended ? "noise" : "unknown";
  return bytes[i] === 0x7b ? "message" : "noise";
}

function skip(bytes: Uint8Array, i: number, end: number): number {
  while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x09 || bytes[i] === 0x0d)) i++;
  return i;
}
