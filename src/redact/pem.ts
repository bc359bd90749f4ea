/**
 * Where an armoured private key ends whose BEGIN line stands between two offsets: after its END line; before the BEGIN
 * of another block; or, when neither follows, at the end of the text, because the block was cut. The start when it is
 * no private key, or the line is only spoken of. Looks at no character twice.
 */
export function privateKeyEnd(text: string, start: number, end: number): number {
  const label = text.slice(start + "-----BEGIN ".length, end - dashes.length);
  const isPrivate = label.endsWith("PRIVATE KEY") || label.endsWith("PRIVATE KEY BLOCK");
  return isPrivate && isBody(text, end) ? blockEnd(text, end) : start;
}

const dashes = "-----";

function blockEnd(text: string, body: number): number {
  for (let at = body; ; at++) {
    at = text.indexOf(dashes, at);
    if (at < 0) return text.length;
    if (text.startsWith("-----BEGIN ", at)) return at;
    endLine.lastIndex = at;
    if (endLine.test(text)) return endLine.lastIndex;
  }
}

/** Its last dashes may be missing where the text was cut. */
const endLine = /-----END(?: [A-Z0-9 ]{0,80})?-{0,5}/y;

/**
 * Whether key material begins here: a header, or base64 as long as the lines of a key are. Shorter base64 counts when
 * it stands on a line of its own; in code that puts a key together, a short word is the name of a variable.
 */
function isBody(text: string, from: number): boolean {
  const at = afterSeparators(text, from);
  header.lastIndex = at;
  if (header.test(text)) return true;
  base64.lastIndex = at;
  if (!base64.test(text)) return false;
  const end = base64.lastIndex;
  if (end - at >= lineCharsMin) return true;
  const before = text.slice(from, at);
  const isLine = /\n|\\n/.test(before) && !/["'`+,]/.test(before);
  if (!isLine) return false;
  const rest = afterSeparators(text, end);
  return end - at >= wordCharsMin || rest === text.length || text.startsWith("-----END", rest);
}

/** Lines of a key have 64 characters or more; names are shorter than this. */
const lineCharsMin = 40;

/** A word of prose is hardly longer. */
const wordCharsMin = 16;

const header = /(?:Proc-Type|DEK-Info|Version|Comment|Charset|MessageID): /y;
const base64 = /[A-Za-z0-9][A-Za-z0-9+/=]{0,39}/y;

/** Line ends, as they are or escaped, and what stands around them where a program puts the lines together. */
function afterSeparators(text: string, from: number): number {
  const most = Math.min(text.length, from + separatorCharsMax);
  let at = from;
  while (at < most && (separators.includes(text[at]!) || isEscaped(text, at))) at++;
  return at;
}

const separatorCharsMax = 96;
const separators = " \t\r\n\\\"'`+,;>|#*/()";

function isEscaped(text: string, at: number): boolean {
  return text[at - 1] === "\\" && "nr".includes(text[at]!);
}
