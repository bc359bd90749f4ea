/**
 * Replay as the innermost layer: whatever the client says is answered from the tape. Pairs with `player.ts`, which
 * decides; here is only when it is asked.
 */
import type { Layer, LinkEvent, Steps } from "../core/index.ts";
import type { Player } from "./player.ts";

/**
 * What the layer asks of the performer: read on in the tape. The answer is the time, in microseconds of the
 * conversation's clock, when more is known.
 */
export const readOn = { what: "read on" } as const;

/** The other question: to be answered, with the time, when what was sent has been taken. Asked after so much. */
export const catchUp = { what: "catch up" } as const;
const sentBytesMax = 1024 * 1024;

/** `onEnd` is told when the recorded server ended by itself at this point; nothing is sent any more. */
export function replayLayer(player: Player, onEnd: () => void = () => {}): Layer {
  return new Replaying(player, onEnd).layer;
}

class Replaying {
  readonly #player: Player;
  readonly #onEnd: () => void;
  #ended = false;
  /** When the strand that sleeps now will wake; the others let it. */
  #wakesAt = Number.POSITIVE_INFINITY;
  #reading = false;
  /** What was sent since the client was last waited for. */
  #sentBytes = 0;
  /** The latest time that is known. */
  #now = 0;

  constructor(player: Player, onEnd: () => void) {
    this.#player = player;
    this.#onEnd = onEnd;
  }

  readonly layer: Layer = (event) => this.#handle(event);

  *#handle(event: LinkEvent): Steps {
    if (event.port !== "client" || this.#ended) return;
    this.#now = Math.max(this.#now, event.at);
    if (event.kind === "closed") return yield* this.#close();
    if (event.kind === "opened") this.#player.opened(this.#now);
    else this.#player.received(event.message, this.#now);
    yield* this.#speak();
    // Nothing more is heard while too much waits for the tape.
    while (this.#player.isFull && !this.#ended) yield* this.#readSlice();
    if (this.#player.wantsMore && !this.#reading) {
      yield { kind: "release" };
      yield* this.#readOn(() => this.#player.wantsMore);
    }
    yield* this.#sleep();
  }

  *#speak(): Steps {
    for (let output = this.#player.output(this.#now); output; output = this.#player.output(this.#now)) {
      if (!("message" in output)) return yield* this.#end("the recorded server ended here");
      yield { kind: "send", port: "client", message: output.message };
      this.#sentBytes += output.message.bytes.length;
      if (this.#sentBytes < sentBytesMax) continue;
      this.#sentBytes = 0;
      const at = yield { kind: "ask", question: catchUp };
      if (typeof at === "number") this.#now = Math.max(this.#now, at);
      if (this.#ended) return;
    }
  }

  *#readOn(wanted: () => boolean): Steps {
    this.#reading = true;
    while (wanted() && !this.#ended) yield* this.#readSlice();
    this.#reading = false;
  }

  *#readSlice(): Steps {
    const at = yield { kind: "ask", question: readOn };
    if (typeof at === "number") this.#now = Math.max(this.#now, at);
    this.#player.grown(this.#now);
    yield* this.#speak();
    if ((this.#player.wakeAt ?? Number.POSITIVE_INFINITY) > this.#now) return;
    this.#player.tick(this.#now);
    yield* this.#speak();
  }

  /** Wakes for what is due later, or because the client was silent. */
  *#sleep(): Steps {
    for (let wake = this.#player.wakeAt; wake !== undefined; wake = this.#player.wakeAt) {
      if (wake >= this.#wakesAt || this.#ended) return;
      this.#wakesAt = wake;
      yield { kind: "release" };
      yield { kind: "wait", ms: Math.max(0, (wake - this.#now) / 1000) };
      // Another strand has taken over, for an earlier time.
      if (this.#wakesAt !== wake) return;
      this.#wakesAt = Number.POSITIVE_INFINITY;
      this.#now = Math.max(this.#now, wake);
      this.#player.tick(this.#now);
      yield* this.#speak();
    }
  }

  /** The client says no more: everything that needs nothing of it is still said, in its time. */
  *#close(): Steps {
    this.#player.inputEnded(this.#now);
    // The last of the tape may have become known a moment ago, and nobody has looked yet.
    this.#player.grown(this.#now);
    yield* this.#speak();
    yield* this.#readOn(() => this.#player.waitsForTape);
    for (let wake = this.#player.wakeAt; wake !== undefined && !this.#ended; wake = this.#player.wakeAt) {
      yield { kind: "wait", ms: Math.max(0, (wake - this.#now) / 1000) };
      this.#now = Math.max(this.#now, wake);
      yield* this.#speak();
    }
    this.#player.giveUp(this.#now);
    yield* this.#speak();
    if (!this.#ended) yield { kind: "close", port: "client", facts: {} };
    this.#ended = true;
  }

  *#end(reason: string): Steps {
    this.#ended = true;
    yield { kind: "close", port: "client", facts: { reason } };
    this.#onEnd();
  }
}
