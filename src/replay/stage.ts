/**
 * Order and cause: decides what the server says next, and when. Knows nothing of bytes and ids.
 *
 * Theory of operation. A recorded thing is *due* when its hard causes have happened again: of a result its own request
 * and the answers to what the server asked during it; of what stands alone, the event it followed. Things for one call
 * are said in their order. A due thing *prefers* that everything recorded between its call and itself has happened too,
 * so that overlapping calls overlap again. The preference is dropped when the client is silent: then what it has not
 * done is waited for no more. So nothing waits for ever for a client that goes another way.
 */
import { Heap } from "../base/index.ts";
import { flags, isOutput, none, roles, type Script } from "../match/index.ts";
import { Bits } from "./bits.ts";
import { type LiveCall, unanswered } from "./live-call.ts";

export interface StageOptions {
  /** Keep the recorded order of everything, whatever the client does. */
  readonly strictOrder: boolean;
  /** How long to wait for what took so many milliseconds when it was recorded. */
  readonly delay: (recordedMs: number) => number;
}

/** What is said next. */
export interface Due {
  /** The recorded event, or `unanswered`. */
  readonly event: number;
  /** The call that it is said for; undefined for what stands alone. */
  readonly live: LiveCall | undefined;
  /** Microseconds on the live clock. */
  readonly at: number;
}

interface Queued extends Due {
  readonly n: number;
}

/** By time, then as recorded; one recorded call that is played for several live ones, as these asked. */
function comesFirst(a: Queued, b: Queued): boolean {
  if (a.at !== b.at) return a.at < b.at;
  return a.event < b.event || (a.event === b.event && a.n < b.n);
}

/**
 * How much of its recorded distance a result keeps to the progress before it at any speed, in milliseconds: the official
 * clients drop progress that they read together with the result.
 */
const progressGapMs = 2;

/** Calls that are over and remembered for what the server still says about them. */
const overMax = 1000;

export class Stage {
  readonly script: Script;
  readonly #options: StageOptions;
  readonly #happened = new Bits();
  /** What has happened and whose consequences are still to come. */
  readonly #happening: number[] = [];
  /** Waited for no more, though it may still happen. */
  readonly #letGo = new Bits();
  /** Was said on a subscription that nobody held. */
  readonly #missed = new Bits();
  readonly #queued = new Set<number>();
  readonly #queue = new Heap<Queued>(comesFirst);
  /** Things that were ever in the queue. */
  #enqueued = 0;
  /** Live calls by the recorded one. */
  readonly #live = new Map<number, LiveCall>();
  readonly #over = new Map<number, LiveCall>();
  /** Calls that wait for an event. */
  readonly #waiting = new Map<number, Set<LiveCall>>();
  /** Calls whose next thing is due and prefers to wait, with that thing. */
  readonly #preferring = new Map<LiveCall, number>();
  /** Calls of which nothing more is known yet. */
  readonly #tailing = new Set<LiveCall>();
  /** Everything before has happened, or is something that nobody waits for. */
  #front = 0;
  /** The server ended here by itself, and what it followed has happened. */
  #ending = none;
  #grown = 0;
  /** Asks that may turn out to belong to another call or to none, when more is known. */
  readonly #unsettled = new Set<number>();
  #inputEnded = false;

  constructor(script: Script, options: StageOptions) {
    this.script = script;
    this.#options = options;
  }

  /** Something is due and waits only because the client may still do what it did. */
  get prefers(): boolean {
    return this.#preferring.size > 0 && !this.#options.strictOrder;
  }

  /** When the first thing in the queue is due. */
  get dueAt(): number | undefined {
    for (let first = this.#queue.peek(); first; first = this.#queue.peek()) {
      if (!this.#isStale(first)) return first.at;
      this.#queue.pop();
    }
    return undefined;
  }

  /** Its call was taken back meanwhile. */
  #isStale({ event, live }: Due): boolean {
    if (!live || this.script.has(event, flags.late)) return false;
    return live.done || live.hushed || (event !== unanswered && event <= live.last);
  }

