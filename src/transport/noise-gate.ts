import { copyOf, limits } from "../base/hot.ts";
import { lineHead } from "../protocol/hot.ts";

const heldBytesMax = limits.heldLineBytesMax;

/** Where the gate lets bytes through; `lasting` bytes are the gate's own copies, others a view of the chunk. */
export type Through = (bytes: Uint8Array, lasting: boolean) => void;

/**
 * Stands before a client and keeps a server's noise from it: lines that are no messages are dropped, and an
 * unfinished last line waits, so that a server that dies in the middle of one leaves no torn line. Looks only at
 * the head of each line; when all lines of a chunk are messages, the chunk goes through as it came.
 */
export class NoiseGate {
  readonly #through: Through;
  readonly #onNoise: () => void;
  #state: "start" | "message" | "noise" = "start";
  #held: Uint8Array[] = [];
  #heldBytes = 0;

  constructor(through: Through, onNoise: () => void = () => {}) {
    this.#through = through;
    this.#onNoise = onNoise;
  }

  /** One chunk as it arrived; what may pass is let through before this returns. */
  chunk(chunk: Uint8Array): void {
    let passFrom = 0;
    let lineAt = 0;
    if (this.#state !== "start" || this.#heldBytes > 0) {
      lineAt = this.#goOn(chunk);
      if (lineAt < 0) return;
      passFrom = this.#passFrom;
    }
    while (lineAt < chunk.length) {
      const newline = chunk.indexOf(0x0a, lineAt);
      const ended = newline >= 0;
      const end = ended ? newline : chunk.length;
      const head = lineHead(chunk, lineAt, end, ended);
      if (head === "noise") {
        this.#pass(chunk, passFrom, lineAt);
        this.#onNoise();
        passFrom = end + 1;
        if (!ended) this.#state = "noise";
      } else if (!ended) {
        this.#unfinished(chunk, passFrom, lineAt, head === "message");
        return;
      }
      lineAt = end + 1;
    }
    this.#pass(chunk, passFrom, chunk.length);
  }

  /** The stream has ended: an unfinished last line that is whole after all goes through, a torn one does not. */
  end(): void {
    if (this.#heldBytes === 0) return;
    const rest = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    try {
      JSON.parse(rest.toString());
      this.#through(rest, true);
    } catch {
      this.#onNoise();
    }
  }

  /** Where bytes that may pass begin, after {@link #goOn}. */
  #passFrom = 0;

  /** Finishes the line that an earlier chunk began; the start of the next line, or -1 when this one goes on. */
  #goOn(chunk: Uint8Array): number {
    const newline = chunk.indexOf(0x0a);
    if (this.#state === "noise") {
      if (newline < 0) return -1;
      this.#state = "start";
      this.#passFrom = newline + 1;
      return newline + 1;
    }
    if (this.#state === "message") {
      if (newline < 0) {
        this.#through(chunk, false);
        return -1;
      }
      this.#state = "start";
      this.#passFrom = 0;
      return newline + 1;
    }
    return this.#goOnHeld(chunk, newline);
  }

  #goOnHeld(chunk: Uint8Array, newline: number): number {
    const ended = newline >= 0;
    const end = ended ? newline : chunk.length;
    const known = this.#heldIsMessage;
    const line = known ? undefined : Buffer.concat([...this.#held, chunk.subarray(0, end)]);
    const head = line ? lineHead(line, 0, line.length, ended) : "message";
    if (head === "noise") {
      this.#onNoise();
      this.#drop();
      this.#state = ended ? "start" : "noise";
      this.#passFrom = end + 1;
      return ended ? end + 1 : -1;
    }
    this.#heldIsMessage = head === "message";
    if (ended || this.#heldBytes + chunk.length > heldBytesMax) {
      if (this.#heldBytes > 0)
        this.#through(this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held), true);
      this.#drop();
      this.#passFrom = 0;
      if (ended) return end + 1;
      this.#state = "message";
      this.#through(chunk, false);
      return -1;
    }
    this.#hold(chunk);
    return -1;
  }

  #heldIsMessage = false;

  #unfinished(chunk: Uint8Array, passFrom: number, lineAt: number, isMessage: boolean): void {
    if (chunk.length - lineAt > heldBytesMax) {
      this.#pass(chunk, passFrom, chunk.length);
      this.#state = "message";
      return;
    }
    this.#pass(chunk, passFrom, lineAt);
    this.#heldIsMessage = isMessage;
    this.#hold(chunk.subarray(lineAt));
  }

  #hold(part: Uint8Array): void {
    this.#held.push(copyOf(part));
    this.#heldBytes += part.length;
  }

  #drop(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #pass(chunk: Uint8Array, from: number, to: number): void {
    if (from >= to) return;
    this.#through(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), false);
  }
}
