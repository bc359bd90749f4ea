/**
 * The server side of one live conversation: chooses the recorded conversation, answers the handshake, and moves on to
 * the next recorded round when the client initializes again. Time is handed in; nothing is performed.
 */
import { Assignment, canonicalOf, hashOf, none } from "../match/index.ts";
import { idKeyOf, type Message, metaKeys } from "../protocol/index.ts";
import { Act, type ActOptions, type Critic, type Output } from "./act.ts";
import { missAnswer } from "./findings.ts";
import { discovery, opening, pong } from "./handshake.ts";
import type { RecordedConversation, TapeMap } from "./tape-map.ts";

export interface PlayOptions extends ActOptions {
  /** How long a client says nothing before what it has not done is waited for no more, in milliseconds. */
  readonly silenceMs: number;
  /** Where the tape's secrets were taken out: takes them out of what is live too, and puts back those that are known. */
  readonly secrets?: Secrets | undefined;
  /** The tape holds one conversation only, as one of a process on stdio does: it need not be known whole to begin. */
  readonly single: boolean;
}

export interface Secrets {
  readonly hide: (live: Message) => Message;
  readonly fill: (said: Message) => Message;
}

/** Messages that wait until more of the tape is known; more are answered as misses. */
const heldMax = 10_000;

export class Player {
  readonly #map: TapeMap;
  readonly #options: PlayOptions;
  readonly #critic: Critic;
  readonly #assignment: Assignment;
  #conversation: RecordedConversation | undefined;
  #act: Act | undefined;
  /** Which round of the conversation is played, and how often rounds were asked for. */
  #rounds: Assignment;
  /** Acts that were left, for what they did not use. */
  readonly #past: Act[] = [];
  readonly #replies: Message[] = [];
  /** Requests, cancellations of them, and whatever comes after an `initialize` among them. */
  readonly #held: Message[] = [];
  /** Notifications and answers, and cancellations of requests that are not held. */
  #heldNotices: Message[] = [];
  #heardAt = 0;
  #inputEnded = false;

  constructor(map: TapeMap, options: PlayOptions, critic: Critic, assignment: Assignment) {
    this.#map = map;
    this.#options = options;
    this.#critic = critic;
    this.#assignment = assignment;
    this.#rounds = new Assignment(options.repeat);
  }

  /** Whether more of the tape has to be known before all is said that is due. */
  get wantsMore(): boolean {
    return !this.#map.complete;
  }

  /** Whether so much waits for more of the tape that the client should not be heard for now. */
  get isFull(): boolean {
    return !this.#map.complete && this.#held.length + this.#heldNotices.length >= heldMax / 2;
  }

  /** Whether somebody waits for more of the tape. */
  get waitsForTape(): boolean {
    return !this.#map.complete && (this.#held.length > 0 || (this.#act?.stage.open.length ?? 0) > 0);
  }

  /** When something is to be done though nobody says anything, in microseconds. */
  get wakeAt(): number | undefined {
    const { stage } = this.#act ?? {};
    const silence = this.#isSilent ? this.#heardAt + this.#options.silenceMs * 1000 : undefined;
    const due = stage?.dueAt;
    if (silence === undefined || due === undefined) return silence ?? due;
    return Math.min(silence, due);
  }

