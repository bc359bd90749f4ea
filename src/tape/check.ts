/**
 * Proves a tape: every line reads, and every checkpoint and the end agree with the bytes before them. The first
 * thing that is wrong gives the verdict. The end line itself is guarded by the checkpoint that stands before it.
 */
import { createHash } from "node:crypto";
import type { TapeEvent } from "./format.ts";
import { encodeEvent } from "./jsonl.ts";
import { type ReadOptions, readTape, type TapeItem } from "./reader.ts";

/** What a tape is found to be; `unfinished` means its writer was stopped, and everything up to there is proved. */
export type TapeState = "complete" | "unfinished" | "damaged" | "altered";

export interface TapeReport {
  readonly state: TapeState;
  /** The first line that is damaged, or the first checkpoint or end that disagrees; absent when there is none. */
  readonly line?: number;
  /** Why `line` is named. */
  readonly why?: string;
  /** Lines read, the header included. */
  readonly lines: number;
  readonly bytes: number;
  /** JSON-RPC messages; a batch counts as one. */
  readonly messages: number;
  /** What is odd without being wrong. */
  readonly notes: readonly string[];
}

/** Reads the whole source. Throws what {@link readTape} throws when it is no tape at all. */
export async function checkTape(
  source: AsyncIterable<Uint8Array>,
  options?: ReadOptions,
): Promise<TapeReport> {
  const hashed = new HashedSource(source);
  const check = new Check(hashed);
  for await (const item of readTape(hashed, options)) check.see(item);
  return check.report();
}

class Check {
  readonly #source: HashedSource;
  readonly #notes: string[] = [];
  #fault: { state: "damaged" | "altered"; line: number; why: string } | undefined;
  #lines = 0;
  #messages = 0;
  #lastAt = 0;
  #backwards = 0;
  #ended: number | undefined;
  #torn = false;
  /** The time of the checkpoint in the line before, which the end must repeat. */
  #markAt: number | undefined;

  constructor(source: HashedSource) {
    this.#source = source;
  }

  see(item: TapeItem): void {
    this.#lines++;
    if (item.kind === "header") return;
    if (this.#ended !== undefined) this.#find("damaged", item.line, "it stands after the end of the tape");
    this.#source.passed(item.offset);
    if (item.kind === "event")
      this.#seeEvent(item.event, item.line, item.offset, item.bytes ?? new Uint8Array(0));
    else if (item.torn) this.#torn = true;
    else this.#find("damaged", item.line, item.why);
  }

  report(): TapeReport {
    if (this.#backwards > 0) this.#notes.push(`time runs backwards on ${this.#backwards} lines`);
    if (this.#torn) this.#notes.push("the last line is torn: the writer was stopped in the middle of it");
    const whole = this.#ended !== undefined && this.#source.endsWithLine;
    if (this.#ended !== undefined && !whole) this.#notes.push("the last line has no line end");
    const { state, line, why } = this.#fault ?? { state: whole ? "complete" : "unfinished" };
    const counts = {
      lines: this.#lines,
      bytes: this.#source.bytes,
      messages: this.#messages,
      notes: this.#notes,
    };
    return line === undefined ? { state, ...counts } : { state, line, why: why ?? "", ...counts };
  }

  #seeEvent(event: TapeEvent, line: number, offset: number, bytes: Uint8Array): void {
    const { payload } = event;
    if (event.at < this.#lastAt) this.#backwards++;
    this.#lastAt = Math.max(this.#lastAt, event.at);
    if (payload.kind === "msg") this.#messages++;
    else if (payload.kind === "mark") this.#seeMark(payload.mark, line, offset);
    else if (payload.kind === "end") this.#seeEnd(event, payload.end, line, offset, bytes);
    this.#markAt = payload.kind === "mark" ? event.at : undefined;
  }

  #seeMark(mark: { lines: number; bytes: number; sha256: string }, line: number, offset: number): void {
    if (mark.sha256 !== this.#source.digestAt(offset))
      this.#find("altered", line, "its hash is not that of the lines before it");
    else if (mark.lines !== line - 1)
      this.#find("altered", line, `it counts ${mark.lines} lines, there are ${line - 1}`);
    else if (mark.bytes !== offset)
      this.#find("altered", line, `it counts ${mark.bytes} bytes, there are ${offset}`);
  }

  #seeEnd(
    event: TapeEvent,
    end: { lines: number; sha256: string },
    line: number,
    offset: number,
    bytes: Uint8Array,
  ): void {
    this.#ended = line;
    const spelled = encodeEvent(event).subarray(0, -1);
    if (end.sha256 !== this.#source.digestAt(offset))
      this.#find("altered", line, "its hash is not that of the lines before it");
    else if (end.lines !== line - 1)
      this.#find("altered", line, `it counts ${end.lines} lines, there are ${line - 1}`);
    else if (Buffer.compare(spelled, bytes) !== 0)
      this.#find("altered", line, "it is not spelled as a writer spells it");
    else if (this.#markAt !== undefined && this.#markAt !== event.at) {
      this.#find("altered", line, "its time is not that of the checkpoint before it");
    }
  }

  #find(state: "damaged" | "altered", line: number, why: string): void {
    this.#fault ??= { state, line, why };
  }
}

/** How many bytes wait for the hash before it is brought up to date, in bytes. */
const pendingBytesMax = 1024 * 1024;

/** A source that remembers what it gave out until the hash has seen it, so that the hash can stop at any line. */
class HashedSource implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterable<Uint8Array>;
  readonly #hash = createHash("sha256");
  #pending: Uint8Array[] = [];
  #hashed = 0;
  #last: number | undefined;
  bytes = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  get endsWithLine(): boolean {
    return this.#last === 0x0a;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for await (const chunk of this.#source) {
      if (chunk.length === 0) continue;
      this.#pending.push(chunk);
      this.bytes += chunk.length;
      this.#last = chunk[chunk.length - 1];
      yield chunk;
    }
  }

  /** Says that no hash before this offset will be asked for any more. */
  passed(offset: number): void {
    if (offset - this.#hashed >= pendingBytesMax) this.#hashTo(offset);
  }

  /** The hash of everything before the offset; offsets never go back. */
  digestAt(offset: number): string {
    this.#hashTo(offset);
    return this.#hash.copy().digest("hex");
  }

  #hashTo(offset: number): void {
    let done = 0;
    for (const chunk of this.#pending) {
      const part = chunk.subarray(0, offset - this.#hashed);
      if (part.length === 0) break;
      this.#hash.update(part);
      this.#hashed += part.length;
      if (part.length < chunk.length) {
        this.#pending[done] = chunk.subarray(part.length);
        break;
      }
      done++;
    }
    this.#pending.splice(0, done);
  }
}
