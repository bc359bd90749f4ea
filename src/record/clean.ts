/**
 * Takes the secrets out of the events of a tape, in order, whatever they are: the one stage that a recorder, a program's
 * own recording and the cleaning of an old tape have in common. Text that comes in pieces may be held back for a moment,
 * because a secret may go on in the next piece.
 */
import {
  HeldText,
  KeyLines,
  numbersKey,
  type RedactedNumber,
  type Redactor,
  withSeal,
} from "../redact/index.ts";
import type { NoteFacts, Payload, TapeEvent, TapeHeader } from "../tape/index.ts";
import { SplitQueue } from "./split-queue.ts";

/** How long text is held back at the most, in microseconds on the tape's clock. */
export const heldMicrosMax = 250_000;

/** Connections whose stderr is remembered; on stdio there is one. */
const streamsMax = 1_000;

export class EventCleaner {
  readonly #redactor: Redactor;
  readonly #streams = new Map<number, Stream>();
  /** How many of them have something that waits. */
  #waiting = 0;

  readonly #splits: SplitQueue | undefined;
  readonly #lines = new Map<string, KeyLines>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
    const splits = redactor.splits();
    this.#splits = splits && new SplitQueue(splits, redactor);
  }

  /** Whether something is held back that {@link release} lets go. */
  get holds(): boolean {
    return this.#waiting > 0 || (this.#splits?.holds ?? false);
  }

  /** Takes one event; returns what may be written now. Nothing is held when nothing is redacted. */
  take(event: TapeEvent): TapeEvent[] {
    if (this.#redactor.preset === "off") return [event];
    const cleaned = this.#cleaned(event);
    const splits = this.#splits;
    if (!splits) return cleaned;
    const late = splits.holds ? splits.release(event.at, overAt(event)) : [];
    return [...late, ...cleaned.flatMap((each) => splits.push(each))];
  }

  #cleaned(event: TapeEvent): TapeEvent[] {
    const { kind } = event.payload;
    if (kind === "stderr")
      return [...this.#letGo(event.at, heldMicrosMax), ...this.#onStderr(event, event.payload.text)];
    const cleaned = this.#onLine(event) ?? cleanEvent(event, this.#redactor);
    if (this.#waiting === 0) return [cleaned];
    // What came before bytes of the same stream stands before them.
    const over = event.payload.kind === "bytes" && event.payload.on === "stderr" ? 0 : overAt(event);
    return [...this.#letGo(event.at, over), cleaned];
  }

  /** Lets go what is held. `at`: the time of the tape, which never goes back. */
  release(at: number): TapeEvent[] {
    const text = this.#letGo(at, 0);
    const splits = this.#splits;
    return splits ? [...text.flatMap((each) => splits.push(each)), ...splits.release(at, 0)] : text;
  }

  /** A line that is no message may be one of a private key. */
  #onLine({ payload, ...event }: TapeEvent): TapeEvent | undefined {
    if (payload.kind !== "text") return undefined;
    const stream = `${event.conn ?? 0} ${event.dir}`;
    let lines = this.#lines.get(stream);
    if (!lines) {
      if (this.#lines.size >= streamsMax) this.#lines.clear();
      lines = new KeyLines(this.#redactor);
      this.#lines.set(stream, lines);
    }
    return cleanEvent({ ...event, payload: { ...payload, text: lines.line(payload.text) } }, this.#redactor);
  }

  #onStderr(event: TapeEvent, text: string): TapeEvent[] {
    const conn = event.conn ?? 0;
    let stream = this.#streams.get(conn);
    if (!stream) {
      stream = { text: new HeldText(this.#redactor), waits: undefined };
      if (this.#streams.size >= streamsMax) this.#forget();
      this.#streams.set(conn, stream);
    }
    const ready = stream.text.push(text);
    this.#waits(stream, stream.text.waits ? (ready === "" ? (stream.waits ?? event) : event) : undefined);
    return ready === "" ? [] : [stderrEvent(event, event.at, ready)];
  }

  #waits(stream: Stream, event: TapeEvent | undefined): void {
    this.#waiting += Number(event !== undefined) - Number(stream.waits !== undefined);
    stream.waits = event;
  }

  /** What has waited for so long. */
  #letGo(at: number, micros: number): TapeEvent[] {
    if (this.#waiting === 0) return [];
    return [...this.#streams.values()].flatMap((stream) => {
      const { waits, text } = stream;
      if (!waits || at - waits.at < micros) return [];
      this.#waits(stream, undefined);
      const rest = text.end();
      return rest === "" ? [] : [stderrEvent(waits, Math.max(at, waits.at), rest)];
    });
  }

  #forget(): void {
    for (const [conn, { waits }] of this.#streams) {
      if (waits) continue;
      this.#streams.delete(conn);
      return;
    }
  }
}

/** The end of a side is the end of what it says; until then a quarter of a second is waited. */
function overAt({ payload: { kind } }: TapeEvent): number {
  return kind === "close" || kind === "end" ? 0 : heldMicrosMax;
}

interface Stream {
  readonly text: HeldText;
  /** The first event whose text waits. */
  waits: TapeEvent | undefined;
}

function stderrEvent(event: TapeEvent, at: number, text: string): TapeEvent {
  return { ...event, at, payload: { kind: "stderr", text } };
}

/** The note at the end of a tape: how many values were taken out of it, by kind; undefined when none was. */
export function redactedNote({ count, kinds }: Pick<Redactor, "count" | "kinds">): NoteFacts | undefined {
  if (count === 0) return undefined;
  const says = count === 1 ? "1 value was taken out" : `${count} values were taken out`;
  return {
    what: "redacted",
    says,
    kinds: Object.fromEntries([...kinds].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The note at the beginning of a tape from which nothing is taken out. */
export const unredactedNote: NoteFacts = {
  what: "unredacted",
  says: "redaction was off: secrets that passed are on this tape as they were",
};

/** One event by itself, nothing held. */
export function cleanEvent(event: TapeEvent, redactor: Redactor): TapeEvent {
  const { payload, dir = "s2c", conn } = event;
  const sse = event.sse && (JSON.parse(redactor.json(JSON.stringify(event.sse))) as typeof event.sse);
  const more = event.more?.map(([key, json]) => [key, redactor.json(json)] as const);
  const facts = { ...(sse ? { sse } : {}), ...(more ? { more } : {}) };
  if (payload.kind !== "msg") return { ...event, ...facts, payload: cleanPayload(payload, redactor) };
  const { message, numbers } = redactor.message(payload.message, dir, conn);
  // The usual case makes nothing anew.
  if (message === payload.message && !sse && !more) return event;
  const told = numbers.length === 0 ? [] : [[numbersKey, redactedJson(numbers)] as const];
  const keys = [...(more ?? []), ...told];
  const all = message === payload.message ? keys : withSeal(payload.message, message, keys, redactor);
  return { ...event, ...facts, ...(all.length > 0 ? { more: all } : {}), payload: { kind: "msg", message } };
}

function cleanPayload(payload: Payload, redactor: Redactor): Payload {
  switch (payload.kind) {
    case "text":
    case "stderr":
      return { ...payload, text: redactor.text(payload.text) };
    case "bytes":
      return { ...payload, bytes: cleanBytes(payload.bytes, redactor) };
    case "open":
      return { kind: "open", open: cleaned(payload.open, redactor) };
    case "close":
      return { kind: "close", close: cleaned(payload.close, redactor) };
    case "note":
      return { kind: "note", note: cleaned(payload.note, redactor) };
    case "other":
      return { ...payload, json: redactor.json(payload.json) };
    default:
      return payload;
  }
}

/** The header: names, labels, the server's command, whatever else it says; never its identity and its times. */
export function cleanHeader(header: TapeHeader, redactor: Redactor): TapeHeader {
  const { reelwire, id, startedAt, redaction, previous, ...rest } = header;
  // Again in the order in which it was written.
  return { ...header, ...cleaned(rest, redactor) };
}

function cleaned<T extends object>(facts: T, redactor: Redactor): T {
  const json = JSON.stringify(facts);
  const clean = redactor.json(json);
  return clean === json ? facts : (JSON.parse(clean) as T);
}

/** Bytes that are not UTF-8, each as a character of its own; a placeholder is ASCII. */
function cleanBytes(bytes: Uint8Array, redactor: Redactor): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  const clean = redactor.text(text);
  return clean === text ? bytes : new Uint8Array(Buffer.from(clean, "latin1"));
}

/** The `redacted` key of a line. */
function redactedJson(numbers: readonly RedactedNumber[]): string {
  return JSON.stringify(numbers.map(({ pointer, placeholder }) => ({ at: pointer, as: placeholder })));
}
