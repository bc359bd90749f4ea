/**
 * The entry of `record` in the table of commands. By itself, because help and completion read it without loading the
 * recorder, and the recorder's own door reads it without loading the table.
 */
import type { Command } from "../command.ts";

export const recordCommand: Command = {
  name: "record",
  group: "Record and replay",
  help: "stand between a client and a server, and write a tape",
  usage: "[flags] [--] CMD…",
  wordsMin: 1,
  wordsMax: Number.POSITIVE_INFINITY,
  wraps: true,
  flags: [
    {
      name: "out",
      short: "o",
      value: "FILE",
      help: "write the tape here; default: tapes/<name>/<time>-<pid>.tape.jsonl",
    },
    { name: "name", value: "NAME", help: "the name of the server; default: the command's" },
    { name: "session-id", value: "ID", help: "groups tapes of one session" },
    { name: "endpoint-id", value: "ID", help: "names this server within a project" },
    { name: "agent-id", value: "ID", help: "names the agent that calls" },
    { name: "tag", value: "K=V", multiple: true, help: "label the tape; may be repeated" },
    {
      name: "env",
      value: "KEY[=VALUE]",
      multiple: true,
      help: "give the server a variable, or demand that it is set; may be repeated",
    },
    {
      name: "format",
      value: "FORMAT",
      choices: ["jsonl", "vcr"],
      help: "how to write the tape: jsonl (default) or vcr",
    },
    { name: "capture", value: "FILTER", help: "keep only what fits; see `reelwire help filter`" },
    { name: "max-interactions", value: "N", help: "end the tape after N calls; the traffic goes on" },
    { name: "rotate", value: "SIZE|AGE|N", help: "start a new part after 100MB, 1h or N calls" },
    {
      name: "stray",
      value: "WHAT",
      choices: ["pass", "drop", "fail"],
      help: "what to do with noise on the server's stdout: pass, drop (default; recorded either way) or fail",
    },
    {
      name: "redact",
      value: "WHAT",
      help: "what is taken out before anything is written: standard (default), off, or a file of rules",
    },
    {
      name: "sign",
      value: "FILE|off",
      help: "sign the tape with the key in this file, or not at all; default: the key of `reelwire keys`, if any",
    },
    { name: "force", help: "replace a file of another run" },
  ],
  run: async (call) => (await import("./record.ts")).run(call),
};
