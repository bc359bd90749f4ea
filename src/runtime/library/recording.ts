import { assert, ReelwireError } from "../../base/index.ts";
import { Conversation, type Link, type LinkEvent, relay } from "../../core/index.ts";
import { Assembler, entryKinds, recordLayer, tapeEventOf } from "../../record/index.ts";
import { memoryPair } from "../../transport/index.ts";
import { run } from "../run.ts";
import { killAfterMs } from "./child-server.ts";
import type { LiveTape } from "./live-tape.ts";
import { noiseEvent } from "./noise-event.ts";
import { sdkTransport } from "./sdk-transport.ts";
import type { SdkTransport } from "./sdk-types.ts";
import type { TapeClock } from "./tape-clock.ts";
import type { Upstream } from "./upstream.ts";

/** What a recording has become. */
export interface RecordingResult {
  /** The tape's file, the first part of several: what `openTape` takes. */
  readonly path: string;
  /** All files, in order. */
  readonly files: readonly string[];
  /** Answered calls of the client on the tape, the handshake left out. */
  readonly interactions: number;
}

/** How a recording ended. */
export interface RecordingEnd extends RecordingResult {
  /**
   * What went wrong; what is on the tape by then is readable. RW2203: it could not be written, the disk may be full.
   * RW2106: the server wrote noise, which `stray: "fail"` forbids. RW2202: the next part could not be created.
   */
  readonly error?: ReelwireError;
}

/** A recording that runs. The client is handed one end, once: as a transport of the SDK or as a link. */
export interface Recording {
  /** The tape's file, the first part of several: what `openTape` takes. */
  readonly path: string;
  /**
   * The client's end, for `client.connect`. Once it is closed nobody listens to the server any more, so the server is
   * stopped and the recording ends.
   */
  transport(): SdkTransport;
  /** The client's end as a link. Closing it ends the server's input and nothing else: it may still be answering. */
  link(): Link;
  /** From now on traffic passes without being recorded. That a side ends is on the tape nevertheless. */
  pause(): void;
  /** Records again; a line on the tape says how many events and bytes it lacks. */
  resume(): void;
  /** Goes on in a new part, now. Throws RW1005 when the recording was not begun with `rotate`. */
  rotate(): void;
  /**
   * Ends the client's side and the server's input; a server of ours that does not leave gets SIGTERM after 2 s and is
   * killed with its process group after 4 s. Resolves when the tape has its end. May be called again. Rejects with
   * the error that {@link ended} tells.
   */
  stop(): Promise<RecordingResult>;
  /** Resolves when the recording is over, for whatever reason. Never rejects: nobody has to listen to it. */
  readonly ended: Promise<RecordingEnd>;
}

export interface LiveRecordingOptions {
  readonly upstream: Upstream;
  readonly tape: LiveTape;
  readonly clock: TapeClock;
  readonly stray: "drop" | "fail";
  readonly inParts: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * How long after the client's end the recording ends at the latest, in milliseconds: a server of ours is killed by
 * then, and a client that asked to stop may have left its last messages unread.
 */
const leaveMsMax = killAfterMs + 1_000;

export class LiveRecording implements Recording {
  readonly path: string;
  readonly ended: Promise<RecordingEnd>;
  readonly #upstream: Upstream;
  readonly #tape: LiveTape;
  readonly #clock: TapeClock;
  readonly #options: LiveRecordingOptions;
  readonly #assembler = new Assembler("dropped");
  /** The client's end, and ours of the same pipe. */
  readonly #near: Link;
  readonly #far: Link;
  readonly #cut = new AbortController();
  #taken = false;
  #client: SdkTransport | undefined;
  #serverClosed = false;
  #windingDown = false;
  #cancelDeadline: () => void = () => {};
  #error: ReelwireError | undefined;
  #stopped: Promise<RecordingResult> | undefined;

