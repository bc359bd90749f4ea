/**
 * Bytes that lines are appended to, reused from flush to flush. Room is reserved once per line, then written
 * without further checks: this is the hot path of a recording.
 */
export class LineBuffer {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacityBytes: number) {
    this.#bytes = unfilled(capacityBytes);
  }

  get length(): number {
    return this.#length;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** What was appended, as a view that is good until the next change. */
  view(from = 0): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  /** Makes sure that this many bytes can be appended, growing when they cannot. */
  reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const grown = unfilled(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.view());
    this.#bytes = grown;
  }

  /** Appends a text of ASCII characters. */
  ascii(text: string): void {
    const bytes = this.#bytes;
    let to = this.#length;
    for (let i = 0; i < text.length; i++) bytes[to++] = text.charCodeAt(i);
    this.#length = to;
  }

  /** Appends a non-negative integer in decimal. */
  integer(value: number): void {
    this.ascii(String(value));
  }

  raw(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }
}

/** Where the first line end stands, or -1: many times faster on long lines than a typed array's own search. */
export function lineEndIn(bytes: Uint8Array): number {
  return Buffer.prototype.indexOf.call(bytes, 0x0a);
}

/** Bytes that nobody has filled with zeros: they are written before they are seen. */
function unfilled(bytes: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(bytes).buffer);
}
