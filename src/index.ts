/** What `import "reelwire"` gives. The burden of proof is on addition: test/tidy.test.ts pins the list. */
export type { ErrorCode, Fault } from "./base/index.ts";
export { ReelwireError } from "./base/index.ts";
export type { Link, SideFacts } from "./core/index.ts";
export type { Filter, FilterView } from "./filter/index.ts";
export { parseFilter } from "./filter/index.ts";
export type { Tape, TapeExchange, TapeLine, TapeMessage } from "./library/index.ts";
export type { Direction } from "./protocol/index.ts";
export { Message } from "./protocol/index.ts";
export type { RuleFunction, RulePlace } from "./redact/index.ts";
export type { Inexact, Miss, NearestCall } from "./replay/index.ts";
export type {
  IdentityOptions,
  OpenTapeOptions,
  RecordedServer,
  Recording,
  RecordingEnd,
  RecordingResult,
  RecordTapeOptions,
  RecordTapeSettings,
  RedactConfig,
  ReelwireConfig,
  ReplayTapeOptions,
  SdkTransport,
  ServerCommand,
  TapeReplay,
} from "./runtime/library/index.ts";
export { defineConfig, openTape, recordTape, replayTape } from "./runtime/library/index.ts";
export type { Payload, TapeEvent, TapeHeader, TapeItem, TapeReport, TapeState } from "./tape/index.ts";
export { checkTape, readTape } from "./tape/index.ts";
