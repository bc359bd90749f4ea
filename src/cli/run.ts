/**
 * One call of the command line, from its words to its exit status. Reads nothing of the process, so tests call it
 * with their own streams.
 */
import { ReelwireError, version } from "../base/hot.ts";
import type { Call, Command } from "./command.ts";
import { commands, findCommand } from "./commands/index.ts";
import { nearest } from "./nearest.ts";
import { brokenPipe } from "./output.ts";
import { isOn, parseCall, variableOf } from "./parse-flags.ts";
import { reportError } from "./report.ts";

/** What the outside provides. */
export type Surroundings = Omit<Call, "flags" | "words">;

/** Exit statuses that belong to no coded error (see the command line contract). */
const exits = { fine: 0, usage: 2, interrupted: 130 } as const;

export async function runCli(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await dispatch(argv, around);
  } catch (error) {
    const { signal } = around;
    if (signal.aborted) return signal.reason === brokenPipe ? exits.fine : exits.interrupted;
    return reportError(error, around.stderr, wantsJson(argv, around.env));
  }
}

async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    around.stderr.write((await import("./help.ts")).overview());
    return exits.usage;
  }
  if (first === "--version") {
    around.stdout.write(`${version}\n`);
    return exits.fine;
  }
  if (first === "--help" || first === "-h") {
    around.stdout.write((await import("./help.ts")).overview());
    return exits.fine;
  }
  const command = findCommand(first);
  if (!command) throw unknown(first);
  return runCommand(command, rest, around);
}

/** One command with the words after its name. */
export async function runCommand(
  command: Command,
  argv: readonly string[],
  around: Surroundings,
): Promise<number> {
  const { flags, words, help } = parseCall(command, argv, around.env);
  if (help) {
    around.stdout.write((await import("./help.ts")).aboutCommand(command));
    return exits.fine;
  }
  const status = await command.run({ ...around, flags, words });
  if (around.signal.aborted && around.signal.reason === brokenPipe) return exits.fine;
  return status;
}

function unknown(word: string): ReelwireError {
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const near = nearest(word.replace(/^-+/, ""), names);
  const hint = near ? `did you mean: reelwire ${near}` : "see: reelwire help";
  if (word.startsWith("-"))
    return new ReelwireError("RW1003", { with: { command: "reelwire", flag: word, hint } });
  return new ReelwireError("RW1002", { with: { command: word, hint } });
}

/** Whether errors are wanted as JSON, asked before the words are known to be right. */
function wantsJson(argv: readonly string[], env: Call["env"]): boolean {
  const flag = findCommand(argv[0] ?? "")?.flags.find((each) => each.name === "json");
  return flag !== undefined && (argv.includes("--json") || isOn(env[variableOf(flag)]));
}
