import { ReelwireError } from "../base/hot.ts";
import type { RecordOptions } from "./record-options.ts";
import { serverName } from "./server-name.ts";

const { closeSync, mkdirSync, openSync, unlinkSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join, resolve } = process.getBuiltinModule("node:path");

/**
 * Claims the file a recording is written to, before the server starts: created exclusively, so that two processes
 * of one configuration never share one. The ordinary case is one system call; what to do about a file that is
 * already there is decided in claim-conflict.ts, loaded only then.
 */
export interface Claim {
  readonly fd: number;
  readonly path: string;
  /** The name that was asked for, when another had to be taken: it may come free (see settle in claim-conflict.ts). */
  readonly wanted?: string;
  /** The `.vcr` file to make at the end, when that is the format. */
  readonly vcr?: string;
}

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

/** The file of part `n` of a rotating recording: `x.tape.jsonl` becomes `x.0001.tape.jsonl`. */
export function partPath(path: string, n: number): string {
  const { stem, suffix } = splitName(path);
  return join(dirname(path), `${stem}.${String(n).padStart(4, "0")}${suffix}`);
}

/** A name's stem and its suffix, `.tape.jsonl` kept in one piece. */
export function splitName(path: string): { stem: string; suffix: string } {
  const name = basename(path);
  const suffix = /(\.tape\.jsonl|\.jsonl|\.[^.]+)$/.exec(name)?.[0] ?? "";
  const stem = name.slice(0, name.length - suffix.length);
  return stem === "" ? { stem: name, suffix: "" } : { stem, suffix };
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

export function cannotCreate(path: string, cause: unknown): ReelwireError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const hints: Record<string, string> = {
    ENOENT: `create the folder first: mkdir -p ${dirname(path)}`,
    EACCES: `${dirname(path)} is not writable for this user; choose another place with -o`,
    EPERM: `${dirname(path)} is not writable for this user; choose another place with -o`,
    EROFS: "that file system is read-only; choose another place with -o",
    ENOSPC: "the disk is full; free some space, or choose another place with -o",
    EISDIR: "that is a folder; give the name of a file",
    ENOTDIR: "a part of the path is a file, not a folder; choose another place with -o",
    ENAMETOOLONG: "choose a shorter name with -o",
  };
  return new ReelwireError("RW2202", {
    with: { hint: hints[code ?? ""] ?? "choose another place with -o" },
    where: [
      ["file", path],
      ["cause", message],
    ],
    cause,
  });
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
