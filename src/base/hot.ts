/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export { assert } from "./assert.ts";
export { copyOf } from "./bytes.ts";
export { ReelwireError } from "./errors.ts";
export { limits } from "./limits.ts";
export { nearest } from "./nearest.ts";
export { version } from "./version.ts";
