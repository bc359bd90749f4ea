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
 * What happened to a conversation: past tense, plain data. `at` is microseconds since the conversation's start on
 * a monotonic clock. A tape is the list of these.
 */
export type LinkEvent =
  | { readonly kind: "opened"; readonly at: number; readonly port: Port; readonly facts: SideFacts }
  | { readonly kind: "received"; readonly at: number; readonly port: Port; readonly message: Message }
  | { readonly kind: "closed"; readonly at: number; readonly port: Port; readonly facts: SideFacts }
  /** The answer to an `ask` or the end of a `wait` of the strand `strand`. */
  | { readonly kind: "answered"; readonly at: number; readonly strand: number; readonly value: unknown };
