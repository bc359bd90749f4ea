/**
 * Indents JSON for reading without rewriting it: every number, escape, key and duplicate stands as it was sent, only
 * the blanks between them are new. Walks by hand, because a message may hold a string of any length.
 */

const step = "  ";
/** Deeper levels are not indented further, so that deep nesting does not multiply the text. */
const indentLevelsMax = 40;

/** The lines of the indented text. Takes a message's text, which is well-formed. */
export function* prettyLines(json: string): Generator<string, void, void> {
  let line = "";
  let level = 0;
  let opened = false;
  const indent = () => step.repeat(Math.min(level, indentLevelsMax));
  for (const token of tokens(json)) {
    const closes = token === "}" || token === "]";
    if (closes) level = Math.max(0, level - 1);
    if (opened !== closes) {
      yield line;
      line = indent();
    }
    opened = token === "{" || token === "[";
    if (opened) level++;
    line += token === ":" ? ": " : token;
    if (token === ",") {
      yield line;
      line = indent();
    }
  }
  if (line !== "") yield line;
}

const blanks = " \t\r\n";
const marks = "{}[],:";

/** Strings whole, brackets and separators one by one, other runs whole. */
function* tokens(json: string): Generator<string, void, void> {
  for (let i = 0; i < json.length; ) {
    const start = i;
    const first = json[i++]!;
    if (blanks.includes(first)) continue;
    if (first === '"') i = stringEnd(json, i);
    else if (!marks.includes(first)) while (i < json.length && !ends(json[i]!)) i++;
    yield json.slice(start, i);
  }
}

function ends(char: string): boolean {
  return char === '"' || blanks.includes(char) || marks.includes(char);
}

/** Behind the quote that closes the string whose text starts at `from`. */
function stringEnd(json: string, from: number): number {
  for (let i = from; ; ) {
    const quote = json.indexOf('"', i);
    if (quote < 0) return json.length;
    let slashes = 0;
    while (json[quote - 1 - slashes] === "\\" && quote - 1 - slashes >= from) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    i = quote + 1;
  }
}
