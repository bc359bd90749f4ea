export type { Line } from "./lines.ts";
export { LineSplitter } from "./lines.ts";
export type { Direction, MessageKind } from "./message.ts";
export { idKeyOf, Message } from "./message.ts";
export type { Era } from "./methods.ts";
export { eraOf, isHandshake, legacyRevisions, metaKeys, modernRevisions } from "./methods.ts";
export type { Parsed } from "./parse.ts";
export { parseLine, parseMessage } from "./parse.ts";
