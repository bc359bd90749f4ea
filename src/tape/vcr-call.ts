/**
 * One interaction of a `.vcr` file, and its handshake, as messages. The writers of these files fill in what was not
 * on the wire: an unused `result` or `error` beside the other, `params` and `error.data` that were never sent, all
 * as null. Those are taken out again, and counted; everything else keeps its text.
 */
import { isUtf8 } from "node:buffer";
import { decodeUtf8, elements, isJson, isJsonBytes, members } from "../base/index.ts";
import { type Direction, Message } from "../protocol/index.ts";
import { parseWallTime, type WallTime } from "./wall-time.ts";

export interface VcrCall {
  /** Who asked. */
  readonly dir: Direction;
  readonly request: Message;
  readonly notifications: readonly Message[];
  readonly response: Message | undefined;
  /** When the answer was recorded. */
  readonly time: WallTime | undefined;
  /** From request to answer, in microseconds. */
  readonly latencyMicros: number;
}

/** Counts what was taken out, over a whole file. */
export interface Dropped {
  nulls: number;
}

/** A sentence when the text is no interaction. The messages are views of `text`, which has no blanks between tokens. */
export function vcrCall(text: Uint8Array, dropped: Dropped): VcrCall | string {
  if (!isWellFormed(text)) return "it is not well-formed JSON";
  if (text[0] !== 0x7b) return "it is not an object";
  const fields = fieldsOf(text);
  const request = messageOf(fields.get("request"), dropped);
  if (request === undefined) return "it has no request";
  const method = request.method;
  if (method === undefined) return "its request has no method";
  const notifications: Message[] = [];
  for (const one of partsOf(fields.get("notifications"))) {
    const notification = messageOf(one, dropped);
    if (notification?.method === undefined) return "one of its notifications has no method";
    notifications.push(notification);
  }
  return {
    dir: directionOf(method, fields.get("direction")),
    request,
    notifications,
    response: messageOf(fields.get("response"), dropped),
    time: timeOf(fields.get("timestamp")),
    latencyMicros: latencyOf(fields.get("latency_ms")),
  };
}

/** A message of such a file, without what its writer added; undefined when it is missing or no object. */
export function vcrMessage(text: Uint8Array | undefined, dropped: Dropped): Message | undefined {
  return text !== undefined && isWellFormed(text) ? messageOf(text, dropped) : undefined;
}

/** The same of a text that is known to be well-formed. */
function messageOf(text: Uint8Array | undefined, dropped: Dropped): Message | undefined {
  if (text === undefined || text[0] !== 0x7b) return undefined;
  const fields = fieldsOf(text);
  const answered = isValue(fields.get("error")) || isValue(fields.get("result"));
  const addedNulls = new Set<string>(["params"]);
  if (isNull(fields.get("error"))) addedNulls.add("error");
  else if (answered) addedNulls.add("result");
  const error = fields.get("error");
  const kept = withoutNulls(text, addedNulls, dropped);
  if (error === undefined || !isNull(fieldsOf(error).get("data"))) return new Message(kept);
  const clean = withoutNulls(error, new Set(["data"]), dropped);
  return new Message(replaced(kept, "error", clean));
}

/** The text of each member of an object, the last of equal keys. */
export function fieldsOf(text: Uint8Array): Map<string, Uint8Array> {
  const fields = new Map<string, Uint8Array>();
  for (const { key, start, end } of members(text)) fields.set(key, text.subarray(start, end));
  return fields;
}

export function isWellFormed(text: Uint8Array): boolean {
  return isUtf8(text) && isJsonBytes(text);
}

/** The same object without these members where they are null; `text` itself when there are none. */
function withoutNulls(text: Uint8Array, keys: ReadonlySet<string>, dropped: Dropped): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 1;
  let before = 0;
  for (const { key, start, end } of members(text)) {
    if (keys.has(key) && isNull(text.subarray(start, end))) dropped.nulls++;
    else kept.push(text.subarray(from, end));
    before++;
    from = end + 1;
  }
  return kept.length === before ? text : joined(kept);
}

function replaced(text: Uint8Array, name: string, value: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 1;
  for (const { key, start, end } of members(text)) {
    kept.push(key === name ? Buffer.concat([text.subarray(from, start), value]) : text.subarray(from, end));
    from = end + 1;
  }
  return joined(kept);
}

/** Members, as their texts, to an object. */
function joined(texts: readonly Uint8Array[]): Uint8Array {
  const comma = Uint8Array.of(0x2c);
  const between = texts.flatMap((text, i) => (i === 0 ? [text] : [comma, text]));
  return new Uint8Array(Buffer.concat([Uint8Array.of(0x7b), ...between, Uint8Array.of(0x7d)]));
}

function partsOf(text: Uint8Array | undefined): Uint8Array[] {
  if (text === undefined) return [];
  return [...elements(text)].map(({ start, end }) => text.subarray(start, end));
}

/** Requests that only a server makes; one writer marks every answered request as the server's, so the mark alone says nothing. */
const serverMethods: ReadonlySet<string> = new Set([
  "sampling/createMessage",
  "elicitation/create",
  "roots/list",
]);

function directionOf(method: string, direction: Uint8Array | undefined): Direction {
  const fromServer = direction !== undefined && decodeUtf8(direction) === '"server_to_client"';
  return fromServer && serverMethods.has(method) ? "s2c" : "c2s";
}

function timeOf(text: Uint8Array | undefined): WallTime | undefined {
  const value = parsed(text);
  return typeof value === "string" ? parseWallTime(value) : undefined;
}

/** The longest latency believed, in microseconds: one day. */
const latencyMicrosMax = 86_400_000_000;

function latencyOf(text: Uint8Array | undefined): number {
  const value = parsed(text);
  if (typeof value !== "number" || !(value > 0)) return 0;
  return Math.min(Math.round(value * 1000), latencyMicrosMax);
}

function parsed(text: Uint8Array | undefined): unknown {
  const decoded = text === undefined ? undefined : decodeUtf8(text);
  return decoded !== undefined && isJson(decoded) ? JSON.parse(decoded) : undefined;
}

function isNull(text: Uint8Array | undefined): boolean {
  return text !== undefined && text.length === 4 && text[0] === 0x6e;
}

function isValue(text: Uint8Array | undefined): boolean {
  return text !== undefined && !isNull(text);
}