  /** Calls that have not got their result. */
  get open(): readonly LiveCall[] {
    return [...this.#live.values()].filter((live) => !live.done);
  }

  hasHappened(event: number): boolean {
    return this.#happened.has(event);
  }

  /** The conversation begins: what the server says by itself at first. */
  start(at: number): void {
    if (this.script.opening !== none) this.#alone(this.script.opening, at);
  }

  /** A recorded call was made. */
  begin(live: LiveCall, at: number): void {
    live.since = at;
    live.sinceRecorded = this.script.at(live.call);
    live.passed = this.#options.strictOrder ? 0 : live.call + 1;
    this.#live.set(live.call, live);
    this.happen(live.call, at);
    this.#advance(live, at);
  }

  /** The client's answer to an ask. */
  answered(ask: number, live: LiveCall | undefined, at: number): void {
    const answer = this.script.reply.get(ask);
    if (live) {
      live.open.delete(ask);
      live.since = at;
      if (answer !== none) live.sinceRecorded = Math.max(live.sinceRecorded, this.script.at(answer));
    }
    if (answer !== none) this.happen(answer, at);
    if (live) this.#advance(live, at);
  }

  /** The client takes a call back, and what that means is not known yet: nothing is said for it until then. */
  hush(live: LiveCall): void {
    live.hushed = true;
    this.#preferring.delete(live);
  }

  /** The client takes a call back. What was still said then is said again; nothing else is. */
  cancel(live: LiveCall, at: number): void {
    const cancel = this.script.cancel.get(live.call);
    if (live.hushed) {
      live.hushed = false;
      live.queued = false;
    }
    if (cancel !== none) {
      live.cancelled = true;
      live.open.clear();
      this.#skipRest(live, at, cancel);
      live.passed = Math.max(live.passed, cancel);
      live.ahead = none;
      this.happen(cancel, at);
      this.#advance(live, at);
    } else {
      this.drop(live, at);
    }
  }

  /** Nothing more is said for a call. */
  drop(live: LiveCall, at: number): void {
    this.#finish(live);
    this.#skipRest(live, at);
  }

  /** The live call goes on as another recorded one that is equal so far. */
  turn(live: LiveCall, call: number, last: number, at: number): void {
    this.#live.delete(live.call);
    live.call = call;
    live.last = last;
    live.passed = last + 1;
    live.ahead = none;
    live.sinceRecorded = this.script.at(last);
    this.#live.set(call, live);
    this.happen(call, at);
  }

  /** Marks an event as happened: what waited for it goes on, what followed it is said. */
  happen(event: number, at: number): void {
    if (this.#happened.has(event)) return;
    this.#happened.add(event);
    this.#happening.push(event);
    // What happens because of it, and because of that, takes its turn: long chains are no deep calls.
    if (this.#happening.length > 1) return;
    for (let i = 0; i < this.#happening.length; i++) this.#consequences(this.#happening[i]!, at);
    this.#happening.length = 0;
  }

  #consequences(event: number, at: number): void {
    const { script } = this;
    const follower = script.follower.get(event);
    if (follower !== none) this.#alone(follower, at);
    const takenBack = script.role(event) === roles.ask ? script.cancel.get(event) : none;
    if (takenBack !== none && this.#isFollowing(takenBack)) this.#alone(takenBack, at);
    this.#wake(event, at);
  }

  /** More of the tape is known. */
  grown(at: number): void {
    const { script } = this;
    for (; this.#grown < script.count; this.#grown++) {
      const event = this.#grown;
      if (event === script.opening || this.#isFollowing(event)) this.#alone(event, at);
      else if (script.role(event) === roles.ask) this.#unsettled.add(event);
    }
    for (const ask of this.#unsettled) {
      if (this.#isFollowing(ask)) this.#alone(ask, at);
      if (script.settled(ask) || this.#happened.has(ask)) this.#unsettled.delete(ask);
    }
    const tailing = [...this.#tailing];
    this.#tailing.clear();
    for (const live of tailing) this.#advance(live, at);
  }

  /** The next thing to say now, or undefined. */
  next(at: number): Due | undefined {
    const due = this.dueAt;
    if (due === undefined || due > at) return undefined;
    const item = this.#queue.pop()!;
    if (item.event !== unanswered) this.#queued.delete(item.event);
    return item;
  }

  /** It was said, or, where nothing was `sent`, deliberately not. */
  said({ event, live }: Due, at: number, sent = true): void {
    const { script } = this;
    if (event === unanswered) {
      this.#finish(live!);
      return;
    }
    if (live && !script.has(event, flags.late)) {
      live.queued = false;
      live.last = event;
      live.passed = Math.max(live.passed, event + 1);
      live.ahead = none;
      live.since = at;
      live.sinceRecorded = script.at(event);
      // Nobody is asked when the recorded answer stands.
      if (sent && script.role(event) === roles.ask && this.#isWaitedFor(event)) live.open.add(event);
      if (script.role(event) === roles.end) this.#finish(live);
    }
    this.happen(event, at);
    if (live && !script.has(event, flags.late)) this.#advance(live, at);
  }

  /** The client is silent: the first thing that waits for it by preference waits no more. */
  stopWaiting(at: number): void {
    let first: LiveCall | undefined;
    for (const [live, event] of this.#preferring)
      if (!first || event < this.#preferring.get(first)!) first = live;
    if (!first) return;
    const until = this.#preferring.get(first)!;
    for (let event = first.passed; event < until; event++) {
      if (this.#passes(event) || this.#queued.has(event)) continue;
      this.#letGo.add(event);
      this.#wake(event, at);
    }
  }

  /** The client says no more: nothing is waited for that it might do. */
  inputEnded(at: number): void {
    this.#inputEnded = true;
    if (this.#options.strictOrder) return;
    for (const live of [...this.#preferring.keys()]) this.#advance(live, at);
  }

  /** In strict order: what still waits for its turn when nothing more can come never gets it. */
  giveUp(at: number): void {
    for (const live of [...this.#preferring.keys()]) {
      this.#preferring.delete(live);
      live.queued = true;
      this.#enqueue(unanswered, live, at, 0, at);
    }
  }

  #advance(live: LiveCall, at: number): void {
    if (live.done || live.queued || live.hushed) return;
    const event = this.#nextOf(live);
    if (event === undefined) return;
    if (event !== unanswered && !this.#mayBeSaid(live, event)) return;
    this.#preferring.delete(live);
    live.queued = true;
    this.#enqueue(event, live, live.since, live.sinceRecorded, at);
  }

  /** What is said next for a call: an event, `unanswered`, or undefined when nothing is (known yet). */
  #nextOf(live: LiveCall): number | undefined {
    const { script } = this;
    for (;;) {
      const event = script.next.get(live.last);
      if (event === none) return this.#afterLast(live);
      if (!this.#missed.has(event)) return event;
      live.last = event;
    }
  }

  #afterLast(live: LiveCall): number | undefined {
    const { script } = this;
    const { call } = live;
    if (script.reply.get(call) !== none || live.cancelled) {
      this.#finish(live);
      return undefined;
    }
    if (!script.complete) {
      this.#tailing.add(live);
      return undefined;
    }
    if (script.cancel.get(call) !== none || this.#isSubscription(live)) return undefined;
    return script.end !== none && script.end > call ? script.end : unanswered;
  }

  /** A subscription that was never ended stays open. */
  #isSubscription(live: LiveCall): boolean {
    return live.last !== live.call && this.script.has(live.last, flags.followsToo);
  }

  #mayBeSaid(live: LiveCall, event: number): boolean {
    const { script } = this;
    if (script.has(event, flags.followsToo) && !live.cancelled && !this.#isFirst(event)) {
      const after = script.after.get(event);
      if (after === none || this.#happened.has(after)) return true;
      this.#wait(after, live);
      return false;
    }
    for (const ask of live.open) if (script.reply.get(ask) < event) return false;
    if (this.#inputEnded && !this.#options.strictOrder) return true;
    if (live.ahead === none) live.ahead = event;
    // From the end, because what happens last is what is worth waiting for.
    const from = this.#options.strictOrder ? Math.max(live.passed, this.#front) : live.passed;
    while (live.ahead > from && this.#passes(live.ahead - 1)) live.ahead--;
    if (live.ahead <= from) return true;
    this.#preferring.set(live, event);
    this.#wait(live.ahead - 1, live);
    return false;
  }

  #passes(event: number): boolean {
    return this.#happened.has(event) || this.#letGo.has(event) || this.script.has(event, flags.optional);
  }

  /** Stands behind an event that has happened. */
  #isFollowing(event: number): boolean {
    const after = this.script.after.get(event);
    return after !== none && this.script.follower.get(after) === event && this.#happened.has(after);
  }

  /** What follows an event and belongs to no call in progress. */
  #alone(event: number, at: number): void {
    const { script } = this;
    if (this.#happened.has(event) || this.#queued.has(event)) return;
    // What was not asked yet is not taken back yet.
    if (this.#isTakingBack(event) && !this.#happened.has(script.cancel.get(event))) return;
    if (script.has(event, flags.followsToo)) {
      this.#onSubscription(event, at);
      return;
    }
    if (script.role(event) === roles.end && this.#findFront() < event) {
      this.#ending = event;
      return;
    }
    let live: LiveCall | undefined;
    if (script.has(event, flags.late)) {
      const owner = script.owner.get(event);
      live = this.#live.get(owner) ?? this.#over.get(owner);
      if (!live) {
        this.happen(event, at);
        return;
      }
    }
    const after = script.after.get(event);
    this.#enqueue(event, live, at, after === none ? 0 : script.at(after), at);
  }

  #isTakingBack(event: number): boolean {
    const { script } = this;
    return script.role(event) === roles.tell && script.cancel.get(event) !== none;
  }

  /** The first thing on a subscription, which says that it is one, follows nothing but the call. */
  #isFirst(event: number): boolean {
    return this.script.next.get(this.script.owner.get(event)) === event;
  }

  /**
   * Without a subscriber it is not said, and what follows it follows the same. How a subscription begins and how it ends
   * is said to whoever comes later.
   */
  #onSubscription(event: number, at: number): void {
    const { script } = this;
    const owner = script.owner.get(event);
    const live = this.#live.get(owner);
    if (live && !live.done && live.last < event) return;
    const isOver = live !== undefined || this.#over.has(owner);
    if (!isOver && (this.#isFirst(event) || script.has(event, flags.ends))) return;
    this.#missed.add(event);
    this.happen(event, at);
  }

  #enqueue(
    event: number,
    live: LiveCall | undefined,
    since: number,
    sinceRecorded: number,
    now: number,
  ): void {
    const recordedMs = event === unanswered ? 0 : (this.script.at(event) - sinceRecorded) / 1000;
    const delayMs = Math.max(
      this.#options.delay(Math.max(0, recordedMs)),
      this.#endsProgress(event, live) ? Math.min(recordedMs, progressGapMs) : 0,
    );
    const at = delayMs > 0 ? Math.max(now, since + delayMs * 1000) : 0;
    if (event !== unanswered) this.#queued.add(event);
    this.#queue.push({ event, live, at, n: this.#enqueued++ });
  }

  /** The result of a call that has just reported progress. */
  #endsProgress(event: number, live: LiveCall | undefined): boolean {
    const { script } = this;
    if (!live || live.token === undefined || event === unanswered) return false;
    const reports = live.last !== live.call && script.role(live.last) === roles.tell;
    return reports && script.role(event) === roles.result && !script.has(event, flags.followsToo);
  }

  #isWaitedFor(ask: number): boolean {
    return this.script.reply.get(ask) !== none && !this.script.has(ask, flags.optional);
  }

  #wait(event: number, live: LiveCall): void {
    const others = this.#waiting.get(event);
    if (others) others.add(live);
    else this.#waiting.set(event, new Set([live]));
  }

  #wake(event: number, at: number): void {
    const waiting = this.#waiting.get(event);
    this.#waiting.delete(event);
    this.#findFront();
    for (const live of waiting ?? []) this.#advance(live, at);
    if (this.#ending !== none && this.#front >= this.#ending) this.#alone(this.#ending, at);
  }

  #findFront(): number {
    const { count } = this.script;
    const passes = (event: number) => this.#happened.has(event) || this.script.has(event, flags.optional);
    while (this.#front < count && passes(this.#front)) this.#front++;
    return this.#front;
  }

  #finish(live: LiveCall): void {
    live.done = true;
    this.#preferring.delete(live);
    this.#tailing.delete(live);
    if (this.#live.get(live.call) === live) this.#live.delete(live.call);
    this.#over.set(live.call, live);
    if (this.#over.size <= overMax) return;
    const [oldest] = this.#over.keys();
    this.#over.delete(oldest!);
  }

  /** What is left of a call (before an event) is not said, and nothing waits for it. */
  #skipRest(live: LiveCall, at: number, until: number = none): void {
    const { script } = this;
    const skipped: number[] = [];
    for (let event = script.next.get(live.last); event < until; event = script.next.get(live.last)) {
      live.last = event;
      skipped.push(event);
    }
    if (skipped.length > 0) live.queued = false;
    for (const event of skipped) {
      this.#queued.delete(event);
      // Said on a subscription, it comes to pass when what it followed has, now without a subscriber.
      if (script.has(event, flags.followsToo) && !this.#happened.has(script.after.get(event))) continue;
      if (isOutput(script.role(event))) this.happen(event, at);
      const answer = script.role(event) === roles.ask ? script.reply.get(event) : none;
      if (answer !== none) this.happen(answer, at);
    }
  }
}
