/**
 * A tape is untrusted: what came off the wire must not steer the terminal that shows it. Text loses its escape
 * sequences, and whatever else is invisible or reorders what is seen is shown by its number.
 */

/** CSI, then the string sequences with their end, then the short ones. None runs over the start of another: linear. */
const escapes =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-~]/g;

/** Controls but tab and line feed, and what makes text read in another order or not at all. */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;

/** Text for a terminal, its lines and tabs kept. A carriage return before a line feed goes. */
export function cleanText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(escapes, "").replace(unseen, byNumber);
}

/** Text for one cell or one line. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\t\n]+/g, " ");
}

/** JSON text that means the same and steers nothing: such characters can only stand inside its strings. */
export function cleanJson(json: string): string {
  return json.replace(unseen, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? char : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function byNumber(char: string): string {
  return `<U+${char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}>`;
}