  constructor(options: LiveRecordingOptions) {
    const { upstream, tape, clock, signal } = options;
    this.#options = options;
    this.#upstream = upstream;
    this.#tape = tape;
    this.#clock = clock;
    this.path = tape.files[0]!;
    [this.#near, this.#far] = memoryPair();
    this.#hear();
    this.ended = this.#run();
    if (!signal) return;
    const abort = (): void => void this.stop().catch(() => {});
    signal.addEventListener("abort", abort);
    void this.ended.then(() => signal.removeEventListener("abort", abort));
    if (signal.aborted) abort();
  }

  transport(): SdkTransport {
    const { transport } = this.#upstream;
    this.#client = sdkTransport(this.link(), {
      onClosed: () => this.#windDown(),
      onProtocolVersion: (version) => transport?.setProtocolVersion?.(version),
      onSupportedProtocolVersions: (versions) => transport?.setSupportedProtocolVersions?.(versions),
    });
    return this.#client;
  }

  link(): Link {
    assert(!this.#taken, "the client's end of a recording is taken once");
    this.#taken = true;
    return this.#near;
  }

  pause(): void {
    this.#tape.pause(this.#clock.now());
  }

  resume(): void {
    this.#tape.resume(this.#clock.now());
  }

  rotate(): void {
    if (!this.#options.inParts) {
      const facts = { command: "recording.rotate()", what: "a recording in parts" };
      throw new ReelwireError("RW1005", { with: { ...facts, usage: "recordTape({ rotate: true, … })" } });
    }
    this.#tape.rotate(this.#clock.now());
  }

  stop(): Promise<RecordingResult> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<RecordingResult> {
    void this.#near.close({ reason: "stopped" });
    if (this.#client) void this.#client.close();
    // Nobody will ever read what the server still says.
    else if (!this.#taken) void this.link()[Symbol.asyncIterator]().return?.();
    this.#windDown();
    const { error, ...result } = await this.ended;
    if (error) throw error;
    return result;
  }

  /** The client has left: the server is to follow, and the recording ends even if it does not. */
  #windDown(): void {
    if (this.#windingDown) return;
    this.#windingDown = true;
    this.#upstream.stop();
    this.#cancelDeadline = this.#clock.after(leaveMsMax, () => this.#cut.abort());
  }

  /** Everything beside messages that goes on the tape. */
  #hear(): void {
    const { tells } = this.#upstream;
    tells.onStderr = (bytes) => {
      const entry = { at: this.#clock.now(), kind: entryKinds.stderr, bytes: Buffer.from(bytes) };
      for (const event of this.#assembler.push(entry)) this.#tape.take(event);
    };
    tells.onNoise = (noise) => {
      this.#tape.take(noiseEvent(this.#clock.now(), noise));
      if (this.#options.stray === "fail") this.#fail(new ReelwireError("RW2106"));
    };
    tells.onError = (error) => {
      this.#tape.note(this.#clock.now(), "transport-error", error.message);
      this.#client?.onerror?.(error);
    };
  }

  #fail(error: ReelwireError): void {
    this.#error ??= error;
    void this.stop().catch(() => {});
  }

  async #run(): Promise<RecordingEnd> {
    const conversation = new Conversation({ layers: [recordLayer, relay()] });
    const late = this.#clock.now();
    const onWrite = (event: LinkEvent): void => this.#write({ ...event, at: event.at + late });
    const links = { server: this.#upstream.link, client: this.#far };
    try {
      await run(conversation, links, { clock: this.#clock, onWrite, signal: this.#cut.signal });
    } catch (cause) {
      this.#error ??= new ReelwireError("RW9001", { where: [["cause", String(cause)]], cause });
    }
    this.#cancelDeadline();
    this.#upstream.stop();
    await this.#upstream.gone;
    return this.#finish();
  }

  #write(event: LinkEvent): void {
    const ends = event.kind === "closed" && event.port === "server";
    if (ends) for (const last of this.#assembler.end(event.at)) this.#tape.take(last);
    this.#tape.take(tapeEventOf(event));
    if (!ends) return;
    this.#serverClosed = true;
    // Whatever the client still says, nobody hears it.
    void this.#near.close();
  }

  #finish(): RecordingEnd {
    const at = this.#clock.now();
    if (!this.#serverClosed) {
      const facts = this.#upstream.exit() ?? { reason: "it did not end by itself" };
      this.#write({ kind: "closed", at, port: "server", facts });
    }
    this.#tape.end(at);
    const error = this.#error ?? this.#tape.failure;
    const { files, interactions } = this.#tape;
    return { path: this.path, files, interactions, ...(error && { error }) };
  }
}
