import { assert } from "../../base/index.ts";
import type { Link } from "../../core/index.ts";
import { type Message, parseMessage } from "../../protocol/index.ts";
import { errorOf, type SdkTransport } from "./sdk-types.ts";

/**
 * One end of a Link as a `Transport` of the official SDK, for clients and servers of both its generations. The text
 * of a message is what the SDK gives: `JSON.stringify` on the way out, `JSON.parse` on the way in. Its counterpart is
 * `transport-link.ts`.
 */
export interface SdkTransportOptions {
  /** Told once, after `onclose`: nobody listens any more. */
  readonly onClosed?: () => void;
  /** Told the revision that was agreed on: some transports say it in headers. */
  readonly onProtocolVersion?: (version: string) => void;
  readonly onSupportedProtocolVersions?: (versions: string[]) => void;
}

/**
 * What comes before `start` waits, and then holds up the other end. `send` resolves when the link can take more and
 * rejects after the end. A callback that throws is told to `onerror` and disturbs nothing else. The options of `send`
 * mean nothing on a link and are ignored.
 */
export function sdkTransport(link: Link, options: SdkTransportOptions = {}): SdkTransport {
  return new LinkTransport(link, options);
}

class LinkTransport implements SdkTransport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: object, extra?: object) => void) | undefined;
  readonly sessionId: undefined;
  readonly #link: Link;
  readonly #options: SdkTransportOptions;
  readonly #messages: AsyncIterator<Message>;
  #started = false;
  #closed = false;

  constructor(link: Link, options: SdkTransportOptions) {
    this.#link = link;
    this.#options = options;
    this.#messages = link[Symbol.asyncIterator]();
  }

  async start(): Promise<void> {
    assert(!this.#started, "a transport is started once");
    this.#started = true;
    if (!this.#closed) void this.#listen();
  }

  async send(message: object, _options?: object): Promise<void> {
    if (this.#closed) throw new Error("the connection is closed");
    const sent = parseMessage(JSON.stringify(message));
    assert(sent, "what is sent is a JSON-RPC message");
    await this.#link.send(sent);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const handedOver = this.#link.close({ reason: "end of input" });
    void this.#messages.return?.();
    this.#tellClosed();
    await handedOver;
  }

  setProtocolVersion(version: string): void {
    this.#options.onProtocolVersion?.(version);
  }

  setSupportedProtocolVersions(versions: string[]): void {
    this.#options.onSupportedProtocolVersions?.(versions);
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const next = await this.#messages.next();
        if (next.done || this.#closed) break;
        for (const part of next.value.parts()) this.#hand(part);
      }
    } catch (error) {
      this.#report(error);
    }
    if (this.#closed) return;
    this.#closed = true;
    void this.#link.close().catch((error: unknown) => this.#report(error));
    this.#tellClosed();
  }

  #hand(message: Message): void {
    try {
      if (!this.#closed) this.onmessage?.(JSON.parse(message.text) as object);
    } catch (error) {
      this.#report(error);
    }
  }

  #tellClosed(): void {
    try {
      this.onclose?.();
    } catch (error) {
      this.#report(error);
    }
    this.#options.onClosed?.();
  }

  #report(error: unknown): void {
    try {
      this.onerror?.(errorOf(error));
    } catch {
      // Who throws while being told of an error is not told of that one.
    }
  }
}
