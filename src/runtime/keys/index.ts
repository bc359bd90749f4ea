/** The door to keys: for commands, and for `record` when a key is named on its command line. */
export {
  createKeyFile,
  keyFolder,
  ownFolder,
  projectFolder,
  readKeyFile,
  userFolder,
} from "../project-folder.ts";
export type { KeyFact } from "./key-list.ts";
export { listKeys } from "./key-list.ts";
export { fingerprintOf, readPublicKey } from "./public-key.ts";
export type { SignSource } from "./sign-key.ts";
export { findSigner, makeSignKey, signerOfFile } from "./sign-key.ts";
export { addTrusted, readTrusted, trustedFileOf } from "./trusted.ts";
