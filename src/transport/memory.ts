/**
 * Two linked ends in memory: the smallest Link there is, for tests and for parts of one process that speak to each
 * other. Each direction holds a bounded number of messages; more senders wait.
 */
import { assert, Queue } from "../base/index.ts";
import type { Link, SideFacts } from "../core/index.ts";
import type { Message } from "../protocol/index.ts";

export const memoryLimits = {
  /** Messages that stand in one direction before a sender waits. */
  heldMessagesMax: 64,
  /** Bytes of them before a sender waits; one message of any size passes. */
  heldBytesMax: 1024 * 1024,
} as const;

export type MemoryLimits = { readonly [name in keyof typeof memoryLimits]: number };

/** The two ends: what one sends the other hears. */
export function memoryPair(limits: Partial<MemoryLimits> = {}): [Link, Link] {
  const there = new Channel({ ...memoryLimits, ...limits });
  const back = new Channel({ ...memoryLimits, ...limits });
  return [new MemoryLink(there, back), new MemoryLink(back, there)];
}

class MemoryLink implements Link {
  readonly #out: Channel;
  readonly #in: Channel;
  #iterated = false;

  constructor(out: Channel, into: Channel) {
    this.#out = out;
    this.#in = into;
  }

  send(message: Message): Promise<void> {
    return this.#out.send(message);
  }

  async close(facts: SideFacts = {}): Promise<void> {
    this.#out.close(facts);
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, SideFacts> {
    assert(!this.#iterated, "a link is iterated once");
    this.#iterated = true;
    return { next: () => this.#in.next(), return: async () => this.#in.leave() };
  }
}

/** One direction. */
class Channel {
  readonly #limits: MemoryLimits;
  readonly #messages = new Queue<Message>(Number.POSITIVE_INFINITY);
  #bytes = 0;
  #senders: (() => void)[] = [];
  #listener: ((result: IteratorResult<Message, SideFacts>) => void) | undefined;
  #closed: SideFacts | undefined;
  #left = false;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  async send(message: Message): Promise<void> {
    if (this.#closed || this.#left) return;
    if (this.#listener) {
      this.#tell({ done: false, value: message });
      return;
    }
    this.#messages.push(message);
    this.#bytes += message.bytes.length;
    if (this.#full()) await new Promise<void>((go) => this.#senders.push(go));
  }

  close(facts: SideFacts): void {
    if (this.#closed) return;
    this.#closed = facts;
    this.#tell({ done: true, value: facts });
  }

  next(): Promise<IteratorResult<Message, SideFacts>> {
    assert(!this.#listener, "the next message is asked for after the one before it");
    const message = this.#messages.shift();
    if (message) {
      this.#bytes -= message.bytes.length;
      if (!this.#full()) this.#release();
      return Promise.resolve({ done: false, value: message });
    }
    if (this.#closed || this.#left) return Promise.resolve({ done: true, value: this.#closed ?? {} });
    return new Promise((listener) => {
      this.#listener = listener;
    });
  }

  leave(): IteratorResult<Message, SideFacts> {
    this.#left = true;
    while (this.#messages.shift());
    this.#bytes = 0;
    this.#release();
    const result = { done: true, value: this.#closed ?? {} } as const;
    this.#tell(result);
    return result;
  }

  #full(): boolean {
    const { heldMessagesMax, heldBytesMax } = this.#limits;
    return (
      this.#messages.length > 0 && (this.#messages.length >= heldMessagesMax || this.#bytes >= heldBytesMax)
    );
  }

  #release(): void {
    const waiting = this.#senders;
    this.#senders = [];
    for (const go of waiting) go();
  }

  #tell(result: IteratorResult<Message, SideFacts>): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.(result);
  }
}
