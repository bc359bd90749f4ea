/** Help as it is printed, made from the table of commands. */
import type { Command, Flag } from "./command.ts";
import { commands, helpFlag } from "./commands/index.ts";

/** In the order in which they are listed, with their titles. */
const groups: readonly (readonly [group: Command["group"], title: string])[] = [
  ["Record and replay", "Record and replay"],
  ["Look", "Look"],
  ["Check", "Check"],
  ["House", "House"],
];

export function overview(): string {
  const lines = ["reelwire records and replays the conversations between MCP clients and servers.", ""];
  lines.push("usage: reelwire COMMAND [flags] [words]", "");
  for (const [group, title] of groups) {
    const rows = commands
      .filter((command) => command.group === group)
      .map((command) => [called(command), command.help]);
    if (rows.length > 0) lines.push(title, ...columns(rows), "");
  }
  lines.push("Any command explains itself with --help; `reelwire help` also takes an error code or a topic:");
  lines.push("filter, environment, exit-codes. `reelwire --version` prints the version.");
  return `${lines.join("\n")}\n`;
}

export function aboutCommand(command: Command): string {
  const lines = [`usage: reelwire ${command.name} ${command.usage}`.trimEnd(), "", capital(command.help), ""];
  if (command.aliases) lines.push(`Also called: ${command.aliases.join(", ")}`, "");
  lines.push("Flags", ...columns([...command.flags, helpFlag].map((flag) => [flagText(flag), helpOf(flag)])));
  if (command.flags.length > 0)
    lines.push("", "Each flag also has an environment variable; see: reelwire help environment");
  if (command.more) lines.push("", command.more);
  return `${lines.join("\n")}\n`;
}

function called(command: Command): string {
  return `${command.name} ${command.usage}`.trimEnd();
}

function flagText(flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : "    ";
  return `${short}--${flag.name}${flag.value ? ` ${flag.value}` : ""}`;
}

function helpOf(flag: Flag): string {
  return flag.choices && !flag.choices.every((choice) => flag.help.includes(choice))
    ? `${flag.help} (${flag.choices.join(", ")})`
    : flag.help;
}

/** Two columns, the first as wide as it has to be. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map((row) => row[0]!.length));
  return rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`);
}

function capital(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}
