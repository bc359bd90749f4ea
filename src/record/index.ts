export { entryKinds, readArena } from "./arena.ts";
export { Assembler } from "./assemble.ts";
export type { CaptureLimits } from "./capture.ts";
export { Capture, captureLimits } from "./capture.ts";
export {
  cleanEvent,
  cleanHeader,
  EventCleaner,
  heldMicrosMax,
  redactedNote,
  unredactedNote,
} from "./clean.ts";
export { InteractionCount } from "./count.ts";
export type { Introduction, Talk } from "./introduce.ts";
export { introduce } from "./introduce.ts";
export { recordLayer, tapeEventOf } from "./layer.ts";
export type { InteractionCounter, RecorderOptions, RotateAfter, Selection } from "./recorder.ts";
export { Recorder } from "./recorder.ts";
export { SplitQueue } from "./split-queue.ts";
