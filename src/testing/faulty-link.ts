/**
 * Decorates a Link with a bad line in each direction. Without a `dropChance` it is still a Link that keeps the
 * contract: late and oddly chunked, but every message, in order.
 */
import { assert, type Clock, type Random } from "../base/index.ts";
import type { Link, SideFacts } from "../core/index.ts";
import type { Message } from "../protocol/index.ts";
import { memoryPair } from "../transport/index.ts";
import { type Faults, FaultyWire } from "./faulty-wire.ts";

export interface FaultyLinkOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  /** Told of torn lines. */
  readonly onNoise?: (bytes: Uint8Array) => void;
}

export function faultyLink(inner: Link, options: FaultyLinkOptions): Link {
  return new FaultyLink(inner, options);
}

class FaultyLink implements Link {
  readonly facts: SideFacts;
  readonly #inner: Link;
  readonly #out: FaultyWire;
  readonly #in: FaultyWire;
  /** What has come through the wire is put in at one end and heard at the other. */
  readonly #heard: Link;
  readonly #closed = Promise.withResolvers<void>();
  #reading: AsyncIterator<Message, SideFacts> | undefined;
  #left = false;

  constructor(inner: Link, options: FaultyLinkOptions) {
    const [feed, heard] = memoryPair({ heldMessagesMax: 1 });
    const dropped = () => this.#drop();
    this.facts = inner.facts ?? {};
    this.#inner = inner;
    this.#heard = heard;
    this.#out = new FaultyWire({
      ...options,
      deliver: (message) => inner.send(message),
      ended: (facts) => void inner.close(facts).then(this.#closed.resolve),
      dropped,
    });
    this.#in = new FaultyWire({
      ...options,
      deliver: (message) => feed.send(message),
      ended: (facts) => void feed.close(facts),
      dropped,
    });
  }

  send(message: Message): Promise<void> {
    return this.#out.send(message);
  }

  close(facts: SideFacts = {}): Promise<void> {
    this.#out.end(facts);
    return this.#closed.promise;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, SideFacts> {
    assert(!this.#reading, "a link is iterated once");
    this.#reading = this.#inner[Symbol.asyncIterator]();
    void this.#read(this.#reading);
    const heard = this.#heard[Symbol.asyncIterator]();
    const leave = (): Promise<IteratorResult<Message, SideFacts>> => {
      this.#leave();
      return heard.return!();
    };
    return { next: () => heard.next(), return: leave };
  }

  async #read(reading: AsyncIterator<Message, SideFacts>): Promise<void> {
    while (!this.#left) {
      const result = await reading.next();
      if (result.done) this.#in.end(result.value);
      if (result.done) return;
      await this.#in.send(result.value);
    }
  }

  #drop(): void {
    const facts = { reason: "the link dropped" };
    this.#out.end(facts);
    this.#in.end(facts);
    this.#leave();
  }

  #leave(): void {
    this.#left = true;
    void this.#reading?.return?.();
  }
}
