/**
 * Finds causes while a tape is read: which call a thing belongs to, what it followed, which answers it waited for.
 * What the wire does not say is inferred: a request of the server belongs to the call that was opened last and is
 * still open when the request is answered, because a call that ended before did not wait for it.
 */
import { assert } from "../base/index.ts";
import { type ExchangeChange, ExchangeTracker } from "../core/index.ts";
import { type Direction, eraOf, type Message, metaKeys } from "../protocol/index.ts";
import { canonicalOf } from "./canonical.ts";
import { Column, none } from "./columns.ts";
import { type Hash, hashOf } from "./hash.ts";
import { isRetry, keyOf } from "./key.ts";
import { type MatchRules, retryKeys } from "./rules.ts";
import { type BytesAt, flags, type Role, roles, Script } from "./script.ts";
import { SortedEvents } from "./sorted.ts";
import { hashOfRequest } from "./value-hash.ts";

/** Tasks whose state is followed at once; the first of all is forgotten. */
const tasksMax = 100_000;

export class ScriptBuilder {
  readonly script = new Script();
  readonly #rules: MatchRules;
  readonly #tracker = new ExchangeTracker();
  /** The event of an exchange, by its tracker's key. */
  readonly #events = Column.events();
  /** Calls that may ask something of the client while they are open, in the order of opening. */
  readonly #asking = new SortedEvents();
  /** Asks that no answer has come for, by the call they belong to. */
  readonly #unanswered = new Map<number, number[]>();
  /** The last output of each open call. */
  readonly #tails = new Map<number, number>();
  /** Calls that are subscriptions: what is said on them follows what happens elsewhere. */
  readonly #subscriptions = new Set<number>();
  /** Of open calls that may end in `input_required`: what their retries have in common. */
  readonly #roundKeys = new Map<number, string>();
  /** Calls that ended in `input_required` and were not retried yet. */
  #rounds: { readonly call: number; readonly key: string; readonly state: string | undefined }[] = [];
  /** The last event that changed a task's state, by task id. */
  readonly #taskFacts = new Map<string, number>();
  #last = none;
  #clientClosed = false;

  constructor(rules: MatchRules) {
    this.#rules = rules;
  }

  /** Takes the next message. `number` is the listing's number of its first request; returns how many requests it held. */
  message(dir: Direction, message: Message, at: number, place: BytesAt, number: number): number {
    let requests = 0;
    for (const change of this.#tracker.observe(dir, message, at)) {
      if (change.what === "evicted") continue;
      const part = change.message;
      const inside = part.bytes.byteOffset - message.bytes.byteOffset;
      const where =
        part === message ? place : { ...place, offset: place.offset + inside, length: part.bytes.length };
      const event = this.script.add(roleOf(dir, part), at, where, number + requests);
      if (part.kind === "request") requests++;
      if (part.kind !== "notification") this.script.setIdSpan(event, part.idSpan);
      if (dir === "c2s") this.#fromClient(event, change);
      else this.#fromServer(event, change);
    }
    return requests;
  }

  /** A side ended. Only a server that ended first has said something by it. */
  closed(side: "client" | "server", at: number): void {
    if (side === "client") this.#clientClosed = true;
    else if (!this.#clientClosed && this.script.end === none) this.#serverEnded(at);
  }

  #serverEnded(at: number): void {
    const event = this.script.add(roles.end, at, nowhere, 0);
    this.script.end = event;
    this.script.after.set(event, this.#last);
    this.#follow(event);
  }

  end(): void {
    this.script.complete = true;
  }

  #fromClient(event: number, change: Known): void {
    const { message } = change;
    if (change.what === "opened") this.#call(event, change.exchange.key, message);
    else if (message.kind === "response") this.#answer(event, change);
    else this.#notice(event, change);
    if (!this.script.has(event, flags.optional)) this.#happened(event);
  }

