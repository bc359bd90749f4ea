/**
 * Holds events back, in order, while one of them may end with the beginning of a known value that its stream goes on
 * with. Only notifications are streams: a result is said at once.
 */
import { copyOf } from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import { type Piece, type Redactor, type SplitValues, sealKey, withSeal } from "../redact/index.ts";
import type { TapeEvent } from "../tape/index.ts";

export const splitLimits = {
  /** How much waits at the most; when it is more, the first is settled as it is. */
  heldEventsMax: 10_000,
  heldBytesMax: 4 * 1024 * 1024,
} as const;

interface Held {
  readonly event: TapeEvent;
  readonly piece: Piece | undefined;
  readonly bytes: number;
}

export class SplitQueue {
  readonly #splits: SplitValues;
  readonly #redactor: Redactor;
  #held: Held[] = [];
  #bytes = 0;

  constructor(splits: SplitValues, redactor: Redactor) {
    this.#splits = splits;
    this.#redactor = redactor;
  }

  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Takes the next event; returns those that may be written. What is held outlives the memory that it is a view of. */
  push(event: TapeEvent): TapeEvent[] {
    const piece = this.#pieceOf(event);
    if (this.#held.length === 0 && !piece?.open) return [event];
    const bytes = event.payload.kind === "msg" ? event.payload.message.bytes.length : 0;
    this.#held.push({ event: piece ? event : lasting(event), piece, bytes });
    this.#bytes += bytes;
    return this.#ready();
  }

  /** Settles what has waited for so long, in microseconds. */
  release(at: number, micros: number): TapeEvent[] {
    for (const { event, piece } of this.#held) {
      if (at - event.at < micros) break;
      if (piece?.open) this.#splits.settle(piece);
    }
    return this.#ready();
  }

  #pieceOf({ payload, dir, conn = 0 }: TapeEvent): Piece | undefined {
    if (payload.kind !== "msg" || payload.message.kind !== "notification") return undefined;
    const message = new Message(copyOf(payload.message.bytes));
    const token = message.rawAt("params", "progressToken") ?? "";
    return this.#splits.take(message, `${conn} ${dir} ${message.method} ${token}`);
  }

  #ready(): TapeEvent[] {
    const { heldEventsMax, heldBytesMax } = splitLimits;
    let count = 0;
    for (const { piece, bytes } of this.#held) {
      const isTooMuch = this.#held.length - count > heldEventsMax || this.#bytes > heldBytesMax;
      if (piece?.open && isTooMuch) this.#splits.settle(piece);
      if (piece?.open) break;
      this.#bytes -= bytes;
      count++;
    }
    const ready = this.#held.slice(0, count);
    if (count > 0) this.#held = this.#held.slice(count);
    return ready.map(({ event, piece }) => (piece ? this.#settled(event, piece.message) : event));
  }

  /** The seal of a message that was changed once more is made anew, where it had one or held no placeholder. */
  #settled(event: TapeEvent, message: Message): TapeEvent {
    const { payload, more = [] } = event;
    const before = payload.kind === "msg" ? payload.message : message;
    if (Buffer.compare(before.bytes, message.bytes) === 0)
      return { ...event, payload: { kind: "msg", message } };
    const hadSeal = more.some(([key]) => key === sealKey);
    const keys = withSeal(hadSeal ? noMessage : before, message, more, this.#redactor);
    return { ...event, ...(keys.length > 0 ? { more: keys } : {}), payload: { kind: "msg", message } };
  }
}

const noMessage = new Message(new Uint8Array(0));

function lasting(event: TapeEvent): TapeEvent {
  const { payload } = event;
  if (payload.kind === "msg")
    return { ...event, payload: { kind: "msg", message: new Message(copyOf(payload.message.bytes)) } };
  return payload.kind === "bytes"
    ? { ...event, payload: { ...payload, bytes: copyOf(payload.bytes) } }
    : event;
}
