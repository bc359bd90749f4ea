import type { Redactor } from "../redact/index.ts";
import type { TapeEvent, TapeHeader } from "../tape/index.ts";
import { type Sink, type TapeSigner, TapeWriter } from "../tape/worker.ts";
import { readArena } from "./arena.ts";
import { Assembler } from "./assemble.ts";
import { EventCleaner, redactedNote } from "./clean.ts";

/** When a recording goes on in a new part. */
export interface RotateAfter {
  readonly by: "bytes" | "ms" | "interactions";
  readonly every: number;
}

/** Lets events through or not, in order; may hold some back until it knows (see capture.ts). */
export interface Selection {
  take(event: TapeEvent): readonly TapeEvent[];
  end(): readonly TapeEvent[];
  /** Messages let go so far. */
  readonly dropped: number;
}

/** Tells when an event completes an interaction (see count.ts). */
export interface InteractionCounter {
  take(event: TapeEvent): boolean;
  readonly interactions: number;
}

export interface RecorderOptions {
  readonly header: TapeHeader;
  /** Opens the file of a part, counted from 1. May throw. */
  readonly open: (part: number) => Sink;
  readonly redactor: Redactor;
  readonly stray: "passed" | "dropped";
  readonly capture?: Selection;
  /** Needed by what counts interactions: `maxInteractions`, and `rotate` by them. */
  readonly count?: InteractionCounter;
  readonly maxInteractions?: number;
  readonly rotate?: RotateAfter;
  /** Signs every part. */
  readonly signer?: TapeSigner | undefined;
}

/** What is written at once, in bytes: room for several large messages, which then are copied but once. */
const bufferBytes = 1024 * 1024;

/**
 * From arenas to the tape: assembled, captured, counted, redacted, written. Runs in a worker thread and in tests
 * alike; the only thing it touches is the sink that it is given.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #assembler: Assembler;
  readonly #capture: Selection | undefined;
  readonly #count: InteractionCounter | undefined;
  readonly #cleaner: EventCleaner;
  #writer: TapeWriter;
  #part = 1;
  #partStartedAt = 0;
  #partInteractions = 0;
  #over = false;
  #lastAt = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#assembler = new Assembler(options.stray);
    this.#capture = options.capture;
    this.#count = options.count;
    this.#cleaner = new EventCleaner(options.redactor);
    const header = options.rotate ? { ...options.header, part: 1 } : options.header;
    this.#writer = new TapeWriter(options.open(1), header, { bufferBytes, signer: options.signer });
  }

  /** Bytes of whole lines that the current part's file has. */
  get accepted(): number {
    return this.#writer.accepted;
  }

  /** Writes what an arena holds; its bytes may be reused afterwards. */
  arena(buffer: ArrayBuffer, used: number): void {
    for (const entry of readArena(buffer, used)) {
      for (const event of this.#assembler.push(entry)) this.event(event);
    }
    this.flush();
  }

  /** Takes one event, in order of time. */
  event(event: TapeEvent): void {
    if (!this.#capture) this.#keep(event);
    else for (const kept of this.#capture.take(event)) this.#keep(kept);
  }

  /** Whether text is held back that {@link release} lets go. */
  get holds(): boolean {
    return this.#cleaner.holds;
  }

  /** Lets go what is held back because a secret might have gone on; at the time of the last event, not to go back later. */
  release(): void {
    for (const clean of this.#cleaner.release(this.#lastAt)) this.#put(clean);
  }

  flush(): void {
    if (!this.#over) this.#writer.flush();
  }

  /** Writes what is left and the end line. */
  end(at: number): void {
    const last = Math.round(at);
    for (const event of this.#assembler.end(last)) this.event(event);
    for (const kept of this.#capture?.end() ?? []) this.#keep(kept);
    this.#lastAt = Math.max(this.#lastAt, last);
    this.release();
    if (this.#capture && this.#capture.dropped > 0) this.#note(last, "captured", capturedSays(this.#capture));
    this.#finish(last);
  }

  #keep(event: TapeEvent): void {
    this.#lastAt = Math.max(this.#lastAt, event.at);
    for (const clean of this.#cleaner.take(event)) this.#put(clean);
  }

  #put(event: TapeEvent): void {
    if (this.#over) return;
    this.#rotateBefore(event.at);
    this.#writer.write(event);
    if (!this.#count?.take(event)) return;
    this.#partInteractions++;
    const { maxInteractions } = this.#options;
    if (this.#count.interactions !== maxInteractions) return;
    this.#note(
      event.at,
      "limit",
      `${maxInteractions} interactions are recorded; the traffic goes on without a tape`,
    );
    this.#finish(event.at);
  }

  #rotateBefore(at: number): void {
    const { rotate } = this.#options;
    if (!rotate) return;
    const passed = {
      bytes: this.#writer.bytes,
      ms: (at - this.#partStartedAt) / 1000,
      interactions: this.#partInteractions,
    }[rotate.by];
    if (passed < rotate.every) return;
    this.#writer.end(at);
    this.#part++;
    const sink = this.#options.open(this.#part);
    const previous = this.#writer.endHash!;
    this.#writer = new TapeWriter(
      sink,
      { ...this.#options.header, part: this.#part, previous },
      { bufferBytes, signer: this.#options.signer },
    );
    this.#partStartedAt = at;
    this.#partInteractions = 0;
  }

  #note(at: number, what: string, says: string): void {
    if (!this.#over) this.#writer.write({ at, payload: { kind: "note", note: { what, says } } });
  }

  #finish(at: number): void {
    if (this.#over) return;
    const redacted = redactedNote(this.#options.redactor);
    if (redacted) this.#writer.write({ at, payload: { kind: "note", note: redacted } });
    this.#writer.end(at);
    this.#over = true;
  }
}

function capturedSays({ dropped }: Selection): string {
  return `${dropped} messages did not fit the capture filter and were not kept`;
}
