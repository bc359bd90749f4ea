/**
 * A fixed piece of memory that collects what passed on the wire until the tape's writer takes it over: no object
 * and no allocation per chunk. An entry is a 16-byte head (time, length, kind) and the bytes, padded to eight, so
 * that the head is always aligned. {@link readArena} gives back what {@link Arena.put} took.
 */

/** What an entry holds; the numbers are stored in arenas, never on disk. */
export const entryKinds = {
  c2s: 0,
  s2c: 1,
  stderr: 2,
  /** The end of a stream; its bytes are a JSON object of facts. */
  fact: 3,
} as const;

export type EntryKind = (typeof entryKinds)[keyof typeof entryKinds];

export interface Entry {
  /** Microseconds since the recording's start. */
  readonly at: number;
  readonly kind: EntryKind;
  /** A view into the arena: gone when the arena is given back. A Buffer, whose searches are the fast ones. */
  readonly bytes: Buffer;
}

const headBytes = 16;

export class Arena {
  readonly buffer: ArrayBuffer;
  readonly #bytes: Uint8Array;
  readonly #times: Float64Array;
  readonly #words: Uint32Array;
  #used = 0;

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer;
    this.#bytes = new Uint8Array(buffer);
    this.#times = new Float64Array(buffer);
    this.#words = new Uint32Array(buffer);
  }

  /** Bytes taken so far. */
  get used(): number {
    return this.#used;
  }

  /** Whether an entry of so many bytes still fits. */
  fits(bytes: number): boolean {
    return this.#used + headBytes + ((bytes + 7) & ~7) <= this.#bytes.length;
  }

  /** Copies one entry in; ask {@link fits} first. */
  put(at: number, kind: EntryKind, bytes: Uint8Array): void {
    const head = this.#used;
    this.#times[head >> 3] = at;
    this.#words[(head >> 2) + 2] = bytes.length;
    this.#words[(head >> 2) + 3] = kind;
    this.#bytes.set(bytes, head + headBytes);
    this.#used = head + headBytes + ((bytes.length + 7) & ~7);
  }
}

/** The entries of an arena's first `used` bytes, in the order they were put. */
export function* readArena(buffer: ArrayBuffer, used: number): Generator<Entry, void, void> {
  const times = new Float64Array(buffer);
  const words = new Uint32Array(buffer);
  for (let head = 0; head < used; ) {
    const length = words[(head >> 2) + 2]!;
    const kind = words[(head >> 2) + 3] as EntryKind;
    yield { at: times[head >> 3]!, kind, bytes: Buffer.from(buffer, head + headBytes, length) };
    head += headBytes + ((length + 7) & ~7);
  }
}
