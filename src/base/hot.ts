/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export { copyOf } from "./bytes.ts";
export { ReelwireError } from "./errors.ts";
export { nearest } from "./nearest.ts";
export { version } from "./version.ts";
