/**
 * One direction of a bad line: bytes go in, and come out late, in other chunks, twice, or not to the end. What comes
 * out is framed again, so that a reader's framing is tested with it. Pairs with `faulty-link.ts`.
 */
import { type Clock, Queue, type Random } from "../base/index.ts";
import type { SideFacts } from "../core/index.ts";
import { LineSplitter, type Message, parseLine } from "../protocol/index.ts";

/** What can go wrong, as chances for each message and bounds; everything left out never happens. */
export interface Faults {
  /** Each chunk is late by up to this; the two directions know nothing of each other. */
  readonly delayMsMax?: number;
  /** A message is split at a random byte, and its parts again. */
  readonly splitChance?: number;
  /** A chunk is merged with the one before it, if that is still on the way. */
  readonly mergeChance?: number;
  /** The line stands still for up to `pauseMsMax`, and the sender with it when enough is on the way. */
  readonly pauseChance?: number;
  readonly pauseMsMax?: number;
  /** A message is sent twice. */
  readonly duplicateChance?: number;
  /** The link drops, both ways, before this message, within it or right after it. */
  readonly dropChance?: number;
}

export interface WireOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly faults: Faults;
  /** Takes what comes out; resolves when it can take more. */
  readonly deliver: (message: Message) => Promise<void>;
  readonly ended: (facts: SideFacts) => void;
  /** Told when this direction drops, so that the other drops with it. */
  readonly dropped: () => void;
  readonly onNoise?: ((bytes: Uint8Array) => void) | undefined;
}

/** Bytes on the way before a sender waits. */
const flyingBytesMax = 16 * 1024;
/** No message of a test is longer. */
const lineBytesMax = 64 * 1024 * 1024;

interface Chunk {
  bytes: Uint8Array;
  readonly due: number;
}

export class FaultyWire {
  readonly #options: WireOptions;
  readonly #chunks = new Queue<Chunk>(Number.POSITIVE_INFINITY);
  readonly #splitter = new LineSplitter(lineBytesMax);
  #lastDue = 0;
  #last: Chunk | undefined;
  #flying = 0;
  #pumping = false;
  #end: SideFacts | undefined;
  #over = false;
  #senders: (() => void)[] = [];

  constructor(options: WireOptions) {
    this.#options = options;
  }

  async send(message: Message): Promise<void> {
    if (this.#end) return;
    const { random, faults } = this.#options;
    const line = withLineEnd(message.bytes);
    if (random.chance(faults.dropChance ?? 0)) {
      this.#put(line.subarray(0, random.below(line.length + 1)));
      this.#options.dropped();
      return;
    }
    this.#put(line);
    if (random.chance(faults.duplicateChance ?? 0)) this.#put(line);
    if (this.#flying >= flyingBytesMax) await new Promise<void>((go) => this.#senders.push(go));
  }

  /** After what is on the way. */
  end(facts: SideFacts): void {
    this.#end ??= facts;
    this.#pump();
  }

  #put(bytes: Uint8Array): void {
    const { clock, random, faults } = this.#options;
    if (bytes.length > 1 && random.chance(faults.splitChance ?? 0)) {
      const at = 1 + random.below(bytes.length - 1);
      this.#put(bytes.subarray(0, at));
      this.#put(bytes.subarray(at));
      return;
    }
    this.#flying += bytes.length;
    if (this.#last && random.chance(faults.mergeChance ?? 0)) {
      this.#last.bytes = concat(this.#last.bytes, bytes);
      return;
    }
    const pause = random.chance(faults.pauseChance ?? 0) ? random.next() * (faults.pauseMsMax ?? 0) : 0;
    const lateMs = random.next() * (faults.delayMsMax ?? 0) + pause;
    this.#lastDue = Math.max(this.#lastDue, clock.now() + lateMs * 1000);
    this.#last = { bytes, due: this.#lastDue };
    this.#chunks.push(this.#last);
    this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#pumping || this.#over) return;
    this.#pumping = true;
    for (let chunk = this.#chunks.peek(); chunk; chunk = this.#chunks.peek()) {
      const waitMs = (chunk.due - this.#options.clock.now()) / 1000;
      if (waitMs > 0) await new Promise<void>((go) => this.#options.clock.after(waitMs, go));
      this.#chunks.shift();
      if (chunk === this.#last) this.#last = undefined;
      for (const line of this.#splitter.push(chunk.bytes)) await this.#deliver(line.bytes);
      this.#flying -= chunk.bytes.length;
      if (this.#flying < flyingBytesMax) this.#release();
    }
    this.#pumping = false;
    if (this.#end) await this.#finish(this.#end);
  }

  async #finish(facts: SideFacts): Promise<void> {
    this.#over = true;
    const rest = this.#splitter.end();
    if (rest) await this.#deliver(rest.bytes);
    this.#release();
    this.#options.ended(facts);
  }

  async #deliver(line: Uint8Array): Promise<void> {
    const parsed = parseLine(line);
    if (parsed.kind === "message") await this.#options.deliver(parsed.message);
    else this.#options.onNoise?.(line);
  }

  #release(): void {
    const waiting = this.#senders;
    this.#senders = [];
    for (const go of waiting) go();
  }
}

/** As every line transport does: a message that spans lines is sent on one. */
function withLineEnd(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(bytes.length + 1);
  line.set(bytes.includes(0x0a) ? bytes.map((byte) => (byte === 0x0a ? 0x20 : byte)) : bytes);
  line[bytes.length] = 0x0a;
  return line;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
