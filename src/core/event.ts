/**
 * What happened to a conversation: past tense, frozen data. Pairs with `effect.ts`, what is to be done about it.
 */
import type { Message } from "../protocol/index.ts";

/** A named end of a conversation: `client`, `server`, or `server:<name>` when there are several. */
export type Port = string;

/** Facts about a side that connected or ended; what is known depends on the transport. */
export interface SideFacts {
  readonly pid?: number;
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly reason?: string;
}

/**
 * What happened on a link; layers see these and a tape is the list of them. `at` is microseconds since the
 * conversation's start on a monotonic clock.
 */
export type LinkEvent =
  | { readonly kind: "opened"; readonly at: number; readonly port: Port; readonly facts: SideFacts }
  | { readonly kind: "received"; readonly at: number; readonly port: Port; readonly message: Message }
  /** The other end says no more; it may still listen. */
  | { readonly kind: "closed"; readonly at: number; readonly port: Port; readonly facts: SideFacts };

/** The answer to the `ask` of a strand, or the end of its `wait` (then without a value). No layer sees it. */
export interface AnsweredEvent {
  readonly kind: "answered";
  readonly at: number;
  readonly strand: number;
  readonly value: unknown;
}

/** Everything that a conversation handles. */
export type CoreEvent = LinkEvent | AnsweredEvent;