  #call(event: number, key: number, message: Message): void {
    const { script } = this;
    const method = message.method!;
    this.#events.set(key, event);
    this.#learn(event, message, method);
    if (repeating.has(method)) script.flag(event, flags.optional);
    if (!neverAsking.test(method)) this.#asking.push(event);
    if (method === "subscriptions/listen") this.#subscriptions.add(event);
    if (method.startsWith("tasks/")) this.#task(event, method, message);
    if (script.claims.size > 0 && roundMethods.has(method) && this.#round(event, message)) return;
    if (method === "ping") return;
    script.calls.add(tableHashOf(message, this.#rules), event);
    script.callsOf.add(hashOf(method), event);
  }

  #learn(event: number, message: Message, method: string): void {
    const { script } = this;
    if (script.methods.size < methodsMax) script.methods.add(method);
    if (method === "initialize" && script.initialize === none) script.initialize = event;
    const claim = script.claims.size < methodsMax && eraOf(message) === "modern";
    if (claim) script.claims.add(String(message.at("params", "_meta", metaKeys.protocolVersion)));
    script.clientInfo ??= clientInfoOf(message);
  }

  /** A retry stands behind the round before it, not in the table; true when this is one. */
  #round(event: number, message: Message): boolean {
    const key = keyOf(message, this.#rules, true).text;
    this.#roundKeys.set(event, key);
    if (!isRetry(message)) return false;
    const state = message.rawAt("params", retryKeys.state);
    const at = this.#rounds.findIndex((round) => round.key === key && round.state === state);
    if (at < 0) return false;
    const [before] = this.#rounds.splice(at, 1);
    this.script.link.set(before!.call, event);
    this.script.flag(event, flags.round);
    return true;
  }

  #task(event: number, method: string, message: Message): void {
    const task = message.rawAt("params", "taskId");
    if (repeating.has(method)) {
      this.script.flag(event, flags.poll);
      if (task !== undefined) this.script.link.set(event, this.#taskFacts.get(task) ?? none);
    } else if (task !== undefined) {
      this.#taskFact(task, event);
    }
  }

  #taskFact(task: string, event: number): void {
    this.#taskFacts.set(task, event);
    if (this.#taskFacts.size <= tasksMax) return;
    const [oldest] = this.#taskFacts.keys();
    this.#taskFacts.delete(oldest!);
  }

  #answer(event: number, change: Known): void {
    const { script } = this;
    const ask = change.exchange === undefined ? none : this.#events.get(change.exchange.key);
    if (ask === none || change.what !== "answered") {
      script.flag(event, flags.optional);
      return;
    }
    const owner = script.owner.get(ask);
    // A call that was taken back before did not wait for this answer.
    if (owner !== none && script.cancel.get(owner) !== none && this.#latestAsking(ask) !== none) {
      this.#settleAsk(ask);
      this.#moveAsk(owner, ask);
    }
    script.owner.set(event, ask);
    script.reply.set(ask, event);
    if (script.has(ask, flags.optional)) script.flag(event, flags.optional);
    this.#settleAsk(ask);
  }

