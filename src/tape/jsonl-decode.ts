/**
 * Reads one line of the JSON Lines form. A line is untrusted: whatever it holds, the answer is an event or a
 * sentence that says why it is none. Because the payload stands last, a message's text is what lies between its
 * key and the line's final brace, and that this text is one JSON value proves that nothing else follows it.
 */
import { isUtf8 } from "node:buffer";
import { decodeUtf8, isJson, isJsonBytes, skipBlanks, skipValue, stringAt } from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { isShallow } from "./depth.ts";
import type { SseFrame, TapeEvent } from "./format.ts";
import { isPayloadKey, payloadOf } from "./payload.ts";

export type Decoded = { readonly event: TapeEvent } | { readonly why: string };

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Reads a line without its line end. The event's message is a view of `bytes`. */
export function decodeLine(bytes: Uint8Array): Decoded {
  const close = lastOf(bytes);
  let i = skipBlanks(bytes, 0);
  if (bytes[i] !== OPEN_BRACE || close <= i) return { why: "it is not one JSON object" };
  const seen: Envelope = {};
  i = skipBlanks(bytes, i + 1);
  while (bytes[i] === QUOTE) {
    const keyEnd = skipValue(bytes, i);
    const key = keyEnd < 0 ? undefined : keyAt(bytes, i, keyEnd);
    if (key === undefined) break;
    i = skipBlanks(bytes, keyEnd);
    if (bytes[i] !== COLON) break;
    if (key === "msg") return withMessage(seen, bytes.subarray(i + 1, close));
    const start = skipBlanks(bytes, i + 1);
    const end = skipValue(bytes, start);
    if (end < 0) break;
    const after = skipBlanks(bytes, end);
    const value = bytes.subarray(start, end);
    if (after === close) return withLast(seen, key, value);
    const fault = addKey(seen, key, value);
    if (fault !== undefined) return { why: fault };
    if (bytes[after] !== COMMA) break;
    i = skipBlanks(bytes, after + 1);
  }
  return { why: close === i ? "it has no payload" : "it is not well-formed JSON" };
}

/** What a line says before its payload, as it is being read. */
interface Envelope {
  at?: number;
  conn?: number;
  ex?: number;
  dir?: "c2s" | "s2c";
  sse?: SseFrame;
  more?: [key: string, json: string][];
}

function withMessage(seen: Envelope, bytes: Uint8Array): Decoded {
  if (!isUtf8(bytes)) return { why: "its message is not UTF-8" };
  if (!isJsonBytes(bytes))
    return { why: "its message is not well-formed JSON, or something stands after it" };
  return finished(seen, { kind: "msg", message: new Message(bytes) });
}

/** The last key is the payload, unless it is one that only addresses. */
function withLast(seen: Envelope, key: string, value: Uint8Array): Decoded {
  const text = decodeUtf8(value);
  if (text === undefined) return { why: "it is not UTF-8" };
  if (!isJson(text)) return { why: "it is not well-formed JSON" };
  if (addressing.has(key)) return { why: addKey(seen, key, value) ?? "it has no payload" };
  if (key === "sse") {
    const fault = addKey(seen, key, value);
    return fault === undefined ? finished(seen, { kind: "sse" }) : { why: fault };
  }
  const payload = payloadOf(key, text, takeFlags(seen, key));
  return typeof payload === "string" ? { why: payload } : finished(seen, payload);
}

function finished(seen: Envelope, payload: TapeEvent["payload"]): Decoded {
  const { at } = seen;
  if (at === undefined) return { why: "it does not say when it happened" };
  return { event: Object.assign(seen, { at, payload }) };
}

const addressing: ReadonlySet<string> = new Set(["at", "conn", "ex", "dir", "cut", "on"]);

/** Takes a key that stands before the payload; a sentence when it cannot stand there. */
function addKey(seen: Envelope, key: string, value: Uint8Array): string | undefined {
  switch (key) {
    case "at":
    case "conn":
    case "ex":
      if (seen[key] !== undefined) return `'${key}' stands twice`;
      seen[key] = naturalAt(value);
      return Number.isNaN(seen[key]) ? `'${key}' is not a count` : undefined;
    case "dir":
      if (seen.dir !== undefined) return "'dir' stands twice";
      return addDirection(seen, value);
    case "sse":
      if (seen.sse !== undefined) return "'sse' stands twice";
      return addFrame(seen, value);
    default:
      return addMore(seen, key, value);
  }
}

