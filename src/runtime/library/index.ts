/** A door of its own, beside the one of the folder above: what a program that records needs, without the wrapper. */

export type { RedactConfig } from "../redact-rules.ts";
export type { ServerCommand } from "./child-server.ts";
export type { ReelwireConfig } from "./define-config.ts";
export { defineConfig } from "./define-config.ts";
export type { IdentityOptions, OpenTapeOptions } from "./open-tape.ts";
export { openTape } from "./open-tape.ts";
export type { RecordedServer, RecordTapeOptions, RecordTapeSettings } from "./record-tape.ts";
export { recordTape } from "./record-tape.ts";
export type { Recording, RecordingEnd, RecordingResult } from "./recording.ts";
export type { ReplayTapeOptions, TapeReplay } from "./replay-tape.ts";
export { replayTape } from "./replay-tape.ts";
export type { SdkTransport } from "./sdk-types.ts";
