import { PassThrough, Writable } from "node:stream";
import { copyOf, limits, ReelwireError, version } from "../base/index.ts";
import { LineSplitter, type Message, parseLine } from "../protocol/index.ts";
import { type Introduction, introduce } from "../record/index.ts";
import type { RecordOptions } from "./record-options.ts";
import { recordStdio } from "./record-stdio.ts";
import type { OwnEnd } from "./wire.ts";
import { diedEarly } from "./wrapper.ts";

/**
 * How long a server may take to answer the handshake and its lists, in milliseconds: the first start by `npx` may
 * have to download it. Ctrl-C ends the wait.
 */
export const handshakeMsMax = 300_000;

export interface AloneResult {
  readonly introduction: Introduction;
  readonly tape: string;
}

/**
 * `record -- CMD` without a client: makes the handshake itself, lists what the server offers, stops it. Undefined
 * when it was interrupted. Throws RW2104 when the server leaves before it has answered, RW2105 when it does not
 * answer at all.
 */
export async function recordAlone(
  options: RecordOptions,
  msMax: number = handshakeMsMax,
): Promise<AloneResult | undefined> {
  const input = new PassThrough();
  const client = new Talker(input);
  // Answering within the write would put the answer on the tape before what it answers.
  const write = (chunk: Buffer, _: string, done: () => void): void =>
    void setImmediate(() => {
      client.take(chunk);
      done();
    });
  const output = new Writable({ write });
  const timer = setTimeout(() => client.giveUp(), msMax);
  let end: OwnEnd | undefined;
  client.start();
  try {
    await recordStdio(options, {
      input,
      output,
      onEnd: (how) => {
        end = how;
      },
    });
  } finally {
    clearTimeout(timer);
  }
  const { tape = "", how = "", lastWords = "", interrupted } = end ?? {};
  if (client.learned) return { introduction: client.learned, tape };
  if (interrupted) return undefined;
  if (!client.late) throw diedEarly(options.command, how, lastWords, tape);
  const where = [
    ["command", options.command.join(" ")],
    ["tape", tape],
  ] as const;
  throw new ReelwireError("RW2105", { with: { seconds: msMax / 1000 }, where });
}

/** Drives the introduction over bytes. */
class Talker {
  readonly #input: PassThrough;
  readonly #lines = new LineSplitter(limits.messageBytesMax);
  readonly #talk = introduce({ name: "reelwire", version });
  learned: Introduction | undefined;
  late = false;

  constructor(input: PassThrough) {
    this.#input = input;
  }

  start(): void {
    this.#send(this.#talk.next());
  }

  take(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) {
      // The introduction keeps messages for longer than the bytes of a chunk last.
      const parsed = parseLine(copyOf(line.bytes));
      if (parsed.kind !== "message") continue;
      for (const message of parsed.message.parts()) this.#send(this.#talk.next(message));
    }
  }

  giveUp(): void {
    this.late = true;
    this.#input.end();
  }

  #send(step: IteratorResult<readonly Message[], Introduction | undefined>): void {
    if (this.#input.writableEnded) return;
    if (step.done) {
      this.learned = step.value;
      this.#input.end();
      return;
    }
    for (const message of step.value) this.#input.write(Buffer.concat([message.bytes, Buffer.from("\n")]));
  }
}
