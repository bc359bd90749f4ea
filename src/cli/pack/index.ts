/** The door of pack/: tapes in one file for somebody else, and back. */
export { unpack } from "./unpack.ts";
