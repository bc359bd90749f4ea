/** What the command line contract says about lines on a server's stdout, said once more for the tests. */

/** The stream as a strict client gets it by default: lines that are no messages taken out, a torn end too. */
export function withoutNoise(stream: Buffer): Buffer {
  const kept: Buffer[] = [];
  for (const { bytes, ended } of linesOf(stream)) {
    if (ended && passes(bytes)) kept.push(bytes, Buffer.from("\n"));
    else if (!ended && passes(bytes) && isWhole(bytes)) kept.push(bytes);
  }
  return Buffer.concat(kept);
}

/** Whether the line goes to the tape as a message: one well-formed JSON object or array. */
export function isMessage(line: Buffer): boolean {
  return /^[ \t\r]*[[{]/.test(line.toString("latin1")) && isWhole(line);
}

export interface WireLine {
  readonly bytes: Buffer;
  readonly ended: boolean;
}

export function linesOf(stream: Buffer): WireLine[] {
  const lines: WireLine[] = [];
  let from = 0;
  for (let end = stream.indexOf(0x0a); end >= 0; end = stream.indexOf(0x0a, from)) {
    lines.push({ bytes: stream.subarray(from, end), ended: true });
    from = end + 1;
  }
  if (from < stream.length) lines.push({ bytes: stream.subarray(from), ended: false });
  return lines;
}

/** After an optional byte order mark and blanks: nothing at all, `{`, or `[` with blanks and `{` behind it. */
function passes(line: Buffer): boolean {
  return /^(\u00ef\u00bb\u00bf)?[ \t\r]*($|\{|\[[ \t\r]*\{)/.test(line.toString("latin1"));
}

function isWhole(line: Buffer): boolean {
  try {
    JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line));
    return true;
  } catch {
    return false;
  }
}
