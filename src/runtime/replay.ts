/**
 * A replay that is being served: one tape, and as many live conversations as are begun. What it could not do as
 * recorded is counted for all of them together.
 */
import type { Clock } from "../base/index.ts";
import { Conversation, type Link, type SideFacts } from "../core/index.ts";
import { Assignment, matchRules } from "../match/index.ts";
import type { Message } from "../protocol/index.ts";
import {
  catchUp,
  type Inexact,
  type Miss,
  Player,
  type PlayOptions,
  replayLayer,
  unusedCalls,
} from "../replay/index.ts";
import type { OpenOptions, TapeHeader } from "../tape/index.ts";
import { systemClock } from "./clock.ts";
import { checkReplayOptions, type Finding, type ReplayOptions } from "./replay-options.ts";
import { type ReplaySecrets, replaySecrets } from "./replay-secrets.ts";
import { type HeaderRules, ReplaySource } from "./replay-source.ts";
import { run } from "./run.ts";

/** How long a client may be silent before its other order is accepted, in milliseconds. */
export const silenceMsDefault = 20;
/** Misses and inexact answers that are kept; all are counted. */
export const findingsMax = 1000;

export class Replay {
  readonly header: TapeHeader;
  readonly misses: Miss[] = [];
  readonly inexact: Inexact[] = [];
  missCount = 0;
  inexactCount = 0;
  readonly #source: ReplaySource;
  readonly #options: PlayOptions;
  readonly #secrets: ReplaySecrets | undefined;
  readonly #assignment: Assignment;
  readonly #onFinding: (finding: Finding) => void;
  readonly #clock: Clock;
  readonly #players: Player[] = [];

  private constructor(
    source: ReplaySource,
    options: ReplayOptions,
    clock: Clock,
    secrets: ReplaySecrets | undefined,
  ) {
    this.#source = source;
    this.#secrets = secrets;
    this.header = source.header;
    this.#clock = clock;
    this.#onFinding = options.onFinding ?? (() => {});
    const { repeat = "error", onMiss = "error", answers = "ask", strictOrder = false } = options;
    const { silenceMs = silenceMsDefault, custom } = options;
    const delay = options.delay ?? delayOf(options.speed ?? 0);
    const { single } = source;
    this.#options = { repeat, onMiss, answers, strictOrder, silenceMs, custom, delay, single };
    this.#assignment = new Assignment(repeat);
  }

  /** Throws RW1004 for an option that means nothing, what `openTapeFile` throws, RW3015 when nothing can be replayed, RW3017 when it is not MCP. */
  static async open(
    path: string,
    options: ReplayOptions & Pick<OpenOptions, "unlock"> = {},
    clock: Clock = systemClock,
  ): Promise<Replay> {
    checkReplayOptions(options);
    let secrets: ReplaySecrets | undefined;
    const rulesFor = async (header: TapeHeader): Promise<HeaderRules> => {
      const { cwd = process.cwd(), env = process.env, redact: setting } = options;
      secrets = await replaySecrets(header, { cwd, env, setting });
      const { byShape, sameSecret, seal } = secrets ?? {};
      return { rules: matchRules({ ...options.match, byShape, sameSecret }), seal };
    };
    const source = await ReplaySource.open(path, rulesFor, options.unlock);
    return new Replay(source, options, clock, secrets);
  }

  /** The tape has no end line: its recorder was stopped. Known when all of it was read. */
  get unfinished(): boolean {
    return this.#source.unfinished;
  }

  /** Lines that could not be read. */
  get damaged(): readonly { readonly line: number; readonly why: string }[] {
    return this.#source.damaged;
  }

  /** Requests that are known to be on the tape. */
  get recordedCalls(): number {
    return this.#source.map.requests;
  }

  /** Reads the tape to its end, for who has to know all of it. */
  async readAll(): Promise<void> {
    while (!this.#source.map.complete) await this.#source.more();
  }

  /** Is the server at the other end of a link until the client has ended, the recording ends, or it is stopped. */
  async serve(link: Link, signal?: AbortSignal): Promise<void> {
    const critic = {
      miss: (miss: Miss) => this.#missed(miss),
      inexact: (inexact: Inexact) => this.#answeredInexactly(inexact),
    };
    const secrets = this.#secrets?.of(this.#players.length);
    const player = new Player(this.#source.map, { ...this.#options, secrets }, critic, this.#assignment);
    this.#players.push(player);
    const over = new AbortController();
    const layers = [replayLayer(player, () => queueMicrotask(() => over.abort()))];
    const conversation = new Conversation({ layers });
    const start = this.#clock.now();
    const sending = new Sending(link);
    const answer = async (question: unknown): Promise<number> => {
      await (question === catchUp ? sending.taken : this.#source.more());
      return this.#clock.now() - start;
    };
    const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
    await run(
      conversation,
      { client: sending },
      { clock: this.#clock, answer, signal: either, patient: true },
    );
  }

  /** Recorded calls that no live conversation made, by their numbers. */
  async unused(): Promise<number[]> {
    await this.readAll();
    return unusedCalls(
      this.#source.map,
      this.#players.flatMap((player) => player.acts),
    );
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  #missed(miss: Miss): void {
    this.missCount++;
    if (this.misses.length < findingsMax) this.misses.push(miss);
    this.#onFinding({ kind: "miss", miss });
  }

  #answeredInexactly(inexact: Inexact): void {
    this.inexactCount++;
    if (this.inexact.length < findingsMax) this.inexact.push(inexact);
    this.#onFinding({ kind: "inexact", inexact });
  }
}

/** A link that remembers when what was sent last is taken. */
class Sending implements Link {
  readonly facts: SideFacts;
  taken: Promise<void> = Promise.resolve();
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
    this.facts = link.facts ?? {};
  }

  send(message: Message): Promise<void> {
    this.taken = this.#link.send(message);
    return this.taken;
  }

  close(facts?: SideFacts): Promise<void> {
    return this.#link.close(facts);
  }

  [Symbol.asyncIterator](): AsyncIterator<Message, SideFacts> {
    return this.#link[Symbol.asyncIterator]();
  }
}

function delayOf(speed: number): (recordedMs: number) => number {
  return speed > 0 ? (recordedMs) => recordedMs / speed : () => 0;
}
