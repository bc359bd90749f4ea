/**
 * The calls of a tape in the order in which they were made, each handed out as soon as it and all before it are
 * over. Memory is bounded by what is open, not by the tape: no message is kept, except requests that a filter is
 * still undecided on.
 */
import { copyOf } from "../base/index.ts";
import { type Exchange, type ExchangeChange, type ExchangeStatus, ExchangeTracker } from "../core/index.ts";
import {
  type ConversationFacts,
  exchangeView,
  type Filter,
  type TapeFacts,
  targetOf,
} from "../filter/index.ts";
import { type Direction, eraOf, isHandshake, Message, metaKeys } from "../protocol/index.ts";
import type { TapeEvent } from "../tape/index.ts";

/** One call as listings show it. */
export interface CallRow {
  /** Counted from 1 over the whole tape, requests of both sides; a filter leaves gaps. */
  readonly n: number;
  readonly conn: number;
  /** When the request passed, in microseconds since the header's `startedAt`. */
  readonly at: number;
  readonly dir: Direction;
  readonly method: string;
  /** The tool's or prompt's name, or the resource's URI; its first 500 characters. */
  readonly target: string | undefined;
  /** The id's JSON text: `1` and `"1"` are two ids. */
  readonly id: string;
  /** `open` when no answer is on the tape. */
  readonly status: ExchangeStatus;
  /** The code of a JSON-RPC error, as its number was written. */
  readonly errorCode: string | undefined;
  /** From the request to its first answer, in microseconds. */
  readonly micros: number | undefined;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly responses: number;
  readonly progress: number;
}

export const callLimits = {
  /** Calls that wait for an earlier one that is still open; then that one is handed out as open. */
  waitingCallsMax: 10_000,
  /** Bytes of requests kept for a filter that is undecided; then it decides by what is known. */
  requestBytesMax: 64 * 1024 * 1024,
  /** How much of a method or a target is kept, in characters. */
  targetCharsMax: 500,
  /** Conversations followed at once; the first of all is let go. */
  conversationsMax: 1000,
} as const;

export interface CallListOptions {
  readonly header: TapeFacts;
  readonly tape: string;
  readonly filter?: Filter | undefined;
  readonly nowMs: number;
}

/** What an event did, for those who count or follow one call. */
export interface Seen {
  readonly n: number | undefined;
  readonly change: ExchangeChange;
}

export class CallList {
  readonly #options: CallListOptions;
  readonly #talks = new Map<number, Talk>();
  readonly #waiting: Waiting[] = [];
  #head = 0;
  #count = 0;
  #settledCalls = 0;
  #keptBytes = 0;

  constructor(options: CallListOptions) {
    this.#options = options;
  }

  /** How many calls were made so far, those that the filter leaves out included. */
  get count(): number {
    return this.#count;
  }

  /** The number of the last call that was handed out or left out: none up to it comes any more. */
  get settled(): number {
    return this.#settledCalls;
  }

  get conversations(): number {
    return this.#talks.size;
  }

  /** The names of the two sides and the era, as the first conversation told them. */
  get facts(): ConversationFacts {
    const [first] = this.#talks.values();
    return first?.facts ?? {};
  }

  /** Takes one event of the tape: what each of its messages is, and to which call it belongs. */
  see(event: TapeEvent): readonly Seen[] {
    if (event.payload.kind !== "msg") return [];
    const talk = this.#talk(event.conn ?? 0);
    const changes = talk.tracker.observe(event.dir ?? "c2s", event.payload.message, event.at);
    return changes.map((change) => this.#change(talk, change));
  }

  /** The rows that can be shown now, in order; while `crowded` says so, the first goes though it is open. */
  *ready(crowded: () => boolean = () => false): Generator<CallRow, void, void> {
    while (this.#head < this.#waiting.length) {
      const first = this.#waiting[this.#head]!;
      const full = this.#waiting.length - this.#head > callLimits.waitingCallsMax;
      if (!first.over && !full && first.verdict !== false && !crowded()) break;
      yield* this.#take(first);
    }
    if (this.#head < 1000) return;
    this.#waiting.splice(0, this.#head);
    this.#head = 0;
  }

  /** What is left when the tape has ended: calls that were never answered. */
  *rest(): Generator<CallRow, void, void> {
    while (this.#head < this.#waiting.length) yield* this.#take(this.#waiting[this.#head]!);
  }

  *#take(first: Waiting): Generator<CallRow, void, void> {
    this.#head++;
    this.#settledCalls = first.n;
    this.#settle(first);
    first.talk.byKey.delete(first.exchange.key);
    if (first.verdict === true) yield rowOf(first);
  }

  #change(talk: Talk, change: ExchangeChange): Seen {
    const { exchange, message } = change;
    if (message) talk.learn(message, exchange?.method);
    if (change.what === "opened") return { n: this.#open(talk, change.exchange, change.message), change };
    const waiting = exchange && talk.byKey.get(exchange.key);
    if (change.what === "evicted" && waiting) waiting.over = true;
    if (change.what === "cancelled" && waiting) this.#over(waiting, undefined);
    if (change.what === "answered" && waiting) {
      if (message?.isError) waiting.errorCode = numberText(message.rawAt("error", "code"));
      this.#over(waiting, message);
    }
    return { n: exchange && talk.numbers.get(exchange.key), change };
  }

  #open(talk: Talk, exchange: Exchange, request: Message): number {
    const n = ++this.#count;
    const target = targetOf(request)?.slice(0, callLimits.targetCharsMax);
    const waiting: Waiting = { n, talk, exchange, target, over: false, verdict: true };
    if (this.#options.filter) {
      waiting.verdict = this.#decide(waiting, request, undefined, false);
      if (waiting.verdict === undefined) this.#keep(waiting, request);
    }
    talk.remember(exchange.key, n, waiting);
    this.#waiting.push(waiting);
    return n;
  }

  #over(waiting: Waiting, response: Message | undefined): void {
    waiting.over = true;
    this.#settle(waiting, response);
  }