function addDirection(seen: Envelope, value: Uint8Array): string | undefined {
  const text = decodeUtf8(value);
  if (text !== '"c2s"' && text !== '"s2c"') return "'dir' is neither c2s nor s2c";
  seen.dir = text === '"c2s"' ? "c2s" : "s2c";
  return undefined;
}

const frameTypes: ReadonlyMap<string, string> = new Map([
  ["event", "string"],
  ["id", "string"],
  ["retry", "number"],
  ["comment", "string"],
]);

function addFrame(seen: Envelope, value: Uint8Array): string | undefined {
  const text = decodeUtf8(value);
  if (text === undefined || value[0] !== OPEN_BRACE || !isJson(text)) return "'sse' is not an object";
  if (!isShallow(text)) return "'sse' is nested too deep";
  const frame = JSON.parse(text) as Record<string, unknown>;
  for (const [key, type] of frameTypes) {
    if (Object.hasOwn(frame, key) && typeof frame[key] !== type) return `'sse.${key}' is not a ${type}`;
  }
  if (frame["retry"] !== undefined && !Number.isFinite(frame["retry"]))
    return "'sse.retry' is not a number of milliseconds";
  seen.sse = frame;
  return undefined;
}

function addMore(seen: Envelope, key: string, value: Uint8Array): string | undefined {
  if (isPayloadKey(key)) return `its payload '${key}' is not its last key`;
  const text = decodeUtf8(value);
  if (text === undefined || !isJson(text)) return "it is not well-formed JSON";
  if (seen.more?.some(([other]) => other === key)) return "a key stands twice";
  seen.more ??= [];
  seen.more.push([key, text]);
  return undefined;
}

/** `cut` and `on` belong to the payloads that know them; before any other they are unknown keys and stay. */
function takeFlags(seen: Envelope, key: string): { cut?: boolean; on?: "stderr" } {
  const flags: { cut?: boolean; on?: "stderr" } = {};
  if (seen.more === undefined || (key !== "text" && key !== "bytes")) return flags;
  const kept = seen.more.filter(([name, text]) => {
    if (name === "cut" && (text === "true" || text === "false")) flags.cut = text === "true";
    else if (name === "on" && key === "bytes" && text === '"stderr"') flags.on = "stderr";
    else return true;
    return false;
  });
  if (kept.length === 0) delete seen.more;
  else seen.more = kept;
  return flags;
}

/** The longest decimal of a safe integer, in digits. */
const digitsMax = 16;

/** A non-negative safe integer in plain decimal, or NaN. */
function naturalAt(bytes: Uint8Array): number {
  if (bytes.length === 0 || bytes.length > digitsMax) return Number.NaN;
  if (bytes[0] === 0x30 && bytes.length > 1) return Number.NaN;
  let value = 0;
  for (let i = 0; i < bytes.length; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Where the final brace stands, blanks after it allowed, or -1. */
function lastOf(bytes: Uint8Array): number {
  let i = bytes.length - 1;
  while (i >= 0 && (bytes[i] === 0x20 || bytes[i] === 0x0d || bytes[i] === 0x09)) i--;
  return i >= 0 && bytes[i] === CLOSE_BRACE ? i : -1;
}

/** The decoded key between two quotes; the short ones that occur on every line without a decoder. */
function keyAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  const from = start + 1;
  switch (end - 1 - from) {
    case 2:
      if (bytes[from] === 0x61 && bytes[from + 1] === 0x74) return "at";
      break;
    case 3:
      if (bytes[from] === 0x64 && bytes[from + 1] === 0x69 && bytes[from + 2] === 0x72) return "dir";
      if (bytes[from] === 0x6d && bytes[from + 1] === 0x73 && bytes[from + 2] === 0x67) return "msg";
      break;
  }
  for (let i = from; i < end; i++) if (bytes[i]! < 0x20) return undefined;
  return stringAt(bytes, start, end);
}
