/**
 * Every command, in the order in which help lists them. Help, completion, the environment and the parser read this
 * table; the code of a command is loaded when it is called.
 */
import type { Command, Flag } from "../command.ts";
import { identityFlag } from "../identity-flag.ts";
import { cryptCommands } from "./crypt-flags.ts";
import { recordCommand } from "./record-flags.ts";
import { replayCommand } from "./replay-flags.ts";
import { packCommands, secretCommands } from "./sharing-flags.ts";

/** Every command has it. */
export const helpFlag: Flag = { name: "help", short: "h", help: "explain the command" };

const json: Flag = { name: "json", help: "print one JSON object (schemas: reelwire/schema/*.json)" };
const force: Flag = { name: "force", help: "replace the output file when it exists" };
const many = Number.POSITIVE_INFINITY;

export const commands: readonly Command[] = [
  recordCommand,
  replayCommand,
  {
    name: "demo",
    group: "Record and replay",
    help: "needs nothing: records a bundled server, takes it away, replays it",
    usage: "",
    wordsMin: 0,
    wordsMax: 0,
    flags: [],
    run: async (call) => (await import("./demo.ts")).run(call),
  },
  {
    name: "show",
    aliases: ["inspect"],
    group: "Look",
    help: "the calls of a tape; with a number, one call in full",
    usage: "TAPE [N]",
    wordsMin: 1,
    wordsMax: 2,
    flags: [
      { name: "filter", value: "EXPR", help: "only the calls that fit; see `reelwire help filter`" },
      { name: "all", help: "every line of the tape, not only calls" },
      { name: "stderr", help: "what the server wrote on stderr" },
      { name: "noise", help: "what stood on the server's stdout without being a message" },
      { name: "raw", help: "messages exactly as they were sent, not indented" },
      identityFlag,
      json,
    ],
    run: async (call) => (await import("./show.ts")).run(call),
  },
  {
    name: "ls",
    group: "Look",
    help: "the tapes under a directory",
    usage: "[DIR]",
    wordsMin: 0,
    wordsMax: 1,
    flags: [identityFlag, json],
    run: async (call) => (await import("./ls.ts")).run(call),
  },
  {
    name: "validate",
    group: "Check",
    help: "say whether tapes are complete, unfinished, damaged or altered, and who signed them",
    usage: "TAPE…",
    wordsMin: 1,
    wordsMax: many,
    flags: [
      { name: "signed", help: "demand a signature by a key of .reelwire/trusted.json" },
      { name: "key", value: "FILE|BASE64", help: "demand a signature by this public key" },
      identityFlag,
      json,
    ],
    run: async (call) => (await import("./validate.ts")).run(call),
  },
  {
    name: "repair",
    group: "Check",
    help: "make an unfinished or damaged tape whole; the original stays beside it",
    usage: "TAPE",
    wordsMin: 1,
    wordsMax: 1,
    flags: [json],
    run: async (call) => (await import("./repair.ts")).run(call),
  },
  ...secretCommands,
  {
    name: "convert",
    group: "House",
    help: "write a tape in another format; what the format cannot hold is listed",
    usage: "IN [OUT]",
    wordsMin: 1,
    wordsMax: 2,
    flags: [
      { name: "out", short: "o", value: "FILE", help: "the output file" },
      {
        name: "format",
        value: "FORMAT",
        choices: ["jsonl", "vcr"],
        help: "the output's format; default: by the ending of its name",
      },
      identityFlag,
      force,
      json,
    ],
    run: async (call) => (await import("./convert.ts")).run(call),
  },
  ...packCommands,
  ...cryptCommands,
  {
    name: "keys",
    group: "House",
    help: "which keys there are; make one to sign tapes with; trust somebody's",
    usage: "[sign|trust FILE|BASE64]",
    wordsMin: 0,
    wordsMax: 2,
    flags: [
      { name: "user", help: "sign: make the key in your own configuration folder, not in the project" },
      { name: "name", value: "NAME", help: "trust: call the key this; default: its fingerprint" },
      { name: "force", help: "replace a key, or whom a name stands for" },
      json,
    ],
    run: async (call) => (await import("./keys.ts")).run(call),
  },
  {
    name: "completion",
    group: "House",
    help: "print a completion script for a shell",
    usage: "bash|zsh|fish",
    wordsMin: 1,
    wordsMax: 1,
    flags: [],
    run: async (call) => (await import("./completion.ts")).run(call),
  },
  {
    name: "help",
    group: "House",
    help: "explain a command, an error code or a topic",
    usage: "[COMMAND|CODE|TOPIC]",
    wordsMin: 0,
    wordsMax: 1,
    flags: [],
    run: async (call) => (await import("./help.ts")).run(call),
  },
];

/** The command of a name or an alias. */
export function findCommand(name: string): Command | undefined {
  return commands.find((command) => command.name === name || command.aliases?.includes(name));
}
