/**
 * Which recorded requests have a key: an open-addressing table from a 64-bit hash to the chain of events that share
 * it, in the order of recording. A hash finds candidates only; who asks compares them in full.
 */
import { Column, none } from "./columns.ts";
import type { Hash } from "./hash.ts";

/** The table grows before this share of its slots is taken. */
const loadMax = 0.6;

export class KeyTable {
  #slots = 1024;
  #used = 0;
  #low = new Uint32Array(this.#slots);
  #high = new Uint32Array(this.#slots);
  #first = new Uint32Array(this.#slots).fill(none);
  #last = new Uint32Array(this.#slots);
  readonly #next = Column.events();

  add([low, high]: Hash, event: number): void {
    const slot = this.#find(low, high);
    if (this.#first[slot] === none) {
      this.#low[slot] = low;
      this.#high[slot] = high;
      this.#first[slot] = event;
      this.#used++;
    } else {
      this.#next.set(this.#last[slot]!, event);
    }
    this.#last[slot] = event;
    if (this.#used > this.#slots * loadMax) this.#grow();
  }

  /** The first event of a key, or {@link none}. */
  first([low, high]: Hash): number {
    return this.#first[this.#find(low, high)]!;
  }

  /** The event after this one in its chain, or {@link none}. */
  after(event: number): number {
    return this.#next.get(event);
  }

  /** The slot of a hash, or the empty one where it belongs. */
  #find(low: number, high: number): number {
    const mask = this.#slots - 1;
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      if (this.#first[slot] === none) return slot;
      if (this.#low[slot] === low && this.#high[slot] === high) return slot;
    }
  }

  #grow(): void {
    const old = {
      low: this.#low,
      high: this.#high,
      first: this.#first,
      last: this.#last,
      slots: this.#slots,
    };
    this.#slots *= 2;
    this.#low = new Uint32Array(this.#slots);
    this.#high = new Uint32Array(this.#slots);
    this.#first = new Uint32Array(this.#slots).fill(none);
    this.#last = new Uint32Array(this.#slots);
    for (let i = 0; i < old.slots; i++) {
      if (old.first[i] === none) continue;
      const slot = this.#find(old.low[i]!, old.high[i]!);
      this.#low[slot] = old.low[i]!;
      this.#high[slot] = old.high[i]!;
      this.#first[slot] = old.first[i]!;
      this.#last[slot] = old.last[i]!;
    }
  }
}
