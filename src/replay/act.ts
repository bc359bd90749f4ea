/**
 * One recorded conversation being played, from its `initialize` to the next: takes what the live client says, finds
 * what it was when it was recorded, and makes what the server says about it.
 */
import {
  Bindings,
  differenceOfValues,
  flags,
  hashOf,
  isRetry,
  keyOf,
  none,
  type RepeatPolicy,
  retryKeys,
  roles,
  type Script,
} from "../match/index.ts";
import { idKeyOf, type Message, metaKeys } from "../protocol/index.ts";
import { type AnswerPolicy, Asking, answerDifference, type OpenAsk, sameAskOf, taskPath } from "./asking.ts";
import type { Inexact, Miss, MissKind, NearestCall } from "./findings.ts";
import { missAnswer } from "./findings.ts";
import { type FoundCall, Likeness, namesOf } from "./likeness.ts";
import { LiveCall, unanswered } from "./live-call.ts";
import { Polls } from "./polls.ts";
import { mayHaveRounds, Rounds } from "./rounds.ts";
import {
  askFor,
  type Bound,
  cancellationFor,
  resultFor,
  resultWithId,
  tellAlone,
  tellFor,
} from "./sending.ts";
import { type Due, Stage, type StageOptions } from "./stage.ts";
import { Taking, type TakingOptions } from "./taking.ts";
import type { TapeMap } from "./tape-map.ts";

export interface ActOptions extends StageOptions, TakingOptions {
  readonly onMiss: "error" | "nearest";
  readonly answers: AnswerPolicy;
}

/** Told what could not be done as recorded. */
export interface Critic {
  miss(miss: Miss): void;
  inexact(inexact: Inexact): void;
}

/** What is sent, or that the server ends. */
export type Output = { readonly message: Message } | { readonly ends: true };

/** Calls that are over and may still be taken back; the first of all is forgotten. */
const crossingMax = 1000;

export class Act {
  readonly script: Script;
  readonly stage: Stage;
  readonly taking: Taking;
  readonly #map: TapeMap;
  readonly #options: ActOptions;
  readonly #critic: Critic;
  readonly #bindings = new Bindings();
  readonly #asking = new Asking();
  readonly #rounds = new Rounds();
  readonly #polls: Polls;
  readonly #likeness: Likeness;
  /** Live calls by id, until they have their result. */
  readonly #calls = new Map<string, LiveCall>();
  /** By id: recorded cancellations of calls that had their result sooner than then. */
  readonly #crossing = new Map<string, number>();
  readonly #inexact = new Map<LiveCall, Inexact>();
  /** Misses, which are not on the tape. */
  readonly #replies: Message[] = [];
  #notices = new Set<number>();

  constructor(map: TapeMap, script: Script, options: ActOptions, critic: Critic) {
    this.#map = map;
    this.script = script;
    this.#options = options;
    this.#critic = critic;
    this.stage = new Stage(script, options);
    this.taking = new Taking(map, script, options);
    this.#polls = new Polls(script);
    this.#likeness = new Likeness(map, script, (call) => this.taking.isUsed(call));
  }

  /** Plays a recorded call for a live request, whatever the two say. */
  play(call: number, request: Message, at: number, inexact?: Inexact, own?: Bindings): void {
    const key = this.#mayHaveRounds(request.method!) ? keyOf(request, this.#map.rules, true).text : undefined;
    const token = request.rawAt("params", "_meta", metaKeys.progressToken);
    const live = new LiveCall(call, request.id!, token, key, at);
    live.bindings = own;
    this.#calls.set(request.idKey!, live);
    if (inexact) this.#flag(live, inexact);
    this.taking.use(call);
    this.stage.begin(live, at);
  }

