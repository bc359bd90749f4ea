// A .vcr recording of any size, made while it is read, and the memory that reading and writing it take.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { readTape, readVcr, type TapeItem, TapeWriter, writeVcr } from "../../src/tape/index.ts";
import { header, message, utf8 } from "./helpers.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** The most memory that may be added while a recording of any size passes, in bytes. */
export const growthBytesMax = 64 * 1024 * 1024;

/** Bytes of about this many interactions, `metadata` after the session, so that nothing can be known early. */
export async function* bigVcr(calls: number): AsyncGenerator<Uint8Array, void, void> {
  yield utf8('{\n  "session": {\n    "interactions": [\n');
  const filler = "lorem ipsum ".repeat(80);
  for (let i = 0; i < calls; i++) {
    const stamp = new Date(1_767_225_600_000 + i * 10).toISOString();
    const call = {
      sequence: i,
      timestamp: stamp,
      request: { jsonrpc: "2.0", id: i, method: "tools/call", params: { name: "t", arguments: { i } } },
      response: { jsonrpc: "2.0", id: i, result: { content: [{ type: "text", text: filler }] }, error: null },
      notifications: [
        { jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: i } },
      ],
      latency_ms: 4.5,
    };
    yield utf8(`${i === 0 ? "" : ",\n"}${JSON.stringify(call, null, 2)}`);
  }
  yield utf8(
    '],\n  "capabilities": {} },\n  "metadata": {"recorded_at": "2026-01-01T00:00:00Z", "tags": {}}\n}',
  );
}

export interface Passed {
  readonly bytes: number;
  readonly messages: number;
  /** The most that living heap and buffers were above the beginning, in bytes. */
  readonly growth: number;
}

export async function passThrough(calls: number): Promise<Passed> {
  let bytes = 0;
  const meter = new Meter(5000);
  const open = (): AsyncIterable<Uint8Array> =>
    (async function* () {
      for await (const chunk of bigVcr(calls)) {
        bytes += chunk.length;
        yield chunk;
      }
    })();
  let messages = 0;
  for await (const item of readVcr(open)) {
    if (item.kind === "event" && item.event.payload.kind === "msg") messages++;
    meter.tick();
  }
  return { bytes, messages, growth: meter.growth };
}

/** Writes a tape of so many calls, made on the way, as a .vcr file. */
export async function writeThrough(calls: number): Promise<Passed> {
  const meter = new Meter(20);
  let bytes = 0;
  let interactions = 0;
  const out = {
    write: (piece: Uint8Array): void => {
      bytes += piece.length;
      interactions +=
        Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString("latin1").split('"latency_ms"')
          .length - 1;
      meter.tick();
    },
  };
  await writeVcr(() => bigTape(calls), out);
  return { bytes, messages: interactions, growth: meter.growth };
}

async function* bigTape(calls: number): AsyncGenerator<TapeItem, void, void> {
  let chunks: Uint8Array[] = [];
  const writer = new TapeWriter({ write: (bytes) => void chunks.push(bytes.slice()) }, header);
  const filler = "lorem ipsum ".repeat(80);
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < calls; i++) {
      writer.write({
        at: i * 10,
        dir: "c2s",
        payload: { kind: "msg", message: message(`{"jsonrpc":"2.0","id":${i},"method":"m"}`) },
      });
      writer.write({
        at: i * 10 + 5,
        dir: "s2c",
        payload: {
          kind: "msg",
          message: message(`{"jsonrpc":"2.0","id":${i},"result":{"text":"${filler}"}}`),
        },
      });
      yield* chunks;
      chunks = [];
    }
    writer.end(calls * 10);
    yield* chunks;
  }
  yield* readTape(source());
}

/** Measures what is alive: garbage is collected first, because how much of it waits is the engine's affair. */
class Meter {
  readonly #start = alive();
  readonly #ticksBetween: number;
  #ticks = 0;
  growth = 0;

  constructor(ticksBetween: number) {
    this.#ticksBetween = ticksBetween;
  }

  tick(): void {
    if (++this.#ticks % this.#ticksBetween !== 0) return;
    this.growth = Math.max(this.growth, alive() - this.#start);
  }
}

function alive(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
