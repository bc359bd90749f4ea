import { assert, Queue } from "../../base/index.ts";
import type { Link, SideFacts } from "../../core/index.ts";
import { type Message, parseMessage } from "../../protocol/index.ts";
import { errorOf, type SdkTransport } from "./sdk-types.ts";

/**
 * A Link over a transport of the official SDK, so that traffic over any of them can be recorded. Its counterpart is
 * `sdk-transport.ts`. A transport has no way to slow the other end down, so what nobody has taken yet waits here, up
 * to a limit; one more message ends the link, because dropping one would falsify everything after it.
 */
export const transportLinkLimits = {
  /** Messages that wait to be read. */
  queuedMessagesMax: 10_000,
  /** Bytes of them; one message of any size passes. */
  queuedBytesMax: 64 * 1024 * 1024,
  /**
   * Messages that the transport has not said to have sent, and bytes of them; then a sender waits. Many, because over
   * HTTP a request counts as sent when it is answered, and its cancellation must not wait behind it.
   */
  sendingMessagesMax: 1_000,
  sendingBytesMax: 16 * 1024 * 1024,
} as const;

export type TransportLinkLimits = { readonly [name in keyof typeof transportLinkLimits]: number };

export interface TransportLinkOptions {
  /** Told what the transport tells its `onerror`, what `send` rejects with, and when the queue is full. */
  readonly onError?: (error: Error) => void;
  readonly limits?: Partial<TransportLinkLimits>;
}

/** A link whose transport may fail to start; then it ends with the reason, and who awaits `started` is told. */
export interface TransportLink extends Link {
  readonly started: Promise<void>;
}

/**
 * Takes over a transport that was not started, and its callbacks. Closing the link closes the transport, which ends
 * both ways; what came before is still handed out.
 */
export function linkOfTransport(transport: SdkTransport, options: TransportLinkOptions = {}): TransportLink {
  return new LinkOverTransport(transport, options);
}

type Result = IteratorResult<Message, SideFacts>;

class LinkOverTransport implements TransportLink {
  readonly started: Promise<void>;
  readonly #transport: SdkTransport;
  readonly #limits: TransportLinkLimits;
  readonly #onError: (error: Error) => void;
  readonly #messages = new Queue<Message>(Number.POSITIVE_INFINITY);
  #bytes = 0;
  #listener: ((result: Result) => void) | undefined;
  #ended: SideFacts | undefined;
  #iterated = false;
  #left = false;
  readonly #ready: Promise<void>;
  #sendingMessages = 0;
  #sendingBytes = 0;
  #senders: (() => void)[] = [];
  #closing: Promise<void> | undefined;

  constructor(transport: SdkTransport, options: TransportLinkOptions) {
    this.#transport = transport;
    this.#limits = { ...transportLinkLimits, ...options.limits };
    this.#onError = options.onError ?? (() => {});
    transport.onmessage = (message) => this.#take(message);
    transport.onerror = (error) => this.#onError(error);
    transport.onclose = () => this.#end({});
    this.started = transport.start();
    this.#ready = this.started.catch((error: unknown) => this.#end({ reason: errorOf(error).message }));
  }

  /** Hands on in the order of the calls. */
  async send(message: Message): Promise<void> {
    if (this.#closing) return;
    this.#sendingMessages++;
    this.#sendingBytes += message.bytes.length;
    void this.#ready.then(() => this.#send(message)).finally(() => this.#sent(message));
    if (this.#full()) await new Promise<void>((go) => this.#senders.push(go));
  }

  close(): Promise<void> {
    this.#closing ??= this.#ready.then(() => this.#close());
    return this.#closing;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, SideFacts> {
    assert(!this.#iterated, "a link is iterated once");
    this.#iterated = true;
    return { next: () => this.#next(), return: async () => this.#leave() };
  }

  /** A batch of an older peer is taken apart: the SDK has no form for one. */
  async #send(message: Message): Promise<void> {
    if (this.#ended) return;
    try {
      await Promise.all(message.parts().map((part) => this.#transport.send(JSON.parse(part.text) as object)));
    } catch (error) {
      this.#onError(errorOf(error));
    }
  }

  #sent(message: Message): void {
    this.#sendingMessages--;
    this.#sendingBytes -= message.bytes.length;
    if (!this.#full()) this.#release();
  }

  #full(): boolean {
    const { sendingMessagesMax, sendingBytesMax } = this.#limits;
    return this.#sendingMessages >= sendingMessagesMax || this.#sendingBytes >= sendingBytesMax;
  }

  #release(): void {
    const waiting = this.#senders;
    this.#senders = [];
    for (const go of waiting) go();
  }

  async #close(): Promise<void> {
    try {
      await this.#transport.close();
    } catch (error) {
      this.#onError(errorOf(error));
    }
    // A transport that does not call `onclose` has closed all the same.
    this.#end({});
  }

  #take(value: object): void {
    if (this.#left || this.#ended) return;
    const message = parseMessage(JSON.stringify(value));
    if (!message) this.#onError(new Error("a transport handed out what is no JSON-RPC message"));
    else if (this.#listener) this.#tell({ done: false, value: message });
    else if (this.#queueFull) this.#overflow();
    else {
      this.#messages.push(message);
      this.#bytes += message.bytes.length;
    }
  }

  get #queueFull(): boolean {
    const { queuedMessagesMax, queuedBytesMax } = this.#limits;
    return (
      this.#messages.length > 0 &&
      (this.#messages.length >= queuedMessagesMax || this.#bytes >= queuedBytesMax)
    );
  }

  #overflow(): void {
    const held = `${this.#messages.length} messages, ${this.#bytes} bytes`;
    const reason = `too much waits to be read from the transport (${held})`;
    this.#onError(new Error(reason));
    this.#end({ reason });
    void this.close();
  }

  #next(): Promise<Result> {
    assert(!this.#listener, "the next message is asked for after the one before it");
    const message = this.#messages.shift();
    if (message) {
      this.#bytes -= message.bytes.length;
      return Promise.resolve({ done: false, value: message });
    }
    if (this.#ended || this.#left) return Promise.resolve({ done: true, value: this.#ended ?? {} });
    return new Promise((listener) => {
      this.#listener = listener;
    });
  }

  #leave(): Result {
    this.#left = true;
    while (this.#messages.shift());
    this.#bytes = 0;
    const result = { done: true, value: this.#ended ?? {} } as const;
    this.#tell(result);
    return result;
  }

  #end(facts: SideFacts): void {
    if (this.#ended) return;
    this.#ended = facts;
    this.#release();
    this.#tell({ done: true, value: facts });
  }

  #tell(result: Result): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.(result);
  }
}
