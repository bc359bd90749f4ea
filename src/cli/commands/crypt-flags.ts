/** The rows of `encrypt` and `decrypt` in the table of commands. */
import type { Command, Flag } from "../command.ts";
import { identityFlag } from "../identity-flag.ts";

const out: Flag = {
  name: "out",
  short: "o",
  value: "FILE",
  help: "the output file, or a folder that is there; default: beside the input",
};
const force: Flag = { name: "force", help: "replace output files when they exist" };
const json: Flag = { name: "json", help: "print one JSON object (schemas: reelwire/schema/*.json)" };
const many = Number.POSITIVE_INFINITY;

export const cryptCommands: readonly Command[] = [
  {
    name: "encrypt",
    group: "House",
    help: "write tapes encrypted for recipients, as age does; commands read them with an identity",
    usage: "TAPE…",
    wordsMin: 1,
    wordsMax: many,
    flags: [
      {
        name: "recipients",
        short: "r",
        value: "AGE1…",
        multiple: true,
        help: "for whom; may be repeated, or hold several",
      },
      {
        name: "recipients-file",
        short: "R",
        value: "FILE",
        multiple: true,
        help: "a file with one recipient a line",
      },
      out,
      { name: "remove", help: "remove the tape when its encrypted copy was read back" },
      force,
      json,
    ],
    more: `The output is TAPE.age, which the ordinary age opens as well. Of a rotated recording name the first part: each part
is encrypted by itself. Needs the package age-encryption.`,
    run: async (call) => (await import("./encrypt.ts")).run(call),
  },
  {
    name: "decrypt",
    group: "House",
    help: "write encrypted tapes as they were",
    usage: "FILE…",
    wordsMin: 1,
    wordsMax: many,
    flags: [identityFlag, out, force, json],
    more: `The output is the input's name without .age. Nothing is written of a file that is cut or altered.`,
    run: async (call) => (await import("./decrypt.ts")).run(call),
  },
];
