/**
 * Writes a file so that it appears whole or not at all: into a draft beside it, which takes the name at the end and
 * is gone whatever happens before.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { ReelwireError } from "../base/index.ts";
import { FileSink } from "../tape/index.ts";
import { systemHint } from "./system-hint.ts";

/** A recording is for its owner alone. */
const fileMode = 0o600;

/** Throws RW3010 when the file exists and may not be replaced, RW2202 when the system does not let it be written. */
export async function writeWhole<T>(
  path: string,
  replace: boolean,
  write: (sink: FileSink) => Promise<T>,
): Promise<T> {
  if (!replace && existsSync(path)) throw exists(path);
  const draft = draftOf(path);
  let fd: number | undefined;
  try {
    fd = openSync(draft, "wx", fileMode);
    const result = await write(new FileSink(fd));
    fsyncSync(fd);
    publish(draft, path, replace);
    return result;
  } catch (cause) {
    throw isSystem(cause) ? cannotWrite(path, cause) : cause;
  } finally {
    if (fd !== undefined) closeSync(fd);
    rmSync(draft, { force: true });
  }
}

/**
 * Puts something new in the place of files and keeps nothing of what they were; all are written before the first is
 * replaced. Links are followed, modes stay. Throws RW2202 when the system does not let it.
 */
export async function replaceAll(
  paths: readonly string[],
  write: (path: string, sink: FileSink) => Promise<void>,
): Promise<void> {
  const drafts: [draft: string, real: string][] = [];
  try {
    for (const path of paths) {
      const real = realpathSync(path);
      const draft = draftOf(real);
      const fd = openSync(draft, "wx", statSync(real).mode & 0o777);
      drafts.push([draft, real]);
      try {
        await write(path, new FileSink(fd));
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
    }
    for (const [draft, real] of drafts) renameSync(draft, real);
  } catch (cause) {
    throw isSystem(cause) ? cannotWrite(paths[0]!, cause) : cause;
  } finally {
    for (const [draft] of drafts) rmSync(draft, { force: true });
  }
}

function draftOf(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}.draft`;
}

/** A link never replaces what another process made meanwhile; where there are no links, a look has to do. */
function publish(draft: string, path: string, replace: boolean): void {
  if (!replace) {
    try {
      linkSync(draft, path);
      return;
    } catch (cause) {
      if ((isSystem(cause) && cause.code === "EEXIST") || existsSync(path)) throw exists(path);
    }
  }
  renameSync(draft, path);
}

function exists(path: string): ReelwireError {
  return new ReelwireError("RW3010", { where: [["file", path]] });
}

export function cannotWrite(path: string, cause: NodeJS.ErrnoException): ReelwireError {
  const folder = dirname(path);
  const missing = existsSync(folder) ? {} : { ENOENT: `create the folder first: mkdir -p ${folder}` };
  const hint = systemHint(cause, missing);
  return new ReelwireError("RW2202", { with: { hint }, where: [["file", path]], cause });
}

export function isSystem(cause: unknown): cause is NodeJS.ErrnoException {
  return cause instanceof Error && "syscall" in cause;
}
