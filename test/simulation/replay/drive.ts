/**
 * A replay and a live client in virtual time, without a promise: what the client says is handed to the conversation,
 * what that sends is handed to the client, and timers fire in their order. Whatever passes is logged.
 */
import type { Random } from "../../../src/base/index.ts";
import { Conversation, type CoreEvent, type Effect } from "../../../src/core/index.ts";
import { Assignment, type BytesAt, matchRules } from "../../../src/match/index.ts";
import { parseMessage } from "../../../src/protocol/index.ts";
import {
  type Inexact,
  type Miss,
  Player,
  type PlayOptions,
  replayLayer,
  TapeMap,
} from "../../../src/replay/index.ts";
import type { Client, Saying } from "./client.ts";
import type { Recording } from "./conversation.ts";
import { Timers } from "./timers.ts";

/** How the replay is made. */
export interface Manner {
  readonly speed: number;
  readonly silenceMs: number;
  readonly strictOrder: boolean;
  readonly answers: "ask" | "compare";
  /** The tape becomes known bit by bit: so many lines at a time, each after at most so long. */
  readonly feed: { readonly lines: number; readonly ms: number } | undefined;
}

/** One thing that passed. */
export interface Passed {
  readonly at: number;
  readonly dir: "c2s" | "s2c" | "end";
  readonly text: string;
  /** The recorded message that it is, by what the client meant or by the server's mark. */
  readonly event: number | undefined;
  /** The id of a request, or of the request that is answered, as JSON text. */
  readonly id: string | undefined;
  readonly isResponse?: boolean;
}

export interface Played {
  readonly log: readonly Passed[];
  readonly misses: readonly Miss[];
  readonly inexact: readonly Inexact[];
  /** The replay ended by itself, because the recorded server did. */
  readonly serverEnded: boolean;
  /** When all was silent and the client still there: calls without an answer, and whether something was due. */
  readonly openCalls: number;
  readonly wakeAt: number | undefined;
  readonly clientLeft: boolean;
  /** Why the conversation ended after the client had closed. */
  readonly ended: string | undefined;
}

/** Timers that one conversation may fire; more is one that goes on and on. */
const timersMax = 20_000;

export function drive(recording: Recording, client: Client, manner: Manner, random: Random): Played {
  return new Drive(recording, client, manner, random).play();
}

class Drive {
  readonly #client: Client;
  readonly #manner: Manner;
  readonly #random: Random;
  readonly #map: TapeMap;
  readonly #places: (BytesAt | undefined)[];
  readonly #recording: Recording;
  readonly #player: Player;
  readonly #conversation: Conversation;
  readonly #timers = new Timers();
  readonly #log: Passed[] = [];
  readonly #misses: Miss[] = [];
  readonly #inexact: Inexact[] = [];
  #now = 0;
  #fed = 0;
  #serverEnded = false;
  #left = false;

  constructor(recording: Recording, client: Client, manner: Manner, random: Random) {
    this.#recording = recording;
    this.#client = client;
    this.#manner = manner;
    this.#random = random;
    const { bytes, places } = layOut(recording);
    this.#places = places;
    this.#map = new TapeMap(matchRules(), ({ offset, length }) => bytes.subarray(offset, offset + length));
    const critic = {
      miss: (miss: Miss) => void this.#misses.push(miss),
      inexact: (inexact: Inexact) => void this.#inexact.push(inexact),
    };
    this.#player = new Player(this.#map, this.#options(), critic, new Assignment("error"));
    const onEnd = () => {
      this.#serverEnded = true;
    };
    this.#conversation = new Conversation({ layers: [replayLayer(this.#player, onEnd)] });
  }

  play(): Played {
    this.#feed(this.#manner.feed ? this.#random.below(3) : Number.POSITIVE_INFINITY);
    this.#handle({ kind: "opened", at: this.#now, port: "client", facts: {} });
    this.#client.start();
    this.#plan();
    const { leavesMs } = this.#client.style;
    if (leavesMs !== undefined) this.#timers.set(leavesMs * 1000, () => this.#leave());
    this.#run();
    const { acts, wakeAt } = this.#player;
    const openCalls = acts.at(-1)?.stage.open.length ?? 0;
    const clientLeft = this.#left;
    this.#leave();
    this.#run();
    return {
      log: this.#log,
      misses: this.#misses,
      inexact: this.#inexact,
      serverEnded: this.#serverEnded,
      openCalls,
      wakeAt,
      clientLeft,
      ended: this.#conversation.ended,
    };
  }

