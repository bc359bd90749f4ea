/** What must hold of every replay, whatever the client did: the log of what passed is held to the rules. */
import type { Client } from "./client.ts";
import { isOfClient, type Recorded } from "./conversation.ts";
import type { Manner, Passed, Played } from "./drive.ts";
import { type Rules, repeating } from "./rules.ts";

/** A live request: its recorded call, and where it and its answer stand in the log. */
interface Live {
  readonly event: number | undefined;
  readonly made: number;
  answered: number | undefined;
}

/** Throws the first thing that is wrong. */
export function check(rules: Rules, client: Client, manner: Manner, played: Played): void {
  new Check(rules, client, manner, played).all();
}

class Check {
  readonly #rules: Rules;
  readonly #client: Client;
  readonly #manner: Manner;
  readonly #played: Played;
  /** Where each recorded event passed in the log; the first time. */
  readonly #at = new Map<number, number>();
  /** By live id. */
  readonly #calls = new Map<
    string,
    { event: number | undefined; made: number; answered: number | undefined }
  >();

  constructor(rules: Rules, client: Client, manner: Manner, played: Played) {
    this.#rules = rules;
    this.#client = client;
    this.#manner = manner;
    this.#played = played;
  }

  all(): void {
    if (this.#client.style.differs > 0) {
      this.#loosely();
      return;
    }
    for (const [i, passed] of this.#played.log.entries()) {
      if (passed.dir === "s2c") this.#said(passed, i);
      else if (passed.id !== undefined)
        this.#calls.set(passed.id, { event: passed.event, made: i, answered: undefined });
      if (passed.event !== undefined && !this.#at.has(passed.event)) this.#at.set(passed.event, i);
    }
    for (const call of this.#calls.values()) this.#sequence(call.event);
    this.#standing();
    this.#findings();
    this.#end();
    if (this.#isWholeStory()) this.#complete();
    else if (!this.#played.serverEnded) this.#answeredAfterLeaving();
    if (this.#client.style.order === "recorded") this.#sameOrder();
  }

  /** To other answers the recording goes on in another way: what is left is that nobody gets what is not for them. */
  #loosely(): void {
    const { events, reply } = this.#rules;
    const { log, misses, inexact } = this.#played;
    const wanted = new Map<string, number | undefined>();
    for (const { dir, id, event, isResponse, text } of log) {
      if (dir === "c2s" && id !== undefined) wanted.set(id, event);
      if (!isResponse) continue;
      demand(wanted.has(id!), `answers an id that nobody asked with, or twice: ${text}`);
      const asked = events[wanted.get(id!)!]!;
      wanted.delete(id!);
      const call = event === undefined ? undefined : events[events[event]!.about!];
      if (call) demand(rootOf(call.key) === rootOf(asked.key), `is another call's answer: ${text}`);
      else demand(text.includes('"reelwire"') || asked.method === "ping", `was never recorded: ${text}`);
    }
    for (const { kind, method } of misses) {
      const isAnswer = kind === "answer" && this.#manner.answers === "compare";
      demand(isAnswer || kind === "unanswered" || kind === "retry", `is a miss: ${kind} ${method}`);
    }
    // What the server asked outside of any call is nobody's miss.
    const mayDiffer = (what: string) =>
      this.#manner.answers === "ask" || events.some(({ kind, method }) => kind === "ask" && method === what);
    const unfit = inexact.find(({ why, method }) => why !== "answer" || !mayDiffer(method));
    demand(!unfit, `is inexact: ${JSON.stringify(unfit)}`);
    this.#over();
    if (!this.#isWholeStory()) return;
    for (const [id, event] of wanted) {
      const { key, method } = events[event!]!;
      const all = events.filter((call) => call.kind === "call" && rootOf(call.key) === rootOf(key));
      const isTakenBack = log.some(({ dir, text }) => dir === "c2s" && text.includes(`"requestId":${id}}`));
      const mayBeOpen =
        isTakenBack || method.endsWith("listen") || all.some(({ index }) => this.#rules.cancel.has(index));
      demand(mayBeOpen || !all.every(({ index }) => reply.has(index)), `no answer to ${id}`);
    }
  }

  /** The client stayed to the end, and so did the server. */
  #isWholeStory(): boolean {
    return !this.#played.clientLeft && !this.#played.serverEnded;
  }

  #said({ text, event, id, isResponse }: Passed, i: number): void {
    const { events } = this.#rules;
    const live = isResponse ? this.#calls.get(id!) : undefined;
    if (isResponse) {
      demand(live, `answers an id that nobody asked with: ${text}`);
      demand(live.answered === undefined, `answers twice: ${text}`);
      live.answered = i;
    }
    if (event === undefined) {
      const isPing = events[live?.event ?? -1]?.method === "ping";
      const byRule = isResponse && (live!.event === undefined || isPing || /"reelwire"/.test(text));
      demand(byRule, `was never recorded: ${text}`);
      return;
    }
    const recorded = events[event]!;
    demand(!isOfClient(recorded.kind), `the server says what the client said: ${text}`);
    demand(repeating.has(recorded.method) || !this.#at.has(event), `was said before: ${text}`);
    if (isResponse) this.#isItsAnswer(recorded.index, live!, text);
    const spelled = recorded.spell({
      id: (of) => (of === event || isResponse ? id! : this.#client.id(of)),
      token: (of) => this.#client.token(of),
    });
    demand(spelled === text, `is spelled in another way: ${text} and not ${spelled}`);
    this.#causes(event, i);
  }

  /** Never another call's answer: the n-th of equal calls gets the n-th answer, a poll one of the same task. */
  #isItsAnswer(result: number, { event: call, made }: Live, text: string): void {
    demand(call !== undefined, `answers what was never recorded: ${text}`);
    const { events } = this.#rules;
    const about = events[result]!.about!;
    const isPoll = repeating.has(events[call]!.method);
    const same = isPoll ? events[about]!.key === events[call]!.key : about === call;
    demand(same, `is another call's answer: ${text}`);
    if (events[call]!.method === "tasks/get") this.#isItsState(about, events[call]!, made, text);
  }

  /** A task's state is not older than what is known of it, and not newer than what has happened. */
  #isItsState(poll: number, call: Recorded, made: number, text: string): void {
    const { facts, polls } = this.#rules.tasks.get(this.#rules.taskOf(call)!)!;
    const answered = polls.filter((each) => this.#rules.reply.has(each));
    const known = facts.findLast((fact) => (this.#at.get(fact) ?? made) < made) ?? -1;
    // Polls up to the first that some state is missing for, when the log was so long.
    const possibleAt = (when: number) => {
      const misses = (each: number) => {
        const before = facts.findLast((fact) => fact < each);
        return before !== undefined && (this.#at.get(before) ?? when) >= when;
      };
      const end = answered.findIndex(misses);
      return end < 0 ? answered : answered.slice(0, end);
    };
    const isReached = possibleAt(this.#played.log.length).includes(poll) || poll === answered[0];
    demand(isReached, `is a state that is not reached yet: ${text}`);
    const isOld = poll < known && possibleAt(made).some((each) => each > known);
    demand(!isOld || this.#manner.feed, `is a state that is known to be over: ${text}`);
  }

  /** What must have passed before this may be said. */
  #causes(event: number, i: number): void {
    const rules = this.#rules;
    const { kind, about } = rules.events[event]!;
    const owner = rules.owner.get(event);
    if (rules.optional.has(event) && kind === "result") return;
    if (owner !== undefined) demand(this.#at.has(owner), `comes before its call: ${this.#text(i)}`);
    if (kind === "tell" && owner !== undefined && !rules.followsToo(event)) {
      const over = this.#answerOf(owner);
      const isEarly =
        over === undefined || rules.late.has(event) || rules.events[event]!.method.endsWith("cancelled");
      demand(isEarly, `is for a call that is over: ${this.#text(i)}`);
    }
    if (kind === "result" && !this.#client.dropped.has(about!)) this.#afterAnswers(event, about!, i);
    if (kind === "ask" && owner !== undefined) {
      const dropped = this.#client.dropped.has(owner) && !this.#client.open.has(this.#client.id(owner));
      demand(
        !dropped || this.#cancelledAfter(owner, i),
        `asks for a call that was taken back: ${this.#text(i)}`,
      );
    }
  }

  #cancelledAfter(call: number, i: number): boolean {
    const id = this.#client.id(call);
    const at = this.#played.log.findIndex(
      ({ dir, text }) => dir === "c2s" && text.includes(`"requestId":${id},"reason":"mine"`),
    );
    return at < 0 || at > i;
  }

  #afterAnswers(result: number, call: number, i: number): void {
    const { owner, reply, cancel, optional } = this.#rules;
    if (this.#at.has(cancel.get(call) ?? -1)) return;
    for (const ask of this.#rules.ownedBy(call)) {
      const answer = this.#rules.events[ask]!.kind === "ask" ? reply.get(ask) : undefined;
      if (answer === undefined || answer > result || optional.has(answer)) continue;
      demand(
        owner.get(ask) === call && this.#at.has(answer),
        `comes before the client's answer: ${this.#text(i)}`,
      );
    }
  }

  #answerOf(call: number): number | undefined {
    for (const live of this.#calls.values())
      if (live.event === call && live.answered !== undefined) return live.answered;
    return undefined;
  }

  /** What is said for a call is said in its order. */
  #sequence(call: number | undefined): void {
    if (call === undefined || repeating.has(this.#rules.events[call]!.method)) return;
    let last = -1;
    for (const event of this.#rules.ownedBy(call)) {
      const at = this.#at.get(event);
      if (at === undefined || this.#rules.late.has(event)) continue;
      demand(at > last, `is out of its call's order: ${this.#text(at)}`);
      last = at;
    }
  }

  /** What stands alone comes after what it followed, and comes when that has happened. */
  #standing(): void {
    const rules = this.#rules;
    for (const [event, after] of rules.after) {
      const owned = rules.owner.has(event);
      if (owned && !rules.late.has(event) && !rules.followsToo(event)) continue;
      if (rules.followsToo(event) && event === rules.ownedBy(rules.owner.get(event)!)[0]) continue;
      const at = this.#at.get(event);
      const cause = after === undefined ? -1 : this.#at.get(after);
      if (at !== undefined && !this.#isSkipped(after))
        demand(cause !== undefined && cause < at, `comes before what it followed: ${this.#text(at)}`);
      const isDue = cause !== undefined && !owned && this.#isWholeStory() && this.#isLastLineage(event);
      if (at === undefined && isDue && !this.#isAnsweredBefore(event))
        throw new Error(`event ${event} was not said, though event ${after} happened`);
    }
  }

  /** The client did not initialize again before it could be said. */
  #isLastLineage(event: number): boolean {
    const { lineage } = this.#rules.events[event]!;
    return ![...this.#at.keys()].some((other) => this.#rules.events[other]!.lineage > lineage);
  }

  /** Not said live, because its call was taken back or nobody was there to hear it: what followed it is said. */
  #isSkipped(event: number | undefined): boolean {
    if (event === undefined || this.#at.has(event)) return false;
    const { owner, cancel, events } = this.#rules;
    const call = owner.get(event);
    const { kind, about } = events[event]!;
    if (kind === "answer") return this.#isSkipped(about);
    if (kind === "tell" && about !== undefined && events[about]!.kind === "ask") return true;
    if (call === undefined) return false;
    const takenBack = cancel.get(call);
    return (
      this.#client.dropped.has(call) ||
      this.#rules.followsToo(event) ||
      this.#rules.late.has(event) ||
      (takenBack !== undefined && event < takenBack)
    );
  }

  /** An ask that was not made, or was answered already, is not cancelled. */
  #isAnsweredBefore(event: number): boolean {
    const { kind, about, method } = this.#rules.events[event]!;
    if (kind !== "tell" || about === undefined || method !== "notifications/cancelled") return false;
    if (!this.#at.has(about)) return true;
    return this.#rules.events.some(
      (one) => one.kind === "answer" && one.about === about && this.#at.has(one.index),
    );
  }

  /** No miss but for what was recorded without an answer, each once. */
  #findings(): void {
    const { misses, inexact, log } = this.#played;
    demand(inexact.length === 0, `is inexact: ${JSON.stringify(inexact[0])}`);
    for (const miss of misses) {
      const { event } = this.#calls.get(miss.id)!;
      if (event === undefined && miss.kind === "unknown" && miss.method === "tools/call") continue;
      const open = event !== undefined && !this.#rules.reply.has(event) && !this.#rules.cancel.has(event);
      demand(open && miss.kind === "unanswered", `is a miss: ${JSON.stringify(miss)}`);
    }
    const errors = log.filter(({ dir, text }) => dir === "s2c" && text.includes('"reelwire":'));
    const isStray = this.#client.style.strays && this.#isWholeStory();
    const strays = misses.filter(({ kind }) => kind === "unknown").length;
    demand(!isStray || strays === 1, `misses ${strays} calls that were not recorded`);
    demand(errors.length === misses.length, `says ${errors.length} misses and means ${misses.length}`);
  }

  #end(): void {
    this.#over();
    if (this.#played.serverEnded) this.#serverEnd();
  }

  #over(): void {
    const { ended, wakeAt, serverEnded, clientLeft } = this.#played;
    demand(ended !== undefined, "the conversation goes on after the client has closed");
    if (!serverEnded && !clientLeft)
      demand(wakeAt === undefined, `something is due, and nobody wakes: ${wakeAt}`);
    demand(!serverEnded || this.#rules.recording.ends === "server", "the server ended, which it did not");
  }

  /** A server that ended by itself did so last, or during a call that it never answered. */
  #serverEnd(): void {
    const { events, reply, cancel } = this.#rules;
    const crashed = [...this.#calls.values()].some(
      ({ event }) => event !== undefined && !reply.has(event) && !cancel.has(event),
    );
    if (crashed || this.#played.clientLeft) return;
    for (const { index, lineage, kind, method } of events) {
      if (lineage < events.at(-1)!.lineage || this.#rules.optional.has(index) || this.#at.has(index))
        continue;
      if (this.#isSkipped(index) || (kind === "tell" && method === "notifications/cancelled")) continue;
      throw new Error(`the server ended before event ${index} happened`);
    }
  }

  /** Everybody got what was recorded for them. */
  #complete(): void {
    const rules = this.#rules;
    const stuck = this.#client.stuck()[0];
    demand(!stuck, `the client waits for ever before event ${stuck?.index}`);
    for (const [id, { event, answered }] of this.#calls) {
      if (answered !== undefined || (event !== undefined && this.#client.dropped.has(event))) continue;
      demand(event !== undefined, `no answer to ${id}`);
      if (!this.#isLastLineage(event)) continue;
      const isPoll = repeating.has(rules.events[event]!.method);
      if (isPoll && this.#client.style.cancels > 0) continue;
      demand(!this.#isDue(event), `no answer to ${id}, event ${event}`);
    }
    demand(this.#played.openCalls <= this.#openCalls(), `${this.#played.openCalls} calls are open`);
    for (const { event } of this.#calls.values()) if (event !== undefined) this.#allSaid(event);
  }

  /** Who says no more still listens: what needs nothing of the client is said. */
  #answeredAfterLeaving(): void {
    const { events, reply, optional } = this.#rules;
    for (const [id, { event, answered }] of this.#calls) {
      if (answered !== undefined || event === undefined || this.#client.dropped.has(event)) continue;
      const result = reply.get(event);
      if (result === undefined || events[event]!.method === "subscriptions/listen") continue;
      const needsAnswer = this.#rules.ownedBy(event).some((ask) => {
        const answer = events[ask]!.kind === "ask" ? reply.get(ask) : undefined;
        return answer !== undefined && answer < result && !optional.has(answer) && !this.#at.has(answer);
      });
      demand(
        needsAnswer || !this.#isLastLineage(event),
        `no answer to ${id}, event ${event}, for who has left`,
      );
    }
  }

  #isDue(call: number): boolean {
    const { reply, cancel, events } = this.#rules;
    if (events[call]!.method === "subscriptions/listen") return false;
    if (reply.has(call)) return true;
    return !cancel.has(call);
  }

  #openCalls(): number {
    let open = 0;
    for (const { answered } of this.#calls.values()) if (answered === undefined) open++;
    return open;
  }

  /** Everything that the server said for a call was said again. */
  #allSaid(call: number): void {
    const rules = this.#rules;
    if (this.#client.dropped.has(call) || rules.optional.has(call) || !this.#isLastLineage(call)) return;
    const cancel = rules.cancel.get(call);
    for (const event of rules.ownedBy(call)) {
      if (this.#at.has(event) || rules.late.has(event) || this.#isAnsweredBefore(event)) continue;
      if (cancel !== undefined && event < cancel && this.#at.has(cancel)) continue;
      if (rules.followsToo(event) && this.#isMissed(event, call)) continue;
      throw new Error(`event ${event} of call ${call} was not said`);
    }
  }

  /** On a subscription something may be missed, or wait for what did not happen; but not its beginning and its end. */
  #isMissed(event: number, call: number): boolean {
    const rules = this.#rules;
    const all = rules.ownedBy(call);
    if (event === all[0]) return false;
    const waits = all.slice(1, all.indexOf(event) + 1).some((one) => !this.#at.has(rules.after.get(one)!));
    const { kind, method } = rules.events[event]!;
    const ends = kind === "result" || method === "notifications/cancelled";
    return waits || !ends;
  }

  /** A client that does everything in its time hears everything in its order. */
  #sameOrder(): void {
    const { optional, events } = this.#rules;
    const isTotal = this.#manner.speed === 0 && !this.#played.clientLeft;
    if (!isTotal) return;
    const live = [...this.#at]
      .filter(([event]) => !optional.has(event) || events[event]!.kind === "ask")
      .sort(([, a], [, b]) => a - b)
      .map(([event]) => event);
    const recorded = events
      .filter(({ index, kind }) => !optional.has(index) || kind === "ask")
      .map(({ index }) => index);
    const at = recorded.findIndex((event, i) => live[i] !== event);
    demand(
      at < 0 && live.length === recorded.length,
      `event ${live[at]} comes where event ${recorded[at]} was`,
    );
  }

  #text(i: number): string {
    return this.#played.log[i]!.text;
  }
}

/** The key of an operation, the same in all its rounds. */
function rootOf(key: string): string {
  return key.split(',"inputResponses"')[0]!;
}

function demand(holds: unknown, says: string): asserts holds {
  if (!holds) throw new Error(says);
}
