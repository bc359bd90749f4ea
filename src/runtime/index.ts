export { systemClock } from "./clock.ts";
export type { AloneResult } from "./record-alone.ts";
export { handshakeMsMax, recordAlone } from "./record-alone.ts";
export type { RecordOptions, Rotation } from "./record-options.ts";
export type { OwnClient } from "./record-stdio.ts";
export { recordStdio } from "./record-stdio.ts";
export type { RunOptions } from "./run.ts";
export { closeMsMax, run } from "./run.ts";
export { serverName } from "./server-name.ts";
