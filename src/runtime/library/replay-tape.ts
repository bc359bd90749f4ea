import type { Link } from "../../core/index.ts";
import type { Inexact, Miss } from "../../replay/index.ts";
import type { TapeHeader } from "../../tape/index.ts";
import { memoryPair } from "../../transport/index.ts";
import { Replay } from "../replay.ts";
import type { ReplayOptions } from "../replay-options.ts";
import { type IdentityOptions, unlockBy } from "./open-tape.ts";
import { sdkTransport } from "./sdk-transport.ts";
import type { SdkTransport } from "./sdk-types.ts";

/** A tape as a server in this process: what `replay TAPE` is, without a process. Pairs with `record-tape.ts`. */
export interface ReplayTapeOptions extends ReplayOptions, IdentityOptions {
  /** Ends every conversation and closes the tape. */
  readonly signal?: AbortSignal;
}

/**
 * A tape that is being replayed. Each transport or link is one live conversation and takes the next recorded one. Two
 * replays never meet, also not of one tape.
 */
export interface TapeReplay extends AsyncDisposable {
  readonly path: string;
  readonly header: TapeHeader;
  /** Requests that had no recorded answer, oldest first; the first 1,000, see {@link missCount}. */
  readonly misses: readonly Miss[];
  readonly missCount: number;
  /** Answers that were given although something was not as recorded; the first 1,000. */
  readonly inexact: readonly Inexact[];
  readonly inexactCount: number;
  /** A `Transport` of the official SDK, first or second generation, for one client. */
  transport(): SdkTransport;
  /** The client's end of a link, for who speaks without the SDK. */
  link(): Link;
  /** The numbers of the recorded calls that nobody made; reads the tape to its end. */
  unused(): Promise<number[]>;
  /** Ends what is still open; may be called again. Rejects with what `custom`, `delay` or `onFinding` threw, or RW3016. */
  close(): Promise<void>;
}

/**
 * Opens a tape for replay. Throws RW1004 for an option that means nothing, RW3001 to RW3008 and RW3401 to RW3407 when it cannot be read, RW3015 when nothing can be replayed, RW3017
 * when it is of another protocol.
 */
export async function replayTape(path: string, options: ReplayTapeOptions = {}): Promise<TapeReplay> {
  options.signal?.throwIfAborted();
  return new InProcess(
    path,
    await Replay.open(path, { ...options, unlock: unlockBy(options) }),
    options.signal,
  );
}

class InProcess implements TapeReplay {
  readonly path: string;
  readonly #replay: Replay;
  readonly #over = new AbortController();
  readonly #serving = new Set<Promise<void>>();
  /** Takes our listener from the caller's signal. */
  readonly #forget: () => void;
  /** What a function of the caller's threw first. */
  #failure: { readonly error: unknown } | undefined;
  #closed: Promise<void> | undefined;

  constructor(path: string, replay: Replay, signal: AbortSignal | undefined) {
    this.path = path;
    this.#replay = replay;
    const stop = (): void => void this.close();
    signal?.addEventListener("abort", stop, { once: true });
    this.#forget = () => signal?.removeEventListener("abort", stop);
    if (signal?.aborted) stop();
  }

  get header(): TapeHeader {
    return this.#replay.header;
  }

  get misses(): readonly Miss[] {
    return this.#replay.misses;
  }

  get missCount(): number {
    return this.#replay.missCount;
  }

  get inexact(): readonly Inexact[] {
    return this.#replay.inexact;
  }

  get inexactCount(): number {
    return this.#replay.inexactCount;
  }

  transport(): SdkTransport {
    return sdkTransport(this.link());
  }

  link(): Link {
    const [client, server] = memoryPair();
    const serving = this.#replay.serve(server, this.#over.signal);
    this.#serving.add(serving);
    // What fails in one conversation ends that one; its client sees the end.
    serving
      .catch((error: unknown) => {
        this.#failure ??= { error };
        return server.close({ reason: "the replay failed" });
      })
      .finally(() => this.#serving.delete(serving));
    return client;
  }

  unused(): Promise<number[]> {
    return this.#replay.unused();
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#over.abort();
    await Promise.allSettled(this.#serving);
    this.#forget();
    await this.#replay.close();
    if (this.#failure) throw this.#failure.error;
  }
}
