/**
 * One client's traffic: a stack of layers and what is parked in it. No I/O: events go in, effects come out.
 *
 * Theory of operation. Each link event is a *strand*: one run through the stack. A strand that yields `ask` or
 * `wait` is *parked* until `answered` names it. A later event that must not overtake a parked one is *held*; lanes
 * say which those are. A strand leaves its lanes when it has run to its end or asks for `release`, and the first held
 * behind it starts.
 * The conversation ends when every port that was open is closed, when {@link Conversation.end} is called, or when too
 * much is held; then every parked strand is returned (its `finally` blocks run) and later events are ignored. What a
 * layer throws is our own mistake: it ends the conversation and leaves `handle`.
 */
import { assert } from "../base/index.ts";
import type { Effect, Step } from "./effect.ts";
import type { AnsweredEvent, CoreEvent, LinkEvent, Port } from "./event.ts";
import { directionOf } from "./exchange.ts";
import { ExchangeTracker } from "./exchange-tracker.ts";
import { Lanes } from "./lanes.ts";
import { compose, type Layer, type Steps } from "./layer.ts";

export const conversationLimits = {
  /** Events held behind parked strands, for each port. One more ends the conversation. */
  heldEventsMax: 10_000,
  /** Bytes of the messages among them, for each port. */
  heldBytesMax: 256 * 1024 * 1024,
  /** Strands that sleep at once, on all ports. One more ends the conversation. */
  parkedStrandsMax: 10_000,
  /** Steps of one strand between two sleeps; more is a layer that does not come to an end. */
  strandStepsMax: 1_000_000,
} as const;

export type ConversationLimits = { readonly [name in keyof typeof conversationLimits]: number };

export interface ConversationOptions {
  /** Outermost first. */
  readonly layers: readonly Layer[];
  readonly limits?: Partial<ConversationLimits>;
  /**
   * What a parked event holds back. `port` (the default): every later event of its port. `exchange`: only those of
   * the same exchange and port, while other exchanges overtake; opening and closing still overtake nothing.
   */
  readonly lane?: "port" | "exchange";
}

export class Conversation {
  readonly #stack: (event: LinkEvent) => Steps;
  readonly #limits: ConversationLimits;
  readonly #tracker: ExchangeTracker | undefined;
  readonly #ports = new Map<Port, PortState>();
  readonly #lanes = new Lanes<Strand>();
  readonly #parked = new Map<number, Strand>();
  #strands = 0;
  #handling = false;
  #ended: string | undefined;

  constructor(options: ConversationOptions) {
    this.#stack = compose(options.layers);
    this.#limits = { ...conversationLimits, ...options.limits };
    this.#tracker = options.lane === "exchange" ? new ExchangeTracker() : undefined;
  }

  /** Why the conversation ended; undefined while it goes on. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** Whether so much is held at a port, or sleeps, that no more should be read from it for now. */
  crowded(port: Port): boolean {
    const state = this.#ports.get(port);
    if (!state) return false;
    return (
      state.heldEvents * 2 >= this.#limits.heldEventsMax || state.heldBytes * 2 >= this.#limits.heldBytesMax
    );
  }

  /** What to do about an event, in order. Nothing, once the conversation has ended. */
  handle(event: CoreEvent): Effect[] {
    const effects: Effect[] = [];
    if (this.#ended !== undefined) return effects;
    assert(!this.#handling, "an event is handled after the one before it");
    this.#handling = true;
    try {
      if (event.kind === "answered") this.#answered(event, effects);
      else this.#arrived(event, effects);
    } catch (error) {
      this.#finish(effects, "a layer failed");
      throw error;
    } finally {
      this.#handling = false;
    }
    return effects;
  }

  /** Ends the conversation from outside: what its parked strands still want done, then a `close` of each open port. */
  end(reason: string): Effect[] {
    const effects: Effect[] = [];
    if (this.#ended === undefined) this.#abandon(effects, reason);
    return effects;
  }

  #arrived(event: LinkEvent, effects: Effect[]): void {
    const port = this.#portOf(event.port);
    const lanes = this.#tracker ? this.#exchangeLanes(event, this.#tracker) : port.lanes;
    const strand: Strand = { event, lanes, number: 0, released: false, steps: undefined };
    if (this.#lanes.free(lanes)) this.#start(strand, effects);
    else this.#hold(strand, port, effects);
  }

  #hold(strand: Strand, port: PortState, effects: Effect[]): void {
    const { event } = strand;
    port.heldEvents++;
    port.heldBytes += bytesOf(event);
    this.#lanes.enter(strand);
    if (port.heldEvents > this.#limits.heldEventsMax || port.heldBytes > this.#limits.heldBytesMax) {
      const held = `${port.heldEvents} events, ${port.heldBytes} bytes`;
      this.#abandon(effects, `too much waits at ${event.port} behind an unanswered event (${held})`);
    }
  }

  #start(strand: Strand, effects: Effect[]): void {
    if (this.#begin(strand, effects)) this.#finished(strand, effects);
    else if (!strand.released) this.#lanes.enter(strand);
  }

  #begin(strand: Strand, effects: Effect[]): boolean {
    const { event } = strand;
    if (event.kind !== "closed") this.#portOf(event.port).open = true;
    strand.steps = this.#stack(event);
    return this.#advance(strand, undefined, effects);
  }

  #answered(event: AnsweredEvent, effects: Effect[]): void {
    const strand = this.#parked.get(event.strand);
    assert(strand, `the strand that is answered sleeps: ${event.strand}`);
    this.#parked.delete(event.strand);
    const wasReleased = strand.released;
    const done = this.#advance(strand, event.value, effects);
    if (done) this.#finished(strand, effects);
    if (!wasReleased && (done || strand.released)) this.#leaveLanes(strand, effects);
  }

