import { copyOf } from "../base/index.ts";
import { type Exchange, type ExchangeChange, ExchangeTracker } from "../core/index.ts";
import {
  type ConversationFacts,
  exchangeView,
  type Filter,
  type TapeFacts,
  type Verdict,
} from "../filter/index.ts";
import { eraOf, isHandshake, Message } from "../protocol/index.ts";
import type { TapeEvent } from "../tape/index.ts";

/**
 * `--capture`: keeps the exchanges that a filter wants, each whole or not at all, and always the handshake. A filter
 * that asks for the outcome cannot be answered when the request passes, so events wait here, in order, until what
 * stands first is decided. What a server asks while a wanted call is open is kept with it: the wire does not say
 * which call it belongs to, and a call without its questions could not be replayed.
 */
export const captureLimits = {
  /** How much may wait for a decision, in bytes; when it is more, what stands first is kept. */
  heldBytesMax: 64 * 1024 * 1024,
  heldEventsMax: 100_000,
  /** How many decided exchanges are remembered for messages that come late. */
  decidedMax: 10_000,
} as const;

export type CaptureLimits = { readonly [name in keyof typeof captureLimits]: number };

interface Decision {
  verdict: Verdict;
  readonly exchange?: Exchange;
  readonly request?: Message;
}

interface Slot {
  readonly event: TapeEvent;
  readonly bytes: number;
  /** Kept when one of these is; none at all: kept. */
  readonly of: readonly Decision[];
}

export class Capture {
  readonly #filter: Filter;
  readonly #header: TapeFacts;
  readonly #limits: CaptureLimits;
  readonly #tracker = new ExchangeTracker();
  readonly #decisions = new Map<number, Decision>();
  #conversation: ConversationFacts = {};
  #held: Slot[] = [];
  #heldBytes = 0;
  /** Messages let go so far. */
  dropped = 0;

  constructor(filter: Filter, header: TapeFacts, limits: Partial<CaptureLimits> = {}) {
    this.#filter = filter;
    this.#header = header;
    this.#limits = { ...captureLimits, ...limits };
  }

  /** Takes one event; returns those that are decided now and kept, in the order in which they came. */
  take(event: TapeEvent): TapeEvent[] {
    const message = event.payload.kind === "msg" ? event.payload.message : undefined;
    const of = message ? this.#judge(event, message) : [];
    const bytes = message?.bytes.length ?? 0;
    const waits = this.#held.length > 0 || verdictOf(of) === undefined;
    // What waits outlives the arena that its bytes are a view of.
    this.#held.push({ event: waits ? lasting(event) : event, bytes, of });
    this.#heldBytes += bytes;
    return this.#settle();
  }

  /** Nothing more comes: what is still undecided is decided by what is known. */
  end(): TapeEvent[] {
    for (const decision of this.#decisions.values()) this.#decide(decision, undefined, true);
    return this.#settle();
  }

  #settle(): TapeEvent[] {
    const kept: TapeEvent[] = [];
    let settled = 0;
    for (const slot of this.#held) {
      let verdict = verdictOf(slot.of);
      if (verdict === undefined && this.#overfull(settled)) verdict = this.#keepUndecided(slot);
      if (verdict === undefined) break;
      if (verdict) kept.push(slot.event);
      else this.dropped++;
      this.#heldBytes -= slot.bytes;
      settled++;
    }
    if (settled > 0) this.#held = this.#held.slice(settled);
    return kept;
  }

  #overfull(settled: number): boolean {
    return (
      this.#heldBytes > this.#limits.heldBytesMax || this.#held.length - settled > this.#limits.heldEventsMax
    );
  }

  #keepUndecided(slot: Slot): true {
    for (const decision of slot.of) decision.verdict ??= true;
    return true;
  }

  #judge(event: TapeEvent, message: Message): Decision[] {
    const changes = this.#tracker.observe(event.dir ?? "c2s", message, event.at);
    return changes.flatMap((change) => this.#decisionOf(change) ?? []);
  }

  #decisionOf(change: ExchangeChange): Decision | undefined {
    const { what, exchange } = change;
    if (what === "unsolicited") return { verdict: this.#wantsAlone(change.message) };
    if (what === "opened") return this.#open(exchange, change.message);
    const decision = this.#decisions.get(exchange.key);
    if (what === "evicted") {
      if (decision) this.#decide(decision, undefined, true);
      return undefined;
    }
    if (!decision) return { verdict: true };
    if (what === "answered") this.#learn(exchange, change.message);
    const over = what === "answered" || what === "cancelled";
    this.#decide(decision, what === "answered" ? change.message : undefined, over);
    return decision;
  }

  #open(exchange: Exchange, message: Message): Decision {
    const decision: Decision = { verdict: undefined, exchange, request: new Message(copyOf(message.bytes)) };
    if (isHandshake(exchange.method)) decision.verdict = true;
    else if (exchange.dir === "s2c" && this.#calling()) decision.verdict = true;
    else this.#decide(decision, undefined, false);
    const kept = decision.verdict === undefined ? decision : { verdict: decision.verdict };
    this.#decisions.set(exchange.key, kept);
    if (this.#decisions.size > this.#limits.decidedMax) this.#forgetOldest();
    if (exchange.method === "initialize") this.#conversation = clientFacts(message);
    return kept;
  }

  /** Whether a call of the client that is wanted, or may be, is open. */
  #calling(): boolean {
    return this.#tracker.open.some(
      ({ dir, key }) => dir === "c2s" && this.#decisions.get(key)?.verdict !== false,
    );
  }

  #decide(decision: Decision, response: Message | undefined, final: boolean): void {
    const { exchange, request } = decision;
    if (decision.verdict !== undefined || !exchange || !request) return;
    const conversation = this.#conversation;
    const view = exchangeView({ header: this.#header, conversation, exchange, request, response, final });
    decision.verdict = this.#filter.decide(view) ?? (final ? true : undefined);
  }

  #forgetOldest(): void {
    for (const [key, { verdict }] of this.#decisions) {
      if (verdict === undefined) continue;
      this.#decisions.delete(key);
      return;
    }
  }

  #learn(exchange: Exchange, response: Message): void {
    if (exchange.method !== "initialize") return;
    const server = response.at("result", "serverInfo", "name");
    if (typeof server === "string") this.#conversation = { ...this.#conversation, server };
  }

  /** A notification by itself: wanted when the filter wants its method, and always as part of the handshake. */
  #wantsAlone(message: Message): boolean {
    if (isHandshake(message.method)) return true;
    const method = message.method ?? null;
    const absent = { tool: null, prompt: null, resource: null, status: null, error: null };
    return (
      this.#filter.decide({ final: true, method, ...absent, durationMs: null, sizeBytes: null }) ?? false
    );
  }
}

function verdictOf(of: readonly Decision[]): Verdict {
  if (of.length === 0 || of.some(({ verdict }) => verdict === true)) return true;
  return of.some(({ verdict }) => verdict === undefined) ? undefined : false;
}

function lasting(event: TapeEvent): TapeEvent {
  const { payload } = event;
  if (payload.kind === "msg") {
    return { ...event, payload: { kind: "msg", message: new Message(copyOf(payload.message.bytes)) } };
  }
  return payload.kind === "bytes"
    ? { ...event, payload: { ...payload, bytes: copyOf(payload.bytes) } }
    : event;
}

function clientFacts(initialize: Message): ConversationFacts {
  const client = initialize.at("params", "clientInfo", "name");
  return { era: eraOf(initialize) ?? "legacy", ...(typeof client === "string" ? { client } : {}) };
}
