/**
 * What every server answers, made from what was recorded when the recording itself has no answer: `ping`,
 * `server/discover`, and an `initialize` that comes to a recording of the modern era (MCP 2026-07-28, versioning;
 * 2025-11-25, lifecycle).
 */
import { version } from "../base/index.ts";
import { roles, type Script } from "../match/index.ts";
import { legacyRevisions, type Message, metaKeys, parseMessage } from "../protocol/index.ts";
import type { TapeMap } from "./tape-map.ts";

/** JSON-RPC "method not found", and MCP's "unsupported protocol version" (2026-07-28, error codes). */
const methodNotFound = -32601;
const unsupportedVersion = -32022;

export function pong(id: string): Message {
  return answer(id, "result", "{}");
}

/** A recording of the legacy era knows no such method: that is how a client of both eras finds out. */
export function discovery(map: TapeMap, script: Script, id: string): Message {
  if (script.claims.size === 0) {
    return answer(id, "error", JSON.stringify({ code: methodNotFound, message: "Method not found" }));
  }
  const result = {
    resultType: "complete",
    supportedVersions: [...script.claims],
    capabilities: capabilitiesOf(script),
    ttlMs: 0,
    cacheScope: "private",
  };
  const meta = `{${JSON.stringify(metaKeys.serverInfo)}:${serverInfoOf(map, script)}}`;
  return answer(id, "result", `${JSON.stringify(result).slice(0, -1)},"_meta":${meta}}`);
}

/** What the server said of itself in one of its first results, as it was spelled. */
function serverInfoOf(map: TapeMap, script: Script): string {
  let left = resultsMax;
  for (let event = 0; event < script.count && left > 0; event++) {
    if (script.role(event) !== roles.result) continue;
    left--;
    const info = map.message(script, event).rawAt("result", "_meta", metaKeys.serverInfo);
    if (info !== undefined) return info;
  }
  return JSON.stringify(ownInfo);
}

/** `initialize` without a recorded one. */
export function opening(script: Script, request: Message): Message {
  const id = request.id!;
  const asked = request.at("params", "protocolVersion");
  if (script.claims.size > 0) {
    const data = { supported: [...script.claims], requested: String(asked ?? "") };
    const message = `Unsupported protocol version: this recording speaks ${data.supported.join(", ")}, without initialize`;
    return answer(id, "error", JSON.stringify({ code: unsupportedVersion, message, data }));
  }
  const known = legacyRevisions.find((revision) => revision === asked) ?? legacyRevisions[0];
  const result = { protocolVersion: known, capabilities: capabilitiesOf(script), serverInfo: ownInfo };
  return answer(id, "result", JSON.stringify(result));
}

/** Results that are looked at for the server's name. */
const resultsMax = 100;
const ownInfo = { name: "reelwire replay", version };

/** A server that answered `tools/list` has tools, and so on. */
function capabilitiesOf(script: Script): Record<string, object> {
  const has = (start: string): boolean => [...script.methods].some((method) => method.startsWith(start));
  const capabilities: Record<string, object> = {};
  const listens = has("subscriptions/listen");
  if (has("tools/")) capabilities["tools"] = listens ? { listChanged: true } : {};
  if (has("resources/"))
    capabilities["resources"] =
      listens || has("resources/subscribe") ? { subscribe: true, listChanged: listens } : {};
  if (has("prompts/")) capabilities["prompts"] = listens ? { listChanged: true } : {};
  if (has("completion/")) capabilities["completions"] = {};
  if (has("logging/")) capabilities["logging"] = {};
  return capabilities;
}

function answer(id: string, kind: "result" | "error", json: string): Message {
  return parseMessage(`{"jsonrpc":"2.0","id":${id},"${kind}":${json}}`)!;
}