  /** Starts what a strand held back, and what that held back, until something sleeps. */
  #leaveLanes(strand: Strand, effects: Effect[]): void {
    const leaving = [strand];
    for (let one = leaving.shift(); one && this.#ended === undefined; one = leaving.shift()) {
      for (const next of this.#lanes.leave(one)) {
        const port = this.#portOf(next.event.port);
        port.heldEvents--;
        port.heldBytes -= bytesOf(next.event);
        const done = this.#begin(next, effects);
        if (done) this.#finished(next, effects);
        if (this.#ended !== undefined) return;
        if (done || next.released) leaving.push(next);
      }
    }
  }

  /** Runs a strand until it sleeps (false) or ends (true). */
  #advance(strand: Strand, value: unknown, effects: Effect[]): boolean {
    const steps = strand.steps!;
    let given = value;
    for (let step = 0; step < this.#limits.strandStepsMax; step++) {
      const result = steps.next(given);
      given = undefined;
      if (result.done) return true;
      if (sleeps(result.value)) return this.#park(strand, result.value, effects);
      if (result.value.kind === "release") strand.released = true;
      else effects.push(result.value);
    }
    assert(false, "a strand comes to an end");
  }

  #park(strand: Strand, step: Sleep, effects: Effect[]): false {
    if (strand.number === 0) strand.number = ++this.#strands;
    this.#parked.set(strand.number, strand);
    effects.push({ ...step, strand: strand.number });
    if (this.#parked.size > this.#limits.parkedStrandsMax) {
      this.#abandon(effects, `too many events wait for an answer (${this.#parked.size})`);
    }
    return false;
  }

  #finished({ event }: Strand, effects: Effect[]): void {
    if (event.kind !== "closed") return;
    this.#portOf(event.port).open = false;
    for (const port of this.#ports.values()) if (port.open || port.heldEvents > 0) return;
    this.#finish(effects, event.facts.reason ?? "closed");
  }

  #abandon(effects: Effect[], reason: string): void {
    this.#finish(effects, reason);
    for (const [port, { open }] of this.#ports)
      if (open) effects.push({ kind: "close", port, facts: { reason } });
  }

  #finish(effects: Effect[], reason: string): void {
    this.#ended = reason;
    const parked = [...this.#parked.values()];
    this.#parked.clear();
    this.#lanes.clear();
    const failures: unknown[] = [];
    for (const strand of parked) {
      try {
        this.#unwind(strand.steps!, effects);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Lets the `finally` blocks of a parked strand run. */
  #unwind(steps: Steps, effects: Effect[]): void {
    let result = steps.return();
    for (let step = 0; step < this.#limits.strandStepsMax; step++) {
      if (result.done) return;
      if (!sleeps(result.value) && result.value.kind !== "release") effects.push(result.value);
      result = steps.next();
    }
    assert(false, "a strand comes to an end");
  }

  #portOf(name: Port): PortState {
    const known = this.#ports.get(name);
    if (known) return known;
    const port = { lanes: [name], open: false, heldEvents: 0, heldBytes: 0 };
    this.#ports.set(name, port);
    return port;
  }

  /** A gate stands behind everything earlier at its port; while one is shut, everything later stands behind it. */
  #exchangeLanes(event: LinkEvent, tracker: ExchangeTracker): readonly string[] {
    const gate = `${event.port}|gate`;
    if (event.kind !== "received") {
      const earlier = [...this.#lanes.names()].filter(
        (name) => name.startsWith(`${event.port}|`) && name !== gate,
      );
      return [gate, ...earlier];
    }
    const lanes = new Set<string>();
    for (const { what, exchange } of tracker.observe(directionOf(event.port), event.message, event.at)) {
      if (what !== "evicted") lanes.add(`${event.port}|${exchange?.key ?? "alone"}`);
    }
    if (lanes.size === 0) lanes.add(`${event.port}|alone`);
    if (this.#lanes.has(gate)) lanes.add(gate);
    return [...lanes];
  }
}

interface PortState {
  readonly lanes: readonly string[];
  open: boolean;
  heldEvents: number;
  heldBytes: number;
}

/** One event on its way through the stack; no `steps` while it is held. */
interface Strand {
  readonly event: LinkEvent;
  readonly lanes: readonly string[];
  /** 0 until it is parked for the first time. */
  number: number;
  /** It holds nobody back any more, and has left its lanes. */
  released: boolean;
  steps: Steps | undefined;
}

type Sleep = Extract<Step, { kind: "ask" | "wait" }>;

function sleeps(step: Step): step is Sleep {
  return step.kind === "ask" || step.kind === "wait";
}

function bytesOf(event: LinkEvent): number {
  return event.kind === "received" ? event.message.bytes.length : 0;
}
