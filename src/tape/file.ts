/** Files as streams of bytes and as sinks, with what the system says about them turned into errors with a code. */
import { fstatSync, writeSync } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { ReelwireError } from "../base/index.ts";
import type { Sink } from "./writer.ts";

/** How much is read at once, in bytes. */
const chunkBytes = 256 * 1024;

/** A file's bytes from its beginning. Throws RW3001 when it cannot be read. */
export async function* fileBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  let handle: FileHandle | undefined;
  try {
    // Asked before it is opened: opening a pipe waits for a writer, and nothing interrupts that.
    const facts = await stat(path);
    if (!facts.isFile()) throw notRegular(path, facts.isDirectory());
    handle = await open(path, "r");
    for (;;) {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes);
      const { bytesRead } = await handle.read(chunk, 0, chunkBytes, null);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } catch (cause) {
    throw isSystem(cause) ? cannotRead(path, cause) : cause;
  } finally {
    await handle?.close();
  }
}

/** Writes to an open file, wherever it stands; the caller opens and closes it. */
export class FileSink implements Sink {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Throws what the system says; the file then may hold the beginning of `bytes`, but not `bytes`. */
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
  }

  /** Bytes in the file. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }
}

export function cannotRead(path: string, cause: NodeJS.ErrnoException): ReelwireError {
  return new ReelwireError("RW3001", { with: { hint: hintOf(cause) }, where: [["file", path]], cause });
}

function notRegular(path: string, folder: boolean): ReelwireError {
  const hint = folder
    ? "it is a folder: name one of the tapes in it"
    : "it is a device or a pipe: name a file";
  return new ReelwireError("RW3001", { with: { hint }, where: [["file", path]] });
}

export function isSystem(cause: unknown): cause is NodeJS.ErrnoException {
  return (
    cause instanceof Error && typeof (cause as NodeJS.ErrnoException).code === "string" && "syscall" in cause
  );
}

function hintOf(cause: NodeJS.ErrnoException): string {
  switch (cause.code) {
    case "ENOENT":
      return "there is no such file: check the spelling and the folder";
    case "ENOTDIR":
      return "a part of its path is a file, not a folder";
    case "EACCES":
    case "EPERM":
      return "you have no permission to read it";
    default:
      return `the system says: ${cause.message}`;
  }
}
