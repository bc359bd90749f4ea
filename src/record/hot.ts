/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export type { EntryKind } from "./arena.ts";
export { entryKinds } from "./arena.ts";
export { chunkBytesMax, handoverMs, Spool } from "./spool.ts";
