/** A growing list of event numbers in their order, from which some are taken out again. */
export class SortedEvents {
  readonly #events: number[] = [];

  /** Adds a number that is greater than all before it. */
  push(event: number): void {
    this.#events.push(event);
  }

  delete(event: number): void {
    const at = this.#indexOf(event);
    if (this.#events[at] === event) this.#events.splice(at, 1);
  }

  /** The greatest number below one, another left out; undefined when there is none. */
  below(event: number, except: number): number | undefined {
    const at = this.#indexOf(event) - 1;
    const found = this.#events[at];
    return found === except ? this.#events[at - 1] : found;
  }

  /** Where a number stands, or belongs. */
  #indexOf(event: number): number {
    let from = 0;
    let to = this.#events.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.#events[middle]! < event) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