  /** Something waits for what the client may still say. What it has said and is held is waited for anyway. */
  get #isSilent(): boolean {
    return this.#held.length === 0 && (this.#act?.stage.prefers ?? false);
  }

  opened(at: number): void {
    this.#heardAt = at;
    if (this.#options.single || this.#map.complete) this.#seat(undefined, at);
  }

  received(message: Message, at: number): void {
    this.#heardAt = at;
    const seen = this.#options.secrets?.hide(message) ?? message;
    for (const part of seen.parts()) this.#take(part, at);
  }

  /** The client says no more. */
  inputEnded(at: number): void {
    this.#inputEnded = true;
    this.#act?.stage.inputEnded(at);
  }

  /** Nothing more comes, and all is said that could be: what waits for its turn is missed. */
  giveUp(at: number): void {
    this.#act?.stage.giveUp(at);
  }

  /** More of the tape is known. */
  grown(at: number): void {
    if (!this.#act && this.#options.single) this.#seat(undefined, at);
    this.#act?.stage.grown(at);
    this.#takeHeldNotices(at);
    const held = this.#held.splice(0);
    if (held.length > 0) this.#heardAt = at;
    for (const [i, message] of held.entries()) {
      if (this.#takeHeld(message, at)) continue;
      this.#held.push(...held.slice(i));
      break;
    }
    this.#cancelHeld(at);
    this.#takeHeldNotices(at);
    if (this.#inputEnded) this.#act?.stage.inputEnded(at);
  }

  /** Time has passed. */
  tick(at: number): void {
    if (!this.#isSilent || at < this.#heardAt + this.#options.silenceMs * 1000) return;
    this.#act?.stage.stopWaiting(at);
    this.#heardAt = at;
  }

  /** The next thing to send, or undefined. */
  output(at: number): Output | undefined {
    const reply = this.#replies.shift();
    const output = reply ? { message: reply } : this.#act?.output(at);
    const { secrets } = this.#options;
    return secrets && output && "message" in output ? { message: secrets.fill(output.message) } : output;
  }

  /** The rounds of the conversation that were played, for what they used. */
  get acts(): readonly Act[] {
    return this.#act ? [...this.#past, this.#act] : this.#past;
  }

  #take(message: Message, at: number): void {
    const holdsInitialize = this.#held.some(({ method }) => method === "initialize");
    // What comes after another `initialize` is for the round that this begins.
    if (holdsInitialize && message.kind !== "request" && this.#held.length < heldMax)
      this.#held.push(message);
    else if (message.kind === "notification") this.#notice(message, at);
    else if (message.kind === "response") this.#noticeOrHold(message, at);
    else if (message.kind === "request") {
      if (this.#held.length === 0 && this.#request(message, at)) return;
      if (this.#held.length < heldMax) this.#held.push(message);
      else this.#noConversation(message);
    }
  }

  #notice(message: Message, at: number): void {
    if (message.method === "notifications/cancelled") {
      const id = message.rawAt("params", "requestId");
      // What is taken back before it could be looked up is looked up all the same, and then taken back.
      const isHeld = this.#held.some((request) => request.id !== undefined && request.id === id);
      if (isHeld && this.#held.length < heldMax) this.#held.push(message);
      else this.#noticeOrHold(message, at);
    } else if (message.method !== "notifications/progress") this.#noticeOrHold(message, at);
  }

  /** False: more of the tape has to be known first. */
  #takeHeld(message: Message, at: number): boolean {
    if (message.kind === "request") return this.#request(message, at);
    if (message.method !== "notifications/progress") this.#noticeOrHold(message, at);
    return true;
  }

  #takeHeldNotices(at: number): void {
    this.#heldNotices = this.#heldNotices.filter((message) => !this.#noticed(message, at));
  }

  /** What takes back a request that is known now does not wait for other requests. */
  #cancelHeld(at: number): void {
    const ids = new Set<string>();
    for (const message of this.#held.splice(0)) {
      if (message.kind === "request") ids.add(message.id!);
      const taken = message.rawAt("params", "requestId");
      const isCancellation = message.method === "notifications/cancelled" && taken !== undefined;
      if (!isCancellation || ids.has(taken)) this.#held.push(message);
      else this.#noticeOrHold(message, at);
    }
  }

  #noticeOrHold(message: Message, at: number): void {
    if (!this.#noticed(message, at) && this.#heldNotices.length < heldMax) this.#heldNotices.push(message);
  }

  /** False: more of the tape has to be known first. */
  #noticed(message: Message, at: number): boolean {
    const act = this.#act;
    if (!act) return false;
    if (message.kind === "response") return act.answer(message, at);
    if (message.method !== "notifications/cancelled") return act.notice(message, at);
    const key = idKeyOf(message.rawAt("params", "requestId"));
    return key === undefined || act.cancel(key, at);
  }

  /** False: more of the tape has to be known first. */
  #request(message: Message, at: number): boolean {
    if (message.method === "ping") {
      this.#replies.push(pong(message.id!));
      return true;
    }
    if (!this.#act && !this.#seat(message, at)) {
      if (!this.#map.complete) return false;
      this.#noConversation(message);
      return true;
    }
    if (message.method === "initialize") return this.#initialize(message, at);
    if (message.method === "server/discover") return this.#discover(message, at);
    return this.#act!.call(message, at);
  }

  /** Chooses the recorded conversation; false when there is none, or not known yet which. */
  #seat(first: Message | undefined, at: number): boolean {
    const { conversations } = this.#map;
    if (conversations.length === 0 || (!this.#map.complete && !this.#options.single)) return false;
    if (!first && conversations.length > 1) return false;
    const clients = conversations.map(({ scripts }) => scripts[0]!.clientInfo);
    const chosen = this.#assignment.take(first && clientOf(first), clients);
    if (chosen === undefined) return false;
    this.#conversation = conversations[chosen]!;
    this.#rounds = new Assignment(this.#options.repeat);
    return this.#begin(at);
  }

  /** The next round of the conversation, if there is one. */
  #begin(at: number): boolean {
    const { scripts } = this.#conversation!;
    const round = this.#rounds.take(
      undefined,
      scripts.map(() => undefined),
    );
    if (round === undefined) return false;
    if (this.#act) this.#leave(this.#act, at);
    this.#act = new Act(this.#map, scripts[round]!, this.#options, this.#critic);
    this.#act.stage.start(at);
    return true;
  }

  /** What is due in the round before is said before the next one begins. */
  #leave(act: Act, at: number): void {
    for (let output = act.output(at); output; output = act.output(at))
      if ("message" in output) this.#replies.push(output.message);
    this.#past.push(act);
  }

  #initialize(message: Message, at: number): boolean {
    let act = this.#act!;
    const again = act.script.initialize !== none && act.taking.isUsed(act.script.initialize);
    if (again) {
      const more = this.#conversation!.scripts.length > this.#past.length + 1;
      if (!more && !this.#map.complete) return false;
      if (!this.#begin(at)) {
        this.#noConversation(message);
        return true;
      }
      act = this.#act!;
    }
    const { initialize } = act.script;
    if (initialize !== none) {
      if (!act.script.settled(initialize)) return false;
      act.play(initialize, message, at);
      return true;
    }
    if (!act.script.complete) return false;
    this.#replies.push(opening(act.script, message));
    return true;
  }

  #discover(message: Message, at: number): boolean {
    const { script } = this.#act!;
    if (script.callsOf.first(hashOf("server/discover")) !== none) return this.#act!.discover(message, at);
    if (!script.complete && script.initialize === none) return false;
    this.#replies.push(discovery(this.#map, script, message.id!));
    return true;
  }

  #noConversation(message: Message): void {
    const method = message.method ?? "";
    const miss = { kind: "conversation", method, target: undefined, id: message.id!, recorded: 0 } as const;
    this.#critic.miss({ ...miss, nearest: undefined });
    this.#replies.push(missAnswer({ ...miss, nearest: undefined }));
  }
}

/** Who a client says it is, in either era. */
function clientOf(message: Message): string | undefined {
  const raw = message.rawAt("params", "clientInfo") ?? message.rawAt("params", "_meta", metaKeys.clientInfo);
  return raw === undefined ? undefined : canonicalOf(raw)?.text;
}
