/**
 * Tables of numbers that grow: one column for each fact about an event, so that a tape of millions of messages is
 * indexed in a few dozen bytes a message.
 */

/** "There is none", in columns that name another event. */
export const none = 0xffffffff;

const firstLength = 256;

type Numbers = Uint8Array | Uint32Array | Float64Array;

/** A growing column; reading beyond its end gives what `rest` says. */
export class Column<T extends Numbers> {
  #numbers: T;
  readonly #make: (length: number) => T;
  readonly #rest: number;

  private constructor(make: (length: number) => T, rest: number) {
    this.#make = make;
    this.#rest = rest;
    this.#numbers = this.#filled(firstLength);
  }

  /** Small numbers and bits, 0 at first. */
  static bytes(): Column<Uint8Array> {
    return new Column((length) => new Uint8Array(length), 0);
  }

  /** Names of events, {@link none} at first. */
  static events(): Column<Uint32Array> {
    return new Column((length) => new Uint32Array(length), none);
  }

  /** Counts and hashes, 0 at first. */
  static words(): Column<Uint32Array> {
    return new Column((length) => new Uint32Array(length), 0);
  }

  /** Offsets and times, 0 at first. */
  static numbers(): Column<Float64Array> {
    return new Column((length) => new Float64Array(length), 0);
  }

  get(i: number): number {
    return this.#numbers[i] ?? this.#rest;
  }

  set(i: number, value: number): void {
    if (i >= this.#numbers.length) this.#grow(i);
    this.#numbers[i] = value;
  }

  #grow(i: number): void {
    const grown = this.#filled(Math.max(i + 1, this.#numbers.length * 2));
    grown.set(this.#numbers);
    this.#numbers = grown;
  }

  #filled(length: number): T {
    const made = this.#make(length);
    if (this.#rest !== 0) made.fill(this.#rest);
    return made;
  }
}
