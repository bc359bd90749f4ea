/**
 * A Link over a readable and a writable stream, one message a line (MCP, stdio transport): a child's stdout and
 * stdin, our own stdin and stdout, a pair of sockets. Sends the exact bytes of a message; what is no message is
 * surfaced and never forwarded. The plain recorder does not come here: it passes raw bytes on (see `tap.ts`).
 */
import type { Readable, Writable } from "node:stream";
import { AssertionError, assert, limits, Queue } from "../base/index.ts";
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
  #chunks: AsyncIterator<unknown> | undefined;
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
    const value = this.#came.shift();
    return value ? Promise.resolve({ done: false, value }) : this.#read();
  }

  async #read(): Promise<IteratorResult<Message, SideFacts>> {
    while (!this.#ended) {
      const chunk = await this.#chunk();
      if (chunk) for (const line of this.#splitter.push(chunk)) this.#take(line);
      else this.#end();
      const value = this.#came.shift();
      if (value) return { done: false, value };
    }
    const facts = await Promise.race([this.#options.ended?.(), this.#left.promise]);
    return { done: true, value: { ...this.#ended, ...facts } };
  }

  /** The next chunk; undefined when there is none, and why not in {@link #ended}. */
  async #chunk(): Promise<Uint8Array | undefined> {
    try {
      this.#chunks ??= this.#options.readable[Symbol.asyncIterator]();
      const { value, done } = await this.#chunks.next();
      if (done) return undefined;
      assert(value instanceof Uint8Array, "the stream of a link has no encoding set");
      return value;
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      this.#ended = { reason: error instanceof Error ? error.message : String(error) };
      return undefined;
    }
  }

  #end(): void {
    this.#ended ??= {};
    const rest = this.#splitter.end();
    if (rest) this.#take(rest);
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
