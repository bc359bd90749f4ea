/** The commands for tapes that leave the machine: cleaned, proved clean, packed, opened. */
import type { Command, Flag } from "../command.ts";
import { identityFlag } from "../identity-flag.ts";

const json: Flag = { name: "json", help: "print one JSON object (schemas: reelwire/schema/*.json)" };
const rules: Flag = { name: "rules", value: "FILE", help: "more rules for what a secret is" };
const many = Number.POSITIVE_INFINITY;

/** Group `Check`. */
export const secretCommands: readonly Command[] = [
  {
    name: "redact",
    group: "Check",
    help: "clean a tape: what looks like a secret becomes a placeholder",
    usage: "TAPE",
    wordsMin: 1,
    wordsMax: 1,
    flags: [
      {
        name: "out",
        short: "o",
        value: "FILE",
        help: "write the cleaned tape here; default: <name>.redacted.tape.jsonl beside the tape",
      },
      { name: "in-place", help: "replace the tape itself, keeping no copy of it" },
      rules,
      identityFlag,
      { name: "force", help: "replace the output file when it exists" },
      json,
    ],
    more:
      "--in-place keeps no copy of the original: a copy would still hold the secrets. What was in it is gone, and\n" +
      "secrets that were on a tape should be renewed all the same: somebody may have read it.\n" +
      "A .vcr recording is written as a tape. The parts of a rotated recording become one tape; --in-place keeps them.",
    run: async (call) => (await import("./redact.ts")).run(call),
  },
  {
    name: "scan",
    group: "Check",
    help: "prove that files hold no secrets: exits with 1 when something was found",
    usage: "[PATH…]",
    wordsMin: 0,
    wordsMax: many,
    flags: [
      { name: "staged", help: "look at what is staged in git, not at files" },
      {
        name: "allow",
        value: "FILE",
        help: "findings that are known and fine: a JSON list of placeholders or of {file, pointer}",
      },
      { name: "second-opinion", help: "ask secretlint too, when it is installed" },
      rules,
      {
        name: "format",
        value: "FORMAT",
        choices: ["text", "json", "sarif"],
        help: "how to print what was found; default: text",
      },
      json,
    ],
    more:
      "Tapes are read as tapes: a schema that mentions a password is no leak. What was found is named by its place and by\n" +
      "the placeholder that `reelwire redact` would put there, never by its value.\n" +
      "As a git hook: reelwire scan --staged",
    run: async (call) => (await import("./scan.ts")).run(call),
  },
];

/** Group `House`. */
export const packCommands: readonly Command[] = [
  {
    name: "pack",
    group: "House",
    help: "put tapes into one file for somebody else: proved, cleaned, and looked through once more",
    usage: "TAPE…",
    wordsMin: 1,
    wordsMax: many,
    flags: [
      { name: "out", short: "o", value: "FILE", help: "the pack; default: <name>.rwpack.tgz" },
      { name: "include-notes", help: "keep what the recorder noted, which is left out otherwise" },
      rules,
      identityFlag,
      {
        name: "force",
        help: "replace the pack when it exists; pack a damaged or altered tape, which the pack then says",
      },
      json,
    ],
    run: async (call) => (await import("./pack.ts")).run(call),
  },
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
