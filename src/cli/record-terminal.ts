import { relative } from "node:path";
import { type RecordOptions, recordAlone, serverName } from "../runtime/index.ts";
import { cleanLine } from "./sanitize.ts";

/** The exit status of a command that was interrupted. */
const interrupted = 130;

/**
 * `record -- CMD` typed at a terminal: there is no client, so we are one. The summary goes to stderr; on stdout
 * stands what to paste into a client's configuration, with the flags that were typed; only the file is not named.
 */
export async function introduceServer(options: RecordOptions, ownFlags: readonly string[]): Promise<number> {
  const result = await recordAlone(options);
  if (!result) return interrupted;
  const { introduction, tape } = result;
  const { tools, prompts, resources, resourceTemplates } = introduction;
  const rows = [
    ["server", cleanLine(`${introduction.server}, MCP ${introduction.revision} (${introduction.era})`)],
    ["tools", listed(tools)],
    ["prompts", listed(prompts)],
    ["resources", listed([...resources, ...resourceTemplates])],
    ["tape", relative(options.cwd, tape) || tape],
    ["look at it", `reelwire show ${quoted(relative(options.cwd, tape) || tape)}`],
    ["record it", "paste this into the configuration of your client:"],
  ];
  const text = rows.map(([label = "", value = ""]) => `  ${label.padEnd(10)}  ${value}`).join("\n");
  process.stderr.write(`recorded ${serverName(options.command)}\n${text}\n`);
  process.stdout.write(`${JSON.stringify(snippet(options, ownFlags), null, 2)}\n`);
  return 0;
}

/** The common form of client configurations: a command and its arguments under a name. */
function snippet(options: RecordOptions, ownFlags: readonly string[]): object {
  const name = options.name ?? serverName(options.command);
  const args = ["-y", "reelwire", "record", ...withoutOut(ownFlags), "--", ...options.command];
  return { mcpServers: { [name]: { command: "npx", args } } };
}

/** A client starts its servers again and again: a file of one name would be in its own way. */
function withoutOut(flags: readonly string[]): string[] {
  const isOut = (flag: string | undefined): boolean => flag === "-o" || flag === "--out";
  return flags.filter(
    (flag, i) => !isOut(flag) && !isOut(flags[i - 1]) && !/^(-o.|--out=|--force$)/.test(flag),
  );
}

/** How many names are told before the rest is only counted. */
const namesMax = 12;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > namesMax ? `, and ${names.length - namesMax} more` : "";
  return `${names.length}: ${names.slice(0, namesMax).map(cleanLine).join(", ")}${more}`;
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
