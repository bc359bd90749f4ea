/** A source of bytes whose hash can be asked at every line: the other half of what the writer hashes. */
import { createHash } from "node:crypto";

/** How many bytes wait for the hash before it is brought up to date, in bytes. */
const pendingBytesMax = 1024 * 1024;

/** Remembers what it gave out until the hash has seen it, so that the hash can stop at any line. */
export class HashedSource implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #hash = createHash("sha256");
  #pending: Uint8Array[] = [];
  #hashed = 0;
  #last: number | undefined;
  bytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  get endsWithLine(): boolean {
    return this.#last === 0x0a;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of this.#source) {
      if (chunk.length === 0) continue;
      this.#pending.push(chunk);
      this.bytes += chunk.length;
      this.#last = chunk[chunk.length - 1];
      yield chunk;
    }
  }

  /** Says that no hash before this offset will be asked for any more. */
  passed(offset: number): void {
    if (offset - this.#hashed >= pendingBytesMax) this.#hashTo(offset);
  }

  /** The hash of everything before the offset; offsets never go back. */
  digestAt(offset: number): string {
    this.#hashTo(offset);
    return this.#hash.copy().digest("hex");
  }

  #hashTo(offset: number): void {
    let done = 0;
    for (const chunk of this.#pending) {
      const part = chunk.subarray(0, offset - this.#hashed);
      if (part.length === 0) break;
      this.#hash.update(part);
      this.#hashed += part.length;
      if (part.length < chunk.length) {
        this.#pending[done] = chunk.subarray(part.length);
        break;
      }
      done++;
    }
    this.#pending.splice(0, done);
  }
}