  /** Takes a request; false: the rest of the tape has to be known first. */
  call(request: Message, at: number): boolean {
    const method = request.method!;
    if (method === "tasks/get" || method === "tasks/list") return this.#poll(request, at);
    if (this.#mayHaveRounds(method) && isRetry(request)) return this.#retry(request, at);
    const taken = this.taking.take(request, this.#repeatOf(method));
    if (taken === "not-known-yet") return false;
    if ("missed" in taken) {
      this.#missed(taken.missed, request, taken.recorded, at);
      return true;
    }
    const own = taken.volatiles.length > 0 ? new Bindings() : undefined;
    own?.bindAll(taken.volatiles, taken.live);
    this.#bindings.bindAll(taken.volatiles, taken.live);
    this.play(this.#skipRounds(taken.call, at), request, at, undefined, own);
    this.#taskFact(request, taken.call);
    return true;
  }

  /** Takes a `server/discover` where one was recorded: answered as then, whatever the client claims. */
  discover(request: Message, at: number): boolean {
    const taken = this.taking.take(request, "last");
    if (taken === "not-known-yet") return false;
    const first = this.script.callsOf.first(hashOf(request.method!));
    this.play("missed" in taken ? first : taken.call, request, at);
    return true;
  }

  /** Takes a notification; false: the rest of the tape has to be known first. */
  notice(message: Message, at: number): boolean {
    const { notices } = this.script;
    const { text } = keyOf(message, this.#map.rules);
    for (let event = notices.first(hashOf(text)); event !== none; event = notices.after(event)) {
      if (this.#notices.has(event)) continue;
      if (keyOf(this.#map.message(this.script, event), this.#map.rules).text !== text) continue;
      this.#notices.add(event);
      this.stage.happen(event, at);
      return true;
    }
    return this.script.complete;
  }

  /** The client takes a request back; false: the rest of the tape has to be known first. */
  cancel(idKey: string, at: number): boolean {
    const { script } = this;
    const live = this.#calls.get(idKey);
    const crossed = live ? undefined : this.#crossing.get(idKey);
    if (crossed !== undefined) this.stage.happen(crossed, at);
    if (!live || live.call === script.initialize) return true;
    if (!script.settled(live.call) && script.cancel.get(live.call) === none) {
      this.stage.hush(live);
      return false;
    }
    this.#calls.delete(idKey);
    this.stage.cancel(live, at);
    return true;
  }

  /** The client answers what the server asked; false: the rest of the tape has to be known first. */
  answer(message: Message, at: number): boolean {
    const key = message.idKey ?? "";
    const open = this.#asking.find(key);
    if (!open) return true;
    const { ask, live } = open;
    const { script } = this;
    const isPing = script.has(ask, flags.optional);
    if (!isPing && (!script.settled(ask) || this.#mayTurn(open, message))) return false;
    this.#asking.answered(key);
    // Its call is over: nothing goes on with the answer, and what followed it still follows.
    const goesOn = isPing || live?.done ? ask : this.#compare(open, message, at);
    if (goesOn === undefined) return true;
    this.#bindTask(goesOn, message);
    this.stage.answered(goesOn, live, at);
    return true;
  }

  /** The next thing to send, or undefined. */
  output(at: number): Output | undefined {
    const reply = this.#replies.shift();
    if (reply) return { message: reply };
    for (let due = this.stage.next(at); due; due = this.stage.next(at)) {
      const output = this.#make(due, at);
      this.stage.said(due, at, output !== undefined);
      if (output) return output;
    }
    return this.#replies.length > 0 ? this.output(at) : undefined;
  }

  /** Only the modern era has rounds, and its requests say that they are of it. */
  #mayHaveRounds(method: string): boolean {
    return this.script.claims.size > 0 && mayHaveRounds(method);
  }

  #repeatOf(method: string): RepeatPolicy {
    return method === "tasks/result" ? "last" : this.#options.repeat;
  }

  #poll(request: Message, at: number): boolean {
    const task = request.rawAt("params", "taskId");
    const { script, taking } = this;
    const equals = [...taking.equals(request)];
    const answered = equals.filter((each) => script.reply.get(each) !== none);
    const call = this.#polls.next(task, answered, this.stage, taking) ?? equals[0];
    const isNew = call !== undefined && script.settled(call) && !taking.isUsed(call);
    if (!script.complete && !isNew) return false;
    if (call === undefined) this.#missed("unknown", request, 0, at);
    else this.play(call, request, at);
    return true;
  }

  #retry(request: Message, at: number): boolean {
    const key = keyOf(request, this.#map.rules, true).text;
    const before = this.#rounds.find(key, request);
    if (before === undefined) return this.#strayRetry(request, at);
    const next = this.script.link.get(before);
    if (next === none ? !this.script.complete : !this.script.settled(next)) return false;
    this.#rounds.take(key, request);
    if (next === none) {
      this.#missed("retry", request, 0, at);
      return true;
    }
    const difference = this.#responsesDifference(request, next);
    if (!difference) {
      this.play(next, request, at);
      return true;
    }
    const other = this.#otherRound(request, before);
    const inexact = {
      why: "answer",
      ...this.#named(request),
      call: this.script.number(next),
      difference,
    } as const;
    if (other !== undefined) this.play(other, request, at);
    else if (this.#options.answers === "compare")
      this.#missed("answer", request, 1, at, this.#likeness.found(next, difference));
    else this.play(next, request, at, inexact);
    return true;
  }

  /** A retry that nobody waits for may still have been recorded as a request of its own. */
  #strayRetry(request: Message, at: number): boolean {
    const taken = this.taking.take(request);
    if (taken === "not-known-yet") return false;
    if ("missed" in taken) this.#missed("retry", request, taken.recorded, at);
    else this.play(taken.call, request, at);
    return true;
  }

  #responsesDifference(request: Message, recorded: number) {
    const then = this.#map.message(this.script, recorded).rawAt("params", retryKeys.responses) ?? "null";
    const now = request.rawAt("params", retryKeys.responses) ?? "null";
    return differenceOfValues(encoder.encode(now), encoder.encode(then), this.#map.rules);
  }

  /** The next round of another equal operation that was answered as this one is. */
  #otherRound(request: Message, before: number): number | undefined {
    const first = this.#copy(before);
    for (const call of this.taking.equals(first)) {
      const next = this.script.link.get(call);
      if (call === before || next === none || this.taking.isUsed(call) || this.taking.isUsed(next)) continue;
      if (this.#responsesDifference(request, next)) continue;
      this.taking.use(call);
      this.taking.giveBack(before);
      return next;
    }
    return undefined;
  }

  /** Nobody is asked: the answer of the last round stands for all. */
  #skipRounds(call: number, at: number): number {
    let last = call;
    while (
      this.#options.answers === "recorded" &&
      this.script.link.get(last) !== none &&
      this.#hasRounds(last)
    ) {
      this.taking.use(last);
      this.stage.happen(last, at);
      last = this.script.link.get(last);
    }
    return last;
  }

  #hasRounds(call: number): boolean {
    return this.script.has(this.script.link.get(call), flags.round);
  }

  /** What a differing answer means; the ask with which the call goes on, or undefined when it is over. */
  #compare({ ask, live }: OpenAsk, answer: Message, at: number): number | undefined {
    const difference = answerDifference(this.#map, this.script, ask, answer, this.#bindings);
    if (!difference) return ask;
    const other = live && this.#otherAsk(live, ask, answer, at);
    if (other !== undefined) return other;
    const request = this.#copy(live ? live.call : ask);
    const named = { ...this.#named(request), id: live?.id ?? request.id! };
    const call = this.script.number(live ? live.call : ask);
    if (this.#options.answers !== "compare" || !live) {
      const inexact = { why: "answer", ...named, call, difference } as const;
      if (live) this.#flag(live, inexact);
      else this.#critic.inexact(inexact);
      return ask;
    }
    this.#calls.delete(idKeyOf(live.id)!);
    this.stage.drop(live, at);
    this.#answerMiss({
      kind: "answer",
      ...named,
      recorded: 1,
      nearest: this.#likeness.found(live.call, difference),
    });
    return undefined;
  }

  /** The answer is another than the recorded one, and the rest of the tape may hold the call that was answered so. */
  #mayTurn({ ask, live }: OpenAsk, answer: Message): boolean {
    if (this.script.complete || !live || live.done) return false;
    return answerDifference(this.#map, this.script, ask, answer, this.#bindings) !== undefined;
  }

  /** An equal call in which the client answered as it does now: the live call was that one all along. */
  #otherAsk(live: LiveCall, ask: number, answer: Message, at: number): number | undefined {
    for (const call of this.taking.equals(this.#copy(live.call))) {
      if (call === live.call || this.taking.isUsed(call) || !this.script.settled(call)) continue;
      const same = sameAskOf(this.#map, this.script, ask, live.asks, call);
      if (same === none || answerDifference(this.#map, this.script, same, answer, this.#bindings)) continue;
      this.taking.giveBack(live.call);
      this.taking.use(call);
      live.open.delete(ask);
      this.stage.turn(live, call, same, at);
      return same;
    }
    return undefined;
  }

  #make({ event, live }: Due, at: number): Output | undefined {
    if (event === unanswered) return this.#noAnswer(live!);
    const { script } = this;
    const role = script.role(event);
    if (role === roles.end) return { ends: true };
    const recorded = this.#map.message(script, event);
    if (role === roles.ask) return this.#ask(event, recorded, live, at);
    if (role === roles.tell) return this.#tell(event, recorded, live);
    if (!live) return { message: tellAlone(recorded, this.#bindings) };
    if (script.has(event, flags.late) && this.#isTaken(live)) return undefined;
    const message = this.#resultFor(event, recorded, live);
    this.#over(live);
    this.#inexact.delete(live);
    this.#rounds.sent(live.call, live.roundKey, message);
    return { message };
  }

  #resultFor(event: number, recorded: Message, live: LiveCall): Message {
    const inexact = this.#inexact.get(live);
    const place = this.script.idSpan(event);
    const plain =
      place &&
      !inexact &&
      this.#bindings.isEmpty &&
      !live.bindings &&
      !this.script.has(event, flags.followsToo);
    return plain
      ? resultWithId(recorded, place, live.id)
      : resultFor(recorded, live.id, this.#boundFor(live), inexact);
  }

  /** It has its result. A cancellation that was recorded before that may still come. */
  #over({ id, call }: LiveCall): void {
    const key = idKeyOf(id)!;
    this.#calls.delete(key);
    const cancel = this.script.cancel.get(call);
    if (cancel === none || this.stage.hasHappened(cancel)) return;
    this.#crossing.set(key, cancel);
    if (this.#crossing.size <= crossingMax) return;
    const [oldest] = this.#crossing.keys();
    this.#crossing.delete(oldest!);
  }

  /** Another call has its id now: a second answer would be taken for that one's. */
  #isTaken(live: LiveCall): boolean {
    const now = this.#calls.get(idKeyOf(live.id)!);
    return now !== undefined && now !== live;
  }

  /** What the call itself minted goes before what others of the conversation did. */
  #boundFor(live: LiveCall | undefined): Bound {
    const own = live?.bindings;
    if (!own) return this.#bindings;
    return { splices: (message) => [...own.splices(message), ...this.#bindings.splices(message)] };
  }

  #ask(event: number, recorded: Message, live: LiveCall | undefined, at: number): Output | undefined {
    if (live) live.asks++;
    if (this.#options.answers === "recorded" && recorded.method !== "ping") {
      const answer = this.script.reply.get(event);
      if (answer !== none) this.stage.happen(answer, at);
      return undefined;
    }
    const id = this.#asking.open(event, recorded.id!, live);
    return { message: askFor(recorded, id, this.#boundFor(live)) };
  }

  #tell(event: number, recorded: Message, live: LiveCall | undefined): Output | undefined {
    if (recorded.method === "notifications/tasks/status")
      this.#polls.happened(recorded.rawAt("params", "taskId"), event);
    const ask = this.script.cancel.get(event);
    if (ask !== none) {
      const id = this.#asking.idOf(ask);
      return id === undefined ? undefined : { message: cancellationFor(recorded, id) };
    }
    if (!live) return { message: tellAlone(recorded, this.#bindings) };
    if (recorded.method === "notifications/cancelled") return { message: cancellationFor(recorded, live.id) };
    const message = tellFor(recorded, live, this.#boundFor(live));
    return message && { message };
  }

  #noAnswer(live: LiveCall): Output {
    const request = this.#copy(live.call);
    const kind =
      this.script.settled(live.call) && this.script.reply.get(live.call) !== none ? "order" : "unanswered";
    this.#calls.delete(idKeyOf(live.id)!);
    const nearest = this.#likeness.found(live.call, undefined);
    this.#answerMiss({ kind, ...this.#named(request), id: live.id, recorded: 1, nearest });
    return { message: this.#replies.pop()! };
  }

  #missed(kind: MissKind, request: Message, recorded: number, at: number, known?: NearestCall): void {
    const nearest = known ?? this.#likeness.nearestTo(request);
    if (
      this.#options.onMiss === "nearest" &&
      kind !== "answer" &&
      nearest &&
      this.#isAlike(request, nearest)
    ) {
      const { call, difference } = nearest;
      this.play(nearest.event, request, at, { why: "nearest", ...this.#named(request), call, difference });
      return;
    }
    this.#answerMiss({ kind, ...this.#named(request), recorded, nearest });
  }

  /** An inexact answer is at least one of the same tool. */
  #isAlike(request: Message, nearest: NearestCall): nearest is FoundCall {
    const { method, target } = this.#named(request);
    return nearest.method === method && nearest.target === target && "event" in nearest;
  }

  #answerMiss(miss: Miss): void {
    this.#critic.miss(miss);
    this.#replies.push(missAnswer(miss));
  }

  #flag(live: LiveCall, inexact: Inexact): void {
    this.#inexact.set(live, inexact);
    this.#critic.inexact(inexact);
  }

  #named(request: Message): { method: string; target: string | undefined; id: string } {
    return { ...namesOf(request), id: request.id ?? "null" };
  }

  #copy(event: number): Message {
    return tellAlone(this.#map.message(this.script, event), new Bindings());
  }

  #taskFact(request: Message, call: number): void {
    if (request.method!.startsWith("tasks/")) this.#polls.happened(request.rawAt("params", "taskId"), call);
  }

  /** A task that the client made has a new id: the server will ask for that one. */
  #bindTask(ask: number, message: Message): void {
    const live = message.at(...taskPath);
    const answer = this.script.reply.get(ask);
    if (typeof live !== "string" || answer === none) return;
    const recorded = this.#map.message(this.script, answer).at(...taskPath);
    if (typeof recorded === "string") this.#bindings.bindTask(recorded, live);
  }
}

const encoder = new TextEncoder();
