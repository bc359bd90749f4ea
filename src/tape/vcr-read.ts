/**
 * Reads a `.vcr` recording (JSON, version 1.0.0) as a tape, a call at a time: memory does not grow with the file.
 * What such a file cannot say is said in notes. Its writing half is `vcr-write.ts`.
 */
import { limits } from "../base/index.ts";
import type { NoteFacts, TapeEvent } from "./format.ts";
import { encodeHeader } from "./jsonl.ts";
import type { DamagedItem, TapeItem } from "./reader.ts";
import { type Dropped, vcrCall, vcrMessage } from "./vcr-call.ts";
import { JsonCursor } from "./vcr-cursor.ts";
import { type Timed, TimeWindow, type WindowLimits } from "./vcr-order.ts";
import { JsonFault } from "./vcr-scan.ts";
import { type Survey, surveyVcr } from "./vcr-survey.ts";

export interface VcrReadOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** How many events, and bytes of them, are held back to put overlapping calls in order. */
  readonly window?: WindowLimits;
}

/**
 * `open` gives the file's bytes from the beginning, each time it is called: it is read twice. `offset` of an item
 * is that of its interaction. Throws RW3008 for an empty file and RW3007 when it is no such recording.
 */
export async function* readVcr(
  open: () => AsyncIterable<Uint8Array>,
  options: VcrReadOptions = {},
): AsyncGenerator<TapeItem, void, void> {
  const survey = await surveyVcr(open(), options.name);
  yield {
    kind: "header",
    line: 1,
    header: survey.header,
    bytes: encodeHeader(survey.header).subarray(0, -1),
  };
  const calls = new CallReader(survey, options.window);
  let line = 1;
  for await (const item of calls.items(open())) {
    line++;
    if (item.kind === "damaged") yield { ...item, line };
    else yield { kind: "event", line, offset: item.offset, event: item.event };
  }
}

type Found = ({ readonly kind: "event" } & Timed) | DamagedItem;

class CallReader {
  readonly #survey: Survey;
  readonly #window: TimeWindow;
  readonly #dropped: Dropped = { nulls: 0 };
  #zoneless = 0;
  #timeless = 0;
  #number = 0;
  /** The time of the answer that was read last, in microseconds since the start. */
  #answeredAt = 0;

  constructor(survey: Survey, window: WindowLimits | undefined) {
    this.#survey = survey;
    this.#window = new TimeWindow(window);
    this.#zoneless = survey.startZoned ? 0 : 1;
  }

  async *items(source: AsyncIterable<Uint8Array>): AsyncGenerator<Found, void, void> {
    yield this.#note(0, openingNote);
    this.#addHandshake();
    const cursor = new JsonCursor(source);
    let fault: JsonFault | undefined;
    try {
      yield* this.#walk(cursor);
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      fault = error;
    } finally {
      await cursor.close();
    }
    for (const timed of this.#window.rest()) yield { kind: "event", ...timed };
    if (fault !== undefined) yield damaged(cursor.offset, fault.why, fault.torn);
    for (const note of this.#closingNotes()) yield this.#note(cursor.offset, note);
  }

  async *#walk(cursor: JsonCursor): AsyncGenerator<Found, void, void> {
    for await (const key of cursor.keys()) {
      if (key !== "session" || (await cursor.peek()) !== 0x7b) await cursor.skip();
      else yield* this.#walkSession(cursor);
    }
    if ((await cursor.peek()) !== undefined) throw new JsonFault("something stands after the recording");
  }

  async *#walkSession(cursor: JsonCursor): AsyncGenerator<Found, void, void> {
    for await (const key of cursor.keys()) {
      if (key !== "interactions" || (await cursor.peek()) !== 0x5b) {
        await cursor.skip();
        continue;
      }
      for await (const _ of cursor.elements()) {
        await cursor.peek();
        const { offset } = cursor;
        const fault = this.#addCall(await cursor.value(limits.tapeLineBytesMax), offset);
        if (fault !== undefined) yield damaged(offset, fault);
        for (const timed of this.#window.overflow()) yield { kind: "event", ...timed };
      }
    }
  }

  #addHandshake(): void {
    const request = vcrMessage(this.#survey.request, this.#dropped);
    const response = vcrMessage(this.#survey.response, this.#dropped);
    if (request === undefined) return;
    this.#add({ at: 0, dir: "c2s", payload: { kind: "msg", message: request } }, 0, request.bytes.length);
    if (response === undefined) return;
    this.#add({ at: 0, dir: "s2c", payload: { kind: "msg", message: response } }, 0, response.bytes.length);
  }

  #addCall(text: Uint8Array, offset: number): string | undefined {
    const call = vcrCall(text, this.#dropped);
    const number = this.#number++;
    if (typeof call === "string") return `interaction ${number}: ${call}`;
    if (call.time === undefined) this.#timeless++;
    else if (!call.time.zoned) this.#zoneless++;
    const answered =
      call.time === undefined
        ? this.#answeredAt + call.latencyMicros
        : call.time.micros - this.#survey.startMicros;
    const answeredAt = Math.max(0, answered);
    const askedAt = Math.max(0, answeredAt - call.latencyMicros);
    const back = call.dir === "c2s" ? "s2c" : "c2s";
    this.#answeredAt = answeredAt;
    this.#add(
      { at: askedAt, dir: call.dir, payload: { kind: "msg", message: call.request } },
      offset,
      text.length,
    );
    for (const message of call.notifications)
      this.#add({ at: answeredAt, dir: "s2c", payload: { kind: "msg", message } }, offset, 0);
    if (call.response === undefined) return undefined;
    this.#add({ at: answeredAt, dir: back, payload: { kind: "msg", message: call.response } }, offset, 0);
    return undefined;
  }

  #add(event: TapeEvent, offset: number, bytes: number): void {
    this.#window.add({ event, offset, bytes });
  }

  #note(offset: number, note: NoteFacts): Found {
    return {
      kind: "event",
      event: { at: this.#window.lastAt, payload: { kind: "note", note } },
      offset,
      bytes: 0,
    };
  }

  *#closingNotes(): Generator<NoteFacts, void, void> {
    if (this.#survey.placeholder) {
      yield {
        what: "import-handshake",
        says: "the file holds no handshake: its recorder was stopped before one",
      };
    }
    const counts = [
      [this.#dropped.nulls, "import-nulls", "fields that the file's writer filled with null were left out"],
      [this.#zoneless, "import-zone", "times without a zone were taken as UTC"],
      [this.#timeless, "import-times", "calls without a time were placed behind the call above them"],
      [
        this.#window.moved,
        "import-order",
        "events came too late in the file for their place and were moved to a later time",
      ],
    ] as const;
    for (const [count, what, says] of counts) if (count > 0) yield { what, says, count };
  }
}

const openingNote: NoteFacts = {
  what: "imported",
  says:
    "read from a .vcr file: it keeps the client's calls with their answers and the server's notifications; other " +
    "messages, the times of the handshake and of notifications, and everything that is no message are not in it",
  from: "vcr",
};

function damaged(offset: number, why: string, torn = false): DamagedItem {
  const item = { kind: "damaged", line: 0, offset, why, bytes: new Uint8Array(0) } as const;
  return torn ? { ...item, torn } : item;
}
