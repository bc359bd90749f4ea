import { openSync } from "node:fs";
import { assert, ReelwireError } from "../../base/index.ts";
import {
  EventCleaner,
  heldMicrosMax,
  type InteractionCounter,
  redactedNote,
  type Selection,
} from "../../record/index.ts";
import type { Redactor } from "../../redact/index.ts";
import { type TapeEvent, type TapeHeader, TapeWriter } from "../../tape/index.ts";
import type { JobSigner } from "../job-signer.ts";
import type { Rotation } from "../record-options.ts";
import { TapeFile } from "../tape-file.ts";
import { type Claim, cannotCreate, partPath } from "../tape-place.ts";

/**
 * The tape of a recording that its own program controls: what the writer thread of the command line does
 * (`record/recorder.ts`), and beside it pausing and rotating on demand. Writes on the caller's thread. Nothing that
 * the disk does is thrown: the first failure is kept, and the traffic goes on without a tape.
 */
export interface LiveTapeOptions {
  readonly claim: Claim;
  readonly header: TapeHeader;
  readonly capture?: Selection;
  readonly count: InteractionCounter;
  readonly redactor: Redactor;
  readonly maxInteractions?: number;
  /** `asked`: parts, but only when {@link LiveTape.rotate} is called. */
  readonly rotate?: Rotation | "asked";
  readonly signing?: JobSigner;
}

/** How long a line may wait before the file has it, in milliseconds. */
export const flushMs = 25;

export class LiveTape {
  readonly #options: LiveTapeOptions;
  readonly #files: string[];
  readonly #cleaner: EventCleaner;
  #file: TapeFile;
  #writer: TapeWriter;
  #part = 1;
  #partStartedAt = 0;
  #partInteractions = 0;
  #lastAt = 0;
  #gap: Gap | undefined;
  #timer: NodeJS.Timeout | undefined;
  #releasing: NodeJS.Timeout | undefined;
  #over = false;
  #failure: ReelwireError | undefined;

  constructor(options: LiveTapeOptions) {
    this.#options = options;
    const { claim, header } = options;
    this.#cleaner = new EventCleaner(options.redactor);
    this.#files = [claim.path];
    this.#file = new TapeFile(claim.fd, claim.path);
    const { signer, note } = options.signing ?? {};
    this.#writer = new TapeWriter(this.#file, options.rotate ? { ...header, part: 1 } : header, { signer });
    if (note) this.take(note);
    this.#attempt(() => this.#writer.flush());
  }

  /** What the tape lacks its end for; undefined while it can be written. */
  get failure(): ReelwireError | undefined {
    return this.#failure;
  }

  get files(): readonly string[] {
    return this.#files;
  }

  /** Answered calls of the client on the tape, the handshake left out. */
  get interactions(): number {
    return this.#options.count.interactions;
  }

