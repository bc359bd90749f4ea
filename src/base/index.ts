export { AssertionError, assert, unreachable } from "./assert.ts";
export { copyOf } from "./bytes.ts";
export type { Clock } from "./clock.ts";
export { VirtualClock } from "./clock.ts";
export type { ErrorCode, ErrorFacts, Fault } from "./errors.ts";
export { errorTable, ReelwireError } from "./errors.ts";
export { Heap } from "./heap.ts";
export type { Member, Span } from "./json.ts";
export {
  canonicalNumber,
  decodeLoosely,
  decodeUtf8,
  elements,
  encodeUtf8,
  isJson,
  locate,
  MemberCursor,
  members,
  skipBlanks,
  skipValue,
  stringAt,
  textAt,
} from "./json.ts";
export { isJsonBytes } from "./json-check.ts";
export { limits } from "./limits.ts";
export { nearest } from "./nearest.ts";
export {
  encodedSuffix,
  isPlaceholder,
  isPlaceholders,
  type PlaceholderAt,
  type PlaceholderParts,
  placeholderEnd,
  placeholderStart,
  placeholdersIn,
  placeholderText,
  shapeOf,
  toldLength,
} from "./placeholder.ts";
export { isNamed, Patterns, type Place, parsePointer, pointerOf, step, stepInto } from "./pointer.ts";
export { Queue } from "./queue.ts";
export type { Random } from "./random.ts";
export { seededRandom } from "./random.ts";
export { version } from "./version.ts";
