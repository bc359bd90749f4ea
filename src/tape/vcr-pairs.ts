/**
 * Pairs the answers of a tape with their requests, and finds each notification of the server the call it belongs
 * to: progress goes with the request whose token it carries, anything else with the next answer.
 */
import { Message } from "../protocol/index.ts";
import type { Losses } from "./vcr-losses.ts";

export interface AnsweredCall {
  readonly request: Message;
  readonly response: Message;
  readonly notifications: readonly Message[];
  readonly askedAt: number;
  readonly answeredAt: number;
}

export interface PairLimits {
  /** The most requests without an answer; the oldest gives way. */
  readonly openMax: number;
  /** The most notifications, and bytes of messages, that wait for an answer. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
}

const pairLimits: PairLimits = { openMax: 10_000, waitingMax: 10_000, waitingBytesMax: 64 * 1024 * 1024 };

/** A notification and its place among all of them. */
interface Waiting {
  readonly message: Message;
  readonly place: number;
}

interface Open {
  readonly request: Message;
  readonly at: number;
  readonly notifications: Waiting[];
  readonly token: string | undefined;
}

export class Pairs {
  readonly #losses: Losses;
  readonly #limits: PairLimits;
  readonly #open = new Map<string, Open>();
  /** Open requests by the text of their progress token. */
  readonly #byToken = new Map<string, Open>();
  #waiting: Waiting[] = [];
  #waitingCount = 0;
  #place = 0;
  #bytes = 0;

  constructor(losses: Losses, limits: PairLimits = pairLimits) {
    this.#losses = losses;
    this.#limits = limits;
  }

  asked(request: Message, at: number): void {
    const key = request.idKey!;
    if (this.#open.has(key)) this.#forget(key);
    const token = request.rawAt("params", "_meta", "progressToken");
    const open: Open = { request: copyOf(request), at, notifications: [], token };
    this.#open.set(key, open);
    if (token !== undefined) this.#byToken.set(token, open);
    this.#bytes += request.bytes.length;
    while (this.#open.size > this.#limits.openMax || (this.#isHeavy() && this.#open.size > 1)) {
      this.#forget(this.#open.keys().next().value!);
    }
  }

  notified(notification: Message): void {
    if (this.#waitingCount >= this.#limits.waitingMax || this.#isHeavy()) {
      this.#losses.add("late-notifications");
      return;
    }
    this.#owner(notification).push({ message: copyOf(notification), place: this.#place++ });
    this.#waitingCount++;
    this.#bytes += notification.bytes.length;
  }

  /** The call that this answers, or undefined when nothing that is open was asked like that. */
  answered(response: Message, at: number): AnsweredCall | undefined {
    const key = response.idKey;
    const open = key === undefined ? undefined : this.#open.get(key);
    if (open === undefined) return undefined;
    this.#close(key!, open);
    const waiting = [...this.#waiting, ...open.notifications].sort((a, b) => a.place - b.place);
    this.#release(this.#waiting);
    this.#waiting = [];
    const notifications = waiting.map(({ message }) => message);
    return {
      request: open.request,
      response,
      notifications,
      askedAt: open.at,
      answeredAt: Math.max(at, open.at),
    };
  }

  /** Counts what is still open or waiting when the tape is over. */
  end(): void {
    for (const key of [...this.#open.keys()]) this.#forget(key);
    this.#losses.add("late-notifications", this.#waiting.length);
  }

  #owner(notification: Message): Waiting[] {
    if (notification.method !== "notifications/progress") return this.#waiting;
    const token = notification.rawAt("params", "progressToken");
    const open = token === undefined ? undefined : this.#byToken.get(token);
    return open?.notifications ?? this.#waiting;
  }

  #forget(key: string): void {
    const open = this.#open.get(key)!;
    this.#close(key, open);
    this.#losses.add("unanswered");
    this.#losses.add("late-notifications", open.notifications.length);
  }

  #close(key: string, open: Open): void {
    this.#open.delete(key);
    if (open.token !== undefined && this.#byToken.get(open.token) === open) this.#byToken.delete(open.token);
    this.#bytes -= open.request.bytes.length;
    this.#release(open.notifications);
  }

  #release(waiting: readonly Waiting[]): void {
    this.#waitingCount -= waiting.length;
    for (const { message } of waiting) this.#bytes -= message.bytes.length;
  }

  #isHeavy(): boolean {
    return this.#bytes > this.#limits.waitingBytesMax;
  }
}

/** A message of its own: one that is kept must not keep the chunk that it came in. */
function copyOf(message: Message): Message {
  return new Message(new Uint8Array(message.bytes));
}