  /** Takes one event. While paused it is only counted, except that the end of a side is always on the tape. */
  take(event: TapeEvent): void {
    this.#attempt(() => {
      const at = this.#time(event.at);
      if (this.#gap) {
        if (event.payload.kind !== "close") {
          this.#gap.count(event);
          return;
        }
        this.#tellGap(at);
        this.#gap = new Gap(at, true);
      }
      this.#select({ ...event, at });
      if (event.payload.kind === "close") this.#writer.flush();
    });
  }

  note(at: number, what: string, says: string): void {
    this.take({ at, payload: { kind: "note", note: { what, says } } });
  }

  pause(at: number): void {
    if (!this.#over) this.#gap ??= new Gap(this.#time(at));
  }

  resume(at: number): void {
    this.#attempt(() => {
      if (!this.#gap) return;
      this.#tellGap(this.#time(at));
      this.#gap = undefined;
    });
  }

  /** Goes on in a new part, now. */
  rotate(at: number): void {
    this.#attempt(() => this.#nextPart(this.#time(at)));
  }

  /** Writes what is left and the end line; nothing is taken afterwards. */
  end(at: number): void {
    this.resume(at);
    this.#attempt(() => {
      const last = this.#time(at);
      const { capture } = this.#options;
      for (const kept of capture?.end() ?? []) this.#keep(kept);
      this.#release();
      if (capture && capture.dropped > 0) this.#say(last, "captured", capturedSays(capture));
      this.#finish(last);
    });
  }

  /** Events come from several sources; on the tape, time never goes back. */
  #time(at: number): number {
    this.#lastAt = Math.max(this.#lastAt, at);
    return this.#lastAt;
  }

  #tellGap(at: number): void {
    if (!this.#gap!.worthTelling) return;
    this.#select({ at, payload: { kind: "other", key: "gap", json: this.#gap!.json } });
  }

  #select(event: TapeEvent): void {
    const { capture } = this.#options;
    if (!capture) this.#keep(event);
    else for (const kept of capture.take(event)) this.#keep(kept);
  }

  #keep(event: TapeEvent): void {
    for (const clean of this.#cleaner.take(event)) this.#put(clean);
    if (this.#cleaner.holds) this.#releaseSoon();
  }

  #releaseSoon(): void {
    this.#releasing ??= setTimeout(() => {
      this.#releasing = undefined;
      this.#attempt(() => this.#release());
    }, heldMicrosMax / 1000);
  }

  #release(): void {
    for (const clean of this.#cleaner.release(this.#lastAt)) this.#put(clean);
  }

  #put(event: TapeEvent): void {
    if (this.#over) return;
    this.#rotateWhenDue(event.at);
    this.#writer.write(event);
    this.#flushSoon();
    if (!this.#options.count.take(event)) return;
    this.#partInteractions++;
    const { maxInteractions } = this.#options;
    if (this.interactions !== maxInteractions) return;
    this.#say(
      event.at,
      "limit",
      `${maxInteractions} interactions are recorded; the traffic goes on without a tape`,
    );
    this.#finish(event.at);
  }

  #rotateWhenDue(at: number): void {
    const { rotate } = this.#options;
    if (!rotate || rotate === "asked") return;
    const passed = {
      bytes: this.#writer.bytes,
      ms: (at - this.#partStartedAt) / 1000,
      interactions: this.#partInteractions,
    }[rotate.by];
    if (passed >= rotate.every) this.#nextPart(at);
  }

  #nextPart(at: number): void {
    const { claim, header, rotate } = this.#options;
    assert(rotate, "a recording in parts was begun as one");
    this.#writer.end(at);
    this.#file.close();
    const path = partPath(claim.base, ++this.#part);
    this.#file = new TapeFile(create(path), path);
    this.#files.push(path);
    const previous = this.#writer.endHash!;
    const { signer } = this.#options.signing ?? {};
    this.#writer = new TapeWriter(this.#file, { ...header, part: this.#part, previous }, { signer });
    this.#flushSoon();
    this.#partStartedAt = at;
    this.#partInteractions = 0;
  }

  #say(at: number, what: string, says: string): void {
    if (!this.#over) this.#writer.write({ at, payload: { kind: "note", note: { what, says } } });
  }

  #finish(at: number): void {
    if (this.#over) return;
    const note = redactedNote(this.#options.redactor);
    if (note) this.#writer.write({ at, payload: { kind: "note", note } });
    this.#writer.end(at);
    this.#close();
  }

  #close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#releasing);
    this.#file.close();
  }

  #flushSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#attempt(() => this.#writer.flush());
    }, flushMs);
  }

  /** The first failure is the one to tell; what is on the disk by then stays readable. */
  #attempt(work: () => void): void {
    if (this.#over) return;
    try {
      work();
    } catch (error) {
      this.#failure = failureOf(error, this.#file.path);
      if (!this.#over) this.#abandon();
    }
  }

  #abandon(): void {
    try {
      this.#close();
    } catch {
      // It was closed before the next part could be created, or removed: the first failure says more.
    }
  }
}

/** What passes while a recording is paused. */
class Gap {
  readonly #from: number;
  readonly #continues: boolean;
  #events = 0;
  #bytes = 0;

  /** `continues`: the pause itself was told already, when a side ended in it. */
  constructor(from: number, continues = false) {
    this.#from = from;
    this.#continues = continues;
  }

  get worthTelling(): boolean {
    return this.#events > 0 || !this.#continues;
  }

  count({ payload }: TapeEvent): void {
    this.#events++;
    if (payload.kind === "msg") this.#bytes += payload.message.bytes.length;
    else if (payload.kind === "bytes") this.#bytes += payload.bytes.length;
    else if (payload.kind === "text" || payload.kind === "stderr")
      this.#bytes += Buffer.byteLength(payload.text);
  }

  get json(): string {
    return JSON.stringify({ events: this.#events, bytes: this.#bytes, from: this.#from });
  }
}

function create(path: string): number {
  try {
    return openSync(path, "wx", 0o600);
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

function capturedSays({ dropped }: Selection): string {
  return `${dropped} messages did not fit the capture filter and were not kept`;
}

function failureOf(error: unknown, path: string): ReelwireError {
  if (error instanceof ReelwireError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined)
    return new ReelwireError("RW2204", { where: [["cause", String(error)]], cause: error });
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  const hint = full ? "free some space, or record to another place" : "record to another place";
  const where = [["file", path] as const, ["cause", message] as const];
  return new ReelwireError("RW2203", { with: { hint }, where, cause: error });
}
