/** The commands for tapes that leave the machine: cleaned, proved clean, packed, opened. */
import type { Command, Flag } from "../command.ts";

const json: Flag = { name: "json", help: "print one JSON object (schemas: reelwire/schema/*.json)" };

/** Group `House`. */
export const packCommands: readonly Command[] = [
  {
    name: "unpack",
    group: "House",
    help: "open a pack that somebody sent, once all of it is proved",
    usage: "FILE",
    wordsMin: 1,
    wordsMax: 1,
    flags: [
      { name: "out", short: "o", value: "DIR", help: "the folder to make; default: the pack's own name" },
      { name: "force", help: "replace files that exist in the folder" },
      json,
    ],
    run: async (call) => (await import("./unpack.ts")).run(call),
  },
];
