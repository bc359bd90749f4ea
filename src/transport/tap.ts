import type { Socket } from "node:net";
import type { Writable } from "node:stream";
import { NoiseGate } from "./noise-gate.ts";

/** The size of a read buffer, in bytes: the longest chunk that is read, forwarded and observed at once. */
export const readBytesMax = 256 * 1024;
/** How many read buffers one direction may have under way before its source pauses. */
const buffersMax = 4;

/**
 * Sees each chunk after it was forwarded. `at` is microseconds since the start. False: there is no room for another
 * one, pause; the observer calls {@link Tap.resume} when there is.
 */
export type Observe = (at: number, bytes: Uint8Array) => boolean;

export interface TapOptions {
  /** Keeps lines that are no messages from the sink, see {@link NoiseGate}. */
  readonly gate?: boolean;
  readonly onNoise?: () => void;
}

/** What a tap needs of its source: a socket, or any readable stream where there is none. */
interface Source {
  pause(): unknown;
  resume(): unknown;
}

/**
 * One direction of a wire, forwarded as it arrives: one read, one write, nothing parsed and nothing allocated for
 * it but a view. Chunks are read into few fixed buffers, which works because a buffer is read into again only when
 * the sink has taken its bytes. The observer gets the same bytes afterwards.
 */
export class Tap {
  readonly #sink: Writable;
  readonly #now: () => number;
  readonly #observe: Observe;
  readonly #gate: NoiseGate | undefined;
  readonly #free: Uint8Array[] = [];
  #made = 0;
  /** What the source reads into next. While it is paused, that is the buffer of the last read, whatever we say. */
  #reading: Uint8Array;
  #source: Source | undefined;
  #written = false;
  #issued = 0;
  #taken = 0;
  /** Buffers that the sink still holds views of, oldest first; free when so many writes have been taken. */
  readonly #busy: { readonly buffer: Uint8Array; readonly until: number }[] = [];
  #sinkGone = false;
  #noRoom = false;
  /** The source may go on only when this buffer is free again. */
  #blockedOn: Uint8Array | undefined;
  /** How many chunks have come so far. */
  chunks = 0;

  constructor(sink: Writable, now: () => number, observe: Observe, options: TapOptions = {}) {
    this.#sink = sink;
    this.#now = now;
    this.#observe = observe;
    this.#reading = this.#make();
    if (options.gate)
      this.#gate = new NoiseGate((bytes, lasting) => this.#forward(bytes, lasting), options.onNoise);
  }

  /** What a socket is made with so that it reads into the tap's buffers (`net.Socket`, option `onread`). */
  readonly onread = {
    buffer: (): Uint8Array => this.#reading,
    callback: (bytes: number, buffer: Uint8Array): boolean => {
      this.#pass(buffer.subarray(0, bytes), false);
      return this.#afterRead(buffer);
    },
  };

  /** Starts reading from a socket that was made with {@link onread}. */
  from(source: Socket): void {
    this.#source = source;
    source.resume();
  }

  /** Starts reading from a stream that brings its own buffers: files, terminals, platforms without sockets. */
  fromStream(source: NodeJS.ReadableStream): void {
    this.#source = source;
    source.on("data", (chunk: Buffer) => {
      for (let i = 0; i < chunk.length; i += readBytesMax)
        this.#pass(chunk.subarray(i, i + readBytesMax), true);
      if (this.#sink.writableLength > readBytesMax) this.#block(chunk);
      if (this.paused) source.pause();
    });
  }

  /** The observer has room again. */
  resume(): void {
    this.#noRoom = false;
    if (!this.#blockedOn) this.#source?.resume();
  }

  /** Stops reading until {@link resume}. */
  pause(): void {
    this.#noRoom = true;
    this.#source?.pause();
  }

  /** Whether the source waits for the sink or the observer. */
  get paused(): boolean {
    return this.#noRoom || this.#blockedOn !== undefined;
  }

  /** The other end of the sink is gone: what still comes is observed, not forwarded. */
  sinkGone(): void {
    this.#sinkGone = true;
  }

  /** The source has ended: lets go what the gate held back. */
  end(): void {
    this.#gate?.end();
  }

  /** Forwards, then shows. */
  #pass(chunk: Uint8Array, lasting: boolean): void {
    const at = this.#now();
    this.chunks++;
    this.#written = false;
    if (this.#gate) this.#gate.chunk(chunk);
    else this.#forward(chunk, lasting);
    if (!this.#observe(at, chunk)) this.#noRoom = true;
  }

  /** Chooses the buffer of the next read; false pauses the source, which then keeps the one it has. */
  #afterRead(buffer: Uint8Array): boolean {
    const pending = this.#written && this.#sink.writableLength > 0;
    if (!pending) return !this.#noRoom;
    const next = this.#noRoom
      ? undefined
      : (this.#free.pop() ?? (this.#made < buffersMax ? this.#make() : undefined));
    if (!next) {
      this.#block(buffer);
      return false;
    }
    this.#busy.push({ buffer, until: this.#issued });
    this.#reading = next;
    return true;
  }

  #block(buffer: Uint8Array): void {
    this.#busy.push({ buffer, until: this.#issued });
    this.#blockedOn = buffer;
  }

  #forward(bytes: Uint8Array, lasting: boolean): void {
    if (this.#sinkGone) return;
    if (!lasting) this.#written = true;
    this.#issued++;
    this.#sink.write(bytes, this.#onTaken);
  }

  /** The sink has taken one more write; writes are taken in the order in which they were issued. */
  readonly #onTaken = (): void => {
    this.#taken++;
    while (this.#busy.length > 0 && this.#busy[0]!.until <= this.#taken)
      this.#release(this.#busy.shift()!.buffer);
  };

  #release(buffer: Uint8Array): void {
    if (buffer !== this.#blockedOn) {
      this.#free.push(buffer);
      return;
    }
    this.#blockedOn = undefined;
    if (!this.#noRoom) this.#source?.resume();
  }

  /** A Buffer, because its searches are many times faster than a plain array's, and streams take it as it is. */
  #make(): Uint8Array {
    this.#made++;
    return Buffer.allocUnsafeSlow(readBytesMax);
  }
}
