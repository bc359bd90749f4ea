/** The second door of this folder: `record` alone, without the table of commands. */
export { run as record } from "./record.ts";
export { recordCommand } from "./record-flags.ts";
