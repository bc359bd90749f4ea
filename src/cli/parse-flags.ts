/**
 * Turns the words of a command line into flags and words, by the command's own table. It stands on the start-up path
 * of `record`, so it loads nothing but what it needs. A wrapped command's words are never looked at.
 */
import { nearest, ReelwireError } from "../base/hot.ts";
import type { Call, Command, Flag } from "./command.ts";

const { parseArgs } = process.getBuiltinModule("node:util");

export interface ParsedCall {
  readonly flags: Call["flags"];
  readonly words: readonly string[];
  /** `--help` or `-h` stood among the flags: nothing else was checked. */
  readonly help: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;
type Value = string | boolean | readonly string[];

/** Every command has it, with the short form `-h`; it has no environment variable. */
const helpName = "help";

/**
 * What a command is called with. A flag beats its environment variable; of a flag that stands twice the last counts,
 * unless it may be repeated. Throws RW1003, RW1004, RW1005 or RW1010.
 */
export function parseCall(command: Command, argv: readonly string[], env: Env): ParsedCall {
  const { own, wrapped } = command.wraps ? splitWrapped(command, argv) : { own: argv, wrapped: [] };
  const tokens = scan(command, own);
  if (tokens.some((token) => token.kind === "option" && token.name === helpName))
    return { flags: {}, words: [], help: true };
  const flags = fromEnvironment(command, env);
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const flag = command.flags.find((each) => each.name === token.name);
    if (!flag) throw unknownFlag(command, token.rawName);
    const before = flag.multiple && given.has(flag.name) ? (flags[flag.name] as readonly string[]) : [];
    const value = checked(flag, token.rawName, token.value, token.inlineValue === true);
    flags[flag.name] = flag.multiple ? [...before, value as string] : value;
    given.add(flag.name);
  }
  const words = command.wraps ? wrapped : tokens.flatMap((t) => (t.kind === "positional" ? [t.value] : []));
  checkWords(command, words);
  return { flags, words, help: false };
}

/**
 * Where the wrapped command starts: after `--`, or at the first word that is no flag and no flag's value. What comes
 * from there on is handed over as it stands, also when it looks like a flag of ours.
 */
export function splitWrapped(
  command: Command,
  argv: readonly string[],
): { readonly own: readonly string[]; readonly wrapped: readonly string[] } {
  const start = scan(command, argv).find((token) => token.kind !== "option");
  if (!start) return { own: argv, wrapped: [] };
  const skip = start.kind === "option-terminator" ? 1 : 0;
  return { own: argv.slice(0, start.index), wrapped: argv.slice(start.index + skip) };
}

/** The environment variable of a flag; it holds one value, also for a flag that may be repeated. */
export function variableOf(flag: Flag): string {
  return `REELWIRE_${flag.name.toUpperCase().replaceAll("-", "_")}`;
}

/** Whether the environment variable of a switch turns it on. */
export function isOn(text: string | undefined): boolean {
  return text !== undefined && /^(1|true|yes|on)$/i.test(text);
}

function scan(command: Command, argv: readonly string[]) {
  const options: Record<string, { type: "string" | "boolean"; short?: string }> = {
    [helpName]: { type: "boolean", short: "h" },
  };
  for (const flag of command.flags) {
    const type = flag.value === undefined ? "boolean" : "string";
    options[flag.name] = flag.short === undefined ? { type } : { type, short: flag.short };
  }
  return parseArgs({ args: [...argv], options, strict: false, tokens: true, allowPositionals: true }).tokens;
}

function fromEnvironment(command: Command, env: Env): Record<string, Value> {
  const flags: Record<string, Value> = Object.create(null);
  for (const flag of command.flags) {
    const name = variableOf(flag);
    const text = env[name];
    if (text === undefined || text === "") continue;
    if (flag.value !== undefined) {
      const value = checked(flag, name, text, true) as string;
      flags[flag.name] = flag.multiple ? [value] : value;
    } else if (isOn(text)) flags[flag.name] = true;
    else if (!/^(0|false|no|off)$/i.test(text)) throw badValue(name, text, "1 or 0");
  }
  return flags;
}

function checked(flag: Flag, said: string, value: string | undefined, inline: boolean): string | true {
  if (flag.value === undefined) {
    if (value !== undefined) throw badValue(said, value, "no value");
    return true;
  }
  if (value === undefined) throw badValue(said, "", wants(flag));
  if (!inline && /^-(-|.$)/.test(value))
    throw badValue(said, value, `${wants(flag)}, or write ${said}=${value}`);
  if (flag.choices && !flag.choices.includes(value)) throw badValue(said, value, wants(flag));
  return value;
}

function wants(flag: Flag): string {
  return flag.choices ? `one of ${flag.choices.join(", ")}` : `a value: ${flag.value}`;
}

function badValue(flag: string, value: string, wanted: string): ReelwireError {
  return new ReelwireError("RW1004", { with: { flag, value, wants: wanted } });
}

function unknownFlag(command: Command, said: string): ReelwireError {
  const near = nearest(said.replace(/^-+/, ""), [...command.flags.map((flag) => flag.name), helpName]);
  const hint = near ? `did you mean --${near}?` : `see: reelwire help ${command.name}`;
  return new ReelwireError("RW1003", { with: { command: command.name, flag: said, hint } });
}

function checkWords(command: Command, words: readonly string[]): void {
  const usage = `reelwire ${command.name} ${command.usage}`.trimEnd();
  if (words.length < command.wordsMin) {
    const what = command.usage.split(" ").filter((word) => !/^[[-]/.test(word))[words.length] ?? "more words";
    throw new ReelwireError("RW1005", { with: { command: command.name, what, usage } });
  }
  const extra = words[command.wordsMax];
  if (extra !== undefined)
    throw new ReelwireError("RW1010", { with: { command: command.name, value: extra, usage } });
}
