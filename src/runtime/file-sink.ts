import { closeSync, ftruncateSync, writeSync } from "node:fs";
import type { Sink } from "../tape/index.ts";

/** A tape's file as its writer sees it: whole lines go in, or nothing does. */
export class FileSink implements Sink {
  readonly #fd: number;
  readonly path: string;
  #bytes = 0;

  constructor(fd: number, at: string) {
    this.#fd = fd;
    this.path = at;
  }

  /** Writes all of it or, when the disk does not take it, nothing: a torn line is cut off again. */
  write(bytes: Uint8Array): void {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      const whole = bytes.subarray(0, done).lastIndexOf(0x0a) + 1;
      ftruncateSync(this.#fd, this.#bytes + whole);
      throw error;
    }
    this.#bytes += done;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
