/** The flag of every command that reads tapes; `unlockFor` in `tape-file.ts` says what becomes of it. */
import type { Flag } from "./command.ts";

export const identityFlag: Flag = {
  name: "identity",
  short: "i",
  value: "FILE",
  multiple: true,
  help: "an age identity that opens encrypted tapes; default: the project's and the user's identity.key",
};
