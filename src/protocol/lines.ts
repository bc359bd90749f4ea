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
  readonly #headBytesMax: number;
  /** The unfinished line stands in the first bytes; the rest is room to grow. */
  #held = nothing;
  #heldBytes = 0;
  #lostBytes = 0;

  readonly #reuse: boolean;

  /** With `reuse`, a line that spans chunks stands in memory that the next one takes: consume or copy it at once. */
  constructor(lineBytesMax: number, options: { readonly reuse?: boolean } = {}) {
    this.#lineBytesMax = lineBytesMax;
    this.#reuse = options.reuse ?? false;
    this.#headBytesMax = Math.min(headBytesMax, lineBytesMax);
  }

  /** Bytes of the unfinished line so far. */
  get heldBytes(): number {
    return this.#heldBytes + this.#lostBytes;
  }

  /**
   * The lines that this chunk completes; take all of them. A line that lies inside the chunk is a view of it;
   * `chunk` may be reused by the caller once the lines are consumed: what is held over is copied.
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
    return this.heldBytes === 0 ? undefined : this.#line(nothing, false);
  }

  #line(rest: Uint8Array, ended: boolean): Line {
    if (this.heldBytes === 0 && rest.length <= this.#lineBytesMax)
      return { bytes: rest, ended, lostBytes: 0 };
    this.#hold(rest);
    const line = { bytes: this.#held.subarray(0, this.#heldBytes), ended, lostBytes: this.#lostBytes };
    if (!this.#reuse || this.#held.length > reusedBytesMax) this.#held = nothing;
    this.#heldBytes = this.#lostBytes = 0;
    return line;
  }

  #hold(part: Uint8Array): void {
    const whole = this.heldBytes + part.length;
    const kept = whole <= this.#lineBytesMax ? whole : this.#headBytesMax;
    if (kept > this.#heldBytes) this.#keep(part.subarray(0, kept - this.#heldBytes));
    if (whole > this.#lineBytesMax && this.#lostBytes === 0) this.#held = this.#held.slice(0, kept);
    this.#heldBytes = kept;
    this.#lostBytes = whole - kept;
  }

  /** Appends; the room doubles, so that one-byte chunks cost no more than large ones. */
  #keep(part: Uint8Array): void {
    const needed = this.#heldBytes + part.length;
    if (needed > this.#held.length) {
      const roomier = new Uint8Array(Math.min(Math.max(needed, 2 * this.#held.length), this.#lineBytesMax));
      roomier.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = roomier;
    }
    this.#held.set(part, this.#heldBytes);
  }
}

/** The most memory that is kept for the next line, in bytes. */
const reusedBytesMax = 4 * 1024 * 1024;

const nothing = new Uint8Array(0);
