/** A narrow door: what the thread that writes a recording needs, without readers and other formats. */
export { FileSink } from "./file.ts";
export { formatVersion } from "./format.ts";
export { parseHeader } from "./header.ts";
export type { TapeSigner } from "./signature.ts";
export { signerOf } from "./signature.ts";
export type { Sink } from "./writer.ts";
export { TapeWriter } from "./writer.ts";
