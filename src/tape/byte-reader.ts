/** Takes bytes from a stream in the pieces that a format wants, whatever pieces they come in. */

export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** So many bytes, in a buffer of their own; fewer only when the stream ends. */
  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    let done = 0;
    while (done < length && (await this.#more())) {
      const part = this.#chunk.subarray(0, length - done);
      bytes.set(part, done);
      done += part.length;
      this.#chunk = this.#chunk.subarray(part.length);
    }
    return bytes.subarray(0, done);
  }

  /** The next line with its line end, which a last one may lack; undefined when it is longer than `bytesMax`. */
  async line(bytesMax: number): Promise<Buffer | undefined> {
    const parts: Uint8Array[] = [];
    let length = 0;
    while (await this.#more()) {
      const end = this.#chunk.indexOf(0x0a);
      const part = end < 0 ? this.#chunk : this.#chunk.subarray(0, end + 1);
      if ((length += part.length) > bytesMax) return undefined;
      parts.push(part);
      this.#chunk = this.#chunk.subarray(part.length);
      if (end >= 0) break;
    }
    return Buffer.concat(parts);
  }

  /** Lets the source go. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** Whether there is something left. */
  async #more(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) return false;
      this.#chunk = value;
    }
    return true;
  }
}