  #options(): PlayOptions {
    const { speed, silenceMs, strictOrder, answers } = this.#manner;
    const delay = (ms: number) => (speed === 0 ? 0 : ms / speed);
    return { repeat: "error", onMiss: "error", single: true, answers, silenceMs, strictOrder, delay };
  }

  #run(): void {
    for (let left = timersMax; left > 0; left--) {
      const timer = this.#timers.next();
      if (!timer) return;
      this.#now = Math.max(this.#now, timer.at);
      timer.fire();
    }
    throw new Error("it goes on and on");
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#client.ended();
    if (this.#serverEnded) this.#handle({ kind: "closed", at: this.#now, port: "client", facts: {} });
    else {
      this.#log.push({ at: this.#now, dir: "end", text: "client closed", event: undefined, id: undefined });
      this.#handle({ kind: "closed", at: this.#now, port: "client", facts: {} });
    }
  }

  #feed(lines: number): void {
    const { tape } = this.#recording;
    const until = Math.min(tape.length, this.#fed + lines);
    for (; this.#fed < until; this.#fed++) this.#map.add(tape[this.#fed]!, this.#places[this.#fed]);
    if (this.#fed === tape.length) this.#map.end();
  }

  #plan(): void {
    for (const { after, act } of this.#client.plans())
      this.#timers.set(this.#now + after, () => this.#say(act()));
  }

  #say(saying: Saying | undefined): void {
    if (saying && !this.#serverEnded && !this.#left) {
      this.#log.push({ at: this.#now, dir: "c2s", text: saying.text, event: saying.event, id: saying.id });
      this.#handle({ kind: "received", at: this.#now, port: "client", message: parseMessage(saying.text)! });
    }
    this.#plan();
  }

  #handle(event: CoreEvent): void {
    for (const effect of this.#conversation.handle(event)) this.#perform(effect);
    this.#plan();
  }

  #perform(effect: Effect): void {
    const answer = (strand: number, value: unknown) => () =>
      this.#handle({ kind: "answered", at: this.#now, strand, value });
    if (effect.kind === "send") this.#hear(effect.message.text);
    else if (effect.kind === "wait")
      this.#timers.set(this.#now + effect.ms * 1000, answer(effect.strand, undefined));
    else if (effect.kind === "ask") {
      const { lines, ms } = this.#manner.feed ?? { lines: 1, ms: 0 };
      this.#timers.set(this.#now + this.#random.below(ms * 1000 + 1), () => {
        this.#feed(lines);
        answer(effect.strand, this.#now)();
      });
    } else if (effect.kind === "close" && this.#serverEnded) {
      this.#log.push({ at: this.#now, dir: "end", text: "server closed", event: undefined, id: undefined });
    }
  }

  #hear(text: string): void {
    const { id, method } = JSON.parse(text) as { id?: unknown; method?: string };
    const found = /"mark":(\d+)/.exec(text);
    const event = found ? Number(found[1]) : method === undefined ? this.#unmarked(id) : undefined;
    const idText = id === undefined ? undefined : JSON.stringify(id);
    this.#log.push({ at: this.#now, dir: "s2c", text, event, id: idText, isResponse: method === undefined });
    if (method === undefined) this.#client.answered(idText!);
    if (event === undefined) return;
    if (method !== undefined && idText !== undefined) this.#client.asked(event, idText);
    else this.#client.heard(event);
  }

  /** A `ping` is answered by rule: its answer carries no mark. */
  #unmarked(id: unknown): number | undefined {
    const call = this.#client.open.get(JSON.stringify(id));
    return this.#recording.events.find(
      ({ kind, about, method }) => kind === "result" && method === "ping" && about === call,
    )?.index;
  }
}

/** All messages of a tape one after the other, as in a file. */
function layOut({ tape }: Recording): { bytes: Uint8Array; places: (BytesAt | undefined)[] } {
  const places: (BytesAt | undefined)[] = [];
  const chunks: Uint8Array[] = [];
  let offset = 0;
  for (const { payload } of tape) {
    if (payload.kind !== "msg") {
      places.push(undefined);
      continue;
    }
    const { bytes } = payload.message;
    places.push({ file: 0, offset, length: bytes.length });
    chunks.push(bytes);
    offset += bytes.length;
  }
  return { bytes: Buffer.concat(chunks), places };
}
