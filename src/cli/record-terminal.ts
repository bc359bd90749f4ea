import { relative } from "node:path";
import { type RecordOptions, recordAlone, serverName } from "../runtime/index.ts";

/**
 * `record -- CMD` typed at a terminal: there is no client, so we are one. The summary goes to stderr; on stdout
 * stands what to paste into a client's configuration, so that it can be piped.
 */
export async function introduceServer(options: RecordOptions): Promise<number> {
  const { introduction, tape } = await recordAlone(options);
  const { tools, prompts, resources, resourceTemplates } = introduction;
  const rows = [
    ["server", `${introduction.server}, MCP ${introduction.revision} (${introduction.era})`],
    ["tools", listed(tools)],
    ["prompts", listed(prompts)],
    ["resources", listed([...resources, ...resourceTemplates])],
    ["tape", relative(options.cwd, tape) || tape],
    ["look at it", `reelwire show ${quoted(relative(options.cwd, tape) || tape)}`],
    ["record it", "paste this into the configuration of your client:"],
  ];
  const text = rows.map(([label = "", value = ""]) => `  ${label.padEnd(10)}  ${value}`).join("\n");
  process.stderr.write(`recorded ${serverName(options.command)}\n${text}\n`);
  process.stdout.write(`${JSON.stringify(snippet(options), null, 2)}\n`);
  return 0;
}

/** The common form of client configurations: a command and its arguments under a name. */
function snippet(options: RecordOptions): object {
  const name = options.name ?? serverName(options.command);
  return {
    mcpServers: { [name]: { command: "npx", args: ["-y", "reelwire", "record", "--", ...options.command] } },
  };
}

/** How many names are told before the rest is only counted. */
const namesMax = 12;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const more = names.length > namesMax ? `, and ${names.length - namesMax} more` : "";
  return `${names.length}: ${names.slice(0, namesMax).map(plain).join(", ")}${more}`;
}

/** Names come from the server: no control characters reach the terminal. */
function plain(name: string): string {
  return name.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
