/**
 * Splits a byte stream into lines, whatever the chunking: the same stream gives the same lines. A line is what
 * stands before `\n`; a `\r` before it stays, because a tape keeps what was sent. Lines longer than the limit are
 * cut off and reported, never held.
 */
export interface Line {
  readonly bytes: Uint8Array;
  /** False when the stream ended without a line end. */
  readonly ended: boolean;
  /** How many bytes of an over-long line were let go; its `bytes` hold the first part. */
  readonly lostBytes: number;
}

/** How much of an over-long line is kept, to say what it was, in bytes. */
const headBytesMax = 1024;

export class LineSplitter {
  readonly #lineBytesMax: number;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #lostBytes = 0;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** Bytes of the unfinished line so far. */
  get heldBytes(): number {
    return this.#heldBytes + this.#lostBytes;
  }

  /**
   * The lines that this chunk completes. A line that lies inside the chunk is a view of it; `chunk` may be reused
   * by the caller once the lines are consumed: what is held over is copied.
   */
  *push(chunk: Uint8Array): Generator<Line, void, void> {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, from)) {
      yield this.#line(chunk.subarray(from, end), true);
      from = end + 1;
    }
    if (from < chunk.length) this.#hold(chunk.subarray(from));
  }

  /** What stood after the last line end, when the stream has ended. */
  end(): Line | undefined {
    return this.heldBytes === 0 ? undefined : this.#line(new Uint8Array(0), false);
  }

  #line(rest: Uint8Array, ended: boolean): Line {
    if (this.heldBytes === 0 && rest.length <= this.#lineBytesMax) return { bytes: rest, ended, lostBytes: 0 };
    this.#hold(rest);
    const bytes = this.#held.length === 1 ? this.#held[0]! : concat(this.#held, this.#heldBytes);
    const lostBytes = this.#lostBytes;
    this.#held = [];
    this.#heldBytes = this.#lostBytes = 0;
    return { bytes, ended, lostBytes };
  }

  #hold(part: Uint8Array): void {
    if (this.#lostBytes > 0) {
      this.#lostBytes += part.length;
    } else if (this.#heldBytes + part.length <= this.#lineBytesMax) {
      this.#held.push(part.slice());
      this.#heldBytes += part.length;
    } else {
      const whole = this.#heldBytes + part.length;
      const head = concat([...this.#held, part], whole).slice(0, headBytesMax);
      this.#held = [head];
      this.#heldBytes = head.length;
      this.#lostBytes = whole - head.length;
    }
  }
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
