import { ReelwireError } from "../base/hot.ts";

const { existsSync } = process.getBuiltinModule("node:fs");
const { basename, dirname, join } = process.getBuiltinModule("node:path");

// Where a recording's file stands: how its parts are called, and why a place cannot be used. Pairs with claim.ts.

/** A file that is ours to record into. */
export interface Claim {
  readonly fd: number;
  readonly path: string;
  /** The name that parts are counted from; the path itself when the recording does not rotate. */
  readonly base: string;
  /** The name that was asked for, when another had to be taken: it may come free (see settle in claim-conflict.ts). */
  readonly wanted?: string;
  /** The `.vcr` file to make at the end, when that is the format. */
  readonly vcr?: string;
}

/** The file that a recording starts in. */
export function fileOf(base: string, rotates: boolean): string {
  return rotates ? partPath(base, 1) : base;
}

/** The `n`-th name for a recording whose first name is taken: `x.tape.jsonl` becomes `x.2.tape.jsonl`. */
export function nextName(base: string, n: number): string {
  const { stem, suffix } = splitName(base);
  return join(dirname(base), `${stem}.${n}${suffix}`);
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

/** Why no file can be created at a path, and what to do about it. */
export function cannotCreate(path: string, cause: unknown): ReelwireError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const hints: Record<string, string> = {
    ENOENT: existsSync(dirname(path))
      ? `${dirname(path)} takes no new files; choose another place with -o`
      : `create the folder first: mkdir -p ${dirname(path)}`,
    EACCES: `${dirname(path)} is not writable for this user; choose another place with -o`,
    EPERM: `${dirname(path)} is not writable for this user; choose another place with -o`,
    EROFS: "that file system is read-only; choose another place with -o",
    ENOSPC: "the disk is full; free some space, or choose another place with -o",
    ENOTREG: "that is a device, a pipe or a folder; give the name of a file",
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
