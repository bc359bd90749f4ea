/**
 * The rules of replay, read off a recording a second time and in the plainest way: what nobody waits for, what followed
 * what, which call a request of the server belongs to. The checks hold a replay to these.
 */
import { isOfClient, type Recorded, type Recording } from "./conversation.ts";

export class Rules {
  readonly recording: Recording;
  /** Of a call its first result; of an ask its answer. */
  readonly reply = new Map<number, number>();
  /** Of a call the client's cancellation, of an ask the server's; only while it was open. */
  readonly cancel = new Map<number, number>();
  /** Pings, polls and their answers, and what crossed the end of what it is about: nobody waits for it. */
  readonly optional = new Set<number>();
  /** Said after the call's first result. */
  readonly late = new Set<number>();
  /** Of what the server says, the call that it belongs to. */
  readonly owner = new Map<number, number>();
  readonly #owned = new Map<number, number[]>();
  /** Of what the server says, what came before; undefined for what came first. */
  readonly after = new Map<number, number | undefined>();

  /** By task: what changed its state, and its polls. */
  readonly tasks = new Map<string, { readonly facts: number[]; readonly polls: number[] }>();

  constructor(recording: Recording) {
    this.recording = recording;
    for (const event of recording.events) {
      this.#settle(event);
      if (taskMethods.test(event.method)) this.#followTask(event);
    }
    for (const event of recording.events) if (event.kind === "ask") this.#own(event);
    for (const { index } of recording.events) this.#list(index, this.owner.get(index));
    let lineage = -1;
    let last: number | undefined;
    for (const event of recording.events) {
      if (event.lineage !== lineage) last = undefined;
      lineage = event.lineage;
      if (!isOfClient(event.kind)) this.after.set(event.index, last);
      const stands = isOfClient(event.kind) ? event.kind : event.kind === "result" ? "call" : "other";
      if (stands === "other" || !this.optional.has(event.index)) last = event.index;
    }
  }

  get events(): readonly Recorded[] {
    return this.recording.events;
  }

  /** Said on a subscription: it belongs to that and follows what came before it. */
  followsToo(event: number): boolean {
    const owner = this.owner.get(event);
    return owner !== undefined && this.events[owner]!.method === "subscriptions/listen";
  }

  /** Everything that the server said for a call, in order. */
  ownedBy(call: number): readonly number[] {
    return this.#owned.get(call) ?? [];
  }

  #list(event: number, owner: number | undefined): void {
    if (owner === undefined) return;
    const others = this.#owned.get(owner);
    if (others) others.push(event);
    else this.#owned.set(owner, [event]);
  }

  /** The task that a request or a notification is about. */
  taskOf(event: Recorded): string | undefined {
    return /"taskId":"([^"]*)"/.exec(event.spell(this.recording.names))?.[1];
  }

  #followTask(event: Recorded): void {
    if (event.kind === "result") return;
    const id = this.taskOf(event)!;
    const task = this.tasks.get(id) ?? { facts: [], polls: [] };
    this.tasks.set(id, task);
    (event.method === "tasks/get" ? task.polls : task.facts).push(event.index);
  }

  #settle(event: Recorded): void {
    const { index, kind, about, method } = event;
    const over = about !== undefined && (this.reply.has(about) || this.cancel.has(about));
    if (kind === "call" && repeating.has(method)) this.optional.add(index);
    if (kind === "ask" && method === "ping") this.optional.add(index);
    if (kind === "result") {
      if (repeating.has(method)) this.optional.add(index);
      this.owner.set(index, about!);
      this.reply.set(about!, index);
    } else if (kind === "answer") {
      if (method === "ping" || over) this.optional.add(index);
      if (!over) this.reply.set(about!, index);
    } else if (kind === "cancel" || (kind === "tell" && method === "notifications/cancelled")) {
      const listens = this.events[about!]!.kind === "call";
      if (kind === "tell" && listens) this.owner.set(index, about!);
      if (over && kind === "cancel") this.optional.add(index);
      if (!over) this.cancel.set(about!, index);
    } else if (kind === "tell" && about !== undefined) {
      this.owner.set(index, about);
      if (this.reply.has(about)) this.late.add(index);
    }
  }

  /** The call opened last that is still open when the ask is settled; pings belong to none. */
  #own(ask: Recorded): void {
    if (ask.method === "ping") return;
    const settled = this.reply.get(ask.index) ?? this.cancel.get(ask.index) ?? Number.POSITIVE_INFINITY;
    const openAt = (when: number) => {
      const calls = this.events.slice(0, ask.index).filter((call) => this.#mayAsk(call, ask, when));
      return calls.at(-1)?.index;
    };
    let owner = openAt(ask.index);
    for (let end = owner; end !== undefined; ) {
      end = this.reply.get(owner!);
      if (end === undefined || end > settled) break;
      owner = openAt(end);
      end = owner;
    }
    // A call that was taken back before did not wait for the answer.
    const isTakenBack = owner !== undefined && (this.cancel.get(owner) ?? settled) < settled;
    if (isTakenBack && this.reply.has(ask.index)) owner = openAt(settled) ?? owner;
    if (owner === undefined) return;
    this.owner.set(ask.index, owner);
    const takenBack = this.cancel.get(ask.index);
    if (takenBack !== undefined && !this.reply.has(ask.index)) this.owner.set(takenBack, owner);
  }

  #mayAsk(call: Recorded, ask: Recorded, when: number): boolean {
    if (call.kind !== "call" || call.lineage !== ask.lineage || neverAsking.test(call.method)) return false;
    const open = (end: number | undefined) => end === undefined || end > when;
    return open(this.reply.get(call.index)) && open(this.cancel.get(call.index));
  }
}

/** What a client repeats until something changes. */
export const repeating: ReadonlySet<string> = new Set(["ping", "tasks/get"]);

const taskMethods = /^(tasks|notifications\/tasks)\//;

const neverAsking =
  /^(initialize|ping|server\/discover|subscriptions\/|logging\/|tasks\/(get|cancel)|.*\/list$)/;
