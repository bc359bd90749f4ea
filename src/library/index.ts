export type { CallListOptions, CallRow, Seen } from "./call-list.ts";
export { CallList, callLimits, stateOf } from "./call-list.ts";
export type { Tape, TapeExchange, TapeLine, TapeMessage, TapeOptions } from "./open-tape.ts";
export { openTape, textBytesMax } from "./open-tape.ts";
