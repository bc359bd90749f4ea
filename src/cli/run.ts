/**
 * One call of the command line, from its words to its exit status. Reads nothing of the process, so tests call it
 * with their own streams. Loads only what the call needs: help has to come at once.
 */
import type { Call, Command } from "./command.ts";
import { commands, findCommand } from "./commands/index.ts";

/** What the outside provides. */
export type Surroundings = Omit<Call, "flags" | "words">;

/** Why a call was stopped, as the reason of its signal: the reader of stdout went away (`| head`). */
export const brokenPipe = new Error("the reader of the output went away");

/** Exit statuses that belong to no coded error (see the command line contract). */
const exits = { fine: 0, usage: 2, interrupted: 130 } as const;

export async function runCli(argv: readonly string[], around: Surroundings): Promise<number> {
  const { signal, stderr, env } = around;
  try {
    return await dispatch(argv, around);
  } catch (error) {
    if (signal.aborted) return signal.reason === brokenPipe ? exits.fine : exits.interrupted;
    const { reportError } = await import("./report.ts");
    return reportError(error, stderr, await wantsJson(argv, env));
  }
}

async function dispatch(argv: readonly string[], around: Surroundings): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined || isHelp(first)) {
    const { overview } = await import("./help.ts");
    (first === undefined ? around.stderr : around.stdout).write(overview());
    return first === undefined ? exits.usage : exits.fine;
  }
  if (first === "--version") {
    around.stdout.write(`${(await import("../base/hot.ts")).version}\n`);
    return exits.fine;
  }
  const command = findCommand(first);
  if (!command) throw await unknown(first);
  return runCommand(command, rest, around);
}

/** One command with the words after its name. */
async function runCommand(command: Command, argv: readonly string[], around: Surroundings): Promise<number> {
  if (!command.wraps && beforeDashes(argv).some(isHelp)) return help(command, around);
  const { parseCall } = await import("./parse-flags.ts");
  const { flags, words, help: asked } = parseCall(command, argv, around.env);
  return asked ? help(command, around) : command.run({ ...around, flags, words });
}

function beforeDashes(argv: readonly string[]): readonly string[] {
  const dashes = argv.indexOf("--");
  return dashes < 0 ? argv : argv.slice(0, dashes);
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

async function help(command: Command, { stdout }: Surroundings): Promise<number> {
  stdout.write((await import("./help.ts")).aboutCommand(command));
  return exits.fine;
}

async function unknown(word: string): Promise<Error> {
  const { nearest, ReelwireError } = await import("../base/hot.ts");
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const near = nearest(word.replace(/^-+/, ""), names);
  const hint = near ? `did you mean: reelwire ${near}` : "see: reelwire help";
  if (word.startsWith("-"))
    return new ReelwireError("RW1003", { with: { command: "reelwire", flag: word, hint } });
  return new ReelwireError("RW1002", { with: { command: word, hint } });
}

/** Whether errors are wanted as JSON, asked before the words are known to be right. */
async function wantsJson(argv: readonly string[], env: Call["env"]): Promise<boolean> {
  const flag = findCommand(argv[0] ?? "")?.flags.find((each) => each.name === "json");
  if (!flag) return false;
  const { isOn, variableOf } = await import("./parse-flags.ts");
  return argv.includes("--json") || isOn(env[variableOf(flag)]);
}
