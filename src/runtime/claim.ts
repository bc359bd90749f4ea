import type { RecordOptions } from "./record-options.ts";
import { serverName } from "./server-name.ts";
import { type Claim, cannotCreate, fileOf } from "./tape-place.ts";

const { closeSync, existsSync, mkdirSync, openSync, rmdirSync, unlinkSync } =
  process.getBuiltinModule("node:fs");
const { dirname, join, resolve } = process.getBuiltinModule("node:path");

/**
 * Claims the file a recording is written to, before the server starts: created exclusively, so that two processes
 * of one configuration never share one. The ordinary case is one system call; what to do about a file that is
 * already there is decided in claim-conflict.ts, loaded only then.
 */
export async function claimOutput(options: RecordOptions): Promise<Claim> {
  const asked = options.out === undefined ? defaultPath(options) : resolve(options.cwd, options.out);
  if (options.out === undefined) makeFolders(options.cwd, asked);
  if (options.format === "vcr") return claimVcr(asked, options);
  const claim = await create(asked, options);
  if (options.rotate) await (await import("./claim-conflict.ts")).clearParts(claim, options.force);
  return claim;
}

/** Gives an unused claim back: the server never started. Folders that were made for it go too, while empty. */
export function dropClaim(claim: Claim, options: RecordOptions): void {
  closeSync(claim.fd);
  unlinkSync(claim.path);
  if (options.out !== undefined) return;
  try {
    rmdirSync(dirname(claim.path));
    rmdirSync(dirname(dirname(claim.path)));
  } catch {
    // Other tapes are in there.
  }
}

async function create(base: string, options: RecordOptions): Promise<Claim> {
  const path = fileOf(base, options.rotate !== undefined);
  try {
    return { fd: openSync(path, "wx", 0o600), path, base };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") return (await import("./claim-conflict.ts")).resolveConflict(base, options);
    throw cannotCreate(path, cause);
  }
}

/** A `.vcr` file is made at the end; until then the recording stands in a tape beside it that is nobody else's. */
async function claimVcr(vcr: string, options: RecordOptions): Promise<Claim> {
  if (existsSync(vcr)) (await import("./claim-conflict.ts")).clearVcr(vcr, options.force);
  const path = `${vcr}.${process.pid}.tape.jsonl`;
  try {
    return { fd: openSync(path, "wx", 0o600), path, base: path, vcr };
  } catch (cause) {
    throw cannotCreate(vcr, cause);
  }
}

/** One by one: made at once, a folder that takes no entries (/proc) would be tried for ever. */
function makeFolders(cwd: string, path: string): void {
  for (const folder of [join(cwd, "tapes"), dirname(path)]) {
    try {
      mkdirSync(folder);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cannotCreate(path, cause);
    }
  }
}

function defaultPath(options: RecordOptions): string {
  const name = (options.name ?? serverName(options.command))
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^\.+/, "");
  const time = new Date().toISOString().replace(/[:.]/g, "-");
  const suffix = options.format === "vcr" ? ".vcr" : ".tape.jsonl";
  return join(options.cwd, "tapes", name || "server", `${time}-${process.pid}${suffix}`);
}
