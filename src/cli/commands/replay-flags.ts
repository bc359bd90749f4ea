/** The row of `replay` in the table of commands. */
import type { Command } from "../command.ts";
import { identityFlag } from "../identity-flag.ts";

export const replayCommand: Command = {
  name: "replay",
  group: "Record and replay",
  help: "be the recorded server: on stdio, from the tape alone",
  usage: "TAPE",
  wordsMin: 1,
  wordsMax: 1,
  flags: [
    {
      name: "match",
      value: "STRATEGY",
      choices: ["method-and-params", "exact", "method", "subset", "fuzzy", "sequential"],
      help: "what counts as the same request; default: method-and-params",
    },
    {
      name: "ignore",
      value: "POINTER",
      multiple: true,
      help: "leave this part of requests out; * is any key",
    },
    {
      name: "volatile",
      value: "CLASS",
      multiple: true,
      choices: ["uuid", "iso-time", "epoch", "hex"],
      help: "values of this class count as equal, and come back as the client's own",
    },
    {
      name: "repeat",
      value: "POLICY",
      choices: ["error", "last", "cycle"],
      help: "what a call gets that is made more often than recorded; default: error",
    },
    {
      name: "on-miss",
      value: "WHAT",
      choices: ["error", "nearest"],
      help: "what a call gets that was not recorded: an error (default), or the nearest answer, flagged",
    },
    {
      name: "answers",
      value: "POLICY",
      choices: ["ask", "compare", "recorded"],
      help: "the client's answers to the server: ask (default), compare with the recorded ones, or do not ask",
    },
    { name: "speed", value: "FACTOR", help: "0: at once (default); 1: as recorded; 2: twice as fast" },
    {
      name: "redact",
      value: "WHAT",
      help: "how secrets are taken out of live calls to compare them: a file of rules, standard or off; default: as the tape was made",
    },
    { name: "strict", help: "recorded calls that nobody made are findings too" },
    { name: "strict-order", help: "keep the recorded order, whatever the client does" },
    identityFlag,
  ],
  more: `Exit status: 0 when everything was answered as recorded, 1 when something was missed (each miss is a line on
stderr), 6 when the tape cannot be replayed.`,
  run: async (call) => (await import("./replay.ts")).run(call),
};
