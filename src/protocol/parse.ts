import { decodeUtf8, encodeUtf8, isJsonBytes, skipBlanks } from "../base/index.ts";
import { Message } from "./message.ts";

/** What a line of a stdio stream turned out to be. `noise` is valid text that is no message; `bytes` is not UTF-8. */
export type Parsed =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "noise"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array };

/** Reads one line (without its line end). Anything that is one well-formed JSON object or array is a message. */
export function parseLine(line: Uint8Array): Parsed {
  const text = decodeUtf8(line);
  if (text === undefined) return { kind: "bytes", bytes: line };
  const first = line[skipBlanks(line, 0)];
  const container = first === 0x7b || first === 0x5b;
  if (container && isJsonBytes(line)) return { kind: "message", message: new Message(line) };
  return { kind: "noise", text };
}

/** A message from text or bytes that must be one; undefined when it is not well-formed. */
export function parseMessage(source: string | Uint8Array): Message | undefined {
  const parsed = parseLine(typeof source === "string" ? encodeUtf8(source) : source);
  return parsed.kind === "message" ? parsed.message : undefined;
}
