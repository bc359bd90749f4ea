/** Timers of a virtual clock that nobody cancels; those due at the same instant fire in the order they were set. */

interface Timer {
  readonly at: number;
  readonly fire: () => void;
}

export class Timers {
  /** Sorted, the next last. There are few. */
  readonly #timers: Timer[] = [];

  set(at: number, fire: () => void): void {
    let i = this.#timers.length;
    while (i > 0 && this.#timers[i - 1]!.at <= at) i--;
    this.#timers.splice(i, 0, { at, fire });
  }

  next(): Timer | undefined {
    return this.#timers.pop();
  }
}
