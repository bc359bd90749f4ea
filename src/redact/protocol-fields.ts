/**
 * What belongs to the protocol and is left alone, by method and revision: cursors, tokens of progress, capabilities,
 * names, states, schemas. The same names in a tool's arguments or answers are the tool's, and nobody leaves them alone.
 * Sources: the schemas of the MCP revisions 2024-11-05 to 2026-07-28.
 */
import { Patterns, type Place } from "../base/index.ts";

/** A field's whole value is the protocol's; a schema describes values, its names are no names of secrets. */
export type FieldMode = "field" | "schema";

interface Field {
  /** The request's method, for its parameters and its result; `*` for all. */
  readonly method: string;
  /** From the message's root; `*` is any one key or position. */
  readonly path: string;
  readonly mode?: FieldMode;
  /** The revisions that have it; both ends are included. */
  readonly from?: string;
  readonly until?: string;
}

const tasksIn2025 = { from: "2025-11-25", until: "2025-11-25" };
const modern = { from: "2026-07-28" };

const fields: readonly Field[] = [
  { method: "*", path: "/jsonrpc" },
  { method: "*", path: "/id" },
  { method: "*", path: "/method" },
  { method: "*", path: "/params/_meta/progressToken" },
  { method: "*", path: "/params/cursor" },
  { method: "*", path: "/result/nextCursor" },
  { method: "*", path: "/params/task", ...tasksIn2025 },
  { method: "*", path: "/result/task", ...tasksIn2025 },
  { method: "*", path: "/params/requestState", ...modern },
  { method: "*", path: "/result/requestState", ...modern },
  { method: "*", path: "/result/resultType", ...modern },
  { method: "*", path: "/result/ttlMs", ...modern },
  { method: "*", path: "/result/cacheScope", ...modern },
  { method: "*", path: "/result/inputRequests/*/method", ...modern },
  { method: "*", path: "/result/inputRequests/*/params/requestedSchema", mode: "schema", ...modern },
  { method: "*", path: "/result/inputRequests/*/params/tools/*/inputSchema", mode: "schema", ...modern },
  { method: "initialize", path: "/params/protocolVersion" },
  { method: "initialize", path: "/params/capabilities" },
  { method: "initialize", path: "/params/clientInfo" },
  { method: "initialize", path: "/result/protocolVersion" },
  { method: "initialize", path: "/result/capabilities" },
  { method: "initialize", path: "/result/serverInfo" },
  { method: "server/discover", path: "/result/supportedVersions", ...modern },
  { method: "server/discover", path: "/result/capabilities", ...modern },
  { method: "tools/call", path: "/params/name" },
  { method: "tools/call", path: "/result/isError" },
  { method: "tools/list", path: "/result/tools/*/name" },
  { method: "tools/list", path: "/result/tools/*/annotations" },
  { method: "tools/list", path: "/result/tools/*/execution", from: "2025-11-25" },
  { method: "tools/list", path: "/result/tools/*/inputSchema", mode: "schema" },
  { method: "tools/list", path: "/result/tools/*/outputSchema", mode: "schema" },
  { method: "prompts/get", path: "/params/name" },
  { method: "prompts/list", path: "/result/prompts/*/name" },
  { method: "prompts/list", path: "/result/prompts/*/arguments/*/name" },
  { method: "resources/list", path: "/result/resources/*/name" },
  { method: "resources/templates/list", path: "/result/resourceTemplates/*/name" },
  { method: "completion/complete", path: "/params/ref" },
  { method: "completion/complete", path: "/params/argument/name" },
  { method: "logging/setLevel", path: "/params/level" },
  { method: "sampling/createMessage", path: "/params/maxTokens" },
  { method: "sampling/createMessage", path: "/params/temperature" },
  { method: "sampling/createMessage", path: "/params/stopSequences" },
  { method: "sampling/createMessage", path: "/params/includeContext" },
  { method: "sampling/createMessage", path: "/params/modelPreferences" },
  { method: "sampling/createMessage", path: "/params/tools/*/inputSchema", mode: "schema" },
  { method: "sampling/createMessage", path: "/params/tools/*/outputSchema", mode: "schema" },
  { method: "sampling/createMessage", path: "/result/model" },
  { method: "sampling/createMessage", path: "/result/role" },
  { method: "sampling/createMessage", path: "/result/stopReason" },
  { method: "elicitation/create", path: "/params/requestedSchema", mode: "schema" },
  { method: "elicitation/create", path: "/params/mode" },
  { method: "elicitation/create", path: "/params/elicitationId" },
  { method: "elicitation/create", path: "/result/action" },
  { method: "subscriptions/listen", path: "/params/taskIds", ...modern },
  { method: "notifications/progress", path: "/params/progressToken" },
  { method: "notifications/progress", path: "/params/progress" },
  { method: "notifications/progress", path: "/params/total" },
  { method: "notifications/cancelled", path: "/params/requestId" },
  { method: "notifications/message", path: "/params/level" },
  { method: "notifications/message", path: "/params/logger" },
  { method: "notifications/tasks/status", path: "/params/taskId" },
  { method: "notifications/tasks/status", path: "/params/status" },
  { method: "tasks/get", path: "/params/taskId" },
  { method: "tasks/get", path: "/result/taskId" },
  { method: "tasks/result", path: "/params/taskId" },
  { method: "tasks/cancel", path: "/params/taskId" },
  { method: "tasks/update", path: "/params/taskId", ...modern },
  { method: "tasks/list", path: "/result/tasks/*/taskId", ...tasksIn2025 },
];

/** Where a walk through a message begins, for both modes. */
export interface FieldPlaces {
  readonly field: Place;
  readonly schema: Place;
}

const made = new Map<string, FieldPlaces>();
/** Methods for which places are remembered; a hostile peer may call anything. */
const rememberedMax = 500;

/** The fields of a method's messages in a revision; of all revisions when it is not known. */
export function fieldsOf(method: string, revision: string | undefined): FieldPlaces {
  const key = `${revision ?? ""} ${method}`;
  const known = made.get(key);
  if (known) return known;
  const places = { field: compiled("field", method, revision), schema: compiled("schema", method, revision) };
  if (made.size >= rememberedMax) made.clear();
  made.set(key, places);
  return places;
}

function compiled(mode: FieldMode, method: string, revision: string | undefined): Place {
  const patterns = new Patterns();
  for (const field of fields) {
    if ((field.mode ?? "field") !== mode || (field.method !== "*" && field.method !== method)) continue;
    if (revision !== undefined && field.from !== undefined && revision < field.from) continue;
    if (revision !== undefined && field.until !== undefined && revision > field.until) continue;
    patterns.add(field.path.slice(1).split("/"));
  }
  return patterns.start;
}

/** Keys of `_meta` that the protocol keeps for itself (MCP, basic, `_meta`): the second label of the prefix tells. */
export function isReservedMeta(key: string): boolean {
  const slash = key.indexOf("/");
  const labels = key.slice(0, Math.max(0, slash)).toLowerCase().split(".", 2);
  return labels.includes("modelcontextprotocol") || labels.includes("mcp");
}
