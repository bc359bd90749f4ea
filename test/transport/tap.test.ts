import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readBytesMax, Tap } from "../../src/transport/hot.ts";

/** A sink that takes bytes only when told to, and looks at them only then: what was reused meanwhile shows. */
class SlowSink extends Writable {
  readonly got: Buffer[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.#waiting.push(() => {
      this.got.push(Buffer.from(chunk));
      done();
    });
  }

  async take(): Promise<boolean> {
    const next = this.#waiting.shift();
    next?.();
    await new Promise((resolve) => setImmediate(resolve));
    return next !== undefined;
  }
}

/** A socket as Node drives `onread`: after a read that was answered with false, the same buffer is read into again. */
class FakeSocket {
  paused = true;
  #buffer: Uint8Array;
  readonly #tap: Tap;

  constructor(tap: Tap) {
    this.#tap = tap;
    this.#buffer = tap.onread.buffer();
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  read(text: string): void {
    const bytes = Buffer.from(text);
    this.#buffer.set(bytes);
    const goOn = this.#tap.onread.callback(bytes.length, this.#buffer);
    if (goOn) this.#buffer = this.#tap.onread.buffer();
    else this.paused = true;
  }
}

describe("a tap", () => {
  it("forwards before it shows, and shows the same bytes", () => {
    const order: string[] = [];
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        order.push(`sent ${chunk}`);
        done();
      },
    });
    const tap = new Tap(
      sink,
      () => 7,
      (at, bytes) => order.push(`seen ${Buffer.from(bytes)} at ${at}`) > 0,
    );
    const socket = new FakeSocket(tap);
    tap.from(socket as never);
    socket.read("a");
    socket.read("b");
    expect(order).toEqual(["sent a", "seen a at 7", "sent b", "seen b at 7"]);
  });

  it("never reads into a buffer that the sink still holds", async () => {
    const sink = new SlowSink();
    const tap = new Tap(
      sink,
      () => 0,
      () => true,
    );
    const socket = new FakeSocket(tap);
    tap.from(socket as never);
    const sent: string[] = [];
    for (let i = 0; i < 200; i++) {
      if (!socket.paused) {
        sent.push(`chunk ${i};`);
        socket.read(`chunk ${i};`);
      }
      if (i % 3 === 0) await sink.take();
    }
    while (await sink.take());
    expect(socket.paused).toBe(false);
    expect(sent.length).toBeGreaterThan(50);
    expect(sink.got.map(String).join("")).toBe(sent.join(""));
  });

  it("pauses when the observer has no room, and goes on when it has", async () => {
    const sink = new SlowSink();
    let room = true;
    const tap = new Tap(
      sink,
      () => 0,
      () => room,
    );
    const socket = new FakeSocket(tap);
    tap.from(socket as never);
    room = false;
    socket.read("a");
    expect(socket.paused).toBe(true);
    expect(tap.paused).toBe(true);
    tap.resume();
    expect(socket.paused, "the sink still holds the only buffer that would be read into").toBe(true);
    await sink.take();
    expect(socket.paused).toBe(false);
  });

  it("goes on observing when the other end of the sink is gone", () => {
    const seen: string[] = [];
    const sink = new SlowSink();
    const tap = new Tap(
      sink,
      () => 0,
      (_, bytes) => seen.push(Buffer.from(bytes).toString()) > 0,
    );
    const socket = new FakeSocket(tap);
    tap.from(socket as never);
    tap.sinkGone();
    socket.read("late");
    expect(seen).toEqual(["late"]);
    expect(sink.writableLength).toBe(0);
  });

  it("reads at most so much at once as an arena takes", async () => {
    const { chunkBytesMax } = await import("../../src/record/hot.ts");
    expect(readBytesMax).toBeLessThanOrEqual(chunkBytesMax);
  });
});
