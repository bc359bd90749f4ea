// The rules of the two readers that .vcr files were made for. They disagree, so a file must satisfy both.
// `acceptedByFirst` is the stricter reading of the data-class model; `secondReader` is the schema of the other.
import { z } from "zod";

type Table = Record<string, unknown>;

/** Every rule of the first reader that a file breaks, by path. */
export function brokenInFirst(file: unknown): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, path: string): void => void (holds || broken.push(path));
  const top = table(file);
  const metadata = table(top["metadata"]);
  const session = table(top["session"]);
  rule(text(top["format_version"] ?? ""), "format_version");
  rule(isTable(top["metadata"]), "metadata");
  rule(isTable(top["session"]), "session");
  rule(text(metadata["version"]), "metadata.version");
  rule(time(metadata["recorded_at"]), "metadata.recorded_at");
  rule(["stdio", "sse"].includes(metadata["transport"] as string), "metadata.transport");
  rule(isTable(metadata["client_info"] ?? {}), "metadata.client_info");
  rule(isTable(metadata["server_info"] ?? {}), "metadata.server_info");
  rule(texts(metadata["server_args"] ?? []), "metadata.server_args");
  rule(isTable(metadata["tags"] ?? {}) && texts(Object.values(table(metadata["tags"]))), "metadata.tags");
  for (const key of ["server_command", "session_id", "endpoint_id", "agent_id"]) {
    rule(metadata[key] === undefined || metadata[key] === null || text(metadata[key]), `metadata.${key}`);
  }
  request(session["initialize_request"], "initialize_request", rule);
  response(session["initialize_response"], "initialize_response", rule);
  rule(isTable(session["capabilities"] ?? {}), "capabilities");
  rule(Array.isArray(session["interactions"] ?? []), "interactions");
  for (const [i, one] of ((session["interactions"] as unknown[]) ?? []).entries())
    interaction(one, `[${i}]`, rule);
  return broken;
}

type Rule = (holds: boolean, path: string) => void;

function interaction(value: unknown, path: string, rule: Rule): void {
  const it = table(value);
  rule(Number.isInteger(it["sequence"]), `${path}.sequence`);
  rule(time(it["timestamp"]), `${path}.timestamp`);
  rule(["client_to_server", "server_to_client"].includes(it["direction"] as string), `${path}.direction`);
  request(it["request"], `${path}.request`, rule);
  if (it["response"] !== undefined && it["response"] !== null)
    response(it["response"], `${path}.response`, rule);
  rule(Array.isArray(it["notifications"] ?? []), `${path}.notifications`);
  for (const one of (it["notifications"] as unknown[]) ?? []) {
    rule(text(table(one)["method"]), `${path}.notifications.method`);
    rule(params(table(one)["params"]), `${path}.notifications.params`);
  }
  rule(typeof it["latency_ms"] === "number", `${path}.latency_ms`);
}

function request(value: unknown, path: string, rule: Rule): void {
  const it = table(value);
  rule(isTable(value), path);
  rule((it["jsonrpc"] ?? "2.0") === "2.0", `${path}.jsonrpc`);
  rule(id(it["id"]), `${path}.id`);
  rule(text(it["method"]), `${path}.method`);
  rule(params(it["params"]), `${path}.params`);
}

function response(value: unknown, path: string, rule: Rule): void {
  const it = table(value);
  rule(isTable(value), path);
  rule((it["jsonrpc"] ?? "2.0") === "2.0", `${path}.jsonrpc`);
  rule(id(it["id"]), `${path}.id`);
  rule(it["result"] === undefined || it["result"] === null || isTable(it["result"]), `${path}.result`);
  if (it["error"] === undefined || it["error"] === null) return;
  const error = table(it["error"]);
  rule(Number.isInteger(error["code"]), `${path}.error.code`);
  rule(text(error["message"]), `${path}.error.message`);
  rule(error["data"] === undefined || error["data"] === null || isTable(error["data"]), `${path}.error.data`);
}

const isTable = (value: unknown): value is Table =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const table = (value: unknown): Table => (isTable(value) ? value : {});
const text = (value: unknown): boolean => typeof value === "string";
const texts = (value: unknown): boolean => Array.isArray(value) && value.every(text);
const id = (value: unknown): boolean => typeof value === "string" || typeof value === "number";
const time = (value: unknown): boolean => typeof value === "string" && !Number.isNaN(Date.parse(value));
const params = (value: unknown): boolean => value === undefined || typeof value === "object";

const zId = z.union([z.string(), z.number()]);
const zParams = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional();
const zTime = z.iso.datetime();
const zRequest = z.object({ jsonrpc: z.literal("2.0"), id: zId, method: z.string(), params: zParams });
const zNotification = z.object({ jsonrpc: z.literal("2.0"), method: z.string(), params: zParams });
const zError = z.object({
  code: z.number().int(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});
const zResponse = z
  .object({
    jsonrpc: z.literal("2.0"),
    id: zId,
    result: z.record(z.string(), z.unknown()).optional(),
    error: zError.optional(),
  })
  .refine((it) => (it.result === undefined) !== (it.error === undefined), "exactly one of result and error");
const zInteraction = z.object({
  sequence: z.number().int().min(0),
  timestamp: zTime,
  direction: z.enum(["client_to_server", "server_to_client"]),
  request: zRequest,
  response: zResponse.optional(),
  notifications: z.array(zNotification).default([]),
  latency_ms: z.number().min(0),
});

export const secondReader = z.object({
  format_version: z.string(),
  metadata: z.object({
    version: z.string(),
    recorded_at: zTime,
    transport: z.enum(["stdio", "sse"]),
    client_info: z.record(z.string(), z.unknown()).default({}),
    server_info: z.record(z.string(), z.unknown()).default({}),
    server_command: z.string().optional(),
    server_args: z.array(z.string()).default([]),
    tags: z.record(z.string(), z.unknown()).default({}),
    session_id: z.string().optional(),
    endpoint_id: z.string().optional(),
    agent_id: z.string().optional(),
  }),
  session: z.object({
    initialize_request: zRequest,
    initialize_response: zResponse,
    capabilities: z.record(z.string(), z.unknown()).default({}),
    interactions: z.array(zInteraction),
  }),
});

/** Every rule of either reader that a file's text breaks. */
export function brokenRules(file: string): string[] {
  const value: unknown = JSON.parse(file);
  const second = secondReader.safeParse(value);
  const sequence = (
    (value as { session: { interactions: { sequence: number }[] } }).session.interactions ?? []
  ).map((it) => it.sequence);
  return [
    ...brokenInFirst(value),
    ...(second.success
      ? []
      : second.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`)),
    ...(sequence.every((number, i) => number === i) ? [] : ["sequence is not contiguous"]),
  ];
}
