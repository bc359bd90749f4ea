/**
 * The first pass over a `.vcr` file: what it says about itself, wherever that stands. Stops as soon as everything
 * is known, which in most files is before the first interaction.
 */
import { createHash } from "node:crypto";
import { decodeLoosely, decodeUtf8, limits, ReelwireError } from "../base/index.ts";
import { isShallow } from "./depth.ts";
import { formatVersion, type SideHeader, type TapeHeader } from "./format.ts";
import { isWellFormed, vcrCall } from "./vcr-call.ts";
import { JsonCursor } from "./vcr-cursor.ts";
import { JsonFault } from "./vcr-scan.ts";
import { fromTags } from "./vcr-tags.ts";
import { formatWallTime, parseWallTime, type WallTime } from "./wall-time.ts";

export interface Survey {
  readonly header: TapeHeader;
  /** The texts of the handshake; undefined when there was none, or a writer only filled the place. */
  readonly request: Uint8Array | undefined;
  readonly response: Uint8Array | undefined;
  /** Microseconds since 1970 from which `at` counts. */
  readonly startMicros: number;
  readonly startZoned: boolean;
  /** Whether the file had a handshake that says nothing. */
  readonly placeholder: boolean;
}

/** What the pass gathers; undefined is not seen yet. */
interface Found {
  version?: unknown;
  metadata?: Uint8Array;
  session?: true;
  request?: Uint8Array;
  response?: Uint8Array;
  first?: Uint8Array;
}

/** Throws RW3008 for an empty source and RW3007 when it is no such recording. `name` is the file, for errors. */
export async function surveyVcr(
  source: AsyncIterable<Uint8Array>,
  name: string | undefined,
): Promise<Survey> {
  const cursor = new JsonCursor(source);
  const found: Found = {};
  try {
    if ((await cursor.peek()) === undefined) throw new ReelwireError("RW3008", whereOf(name));
    await visitTop(cursor, found);
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault;
    if (found.session === undefined) throw misshapen(fault.why, name);
  } finally {
    await cursor.close();
  }
  if (found.session === undefined) throw misshapen("it has no 'session' object", name);
  return surveyOf(found, name);
}

async function visitTop(cursor: JsonCursor, found: Found): Promise<void> {
  if ((await cursor.peek()) !== 0x7b) throw new JsonFault("it is not an object");
  for await (const key of cursor.keys()) {
    const opens = (await cursor.peek()) === 0x7b;
    if (key === "metadata" && opens) found.metadata = await cursor.value(limits.headerBytesMax);
    else if (key === "format_version") found.version = parsed(await cursor.value(limits.headerBytesMax));
    else if (key === "session" && opens) await visitSession(cursor, found);
    else await cursor.skip();
    if (isEverything(found)) return;
  }
}

async function visitSession(cursor: JsonCursor, found: Found): Promise<void> {
  found.session = true;
  for await (const key of cursor.keys()) {
    if (key === "initialize_request") found.request = await cursor.value(limits.messageBytesMax);
    else if (key === "initialize_response") found.response = await cursor.value(limits.messageBytesMax);
    else if (key === "interactions" && (await cursor.peek()) === 0x5b) await visitCalls(cursor, found);
    else await cursor.skip();
    if (isEverything(found)) return;
  }
}

async function visitCalls(cursor: JsonCursor, found: Found): Promise<void> {
  for await (const _ of cursor.elements()) {
    if (found.first === undefined) found.first = await cursor.value(limits.tapeLineBytesMax);
    else await cursor.skip();
    if (isEverything(found)) return;
  }
}

function isEverything(found: Found): boolean {
  return Boolean(found.metadata && found.request && found.response && found.first);
}