  /** Decides for good, by what is known now. */
  #settle(waiting: Waiting, response?: Message): void {
    const { request } = waiting;
    if (waiting.verdict !== undefined || !request) return;
    waiting.verdict = this.#decide(waiting, request, response, true) === true;
    this.#keptBytes -= request.bytes.length;
    waiting.request = undefined;
  }

  #keep(waiting: Waiting, request: Message): void {
    waiting.request = new Message(copyOf(request.bytes));
    this.#keptBytes += request.bytes.length;
    for (let i = this.#head; this.#keptBytes > callLimits.requestBytesMax && i < this.#waiting.length; i++)
      this.#settle(this.#waiting[i]!);
  }

  #decide(waiting: Waiting, request: Message, response: Message | undefined, final: boolean) {
    const { exchange, talk } = waiting;
    const { header, tape, nowMs, filter } = this.#options;
    const conversation = talk.facts;
    return filter!.decide(
      exchangeView({ header, tape, nowMs, exchange, request, response, conversation, final }),
    );
  }

  #talk(conn: number): Talk {
    let talk = this.#talks.get(conn);
    if (!talk) {
      talk = new Talk(conn);
      this.#talks.set(conn, talk);
      const [oldest] = this.#talks.keys();
      if (this.#talks.size > callLimits.conversationsMax) this.#talks.delete(oldest!);
    }
    return talk;
  }
}

/** A call that was not handed out yet. */
interface Waiting {
  readonly n: number;
  readonly talk: Talk;
  readonly exchange: Exchange;
  readonly target: string | undefined;
  errorCode?: string | undefined;
  over: boolean;
  verdict: boolean | undefined;
  /** Kept only while the filter is undecided. */
  request?: Message | undefined;
}

/** How many calls are remembered by number, for messages that come late. */
const numbersMax = 20_000;
/** How many messages outside the handshake are searched for the names of the two sides. */
const lookedMessagesMax = 100;

/** One conversation of the tape. */
class Talk {
  readonly conn: number;
  readonly tracker = new ExchangeTracker();
  readonly byKey = new Map<number, Waiting>();
  readonly numbers = new Map<number, number>();
  facts: ConversationFacts = {};
  #looked = 0;

  constructor(conn: number) {
    this.conn = conn;
  }

  /** Keys count up, so the oldest one is known without a search. */
  remember(key: number, n: number, waiting: Waiting): void {
    this.byKey.set(key, waiting);
    this.numbers.set(key, n);
    this.numbers.delete(key - numbersMax);
  }

  /** The names of the two sides, as the handshake gives them. The first claim counts. */
  learn(message: Message, method: string | undefined): void {
    if (!isHandshake(method) && this.#looked++ > lookedMessagesMax) return;
    const era = this.facts.era ?? eraOf(message);
    const client =
      this.facts.client ??
      nameAt(message, ["params", "clientInfo"], ["params", "_meta", metaKeys.clientInfo]);
    const server =
      this.facts.server ??
      nameAt(message, ["result", "serverInfo"], ["result", "_meta", metaKeys.serverInfo]);
    this.facts = { ...(era && { era }), ...(client && { client }), ...(server && { server }) };
  }
}

/** Only a number is shown as a code: what else a peer sends there may be of any size. */
function numberText(json: string | undefined): string | undefined {
  return json !== undefined && /^-?\d[\d.eE+-]{0,30}$/.test(json) ? json : undefined;
}

function nameAt(message: Message, ...paths: readonly (readonly string[])[]): string | undefined {
  for (const path of paths) {
    const name = message.at(...path, "name");
    if (typeof name === "string") return name.slice(0, callLimits.targetCharsMax);
  }
  return undefined;
}

function rowOf({ n, talk, exchange, target, errorCode }: Waiting): CallRow {
  const { dir, id, openedAt } = exchange;
  const method = exchange.method.slice(0, callLimits.targetCharsMax);
  return { n, conn: talk.conn, at: openedAt, dir, method, target, id, errorCode, ...stateOf(exchange) };
}

/** What of a row still changes when messages come late. */
export function stateOf(exchange: Exchange) {
  const { status, openedAt, answeredAt, requestBytes, responseBytes } = exchange;
  return {
    status,
    micros: answeredAt === undefined ? undefined : answeredAt - openedAt,
    requestBytes,
    responseBytes,
    responses: exchange.responseCount,
    progress: exchange.progressCount,
  };
}
