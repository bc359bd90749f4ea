/** A narrow door: what the thread that writes a recording needs. Capture and counting are loaded when asked for. */
export { cleanHeader, heldMicrosMax, unredactedNote } from "./clean.ts";
export type { InteractionCounter, RecorderOptions, RotateAfter, Selection } from "./recorder.ts";
export { Recorder } from "./recorder.ts";
