/** The second door of this folder: what the first milliseconds of `record` need, and nothing that loads more. */
export type { RecordOptions, Rotation } from "./record-options.ts";
export { recordStdio } from "./record-stdio.ts";
export { rotationOf } from "./rotation.ts";
