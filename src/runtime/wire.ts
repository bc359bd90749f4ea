import type { Readable, Writable } from "node:stream";
import { entryKinds } from "../record/hot.ts";
import { ownSocket, readBytesMax, Tap } from "../transport/hot.ts";
import type { RecordOptions } from "./record-options.ts";
import { TapeFeed } from "./tape-feed.ts";
import type { TapeJob } from "./tape-job.ts";

// Both directions of a wrapped server's wire, and the feed behind them. Pairs with wrapper.ts, which ends them.

/** A client inside this process, where there is none outside. */
export interface OwnClient {
  readonly input: Readable;
  readonly output: Writable;
  /** Told how it ended, and where the tape is. */
  onEnd?(end: OwnEnd): void;
}

export interface OwnEnd {
  readonly tape: string;
  /** How the server ended: `exit 1 after 0.4 s`. */
  readonly how: string;
  /** The last line that it wrote on stderr. */
  readonly lastWords: string;
  /** A signal asked us to end. */
  readonly interrupted: boolean;
}

/** Both directions of the wire and the feed behind them. */
export class Wire {
  #origin = 0;
  readonly output: Tap;
  readonly own: OwnClient | undefined;
  readonly clientOut: Writable;
  feed!: TapeFeed;
  input!: Tap;
  /** Says something on stderr; the wrapper gives it the stream that never blocks. */
  complain: (text: string) => void = (text) => void process.stderr.write(`${text}\n`);
  #answered = false;
  /** Set by the wrapper: the server wrote noise. */
  onNoise: () => void = () => {};

  constructor(options: RecordOptions, own?: OwnClient) {
    this.own = own;
    this.clientOut = own?.output ?? ownSocket(1) ?? process.stdout;
    const gate = { gate: options.stray !== "pass", onNoise: () => this.onNoise() };
    this.output = new Tap(this.clientOut, this.now, (at, bytes) => this.#fromServer(at, bytes), gate);
  }

  /** Microseconds since the server was started. The clock is first looked at then: it takes a millisecond to load. */
  readonly now = (): number => (performance.now() - this.#origin) * 1000;

  /** Starts the count of {@link now}; returns the wall clock at its 0, in microseconds since 1970. */
  startClock(): number {
    this.#origin = performance.now();
    return Math.round((performance.timeOrigin + this.#origin) * 1000);
  }

  /** Gives the wire its tape. Nothing arrives before: the server was started in this very turn of the loop. */
  start(job: TapeJob): void {
    this.feed = new TapeFeed(job, this.resume, (report) => this.complain(report));
  }

  /** Connects the client's side to the server's input; returns the tap that its output goes to. */
  connect(serverIn: Writable): Tap {
    this.input = new Tap(serverIn, this.now, (at, bytes) => this.#put(at, entryKinds.c2s, bytes));
    return this.output;
  }

  /** Takes a piece of the server's stderr. */
  stderr(bytes: Uint8Array): boolean {
    let room = true;
    for (let i = 0; i < bytes.length; i += readBytesMax) {
      room = this.#put(this.now(), entryKinds.stderr, bytes.subarray(i, i + readBytesMax));
      if (!room) this.pause();
    }
    return room;
  }

  readonly resume = (): void => {
    this.output.resume();
    this.input.resume();
    this.onRoom();
  };

  /** Set by the wrapper: stderr may go on too. */
  onRoom: () => void = () => {};

  /** Closes our end of the client's stdout. */
  letGo(): void {
    this.clientOut.destroy();
  }

  pause(): void {
    this.output.pause();
    this.input.pause();
  }

  #put(at: number, kind: 0 | 1 | 2, bytes: Uint8Array): boolean {
    const room = this.feed.put(at, kind, bytes);
    if (!room) this.pause();
    return room;
  }

  #fromServer(at: number, bytes: Uint8Array): boolean {
    if (!this.#answered) {
      this.#answered = true;
      setImmediate(() => this.feed.start());
    }
    return this.#put(at, entryKinds.s2c, bytes);
  }
}
