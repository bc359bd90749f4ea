import { assert } from "./assert.ts";

/** A first-in, first-out queue with a named limit. The caller decides what a full queue means. */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #head = 0;
  readonly itemsMax: number;

  constructor(itemsMax: number) {
    this.itemsMax = itemsMax;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  get full(): boolean {
    return this.length >= this.itemsMax;
  }

  push(item: T): void {
    assert(!this.full, `a queue of at most ${this.itemsMax} items is asked first whether it is full`);
    this.#items.push(item);
  }

  peek(): T | undefined {
    return this.#items[this.#head];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
