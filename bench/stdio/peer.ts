/**
 * The client side of the bench: one process behind a raw socket pair, requests as prepared bytes, answers counted
 * by their newlines. Nothing is parsed or allocated per message, so what is measured is the way, not the client.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { socketPair } from "../socket-pair.ts";

export interface Load {
  /** Bytes of each answer, line end included. */
  readonly size: number;
  readonly inFlight: number;
  /** Microseconds that the server is busy with each request. */
  readonly work: number;
  readonly messages: number;
}

export interface Block {
  /** Microseconds from a request's write to its answer's last byte, one per message. */
  readonly latencies: Float64Array;
  readonly perSecond: number;
}

const slotsMax = 64;
const idWidth = 10;
const stallMsMax = 30_000;

export class Peer {
  readonly child: ChildProcess;
  readonly #write: Socket;
  readonly #read: Socket;
  #taken: (chunk: Buffer) => void = () => {};
  #nextId = 10 ** (idWidth - 1);

  static async start(argv: readonly string[], stderr: "inherit" | "ignore" = "inherit"): Promise<Peer> {
    let taken = (_chunk: Buffer): void => {};
    const buffer = Buffer.allocUnsafe(256 * 1024);
    const callback = (length: number): boolean => {
      taken(buffer.subarray(0, length));
      return true;
    };
    const input = await socketPair();
    const output = await socketPair({ buffer, callback });
    const stdio = [input.theirs, output.theirs, stderr];
    const child = spawn(argv[0]!, argv.slice(1), { stdio });
    input.theirs.destroy();
    output.theirs.destroy();
    const peer = new Peer(child, input.ours, output.ours);
    taken = (chunk) => peer.#taken(chunk);
    return peer;
  }

  private constructor(child: ChildProcess, write: Socket, read: Socket) {
    this.child = child;
    this.#write = write;
    this.#read = read;
    for (const socket of [write, read]) socket.on("error", () => {});
  }

  /** Runs one block of load and resolves when every answer has arrived. */
  run(load: Load): Promise<Block> {
    const slot = requestFor(load);
    const width = slot.length;
    const ring = Buffer.concat(Array.from({ length: slotsMax }, () => slot));
    const idAt = slot.indexOf('"id":') + 5;
    const sentAt = new Float64Array(load.messages);
    const latencies = new Float64Array(load.messages);
    let sent = 0;
    let done = 0;
    const send = (count: number): void => {
      const first = sent % slotsMax;
      const now = performance.now();
      for (let i = 0; i < count; i++) {
        this.#stamp(ring, (sent % slotsMax) * width + idAt);
        sentAt[sent++] = now;
      }
      const end = first + count;
      this.#write.write(ring.subarray(first * width, Math.min(end, slotsMax) * width));
      if (end > slotsMax) this.#write.write(ring.subarray(0, (end - slotsMax) * width));
    };
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const watch = setInterval(() => {
        if (done === before)
          reject(new Error(`no answer for ${stallMsMax} ms: ${this.child.spawnargs.join(" ")}`));
        before = done;
      }, stallMsMax);
      let before = -1;
      this.#taken = (chunk) => {
        const now = performance.now();
        let lines = 0;
        for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines++;
        for (let i = 0; i < lines; i++, done++) latencies[done] = (now - sentAt[done]!) * 1000;
        const more = Math.min(lines, load.messages - sent);
        if (more > 0) send(more);
        if (done < load.messages) return;
        clearInterval(watch);
        this.#taken = () => {};
        resolve({ latencies, perSecond: load.messages / ((now - began) / 1000) });
      };
      send(Math.min(load.inFlight, load.messages));
    });
  }

  /** Sends these requests, so many in flight, and resolves when as many lines have come back. */
  each(lines: readonly Buffer[], inFlight: number): Promise<void> {
    let sent = 0;
    let done = 0;
    const send = (count: number): void => {
      const end = Math.min(lines.length, sent + count);
      this.#write.write(end - sent === 1 ? lines[sent]! : Buffer.concat(lines.slice(sent, end)));
      sent = end;
    };
    return new Promise((resolve, reject) => {
      this.child.once("exit", (code) => reject(new Error(`exited with ${code} after ${done} answers`)));
      this.#taken = (chunk) => {
        let came = 0;
        for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) came++;
        done += came;
        if (done >= lines.length) resolve();
        else if (sent < lines.length) send(came);
      };
      send(inFlight);
    });
  }

  /** Sends raw bytes and resolves at the first line end that comes back. */
  firstLine(bytes: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.child.once("exit", (code) => reject(new Error(`exited with ${code} before it answered`)));
      this.#taken = (chunk) => chunk.includes(0x0a) && resolve();
      this.#write.write(bytes);
    });
  }

  /** Ends the input and waits for the process to be gone. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#read.destroy();
        this.#write.destroy();
        resolve();
      };
      if (this.child.exitCode !== null || this.child.signalCode !== null) return done();
      this.child.once("exit", done);
      this.#write.end();
    });
  }

  #stamp(ring: Buffer, at: number): void {
    let id = this.#nextId++;
    for (let i = idWidth - 1; i >= 0; i--) {
      ring[at + i] = 0x30 + (id % 10);
      id = Math.floor(id / 10);
    }
  }
}

/** A tool call of about 200 bytes, the id a fixed-width hole. */
function requestFor(load: Load): Buffer {
  const args = { size: load.size, work: load.work, city: "Reykjavík", unit: "metric", days: 3 };
  const params = { name: "get_forecast", arguments: args, _meta: { progressToken: 1 } };
  return Buffer.from(
    `{"jsonrpc":"2.0","id":${"0".repeat(idWidth)},"method":"tools/call","params":${JSON.stringify(params)}}\n`,
  );
}