  #notice(event: number, { what, exchange, message }: Known): void {
    const { script } = this;
    const about = exchange === undefined ? none : this.#events.get(exchange.key);
    if (message.kind !== "notification" || message.method === "notifications/progress") {
      script.flag(event, flags.optional);
      return;
    }
    if (message.method !== "notifications/cancelled")
      script.notices.add(hashOf(keyOf(message, this.#rules).text), event);
    if (message.method !== "notifications/cancelled") return;
    if (about !== none) script.owner.set(event, about);
    if (about === none || what !== "cancelled") {
      // Nothing was taken back by it, so nothing waits for it.
      script.flag(event, flags.optional);
      return;
    }
    script.cancel.set(about, event);
    this.#asking.delete(about);
  }

  #fromServer(event: number, change: Known): void {
    const { script } = this;
    const { exchange, message, what } = change;
    script.after.set(event, this.#last);
    const known = exchange === undefined ? none : this.#events.get(exchange.key);
    if (what === "opened") this.#ask(event, exchange.key, message);
    else if (message.kind === "response" && known !== none) this.#result(event, known, what, message);
    else if (what === "progress") this.#say(event, known);
    else if (what === "related" || (what === "cancelled" && exchange.dir === "c2s"))
      this.#saySubscribed(event, known, what === "cancelled");
    else if (what === "cancelled") this.#takeBack(event, known);
    else if (what === "late" && known !== none && script.role(known) === roles.call)
      this.#sayAfter(event, known);
    else if (message.kind === "response" && message.id !== "null" && message.id !== undefined)
      script.flag(event, flags.optional);
    else this.#stand(event);
    if (message.method === "notifications/tasks/status") this.#status(event, message);
    if (!this.#isPolled(event) && !isStray(script, event)) this.#happened(event);
  }

  #isPolled(event: number): boolean {
    const { script } = this;
    const owner = script.owner.get(event);
    const result = script.role(event) === roles.result && !script.has(event, flags.late);
    const polled = result && owner !== none && script.has(owner, flags.optional);
    if (polled) script.flag(event, flags.optional);
    return polled;
  }

  #status(event: number, message: Message): void {
    const task = message.rawAt("params", "taskId");
    if (task !== undefined) this.#taskFact(task, event);
  }

  #ask(event: number, key: number, message: Message): void {
    this.#events.set(key, event);
    const owner = message.method === "ping" ? none : this.#latestAsking(event);
    if (message.method === "ping") this.script.flag(event, flags.optional);
    if (owner === none) {
      this.#stand(event);
      return;
    }
    this.#say(event, owner);
    const asks = this.#unanswered.get(owner);
    if (asks) asks.push(event);
    else this.#unanswered.set(owner, [event]);
  }

  #latestAsking(before: number, except: number = none): number {
    return this.#asking.below(before, except) ?? none;
  }

  #settleAsk(ask: number): void {
    const owner = this.script.owner.get(ask);
    const asks = this.#unanswered.get(owner);
    if (asks)
      this.#unanswered.set(
        owner,
        asks.filter((other) => other !== ask),
      );
  }

  #result(event: number, call: number, what: Known["what"], message: Message): void {
    const { script } = this;
    if (script.reply.get(call) !== none) {
      this.#sayLate(event, call);
      return;
    }
    if (this.#subscriptions.has(call)) this.#saySubscribed(event, call, true);
    else this.#say(event, call);
    script.reply.set(call, event);
    this.#asking.delete(call);
    this.#moveAsks(call);
    this.#tails.delete(call);
    this.#endRound(call, what, message);
  }

  #endRound(call: number, what: Known["what"], message: Message): void {
    const key = this.#roundKeys.get(call);
    this.#roundKeys.delete(call);
    if (key === undefined || what !== "answered") return;
    if (message.rawAt("result", "resultType") !== '"input_required"') return;
    this.#rounds.push({ call, key, state: message.rawAt("result", retryKeys.state) });
    if (this.#rounds.length > roundsMax) this.#rounds.shift();
  }

  /** Asks that this call did not wait for belong to another that is still open, or to none. */
  #moveAsks(call: number): void {
    const asks = this.#unanswered.get(call) ?? [];
    this.#unanswered.delete(call);
    for (const ask of asks) this.#moveAsk(call, ask, asks.length <= movedAsksMax);
  }

  #moveAsk(call: number, ask: number, toAnother = true): void {
    this.#unlink(call, ask);
    const owner = toAnother ? this.#latestAsking(ask, call) : none;
    this.script.owner.set(ask, owner);
    if (owner === none) this.#stand(ask);
    else this.#insert(owner, ask);
  }

  #unlink(call: number, event: number): void {
    const { next } = this.script;
    let before = call;
    while (next.get(before) !== event) {
      assert(next.get(before) !== none, "an ask stands in the list of its call");
      before = next.get(before);
    }
    next.set(before, next.get(event));
    next.set(event, none);
    if (this.#tails.get(call) === event) this.#tails.set(call, before);
  }

  #insert(call: number, event: number): void {
    const { next } = this.script;
    let before = call;
    while (next.get(before) !== none && next.get(before) < event) before = next.get(before);
    if (next.get(before) === none) this.#tails.set(call, event);
    next.set(event, next.get(before));
    next.set(before, event);
    const asks = this.#unanswered.get(call);
    if (asks) asks.push(event);
    else this.#unanswered.set(call, [event]);
  }

  /** For a call, in its order. */
  #say(event: number, call: number): void {
    this.script.owner.set(event, call);
    this.script.next.set(this.#tails.get(call) ?? call, event);
    this.#tails.set(call, event);
  }

  #saySubscribed(event: number, call: number, ends: boolean): void {
    this.#say(event, call);
    if (ends) this.script.flag(event, flags.ends);
    this.script.flag(event, flags.followsToo);
    this.#follow(event);
  }

  /** A call that was cancelled may still be spoken of in its order; one that was answered is over. */
  #sayAfter(event: number, call: number): void {
    if (this.script.reply.get(call) === none) this.#say(event, call);
    else this.#sayLate(event, call);
  }

  #sayLate(event: number, call: number): void {
    this.script.owner.set(event, call);
    this.script.flag(event, flags.late);
    this.#follow(event);
  }

  /** The server takes an ask of its own back. */
  #takeBack(event: number, ask: number): void {
    const owner = this.script.owner.get(ask);
    this.script.cancel.set(event, ask);
    this.script.cancel.set(ask, event);
    this.#settleAsk(ask);
    if (owner === none) this.#stand(event);
    else this.#say(event, owner);
  }

  /** By itself, after the event it followed. */
  #stand(event: number): void {
    this.#follow(event);
  }

  #follow(event: number): void {
    const before = this.script.after.get(event);
    if (before === none) this.script.opening = Math.min(this.script.opening, event);
    else this.script.follower.set(before, event);
  }

  #happened(event: number): void {
    this.#last = event;
  }
}

