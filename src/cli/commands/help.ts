/** `help`: the overview, a command, an error code or a topic. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ErrorCode, errorTable, nearest, ReelwireError } from "../../base/index.ts";
import type { Call } from "../command.ts";
import { aboutCommand, overview } from "../help.ts";
import { packageRoot } from "../package-root.ts";
import { topics } from "../topics.ts";
import { commands, findCommand } from "./index.ts";

export async function run(call: Call): Promise<number> {
  call.stdout.write(explain(call.words[0]));
  return 0;
}

function explain(word: string | undefined): string {
  if (word === undefined) return overview();
  const command = findCommand(word);
  if (command) return aboutCommand(command);
  const code = word.toUpperCase();
  if (Object.hasOwn(errorTable, code)) return aboutCode(code as ErrorCode);
  if (Object.hasOwn(topics, word)) return topics[word]!();
  throw unknown(word);
}

/** What the table knows, and the document's section. */
function aboutCode(code: ErrorCode): string {
  const row = errorTable[code];
  const who = { user: "yours to mend", ours: "a fault of reelwire", theirs: "the other party's" }[row.fault];
  const fix = row.fix === "{hint}" ? "the error itself says what to do" : blanks(row.fix);
  const head = `${code}  ${blanks(row.says)}\n\n  exit code  ${row.exit}\n  fault      ${who}\n  fix        ${fix}\n`;
  return `${head}\n${documented(code)}\n`;
}

/** What an error fills in when it happens. */
function blanks(text: string): string {
  return text.replace(/\{(\w+)\}/g, "<$1>");
}

function documented(code: ErrorCode): string {
  const file = join(packageRoot, "docs", "errors.md");
  if (!existsSync(file)) return `The explanation is missing from this installation: ${file}`;
  const [, section = ""] = readFileSync(file, "utf8").split(`\n### ${code}\n`);
  const [explained = ""] = section.split(/\n#+ /);
  return explained.trim().split("\n\n").slice(1).join("\n\n");
}

function unknown(word: string): ReelwireError {
  const codes = Object.keys(errorTable);
  const known = [...commands.map((command) => command.name), ...Object.keys(topics)];
  const near = nearest(word, known) ?? nearest(word.toUpperCase(), codes);
  const hint = near ? `did you mean: reelwire help ${near}` : `topics: ${Object.keys(topics).join(", ")}`;
  return new ReelwireError("RW1011", { with: { topic: word, hint } });
}
