/** What each payload key may hold. A payload of a later version is kept as its text; a known one must have its shape. */
import { encodeUtf8, isJson } from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { isShallow } from "./depth.ts";
import type { CloseFacts, End, Mark, NoteFacts, OpenFacts, Payload } from "./format.ts";

/** Payload keys of this version; those without a shape here are kept as their text. */
const payloadKeys: ReadonlySet<string> = new Set([
  "msg",
  "text",
  "bytes",
  "http",
  "open",
  "close",
  "fin",
  "stderr",
  "effect",
  "gap",
  "note",
  "mark",
  "end",
]);

export function isPayloadKey(key: string): boolean {
  return payloadKeys.has(key);
}

interface Flags {
  readonly cut?: boolean;
  readonly on?: "stderr";
}

/** The payload of a key and its well-formed JSON text, or a sentence that says why it is none. */
export function payloadOf(key: string, json: string, flags: Flags): Payload | string {
  switch (key) {
    case "text":
    case "stderr":
    case "bytes":
      return ofText(key, JSON.parse(json), flags);
    case "open":
    case "close":
    case "note":
    case "mark":
    case "end":
      return isShallow(json) ? ofObject(key, JSON.parse(json)) : `'${key}' is nested too deep`;
    default:
      return { kind: "other", key, json };
  }
}

function ofText(key: "text" | "stderr" | "bytes", value: unknown, flags: Flags): Payload | string {
  if (typeof value !== "string") return `'${key}' is not a string`;
  if (key === "stderr") return { kind: "stderr", text: value };
  if (key === "text") return isSpreadMessage(value, flags) ?? { kind: "text", text: value, ...flags };
  const bytes = Buffer.from(value, "base64");
  if (bytes.toString("base64") !== value) return "'bytes' is not base64";
  return { kind: "bytes", bytes: new Uint8Array(bytes), ...flags };
}

/** A message over several lines is written as text; nothing else is a JSON container with a line end in it. */
function isSpreadMessage(text: string, flags: Flags): Payload | undefined {
  if (flags.cut !== undefined || !text.includes("\n") || !/^[ \t\r\n]*[{[]/.test(text)) return undefined;
  return isJson(text) && text.isWellFormed()
    ? { kind: "msg", message: new Message(encodeUtf8(text)) }
    : undefined;
}

function ofObject(key: "open" | "close" | "note" | "mark" | "end", value: unknown): Payload | string {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `'${key}' is not an object`;
  const facts = value as Record<string, unknown>;
  switch (key) {
    case "open":
      return isSide(facts) ? { kind: "open", open: facts as OpenFacts } : "'open' does not name its side";
    case "close":
      return isSide(facts)
        ? { kind: "close", close: facts as unknown as CloseFacts }
        : "'close' does not name its side";
    case "note":
      if (typeof facts["what"] !== "string" || typeof facts["says"] !== "string")
        return "'note' does not say what";
      return { kind: "note", note: facts as NoteFacts };
    case "mark":
      if (!isCount(facts["lines"]) || !isCount(facts["bytes"]) || !isHash(facts["sha256"]))
        return "'mark' lacks a count";
      if (!isProof(facts)) return "'mark' has a proof that is no text";
      return { kind: "mark", mark: facts as unknown as Mark };
    case "end":
      if (!isCount(facts["lines"]) || !isHash(facts["sha256"])) return "'end' lacks its count or its hash";
      if (!isProof(facts)) return "'end' has a proof that is no text";
      return { kind: "end", end: facts as unknown as End };
  }
}

function isSide(facts: Record<string, unknown>): boolean {
  return facts["side"] === "client" || facts["side"] === "server";
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Checksums and a signature may be there; then they are texts. */
function isProof(facts: Record<string, unknown>): boolean {
  return ["crc", "sig"].every((key) => facts[key] === undefined || typeof facts[key] === "string");
}

function isHash(value: unknown): boolean {
  return typeof value === "string";
}
