import { closeSync, fstatSync, ftruncateSync } from "node:fs";
import { FileSink, type Sink } from "../tape/worker.ts";

/** The file of a tape being recorded: whole lines go in, or nothing does, because the disk may be full. */
export class TapeFile implements Sink {
  readonly path: string;
  readonly #fd: number;
  readonly #sink: FileSink;
  #bytes = 0;

  constructor(fd: number, path: string) {
    this.path = path;
    this.#fd = fd;
    this.#sink = new FileSink(fd);
  }

  /** Throws what the system says; a line that was only begun is cut off again. */
  write(bytes: Uint8Array): void {
    try {
      this.#sink.write(bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      this.#cutBegunLine(bytes);
      throw error;
    }
  }

  /** What cannot be cut either stays torn: a reader skips it and says so. */
  #cutBegunLine(bytes: Uint8Array): void {
    try {
      const begun = bytes.subarray(0, this.#sink.size - this.#bytes);
      ftruncateSync(this.#fd, this.#bytes + begun.lastIndexOf(0x0a) + 1);
    } catch {
      // The error of the write is the one to tell.
    }
  }

  /** Throws when the file was removed while it was written: what it holds goes with it. */
  close(): void {
    const { nlink } = fstatSync(this.#fd);
    closeSync(this.#fd);
    if (nlink === 0)
      throw Object.assign(new Error("the file was removed while it was recorded"), { code: "ENOENT" });
  }
}