/** An answer to a request that is not on the tape: whoever has its id now did not ask for it. */
function isStray(script: Script, event: number): boolean {
  return (
    script.role(event) === roles.result &&
    script.owner.get(event) === none &&
    script.has(event, flags.optional)
  );
}

type Known = Exclude<ExchangeChange, { what: "evicted" }>;

const nowhere: BytesAt = { file: 0, offset: 0, length: 0 };
const methodsMax = 1000;
/** Unanswered asks that are handed on from call to call; of more than that nobody could tell whose they are. */
const movedAsksMax = 256;
/** Calls that wait for a retry; the first of all is forgotten. */
const roundsMax = 10_000;

/** Calls that a client repeats until something changes. */
const repeating: ReadonlySet<string> = new Set(["ping", "tasks/get", "tasks/list"]);

/** Calls during which no server asks anything: what it then asks has another reason. */
const neverAsking =
  /^(initialize|ping|server\/discover|subscriptions\/listen|logging\/|tasks\/(get|list|cancel|update)|.*\/(list|subscribe|unsubscribe)$)/;

/** Calls that may end in `input_required`. */
const roundMethods: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);

function roleOf(dir: Direction, { kind }: Message): Role {
  if (dir === "c2s")
    return kind === "request" ? roles.call : kind === "response" ? roles.answer : roles.notice;
  return kind === "request" ? roles.ask : kind === "response" ? roles.result : roles.tell;
}

/** The hash under which a call stands in its script's table; the strategies that look at more than it find candidates by method. */
export function tableHashOf(message: Message, rules: MatchRules): Hash {
  switch (rules.strategy) {
    case "method-and-params":
    case "exact":
      return hashOfRequest(message, rules);
    case "sequential":
      return hashOf("");
    default:
      return hashOf(message.method ?? "");
  }
}

function clientInfoOf(message: Message): string | undefined {
  const raw =
    message.method === "initialize"
      ? message.rawAt("params", "clientInfo")
      : message.rawAt("params", "_meta", metaKeys.clientInfo);
  return raw === undefined ? undefined : canonicalOf(raw)?.text;
}