function surveyOf(found: Found, name: string | undefined): Survey {
  if (found.metadata !== undefined && !isShallow(decodeLoosely(found.metadata))) {
    throw misshapen("its 'metadata' is nested too deep", name);
  }
  if (found.metadata !== undefined && !isWellFormed(found.metadata))
    throw misshapen("its 'metadata' is damaged", name);
  const metadata = parsed(found.metadata) ?? {};
  const facts = metadata as Record<string, unknown>;
  const start = startOf(facts["recorded_at"], found.first);
  const placeholder = isPlaceholder(found.request, found.response);
  const hash = createHash("sha256")
    .update(found.metadata ?? "")
    .update(found.request ?? "");
  return {
    header: headerOf(facts, found.version, hash.digest("hex").slice(0, 32), start.micros),
    request: placeholder ? undefined : found.request,
    response: placeholder ? undefined : found.response,
    startMicros: start.micros,
    startZoned: start.zoned,
    placeholder,
  };
}

/** The time of the recording, or of the first request when that was earlier or nothing else is known. */
function startOf(recordedAt: unknown, first: Uint8Array | undefined): WallTime {
  const recorded = typeof recordedAt === "string" ? parseWallTime(recordedAt) : undefined;
  const call = first === undefined ? "none" : vcrCall(first, { nulls: 0 });
  if (typeof call === "string" || call.time === undefined) return recorded ?? { micros: 0, zoned: true };
  const asked = { micros: call.time.micros - call.latencyMicros, zoned: call.time.zoned };
  return recorded === undefined || asked.micros < recorded.micros ? asked : recorded;
}

/** A recorder that was stopped before any handshake fills both places with empty shapes. */
function isPlaceholder(request: Uint8Array | undefined, response: Uint8Array | undefined): boolean {
  const params = memberOf(parsed(request), "params");
  const result = memberOf(parsed(response), "result");
  if (memberOf(parsed(response), "error")) return false;
  return (
    memberOf(params, "protocolVersion") === undefined && memberOf(result, "protocolVersion") === undefined
  );
}

function headerOf(
  facts: Record<string, unknown>,
  version: unknown,
  id: string,
  startMicros: number,
): TapeHeader {
  const transport = typeof facts["transport"] === "string" ? facts["transport"] : "stdio";
  const imported = {
    from: "vcr",
    formatVersion: typeof version === "string" ? version : undefined,
    version: facts["version"],
    clientInfo: facts["client_info"],
    serverInfo: facts["server_info"],
  };
  return {
    reelwire: formatVersion,
    id,
    startedAt: formatWallTime(startMicros),
    ...textOf("sessionId", facts["session_id"]),
    ...textOf("endpointId", facts["endpoint_id"]),
    ...textOf("agentId", facts["agent_id"]),
    ...fromTags(tagsOf(facts["tags"])),
    server: serverOf(transport, facts["server_command"], facts["server_args"]),
    client: { transport },
    imported,
  };
}

function textOf(key: "sessionId" | "endpointId" | "agentId", value: unknown): Partial<TapeHeader> {
  return typeof value === "string" ? { [key]: value } : {};
}

function tagsOf(value: unknown): [string, string][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  return Object.entries(value).map(([key, tag]) => [
    key,
    typeof tag === "string" ? tag : JSON.stringify(tag),
  ]);
}

function serverOf(transport: string, command: unknown, args: unknown): SideHeader {
  if (typeof command !== "string" || command === "") return { transport };
  const rest = Array.isArray(args) ? args.filter((arg) => typeof arg === "string") : [];
  return { transport, command: [command, ...rest] };
}

function parsed(text: Uint8Array | undefined): unknown {
  if (text === undefined || !isWellFormed(text)) return undefined;
  return JSON.parse(decodeUtf8(text)!) as unknown;
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key] ?? undefined;
}

function misshapen(hint: string, name: string | undefined): ReelwireError {
  return new ReelwireError("RW3007", { with: { hint }, ...whereOf(name) });
}

function whereOf(name: string | undefined): { where: [string, string][] } {
  return { where: name === undefined ? [] : [["file", name]] };
}
