/** A narrow door: what finds the key that a recording is signed with, and nothing that lists or makes keys. */
export type { SignSource } from "./sign-key.ts";
export { findSigner, signerOfFile } from "./sign-key.ts";
