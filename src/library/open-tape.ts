/**
 * A tape as a program reads it: its header, its lines, its messages, its exchanges. Everything streams, so memory does
 * not grow with the tape; each call of `events`, `messages` or `exchanges` reads the files from the beginning.
 */
import { copyOf } from "../base/index.ts";
import { type Filter, parseFilter } from "../filter/index.ts";
import { type Direction, Message } from "../protocol/index.ts";
import {
  type OpenedTape,
  type OpenOptions,
  openTapeFile,
  type TapeEvent,
  type TapeHeader,
  type TapeItem,
} from "../tape/index.ts";
import { CallList, type CallRow, type Seen } from "./call-list.ts";

/** One line after the header: an event, or what is wrong with a line that does not read. */
export type TapeLine = Exclude<TapeItem, { kind: "header" }>;

/** One JSON-RPC message, or a batch, as it was on the wire. */
export interface TapeMessage {
  /** Microseconds since the header's `startedAt`. */
  readonly at: number;
  /** The conversation within the tape; 0 on stdio. */
  readonly conn: number;
  /** `c2s`: sent by the client; `s2c`: by the server. */
  readonly dir: Direction;
  readonly message: Message;
}

/** A request of either side and its answer. */
export interface TapeExchange extends Omit<CallRow, CountedFacts> {
  /** The exact JSON text of the request. */
  readonly request: string;
  /** The exact JSON text of the answer; undefined when there is none, or only one after a cancellation. */
  readonly response: string | undefined;
}

type CountedFacts = "requestBytes" | "responseBytes" | "responses" | "progress";

/** A tape that can be read. The file need not be finished: what is there now is what an iteration gives. */
export interface Tape {
  /** As it was given to {@link openTape}. */
  readonly path: string;
  readonly header: TapeHeader;
  readonly encoding: "jsonl" | "vcr";
  /** The files that are read, in order; several when the recording rotated. */
  readonly files: readonly string[];
  /** Every line after the header, in order; a line that does not read is an item that says why. */
  events(): AsyncIterable<TapeLine>;
  /** Every message, in order; a batch is one. */
  messages(): AsyncIterable<TapeMessage>;
  /**
   * Requests with their answers, in the order of the requests. One that is open holds back those behind it, but no
   * more than 10,000 of them or {@link textBytesMax} of texts: then it is handed out as `open`. Throws RW1008 or
   * RW1009 at once when the filter does not parse.
   */
  exchanges(filter?: string | Filter): AsyncIterable<TapeExchange>;
}

export interface TapeOptions extends Pick<OpenOptions, "unlock"> {
  /** Ends every iteration with its reason. */
  readonly signal?: AbortSignal;
}

/** How many bytes of requests and answers wait behind an open exchange. */
export const textBytesMax = 64 * 1024 * 1024;

/** What the public `openTape` is (`runtime/library/open-tape.ts`), with the way to open encrypted tapes handed in. */
export async function openTape(path: string, options: TapeOptions = {}): Promise<Tape> {
  const { signal, unlock } = options;
  signal?.throwIfAborted();
  const opened = await openTapeFile(path, { unlock });
  const { header, encoding, files } = opened;
  const lines = (): AsyncIterable<TapeLine> => linesOf(opened, signal);
  return {
    path,
    header,
    encoding,
    files,
    events: lines,
    messages: () => messagesOf(lines()),
    exchanges: (filter) => {
      const wanted = typeof filter === "string" ? parseFilter(filter) : filter;
      const list = new CallList({ header, tape: path, filter: wanted, nowMs: Date.now() });
      return exchangesOf(lines(), list, textBytesMax);
    },
  };
}

async function* linesOf(
  opened: OpenedTape,
  signal: AbortSignal | undefined,
): AsyncGenerator<TapeLine, void, void> {
  for await (const item of opened.items()) {
    signal?.throwIfAborted();
    if (item.kind !== "header") yield item;
  }
}

async function* messagesOf(lines: AsyncIterable<TapeLine>): AsyncGenerator<TapeMessage, void, void> {
  for await (const item of lines) {
    if (item.kind !== "event" || item.event.payload.kind !== "msg") continue;
    const { at, conn = 0, dir = "c2s", payload } = item.event;
    yield { at, conn, dir, message: payload.message };
  }
}

/** Exported for the test of its bound. */
export async function* exchangesOf(
  lines: AsyncIterable<TapeLine>,
  list: CallList,
  bytesMax: number,
): AsyncGenerator<TapeExchange, void, void> {
  const texts = new Texts(list);
  for await (const item of lines) {
    if (item.kind !== "event") continue;
    texts.see(item.event);
    for (const row of list.ready(() => texts.bytes > bytesMax)) yield texts.take(row);
    texts.forget();
  }
  for (const row of list.rest()) yield texts.take(row);
}

/** What the two sides said, kept until its exchange is handed out. */
class Texts {
  readonly #list: CallList;
  /** In the order of the calls. */
  readonly #kept = new Map<number, { readonly request: Message; response?: Message }>();
  bytes = 0;

  constructor(list: CallList) {
    this.#list = list;
  }

  see(event: TapeEvent): void {
    for (const seen of this.#list.see(event)) this.#keep(seen);
  }

  take({ n, conn, at, dir, method, target, id, status, errorCode, micros }: CallRow): TapeExchange {
    const { request, response } = this.#kept.get(n)!;
    this.forget();
    const texts = { request: request.text, response: response?.text };
    return { n, conn, at, dir, method, target, id, status, errorCode, micros, ...texts };
  }

  /** Lets go what is handed out, and what the filter left out. */
  forget(): void {
    for (const [n, { request, response }] of this.#kept) {
      if (n > this.#list.settled) return;
      this.#kept.delete(n);
      this.bytes -= request.bytes.length + (response?.bytes.length ?? 0);
    }
  }

  #keep({ n, change }: Seen): void {
    if (n === undefined || !change.message) return;
    if (change.what === "opened") {
      this.#kept.set(n, { request: this.#copy(change.message) });
    } else if ((change.what === "answered" || change.what === "late") && change.message.kind === "response") {
      const kept = this.#kept.get(n);
      if (kept) kept.response ??= this.#copy(change.message);
    }
  }

  /** Apart from the chunk that it was read in, which is many times as large. */
  #copy({ bytes }: Message): Message {
    this.bytes += bytes.length;
    return new Message(copyOf(bytes));
  }
}
