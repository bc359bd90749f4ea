/**
 * Writes a tape while it is being recorded. Lines gather in one reused buffer and leave it whole; checkpoints and
 * the end are written here and nowhere else. Pairs with `reader.ts`, and with `check.ts`, which proves the hashes.
 */
import { createHash } from "node:crypto";
import { assert } from "../base/index.ts";
import type { TapeEvent, TapeHeader } from "./format.ts";
import { appendEvent, encodeHeader, lineBytesOf, linePartsOf } from "./jsonl.ts";
import { LineBuffer, lineEndIn } from "./line-buffer.ts";
import { LineCrcs } from "./line-crcs.ts";
import { type Claim, signedMessage, type TapeSigner } from "./signature.ts";
import { withSigner } from "./signer-line.ts";

/** Where whole lines go. Synchronous; may throw, and then has taken nothing of what it was given. */
export interface Sink {
  write(bytes: Uint8Array): void;
}

export interface WriterOptions {
  /** Bytes gathered before the sink is called; a longer line goes through by itself. */
  readonly bufferBytes?: number;
  /** A checkpoint at least every so many bytes. */
  readonly markBytes?: number;
  /** A checkpoint at least every so many microseconds of activity. */
  readonly markMicros?: number;
  /** A checkpoint at least every so many lines, at most {@link markLinesMax}. */
  readonly markLines?: number;
  /** The header line as it stood in another tape, with its line end, to be copied as it is but for its signer. */
  readonly headerLine?: Uint8Array;
  /** Signs the checkpoints and the end, and is named in the header; without one the tape is not signed. */
  readonly signer?: TapeSigner | undefined;
}

const bufferBytesDefault = 256 * 1024;
/** The most memory that is kept for lines longer than the buffer, in bytes. */
const largeBytesMax = 4 * 1024 * 1024;
const markBytesDefault = 1024 * 1024;
const markMicrosDefault = 5_000_000;
/** The most lines between two checkpoints: it bounds a checkpoint's own line, which has a checksum of each. */
const markLinesMax = 512;
/** The longest line of a checkpoint, and of an end, in bytes. */
const markLineBytesMax = 4096;
const endLineBytesMax = 512;
/** Room kept free behind every line, so that a checkpoint never needs a flush of its own. */
const roomBytes = markLineBytesMax + endLineBytesMax;

/**
 * Takes events, in order, one writer per file. When the sink throws, so does the call: the event of that call was
 * not taken, what was taken before waits, and {@link flush} offers it again. `accepted` is what the sink has.
 */
export class TapeWriter {
  readonly #sink: Sink;
  readonly #buffer: LineBuffer;
  readonly #markBytes: number;
  readonly #markMicros: number;
  readonly #markLines: number;
  readonly #signer: TapeSigner | undefined;
  readonly #header: TapeHeader;
  /** The lines since the last checkpoint, its own line included. */
  readonly #crcs = new LineCrcs(markLinesMax + 1);
  readonly #hash = createHash("sha256");
  /** Where lines longer than the buffer are put together, kept while it is small. */
  #large: LineBuffer | undefined;
  /** How much of the buffer the hash has seen. */
  #hashed = 0;
  #lines = 0;
  #bytes = 0;
  #accepted = 0;
  #markedBytes = 0;
  #markedAt = 0;
  #lastAt = 0;
  #endHash: string | undefined;

