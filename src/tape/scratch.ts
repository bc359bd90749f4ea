/**
 * A temporary file without a name: nobody else finds it, and it is gone when we are. What is in it is encrypted with a
 * key that only this process ever had, because it may come out of a tape that is.
 */
import { createCipheriv, randomBytes } from "node:crypto";
import { closeSync, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReelwireError } from "../base/index.ts";

/** What is gathered before it is written, in bytes. */
const pendingBytesMax = 256 * 1024;

let scratches = 0;

export class Scratch {
  readonly #key = randomBytes(32);
  #fd: number | undefined;
  #written = 0;
  #pending: Uint8Array[] = [];
  #pendingBytes = 0;

  append(bytes: Uint8Array): number {
    const offset = this.#written + this.#pendingBytes;
    this.#pending.push(Buffer.from(bytes));
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes >= pendingBytesMax) this.#flush();
    return offset;
  }

  read(offset: number, length: number): Buffer {
    if (offset + length > this.#written) this.#flush();
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length) {
      const more = readSync(this.#fd!, bytes, done, length - done, offset + done);
      if (more === 0) throw new ReelwireError("RW3016", { where: [["file", "a temporary copy"]] });
      done += more;
    }
    return masked(this.#key, offset, bytes);
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #flush(): void {
    this.#fd ??= openNameless();
    const bytes = masked(this.#key, this.#written, Buffer.concat(this.#pending));
    for (let done = 0; done < bytes.length; )
      done += writeSync(this.#fd, bytes, done, bytes.length - done, this.#written + done);
    this.#written += bytes.length;
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

const blockBytes = 16;

/** AES in counter mode, from any byte on; what is masked twice is what it was. No byte of the file is written twice. */
function masked(key: Uint8Array, offset: number, bytes: Uint8Array): Buffer {
  const counter = Buffer.alloc(blockBytes);
  counter.writeUIntBE(Math.floor(offset / blockBytes), 10, 6);
  const cipher = createCipheriv("aes-256-ctr", key, counter);
  cipher.update(Buffer.alloc(offset % blockBytes));
  return cipher.update(bytes);
}

function openNameless(): number {
  const path = join(tmpdir(), `reelwire-${process.pid}-${++scratches}-${Date.now()}.tmp`);
  try {
    const fd = openSync(path, "wx+", 0o600);
    unlinkSync(path);
    return fd;
  } catch (cause) {
    throw new ReelwireError("RW3018", { where: [["file", path]], cause });
  }
}
