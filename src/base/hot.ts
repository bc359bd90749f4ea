/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export { ReelwireError } from "./errors.ts";
