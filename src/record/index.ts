export { entryKinds, readArena } from "./arena.ts";
export { Assembler } from "./assemble.ts";
export type { CaptureLimits } from "./capture.ts";
export { Capture, captureLimits } from "./capture.ts";
export { InteractionCount } from "./count.ts";
export type { Introduction, Talk } from "./introduce.ts";
export { introduce } from "./introduce.ts";
export type { RecorderOptions, RotateAfter } from "./recorder.ts";
export { Recorder } from "./recorder.ts";
