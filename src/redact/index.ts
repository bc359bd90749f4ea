export type { Credential, Detector } from "./detectors.ts";
export { credentialKind, detectors, findCredentials } from "./detectors.ts";
export { filled, numbered, owned, type SecretOf, withNumbers } from "./fill.ts";
export { HeldText } from "./held-text.ts";
export { KeyLines } from "./key-lines.ts";
export { isSecretName } from "./names.ts";
export { type KnownValue, knownCharactersMin, spellingsOf } from "./needles.ts";
export {
  createRedactor,
  type Found,
  type RedactedMessage,
  type Redactor,
  type RedactorOptions,
  redactNothing,
} from "./redactor.ts";
export {
  compileRules,
  type RuleFunction,
  type RuleOptions,
  type RulePattern,
  type RulePlace,
  type Rules,
} from "./rules.ts";
export { sameSecret } from "./same-secret.ts";
export { type LineKeys, numbersKey, sealedText, sealKey, withSeal } from "./seal.ts";
export type { How } from "./spans.ts";
export type { Piece, SplitValues } from "./split-values.ts";
export type { RedactedNumber } from "./structure.ts";
