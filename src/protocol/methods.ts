import type { Message } from "./message.ts";

/** The two eras of MCP: `initialize` (up to 2025-11-25), or metadata on every request (2026-07-28 and later). */
export type Era = "legacy" | "modern";

/** Revisions of the legacy era that this version knows, newest first. */
export const legacyRevisions = [
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2024-10-07",
] as const;
/** Revisions of the modern era that this version knows, newest first. */
export const modernRevisions = ["2026-07-28"] as const;

/** Keys of `params._meta` and `result._meta` with a meaning in the protocol (2026-07-28, basic, `_meta`). */
export const metaKeys = {
  progressToken: "progressToken",
  protocolVersion: "io.modelcontextprotocol/protocolVersion",
  clientInfo: "io.modelcontextprotocol/clientInfo",
  clientCapabilities: "io.modelcontextprotocol/clientCapabilities",
  serverInfo: "io.modelcontextprotocol/serverInfo",
  subscriptionId: "io.modelcontextprotocol/subscriptionId",
} as const;

/** Methods that open a conversation; a recording keeps them whatever it is told to capture. */
const handshakeMethods: ReadonlySet<string> = new Set([
  "initialize",
  "notifications/initialized",
  "server/discover",
]);

export function isHandshake(method: string | undefined): boolean {
  return method !== undefined && handshakeMethods.has(method);
}

/**
 * The era of one message by itself, or undefined when it does not say: `initialize` is legacy, a `_meta` claim of
 * 2026-07-28 or later is modern. Revisions are dates and compare as strings (MCP 2026-07-28, versioning).
 */
export function eraOf(message: Message): Era | undefined {
  const claim = message.at("params", "_meta", metaKeys.protocolVersion);
  if (typeof claim === "string") return claim >= "2026-07-28" ? "modern" : "legacy";
  return message.method === "initialize" ? "legacy" : undefined;
}
