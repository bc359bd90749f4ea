import { ExchangeTracker } from "../core/index.ts";
import { isHandshake } from "../protocol/index.ts";
import type { TapeEvent } from "../tape/index.ts";

/** Counts interactions: calls of the client that were answered, the handshake left out (as Agent VCR counts). */
export class InteractionCount {
  readonly #tracker = new ExchangeTracker();
  interactions = 0;

  /** Takes one event in order; true when it was the answer that completes an interaction. */
  take(event: TapeEvent): boolean {
    if (event.payload.kind !== "msg") return false;
    let completed = false;
    for (const change of this.#tracker.observe(event.dir ?? "c2s", event.payload.message, event.at)) {
      if (change.what !== "answered" || change.exchange.dir !== "c2s" || isHandshake(change.exchange.method))
        continue;
      this.interactions++;
      completed = true;
    }
    return completed;
  }
}
