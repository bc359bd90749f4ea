/**
 * Known values that a server said in pieces, over several notifications of one stream: which messages they change. A
 * recorder holds messages back for a moment to find out; of a tape that is there, all comes in its own time.
 */

import type { Message } from "../../protocol/index.ts";
import { SplitQueue } from "../../record/index.ts";
import type { Redactor } from "../../redact/index.ts";
import type { TapeEvent } from "../../tape/index.ts";

export class SplitMessages {
  readonly #queue: SplitQueue | undefined;
  /** What was taken and has not come out yet, in order. */
  readonly #taken: { readonly key: string; readonly event: TapeEvent }[] = [];
  /** What messages say instead, by the keys of their items. */
  readonly changed = new Map<string, Message>();

  constructor(redactor: Redactor) {
    const splits = redactor.splits();
    this.#queue = splits && new SplitQueue(splits, redactor);
  }

  /** Takes the next event, cleaned by itself. */
  take(key: string, event: TapeEvent): void {
    if (!this.#queue || event.payload.kind !== "msg") return;
    this.#taken.push({ key, event });
    this.#settle(this.#queue.push(event));
  }

  end(): void {
    if (this.#queue) this.#settle(this.#queue.release(Number.MAX_SAFE_INTEGER, 0));
  }

  #settle(ready: readonly TapeEvent[]): void {
    for (const [i, { payload }] of ready.entries()) {
      const { key, event } = this.#taken[i]!;
      if (payload.kind !== "msg" || event.payload.kind !== "msg") continue;
      if (Buffer.compare(payload.message.bytes, event.payload.message.bytes) !== 0)
        this.changed.set(key, payload.message);
    }
    this.#taken.splice(0, ready.length);
  }
}
