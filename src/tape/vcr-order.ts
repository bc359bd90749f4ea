/**
 * Puts the events of imported calls in the order of their times. A file lists calls as they were answered, so a
 * request may belong before calls that stand above it; a window of calls is held back to find its place. A call
 * that outlasts the window keeps the order of its own events and loses only its place among the others.
 */
import type { TapeEvent } from "./format.ts";

export interface Timed {
  readonly event: TapeEvent;
  /** Where its interaction begins in the file, in bytes. */
  readonly offset: number;
  /** Bytes of the interaction that the event keeps in memory. */
  readonly bytes: number;
}

export interface WindowLimits {
  readonly eventsMax: number;
  readonly bytesMax: number;
}

const windowDefault: WindowLimits = { eventsMax: 8192, bytesMax: 16 * 1024 * 1024 };

export class TimeWindow {
  readonly #limits: WindowLimits;
  #held: Timed[] = [];
  #bytes = 0;
  #lastAt = 0;
  /** Events that came too late for their place, and were moved to a later time. */
  moved = 0;

  constructor(limits: WindowLimits = windowDefault) {
    this.#limits = limits;
  }

  /** The time of the last event given out, in microseconds. */
  get lastAt(): number {
    return this.#lastAt;
  }

  /** Takes an event; of events at the same time the one taken first stays first. */
  add(timed: Timed): void {
    let low = 0;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#held[middle]!.event.at <= timed.event.at) low = middle + 1;
      else high = middle;
    }
    this.#held.splice(low, 0, timed);
    this.#bytes += timed.bytes;
  }

  /** The earliest events, as many as must go for the window to be half empty again; mostly none. */
  *overflow(): Generator<Timed, void, void> {
    const { eventsMax, bytesMax } = this.#limits;
    if (this.#held.length <= eventsMax && this.#bytes <= bytesMax) return;
    let count = 0;
    let bytes = this.#bytes;
    while (count < this.#held.length && (this.#held.length - count > eventsMax / 2 || bytes > bytesMax / 2)) {
      bytes -= this.#held[count++]!.bytes;
    }
    yield* this.#give(count);
  }

  /** Everything that is left. */
  *rest(): Generator<Timed, void, void> {
    yield* this.#give(this.#held.length);
  }

  *#give(count: number): Generator<Timed, void, void> {
    for (const timed of this.#held.splice(0, count)) {
      this.#bytes -= timed.bytes;
      const late = timed.event.at < this.#lastAt;
      if (late) this.moved++;
      this.#lastAt = Math.max(this.#lastAt, timed.event.at);
      yield late ? { ...timed, event: { ...timed.event, at: this.#lastAt } } : timed;
    }
  }
}
