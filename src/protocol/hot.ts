/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export type { LineHead } from "./stray.ts";
export { lineHead } from "./stray.ts";
