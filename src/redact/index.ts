export type { Credential, Detector } from "./detectors.ts";
export { credentialKind, detectors, findCredentials } from "./detectors.ts";
export type { Redactor } from "./redactor.ts";
export { redactNothing } from "./redactor.ts";
