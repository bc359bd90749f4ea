/** The door of pack/: tapes in one file for somebody else, and back. */
export { pack, packNameOf } from "./pack.ts";
export { unpack } from "./unpack.ts";
