/**
 * Indents JSON for reading without rewriting it: every number, escape, key and duplicate stands as it was sent, only
 * the blanks between them are new.
 */

const step = "  ";
/** Deeper levels are not indented further, so that deep nesting does not multiply the text. */
const indentLevelsMax = 40;

/** Tokens of well-formed JSON: strings whole, brackets and separators one by one, other runs whole. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

/** The lines of the indented text. Takes a message's text, which is well-formed. */
export function* prettyLines(json: string): Generator<string, void, void> {
  let line = "";
  let level = 0;
  let opened = false;
  const indent = () => step.repeat(Math.min(level, indentLevelsMax));
  for (const [token] of json.matchAll(tokens)) {
    const closes = token === "}" || token === "]";
    if (closes) level = Math.max(0, level - 1);
    if (opened && !closes) {
      yield line;
      line = indent();
    } else if (closes && !opened) {
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
