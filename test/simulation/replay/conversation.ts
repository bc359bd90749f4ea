/**
 * Legal recorded conversations from a seed: what a client and a server may have said to each other, as a tape. Each
 * operation is a generator that says one thing at a time; a scheduler lets them take turns, so their spans overlap.
 * Everything that the server says carries its own number as a `mark`, so a replay can be held to the recording.
 */
import { type Random, seededRandom } from "../../../src/base/index.ts";
import { parseMessage } from "../../../src/protocol/index.ts";
import type { TapeEvent } from "../../../src/tape/index.ts";
import { handshake, operation } from "./operations.ts";

export type Kind = "call" | "notice" | "answer" | "cancel" | "ask" | "tell" | "result";

/** The JSON texts of ids and tokens, by the event of the request that they belong to. */
export interface Names {
  id(event: number): string;
  token(event: number): string;
}

/** One recorded message, which can be said again with other ids and tokens. */
export interface Recorded {
  readonly index: number;
  readonly at: number;
  readonly kind: Kind;
  readonly method: string;
  /** Of everything that is for a call, the call; of an answer and of a cancelled ask, the ask. */
  readonly about: number | undefined;
  /** Which `initialize` it came after, from 0. */
  readonly lineage: number;
  /** The operation that it is part of. */
  readonly op: number;
  /** Of what the client says by itself: what it must have heard or said before. */
  readonly needs: readonly number[];
  /** Of a request or notification: equal exactly when two are the same but for ids and tokens. */
  readonly key: string;
  readonly hasToken: boolean;
  readonly spell: (names: Names) => string;
}

export interface Recording {
  readonly era: "legacy" | "modern";
  readonly events: readonly Recorded[];
  /** Who ended first; `torn` when the recorder was killed. */
  readonly ends: "client" | "server" | "torn";
  readonly names: Names;
  readonly tape: readonly TapeEvent[];
}

type Said = Pick<Recorded, "kind" | "method" | "op" | "spell"> &
  Partial<Pick<Recorded, "about" | "needs" | "key" | "hasToken">>;

/** An operation in progress; says at most one thing between two yields. */
export type Operation = Generator<void, void, void>;

export class Recorder implements Names {
  readonly era: "legacy" | "modern";
  readonly random: Random;
  readonly events: Recorded[] = [];
  readonly #ids = new Map<number, string>();
  readonly #tokens = new Map<number, string>();
  readonly #idStyle: number;
  #at = 0;
  #calls = 0;
  #asks = 0;
  lineage = 0;
  /** What every request of this lineage needs: the handshake. */
  opened: readonly number[] = [];

  constructor(era: "legacy" | "modern", random: Random) {
    this.era = era;
    this.random = random;
    this.#idStyle = random.below(4);
  }

  id(event: number): string {
    return this.#ids.get(event)!;
  }

  token(event: number): string {
    return this.#tokens.get(event)!;
  }

  /** The number that the next thing will have. */
  get next(): number {
    return this.events.length;
  }

  say(said: Said): number {
    const index = this.next;
    this.#at += this.random.chance(0.3) ? 0 : this.random.below(30_000);
    const { kind } = said;
    if (kind === "call") this.#ids.set(index, this.#newId(this.#calls++));
    if (kind === "ask") this.#ids.set(index, this.#newId(this.#asks++));
    if (said.hasToken) this.#tokens.set(index, this.random.chance(0.5) ? this.id(index) : `"t${index}"`);
    const defaults = { about: undefined, needs: [], key: "", hasToken: false };
    this.events.push({ ...defaults, ...said, index, at: this.#at, lineage: this.lineage });
    return index;
  }

  /** The client initializes again, and ids start again. */
  again(): void {
    this.lineage++;
    this.#calls = 0;
    this.#asks = 0;
    this.opened = [];
  }

  /** Whatever a client may count with: 0 and the empty string are ids like any other. */
  #newId(count: number): string {
    if (this.#idStyle === 0) return `${count}`;
    if (this.#idStyle === 1) return `${count + 1}`;
    if (this.#idStyle === 2) return count === 0 ? '""' : `"${count}"`;
    return count % 2 === 0 ? `${count >> 1}` : `"${count >> 1}"`;
  }
}

/** A recorded conversation of up to `size` operations in each lineage. */
export function record(seed: number, size: number): Recording {
  const random = seededRandom(seed);
  const era = random.chance(0.6) ? "legacy" : "modern";
  const recorder = new Recorder(era, random);
  const ends = random.chance(0.7) ? "client" : random.chance(0.7) ? "server" : "torn";
  const shakesHands = era === "legacy" && random.chance(0.85);
  const lineages = shakesHands && random.chance(0.12) ? 2 : 1;
  let op = 0;
  for (let lineage = 0; lineage < lineages; lineage++) {
    if (lineage > 0) recorder.again();
    const count = 1 + random.below(size);
    // A server that ends first may do so in the middle of everything.
    const stopsAfter =
      ends !== "client" && lineage === lineages - 1 && random.chance(0.4)
        ? 1 + random.below(8 * size)
        : Number.POSITIVE_INFINITY;
    op = schedule(recorder, op, count, shakesHands, stopsAfter);
  }
  const { events } = recorder;
  return { era, events, ends, names: recorder, tape: tapeOf(recorder, ends) };
}

function schedule(
  recorder: Recorder,
  first: number,
  count: number,
  shakesHands: boolean,
  stopsAfter: number,
) {
  const { random } = recorder;
  const eagerness = random.chance(0.25) ? 0 : random.next();
  let op = first;
  for (const _ of handshake(recorder, op++, shakesHands));
  const active: Operation[] = [];
  for (let left = count, turns = 0; (left > 0 || active.length > 0) && turns < stopsAfter; turns++) {
    if (left > 0 && (active.length === 0 || random.chance(eagerness))) {
      active.push(operation(recorder, op++));
      left--;
    }
    const which = random.below(active.length);
    if (active[which]!.next().done) active.splice(which, 1);
  }
  return op;
}

function tapeOf(recorder: Recorder, ends: Recording["ends"]): TapeEvent[] {
  const tape: TapeEvent[] = recorder.events.map((event) => ({
    at: event.at,
    dir: isOfClient(event.kind) ? "c2s" : "s2c",
    payload: { kind: "msg", message: parseMessage(event.spell(recorder))! },
  }));
  const at = (tape.at(-1)?.at ?? 0) + 1000;
  const sides = ends === "client" ? (["client", "server"] as const) : (["server", "client"] as const);
  if (ends !== "torn")
    for (const side of sides) tape.push({ at, payload: { kind: "close", close: { side } } });
  return tape;
}

export function isOfClient(kind: Kind): boolean {
  return kind === "call" || kind === "notice" || kind === "answer" || kind === "cancel";
}
