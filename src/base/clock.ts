import { assert } from "./assert.ts";

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
  /** A binary heap, the next due first; a cancelled timer stays in it until it comes up. */
  readonly #heap: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    assert(ms >= 0, `a timer is set for now or later, not for ${ms} ms`);
    const timer: Timer = { due: this.#now + Math.ceil(ms * 1000), order: this.#order++, call: then };
    pushTimer(this.#heap, timer);
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
    const timer = popTimer(this.#heap)!;
    const call = timer.call!;
    timer.call = undefined;
    this.#pending--;
    this.#now = Math.max(this.#now, timer.due);
    call();
  }

  #next(): Timer | undefined {
    while (this.#heap.length > 0 && !this.#heap[0]!.call) popTimer(this.#heap);
    return this.#heap[0];
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

function pushTimer(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!before(timer, heap[parent]!)) break;
    heap[at] = heap[parent]!;
    at = parent;
  }
  heap[at] = timer;
}

function popTimer(heap: Timer[]): Timer | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (!last || heap.length === 0) return first;
  let at = 0;
  for (let child = 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = last;
  return first;
}
