/**
 * A Link over a readable and a writable stream, one message a line (MCP, stdio transport): a child's stdout and
 * stdin, our own stdin and stdout, a pair of sockets. Sends the exact bytes of a message; what is no message is
 * surfaced and never forwarded. The plain recorder does not come here: it passes raw bytes on (see `tap.ts`).
 */
import type { Readable, Writable } from "node:stream";
import { assert, limits, Queue } from "../base/index.ts";
import type { Link, SideFacts } from "../core/index.ts";
import { type Line, LineSplitter, type Message, parseLine } from "../protocol/index.ts";

/** A line that is no message. */
export interface Noise {
  /** `bytes` is not UTF-8; `long` was longer than the limit, and only its head is here. */
  readonly kind: "text" | "bytes" | "long";
  readonly bytes: Uint8Array;
  /** How many bytes of a `long` line were let go. */
  readonly lostBytes: number;
  /** Whether the stream ended within it. */
  readonly cut: boolean;
}

export interface StdioLinkOptions {
  readonly readable: Readable;
  readonly writable: Writable;
  /** What is known of the other end from the start: its `pid`, say. */
  readonly facts?: SideFacts;
  /** What is known of its end: asked once, when `readable` has ended. */
  readonly ended?: () => Promise<SideFacts>;
  readonly onNoise?: (noise: Noise) => void;
  readonly lineBytesMax?: number;
}

export function stdioLink(options: StdioLinkOptions): Link {
  return new StdioLink(options);
}

/** Smaller messages are copied into one buffer with their line end; larger ones are written as they are. */
const copiedBytesMax = 64 * 1024;
const lineEnd = new Uint8Array([0x0a]);

class StdioLink implements Link {
  readonly facts: SideFacts;
  readonly #options: StdioLinkOptions;
  readonly #writable: Writable;
  readonly #left = Promise.withResolvers<SideFacts>();
  readonly #splitter: LineSplitter;
  readonly #came = new Queue<Message>(Number.POSITIVE_INFINITY);
  /** Who waits for the next message. */
  #waiting:
    | ((result: IteratorResult<Message, SideFacts> | Promise<IteratorResult<Message, SideFacts>>) => void)
    | undefined;
  #listening = false;
  /** The stream waits until what came is taken. */
  #paused = false;
  /** How the stream ended, when it has. */
  #ended: SideFacts | undefined;
  #iterated = false;
  #corked = false;
  #gone = false;
  #drained: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: StdioLinkOptions) {
    this.facts = options.facts ?? {};
    this.#options = options;
    this.#writable = options.writable;
    this.#splitter = new LineSplitter(options.lineBytesMax ?? limits.messageBytesMax);
    for (const event of ["error", "close"]) this.#writable.on(event, () => (this.#gone = true));
    // Until somebody listens, an error of the readable is only remembered by it.
    options.readable.on("error", () => {});
  }

  send(message: Message): Promise<void> {
    if (this.#gone || this.#closed || this.#writable.destroyed) return done;
    this.#cork();
    const bytes = oneLine(message.bytes);
    const small = bytes.length <= copiedBytesMax;
    if (!small) this.#writable.write(bytes);
    const more = this.#writable.write(small ? withLineEnd(bytes) : lineEnd);
    return more ? done : this.#whenDrained();
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      if (this.#gone || this.#writable.destroyed) return resolve();
      for (const event of ["finish", "close", "error"]) this.#writable.once(event, () => resolve());
      this.#writable.end();
    });
    return this.#closed;
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, SideFacts> {
    assert(!this.#iterated, "a link is iterated once");
    this.#iterated = true;
    const leave = async (): Promise<IteratorResult<Message, SideFacts>> => {
      this.#left.resolve({});
      this.#options.readable.destroy();
      return { done: true, value: {} };
    };
    return { next: () => this.#next(), return: leave };
  }

  /** What came in one chunk is handed out without waiting in between. */
  #next(): Promise<IteratorResult<Message, SideFacts>> {
    if (!this.#listening) this.#listen();
    const value = this.#came.shift();
    if (value) {
      if (this.#paused && this.#came.length === 0) this.#goOn();
      return Promise.resolve({ done: false, value });
    }
    if (this.#ended) return this.#over(this.#ended);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** Chunks are taken as they come: an iterator of the stream would cost more than all else that is done here. */
  #listen(): void {
    this.#listening = true;
    const { readable } = this.#options;
    readable.on("data", (chunk: unknown) => {
      assert(chunk instanceof Uint8Array, "the stream of a link has no encoding set");
      for (const line of this.#splitter.push(chunk)) this.#take(line);
      this.#hand();
      if (this.#came.length === 0 || this.#ended) return;
      this.#paused = true;
      readable.pause();
    });
    readable.once("end", () => this.#end({}));
    readable.once("error", (error: Error) => this.#end({ reason: error.message }));
    readable.once("close", () => this.#end({}));
    if (readable.errored) this.#end({ reason: readable.errored.message });
    else if (readable.destroyed || readable.readableEnded) this.#end({});
  }

  #goOn(): void {
    this.#paused = false;
    this.#options.readable.resume();
  }

  /** Gives whoever waits the first of what came, or the end. */
  #hand(): void {
    const resolve = this.#waiting;
    if (!resolve) return;
    const value = this.#came.shift();
    if (!value && !this.#ended) return;
    this.#waiting = undefined;
    if (value) resolve({ done: false, value });
    else resolve(this.#over(this.#ended!));
  }

  /** The first end counts, after what is left of the last line. */
  #end(facts: SideFacts): void {
    if (this.#ended) return;
    this.#ended = facts;
    const rest = this.#splitter.end();
    if (rest) this.#take(rest);
    this.#hand();
  }

  async #over(facts: SideFacts): Promise<IteratorReturnResult<SideFacts>> {
    const told = await Promise.race([this.#options.ended?.(), this.#left.promise]);
    return { done: true, value: { ...facts, ...told } };
  }

  #take(line: Line): void {
    const message = this.#messageOf(line);
    if (message) this.#came.push(message);
  }

  #messageOf(line: Line): Message | undefined {
    const { bytes, lostBytes } = line;
    const parsed = lostBytes > 0 ? undefined : parseLine(bytes);
    if (parsed?.kind === "message") return parsed.message;
    const kind = !parsed ? "long" : parsed.kind === "bytes" ? "bytes" : "text";
    this.#options.onNoise?.({ kind, bytes, lostBytes, cut: !line.ended });
    return undefined;
  }

  /** What is sent in one turn goes out in one write. */
  #cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#writable.cork();
    process.nextTick(() => {
      this.#corked = false;
      this.#writable.uncork();
    });
  }

  #whenDrained(): Promise<void> {
    this.#drained ??= new Promise((resolve) => {
      const go = () => {
        this.#drained = undefined;
        for (const event of ["drain", "close", "error"]) this.#writable.off(event, go);
        resolve();
      };
      for (const event of ["drain", "close", "error"]) this.#writable.on(event, go);
    });
    return this.#drained;
  }
}

const done = Promise.resolve();

/** In well-formed JSON a line end stands only where a blank may: a message that spans lines is sent on one. */
function oneLine(bytes: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = bytes;
  // A Buffer's search is many times faster than a plain array's.
  if (!Buffer.from(buffer, byteOffset, length).includes(0x0a)) return bytes;
  return bytes.map((byte) => (byte === 0x0a ? 0x20 : byte));
}

function withLineEnd(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(bytes.length + 1);
  line.set(bytes);
  line[bytes.length] = 0x0a;
  return line;
}
