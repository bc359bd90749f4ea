import type { RecordOptions } from "./record-options.ts";
import { serverName } from "./server-name.ts";
import { type Claim, cannotCreate, partPath } from "./tape-place.ts";

const { closeSync, mkdirSync, openSync, unlinkSync } = process.getBuiltinModule("node:fs");
const { dirname, join, resolve } = process.getBuiltinModule("node:path");

/**
 * Claims the file a recording is written to, before the server starts: created exclusively, so that two processes
 * of one configuration never share one. The ordinary case is one system call; what to do about a file that is
 * already there is decided in claim-conflict.ts, loaded only then.
 */
export async function claimOutput(options: RecordOptions): Promise<Claim> {
  const asked = options.out === undefined ? defaultPath(options) : resolve(options.cwd, options.out);
  const vcr = options.format === "vcr" ? asked : undefined;
  const path = vcr === undefined ? asked : tapeBeside(vcr);
  if (options.rotate) return { ...(await create(partPath(path, 1), options)), ...(vcr ? { vcr } : {}) };
  if (vcr !== undefined) await (await import("./claim-conflict.ts")).checkVcr(vcr, options.force);
  return { ...(await create(path, options)), ...(vcr ? { vcr } : {}) };
}

/** Gives an unused claim back: the server never started. */
export function dropClaim(claim: Claim): void {
  closeSync(claim.fd);
  unlinkSync(claim.path);
}

async function create(path: string, options: RecordOptions): Promise<Claim> {
  try {
    return { fd: openSync(path, "wx", 0o600), path };
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ENOENT" && options.out === undefined) {
      mkdirSync(dirname(path), { recursive: true });
      return create(path, options);
    }
    if (code === "EEXIST") return (await import("./claim-conflict.ts")).resolveConflict(path, options.force);
    throw cannotCreate(path, cause);
  }
}

function tapeBeside(vcr: string): string {
  return `${vcr.replace(/\.vcr$/, "")}.tape.jsonl`;
}

function defaultPath(options: RecordOptions): string {
  const name = (options.name ?? serverName(options.command))
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^\.+/, "");
  const time = new Date().toISOString().replace(/[:.]/g, "-");
  const suffix = options.format === "vcr" ? ".vcr" : ".tape.jsonl";
  return join(options.cwd, "tapes", name || "server", `${time}-${process.pid}${suffix}`);
}
