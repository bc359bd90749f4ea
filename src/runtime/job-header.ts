import { randomBytes } from "node:crypto";
import { version } from "../base/index.ts";
import type { ProcessMark, RedactionFacts, TapeHeader } from "../tape/index.ts";
import { formatVersion } from "../tape/worker.ts";
import { markOf } from "./ancestors.ts";
import type { TapeJob } from "./tape-job.ts";

/** The header of a recording of a stdio server: who recorded what, started by whom, and how. */
export function headerOf(
  { header, startedAtUs, capture }: Pick<TapeJob, "header" | "startedAtUs" | "capture">,
  from: ProcessMark,
  redaction: RedactionFacts,
): TapeHeader {
  const { command, cwd, env, ...names } = header;
  return {
    reelwire: formatVersion,
    id: uuid7(Math.floor(startedAtUs / 1000)),
    startedAt: isoMicros(startedAtUs),
    ...names,
    server: { transport: "stdio", command, cwd, ...(env.length > 0 ? { env } : {}) },
    client: { transport: "stdio" },
    launcher: from,
    recorder: markOf(process.pid),
    redaction,
    ...(capture === undefined ? {} : { capture }),
    writer: `reelwire ${version}`,
  };
}

/** ISO 8601 UTC with microseconds. */
function isoMicros(us: number): string {
  const micros = String(us % 1000).padStart(3, "0");
  return new Date(Math.floor(us / 1000)).toISOString().replace("Z", `${micros}Z`);
}

/** A UUID of version 7 (RFC 9562 section 5.7): sorts by time. */
function uuid7(ms: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  bytes[6] = (bytes[6]! & 0x0f) | 0x70;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
