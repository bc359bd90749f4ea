/**
 * Live clients: state machines that mean to do what the client of a recording did, with other ids and tokens, in an
 * order and at times of their own. They do nothing that a client could not do: they ask for a next page only when they
 * have heard its cursor, and answer only what was asked.
 */
import type { Random } from "../../../src/base/index.ts";
import { isOfClient, type Names, type Recorded } from "./conversation.ts";
import { type Rules, repeating } from "./rules.ts";

export interface Style {
  readonly name: string;
  /** `recorded`: each thing when everything before it was heard; `one`: call by call; `free`: as soon as it can be. */
  readonly order: "recorded" | "one" | "free";
  /** In `recorded` order: waits even for what is said on a subscription, which it misses when it is late. */
  readonly hearsAll: boolean;
  /** How long it thinks before anything it does, and before an answer, at most. */
  readonly thinkMs: number;
  readonly answerMs: number;
  readonly cancelMs: number;
  /** Shares of the calls that it cancels though the recording did not, of operations that it leaves out. */
  readonly cancels: number;
  readonly skips: number;
  /** Polls for each recorded one, at most; 1 is exactly one. */
  readonly polls: number;
  /** Forgets to cancel what was cancelled. */
  readonly forgets: number;
  /** Asks for the handshake, though it may not be recorded. */
  readonly greets: boolean;
  /** Makes a call that nobody recorded. */
  readonly strays: boolean;
  /** Share of its answers to the server that are other ones than recorded. */
  readonly differs: number;
  /** Says no more after so long, whatever is open. */
  readonly leavesMs: number | undefined;
}

const strayParams = ',"params":{"name":"add","arguments":{"a":"never recorded"}}';

/** Something that the client says: `event` is the recorded message that it means. */
export interface Saying {
  readonly event: number | undefined;
  readonly text: string;
  /** The live id of a request. */
  readonly id?: string;
}

/** Something the client means to do. */
interface Intent {
  readonly event: Recorded;
  state: "waiting" | "planned" | "done" | "dropped";
}

export interface Plan {
  /** Microseconds from now. */
  readonly after: number;
  readonly act: () => Saying | undefined;
}

export class Client implements Names {
  readonly style: Style;
  readonly #rules: Rules;
  readonly #random: Random;
  readonly #intents: Intent[] = [];
  readonly #byEvent = new Map<number, readonly Intent[]>();
  readonly #ids = new Map<number, string>();
  readonly #tokens = new Map<number, string>();
  /** Live ids of requests that have no answer yet, with the recorded call. */
  readonly open = new Map<string, number | undefined>();
  /** Recorded events that were said or heard. */
  readonly #happened = new Set<number>();
  /** Calls that were taken back without a recorded reason. */
  readonly dropped = new Set<number>();
  readonly #previous = new Map<number, number>();
  #count = 0;
  #plans: Plan[] = [];
  #ended = false;

  constructor(rules: Rules, style: Style, random: Random) {
    this.style = style;
    this.#rules = rules;
    this.#random = random;
    const skipped = this.#skipped();
    const last = new Map<string, number>();
    for (const event of rules.events) {
      // What it is asked it answers, whatever it is asked for.
      if (!isOfClient(event.kind) || (skipped.has(event.op) && event.kind !== "answer")) continue;
      const polls = style.polls === 1 || event.method !== "tasks/get" ? 1 : random.below(style.polls + 1);
      const forgotten = event.kind === "cancel" && random.chance(style.forgets);
      for (let i = 0; i < polls && !forgotten; i++) this.#intents.push({ event, state: "waiting" });
      this.#byEvent.set(event.index, forgotten ? [] : this.#intents.slice(this.#intents.length - polls));
      if (event.key === "" || repeating.has(event.method)) continue;
      const key = `${event.lineage} ${event.key}`;
      const before = last.get(key);
      if (before !== undefined) this.#previous.set(event.index, before);
      last.set(key, event.index);
    }
  }

  id(event: number): string {
    return this.#ids.get(event)!;
  }

  token(event: number): string {
    return this.#tokens.get(event)!;
  }

