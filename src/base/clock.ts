import { assert } from "./assert.ts";
import { Heap } from "./heap.ts";

/**
 * Time is handed in. Real clocks are made in runtime/; tests use {@link VirtualClock}, where nothing sleeps.
 */
export interface Clock {
  /** Microseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `then` once, `ms` milliseconds from now; the returned function cancels it. */
  after(ms: number, then: () => void): () => void;
}

/** A clock that moves only when told to. Timers due at the same instant fire in the order they were set. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = 0;
  /** The next due first; a cancelled timer stays until it comes up. */
  readonly #timers = new Heap<Timer>(before);

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    assert(ms >= 0, `a timer is set for now or later, not for ${ms} ms`);
    const timer: Timer = { due: this.#now + Math.ceil(ms * 1000), order: this.#order++, call: then };
    this.#timers.push(timer);
    this.#pending++;
    return () => {
      if (!timer.call) return;
      timer.call = undefined;
      this.#pending--;
    };
  }

  /** How many timers are set. */
  get pending(): number {
    return this.#pending;
  }

  /** Moves time forward, firing what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + Math.ceil(ms * 1000);
    for (let next = this.#next(); next && next.due <= end; next = this.#next()) this.#fire();
    this.#now = Math.max(this.#now, end);
  }

  /** Jumps to the next timer and fires it; false when none is set. */
  step(): boolean {
    if (!this.#next()) return false;
    this.#fire();
    return true;
  }

  #fire(): void {
    const timer = this.#timers.pop()!;
    const call = timer.call!;
    timer.call = undefined;
    this.#pending--;
    this.#now = Math.max(this.#now, timer.due);
    call();
  }

  #next(): Timer | undefined {
    for (let next = this.#timers.peek(); next; next = this.#timers.peek()) {
      if (next.call) return next;
      this.#timers.pop();
    }
    return undefined;
  }
}

interface Timer {
  readonly due: number;
  readonly order: number;
  /** Undefined once it fired or was cancelled. */
  call: (() => void) | undefined;
}

function before(a: Timer, b: Timer): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order);
}
