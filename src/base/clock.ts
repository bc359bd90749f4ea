/**
 * Time is handed in. Real clocks are made in runtime/; tests use {@link VirtualClock}, where nothing sleeps.
 */
export interface Clock {
  /** Microseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `then` once, `ms` milliseconds from now; the returned function cancels it. */
  after(ms: number, then: () => void): () => void;
}

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly then: () => void;
}

/** A clock that moves only when told to. Timers due at the same instant fire in the order they were set. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const timer: Timer = { due: this.#now + ms * 1000, order: this.#order++, then };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer);
    };
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Moves time forward, firing what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms * 1000;
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire(next);
    this.#now = end;
  }

  /** Jumps to the next timer and fires it; false when none is set. */
  step(): boolean {
    const next = this.#next();
    if (!next) return false;
    this.#fire(next);
    return true;
  }

  #fire(timer: Timer): void {
    this.#now = Math.max(this.#now, timer.due);
    this.#timers = this.#timers.filter((t) => t !== timer);
    timer.then();
  }

  #next(): Timer | undefined {
    let best: Timer | undefined;
    for (const t of this.#timers) {
      if (!best || t.due < best.due || (t.due === best.due && t.order < best.order)) best = t;
    }
    return best;
  }
}