  constructor(sink: Sink, header: TapeHeader, options: WriterOptions = {}) {
    this.#sink = sink;
    this.#markBytes = options.markBytes ?? markBytesDefault;
    this.#markMicros = options.markMicros ?? markMicrosDefault;
    this.#markLines = Math.min(options.markLines ?? markLinesMax, markLinesMax);
    this.#signer = options.signer;
    this.#header = header;
    const line = headerLineOf(header, options);
    assert(lineEndIn(line) === line.length - 1, "a header is one line with its line end");
    this.#buffer = new LineBuffer(
      Math.max(options.bufferBytes ?? bufferBytesDefault, line.length + roomBytes),
    );
    this.#buffer.raw(line);
    this.#count(line);
  }

  /** Lines taken, the header included. */
  get lines(): number {
    return this.#lines;
  }

  /** Bytes of the lines taken, whether the sink has them yet or not. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of whole lines that the sink has accepted: where to cut the file when it failed. */
  get accepted(): number {
    return this.#accepted;
  }

  /** The hash that the `end` line carries, once it was written: the next part's `previous`. */
  get endHash(): string | undefined {
    return this.#endHash;
  }

  /** Takes one event. Checkpoints and the end are the writer's own and may not be given. */
  write(event: TapeEvent): void {
    const { kind } = event.payload;
    assert(kind !== "mark" && kind !== "end", "checkpoints and the end are written by the writer itself");
    assert(this.#endHash === undefined, "nothing is written to a tape after its end");
    this.#append(event);
    this.#taken(event.at);
  }

  /** Takes one line of another tape as it is: `line` with its line end, and the time it carries. */
  copy(line: Uint8Array, at: number): void {
    assert(this.#endHash === undefined, "nothing is written to a tape after its end");
    assert(lineEndIn(line) === line.length - 1, "a copied line is one line with its line end");
    if (this.#makeRoom(line.length)) {
      this.#buffer.raw(line);
      this.#count(line);
    } else {
      this.#through(line);
    }
    this.#taken(at);
  }

  /** Hands everything taken so far to the sink. */
  flush(): void {
    if (this.#buffer.length === 0) return;
    this.#seeAll();
    const { length } = this.#buffer;
    this.#sink.write(this.#buffer.view());
    this.#accepted += length;
    this.#buffer.clear();
    this.#hashed = 0;
  }

  /** Writes the last checkpoint and the end, at the given microsecond, and flushes. Called once. */
  end(at: number): void {
    assert(this.#endHash === undefined, "a tape ends once");
    const last = Math.max(at, this.#lastAt);
    this.#makeRoom(roomBytes);
    this.#mark(last);
    const sha256 = this.#digest();
    const end = this.#proved("end", { lines: this.#lines, sha256 });
    this.#append({ at: last, payload: { kind: "end", end } });
    this.#endHash = sha256;
    this.flush();
  }

  #append(event: TapeEvent): void {
    const parts = linePartsOf(event);
    const room = lineBytesOf(parts);
    if (this.#makeRoom(room)) {
      const before = this.#buffer.length;
      appendEvent(this.#buffer, event, parts);
      this.#count(this.#buffer.view(before));
    } else {
      const line = this.#large ?? new LineBuffer(room);
      line.clear();
      appendEvent(line, event, parts);
      this.#large = line.capacity <= largeBytesMax ? line : undefined;
      this.#through(line.view());
    }
  }

  /** Whether a line of this size fits behind what is gathered, after a flush if need be. */
  #makeRoom(bytes: number): boolean {
    const needed = bytes + roomBytes;
    if (this.#buffer.length + needed > this.#buffer.capacity) this.flush();
    return this.#buffer.length + needed <= this.#buffer.capacity;
  }

  /** A line longer than the buffer, put together once and handed on. The buffer is empty here. */
  #through(line: Uint8Array): void {
    this.#sink.write(line);
    this.#accepted += line.length;
    this.#hash.update(line);
    this.#count(line);
  }

  #taken(at: number): void {
    this.#lastAt = Math.max(this.#lastAt, at);
    const due =
      this.#bytes - this.#markedBytes >= this.#markBytes ||
      at - this.#markedAt >= this.#markMicros ||
      this.#crcs.count > this.#markLines;
    if (due) this.#mark(this.#lastAt);
  }

  /** Room for this line was kept free. */
  #mark(at: number): void {
    const mark = this.#proved("mark", {
      lines: this.#lines,
      bytes: this.#bytes,
      sha256: this.#digest(),
    });
    this.#crcs.clear();
    const before = this.#buffer.length;
    appendEvent(this.#buffer, { at, payload: { kind: "mark", mark } });
    this.#count(this.#buffer.view(before));
    this.#markedAt = at;
    this.#markedBytes = this.#bytes;
  }

  /** The same facts with the checksums of the lines since the last checkpoint, and signed. */
  #proved<C extends Claim>(kind: "mark" | "end", claim: C): C {
    const located = { ...claim, crc: this.#crcs.bytes()!.toString("base64") };
    if (!this.#signer) return located;
    const sig = Buffer.from(this.#signer.sign(signedMessage(this.#header, kind, claim))).toString("base64");
    return { ...located, sig };
  }

  #count(line: Uint8Array): void {
    this.#lines++;
    this.#bytes += line.length;
    this.#crcs.add(line);
  }

  /** Shows the hash what is gathered and not yet seen. */
  #seeAll(): void {
    if (this.#hashed < this.#buffer.length) this.#hash.update(this.#buffer.view(this.#hashed));
    this.#hashed = this.#buffer.length;
  }

  #digest(): string {
    this.#seeAll();
    return this.#hash.copy().digest("hex");
  }
}

function headerLineOf(header: TapeHeader, { headerLine, signer }: WriterOptions): Uint8Array {
  if (headerLine) return withSigner(headerLine, signer);
  const { signer: _other, ...rest } = header;
  if (!signer) return encodeHeader(rest as TapeHeader);
  const { alg, key } = signer;
  return encodeHeader({ ...(rest as TapeHeader), signer: { alg, key } });
}