  /** What it means to do next, that it has not planned before. */
  plans(): Plan[] {
    for (const intent of this.#intents) if (this.#isReady(intent)) this.#plan(intent);
    const plans = this.#plans;
    this.#plans = [];
    return plans;
  }

  /** What it means to say before anything else. */
  start(): void {
    const { greets, strays } = this.style;
    const after = this.#random.below(100_000);
    if (strays) this.#plans.push({ after, act: () => this.#greet("tools/call", strayParams) });
    if (!greets) return;
    const methods = ["ping"];
    if (!this.#rules.events.some(({ method }) => method === "server/discover"))
      methods.push("server/discover");
    if (!this.#rules.events.some(({ method }) => method === "initialize")) methods.push("initialize");
    for (const method of methods) this.#plans.push({ after: 0, act: () => this.#greet(method) });
  }

  heard(event: number): void {
    this.#happened.add(event);
  }

  answered(id: string): void {
    this.open.delete(id);
  }

  asked(event: number, id: string): void {
    this.#ids.set(event, id);
    this.#happened.add(event);
  }

  ended(): void {
    this.#ended = true;
  }

  /** What it still means to do and cannot. */
  stuck(): readonly Recorded[] {
    return this.#intents
      .filter((one) => one.state === "waiting" && !this.#isVain(one))
      .map(({ event }) => event);
  }

  /** Operations that are left out; of equal calls the last ones, so that the n-th stays the n-th. */
  #skipped(): Set<number> {
    const skipped = new Set<number>();
    const { skips } = this.style;
    if (skips === 0) return skipped;
    const calls = this.#rules.events.filter(({ kind, method }) => kind === "call" && method !== "initialize");
    for (const op of new Set(calls.map((call) => call.op))) if (this.#random.chance(skips)) skipped.add(op);
    for (let before = -1; before !== skipped.size; ) {
      before = skipped.size;
      const keys = new Set<string>();
      for (const { op, key, lineage } of calls) {
        if (keys.has(`${lineage} ${key}`)) skipped.add(op);
        if (skipped.has(op)) keys.add(`${lineage} ${key}`);
      }
    }
    return skipped;
  }

  #isReady(intent: Intent): boolean {
    if (intent.state !== "waiting" || this.#ended) return false;
    const { event } = intent;
    if (!event.needs.every((need) => this.#happened.has(need))) return false;
    const before = this.#previous.get(event.index);
    if (before !== undefined && !this.#happened.has(before) && this.#means(before)) return false;
    if (event.lineage > 0 && !this.#isLineageOver(event)) return false;
    if (this.style.order === "recorded") return this.#isTurn(intent);
    if (event.kind === "answer" || event.kind === "cancel") return true;
    return this.style.order === "free" || this.#isNext(intent);
  }

  #means(event: number): boolean {
    return this.#byEvent.get(event)?.some((one) => one.state !== "dropped") ?? false;
  }

  /** The client initializes again when it is done with what was before. */
  #isLineageOver({ lineage }: Recorded): boolean {
    const over = (one: Intent) =>
      one.event.lineage >= lineage || one.state === "done" || one.state === "dropped" || this.#isVain(one);
    if (!this.#intents.every(over)) return false;
    return [...this.open.values()].every(
      (call) => call === undefined || this.#rules.events[call]!.lineage >= lineage || !this.#isAwaited(call),
    );
  }

  /** Everything before was said and heard. */
  #isTurn({ event }: Intent): boolean {
    const { optional } = this.#rules;
    for (const before of this.#rules.events) {
      if (before.index >= event.index) break;
      if (this.#happened.has(before.index)) continue;
      if (before.kind === "result" && optional.has(before.index)) continue;
      if (before.kind === "tell" && !this.style.hearsAll && this.#rules.followsToo(before.index)) continue;
      return false;
    }
    return true;
  }

  /** Every call before has its answer, or is not waited for. */
  #isNext({ event }: Intent): boolean {
    for (const one of this.#intents) {
      const { index, kind } = one.event;
      if (index >= event.index) break;
      if (kind !== "call" && kind !== "notice") continue;
      if (one.state === "done" || one.state === "dropped" || this.#isVain(one)) continue;
      if (one.event.needs.some((need) => this.#rules.followsToo(need))) continue;
      return false;
    }
    return [...this.open.values()].every((call) => call === undefined || !this.#isAwaited(call));
  }

  /** Whether the client waits for an answer to this call before it does anything else. */
  #isAwaited(call: number): boolean {
    const { method } = this.#rules.events[call]!;
    if (method === "subscriptions/listen" || this.dropped.has(call)) return false;
    const { cancel: cancels, reply } = this.#rules;
    const cancel = cancels.get(call);
    if (cancel === undefined) return true;
    return this.#means(cancel) ? !this.#happened.has(cancel) : reply.has(call);
  }

  /** What it needs will never come, because of what the client left out. */
  #isVain({ event }: Intent): boolean {
    return this.#isVainToDo(event);
  }

  #isVainToDo(event: Recorded): boolean {
    // The n-th of equal calls stays the n-th: what comes after a lost one is lost.
    const before = this.#previous.get(event.index);
    if (before !== undefined && !this.#happened.has(before) && this.#isLost(before)) return true;
    return event.needs.some((need) => !this.#happened.has(need) && this.#isLost(need));
  }

  #isLost(event: number): boolean {
    const { kind, about } = this.#rules.events[event]!;
    if (isOfClient(kind)) {
      if (this.#happened.has(event)) return false;
      return !this.#means(event) || this.#isVainToDo(this.#rules.events[event]!);
    }
    const owner = this.#rules.owner.get(event) ?? (kind === "result" ? about : undefined);
    if (owner !== undefined) {
      const cancel = this.#rules.cancel.get(owner);
      const isTakenBack = cancel !== undefined && event < cancel && this.#happened.has(cancel);
      if (isTakenBack || this.dropped.has(owner) || this.#isLost(owner)) return true;
      if (!this.#rules.late.has(event)) return false;
    }
    if (kind === "tell" && about !== undefined && this.#isLost(about)) return true;
    const after = this.#rules.after.get(event);
    return after !== undefined && !this.#happened.has(after) && this.#isLost(after);
  }

  #plan(intent: Intent): void {
    intent.state = "planned";
    const { kind } = intent.event;
    const { thinkMs, answerMs, cancelMs } = this.style;
    const most = kind === "answer" ? answerMs : kind === "cancel" ? cancelMs : thinkMs;
    this.#plans.push({ after: this.#random.below(most * 1000 + 1), act: () => this.#say(intent) });
  }

  #say(intent: Intent): Saying | undefined {
    if (this.#ended) return undefined;
    const { event } = intent;
    const { index, kind } = event;
    // The answer was faster: nothing is left to take back.
    const isOver = kind === "cancel" && !this.open.has(this.id(event.about!));
    intent.state = isOver && this.style.order !== "recorded" ? "dropped" : "done";
    if (intent.state === "dropped") return undefined;
    this.#happened.add(index);
    if (kind === "call") {
      const id = this.#newId();
      this.#ids.set(index, id);
      if (event.hasToken) this.#tokens.set(index, this.#random.chance(0.5) ? id : `"live-${this.#count}"`);
      this.open.set(id, index);
      if (this.#random.chance(this.style.cancels)) this.#planCancel(event, id);
      return { event: index, text: this.#otherwise(event.spell(this)), id };
    }
    if (kind === "cancel") this.#takeBack(event);
    return { event: index, text: kind === "answer" ? this.#otherwise(event.spell(this)) : event.spell(this) };
  }

  /** Answers with something else, in an answer or in what a retry answers. */
  #otherwise(text: string): string {
    if (!this.#random.chance(this.style.differs)) return text;
    return text.replace(/("result"|"content"):\{"n":\d+\}/, `$1:{"n":${this.#random.below(4)}}`);
  }

  /** Sooner than it was recorded, which was after the answer, it is not what was recorded. */
  #takeBack({ index, about }: Recorded): void {
    const isOpen = this.open.delete(this.id(about!));
    if (isOpen && this.#rules.optional.has(index)) this.dropped.add(about!);
  }

  #planCancel({ index, method }: Recorded, id: string): void {
    if (method === "initialize" || this.#rules.cancel.has(index)) return;
    const act = () => {
      if (!this.open.delete(id) || this.#ended) return undefined;
      if (!repeating.has(method)) this.dropped.add(index);
      const text = `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${id},"reason":"mine"}}`;
      return { event: undefined, text };
    };
    this.#plans.push({ after: this.#random.below(this.style.cancelMs * 1000 + 1), act });
  }

  #greet(method: string, params = ""): Saying | undefined {
    if (this.#ended) return undefined;
    const id = this.#newId();
    this.open.set(id, undefined);
    return { event: undefined, text: `{"jsonrpc":"2.0","id":${id},"method":"${method}"${params}}`, id };
  }

  #newId(): string {
    const count = this.#count++;
    if (count === 0) return this.#random.chance(0.5) ? "0" : '""';
    return this.#random.chance(0.5) ? `${100 - count}` : `"${count}"`;
  }
}
