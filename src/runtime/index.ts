export { isRunning } from "./ancestors.ts";
export { systemClock } from "./clock.ts";
export type { Identity, IdentityPlaces } from "./identities.ts";
export { findIdentities, identityFileName, makeIdentity } from "./identities.ts";
export { type Environment, knownValuesOf, secretOf } from "./known-values.ts";
export {
  createKeyFile,
  keyFolder,
  ownFolder,
  projectFolder,
  readKeyFile,
  userFolder,
} from "./project-folder.ts";
export type { RecipientPlaces } from "./recipients.ts";
export { findRecipients, locksFor } from "./recipients.ts";
export type { AloneResult } from "./record-alone.ts";
export { handshakeMsMax, recordAlone } from "./record-alone.ts";
export type { RecordOptions, Rotation } from "./record-options.ts";
export { recordStdio } from "./record-stdio.ts";
export type { RedactConfig } from "./redact-rules.ts";
export { type Redaction, type RedactionOptions, redactionFor } from "./redaction.ts";
export { findingsMax, Replay, silenceMsDefault } from "./replay.ts";
export type { Finding, ReplayOptions } from "./replay-options.ts";
export type { StdioStreams } from "./replay-stdio.ts";
export { replayStdio, servingStdout } from "./replay-stdio.ts";
export type { RunOptions } from "./run.ts";
export { closeMsMax, run } from "./run.ts";
export { serverName } from "./server-name.ts";
export { unlockWith } from "./unlock.ts";
export type { OwnClient } from "./wire.ts";
