/**
 * Who may go before whom: an item enters one or more lanes and may start when it is the first in each of them.
 * Pairs with `conversation.ts`, whose strands are the items.
 */
import { assert, Queue } from "../base/index.ts";

export class Lanes<T extends { readonly lanes: readonly string[] }> {
  readonly #lanes = new Map<string, Queue<T>>();

  /** Whether an item in these lanes may start at once. */
  free(lanes: readonly string[]): boolean {
    return this.#lanes.size === 0 || !lanes.some((lane) => this.#lanes.has(lane));
  }

  has(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /** The lanes with somebody in them. */
  names(): Iterable<string> {
    return this.#lanes.keys();
  }

  enter(item: T): void {
    for (const name of item.lanes) {
      let lane = this.#lanes.get(name);
      if (!lane) this.#lanes.set(name, (lane = new Queue(Number.POSITIVE_INFINITY)));
      lane.push(item);
    }
  }

  /** Takes an item out that is first in its lanes; returns those that may start now. */
  leave(item: T): T[] {
    const freed: T[] = [];
    for (const name of item.lanes) {
      const lane = this.#lanes.get(name);
      assert(lane?.shift() === item, "only the first of a lane leaves it");
      const first = lane.peek();
      if (!first) this.#lanes.delete(name);
      else if (this.#isFirst(first)) freed.push(first);
    }
    return freed;
  }

  clear(): void {
    this.#lanes.clear();
  }

  #isFirst(item: T): boolean {
    return item.lanes.every((name) => this.#lanes.get(name)?.peek() === item);
  }
}
