/**
 * What the core wants done: imperative, plain data; the whole vocabulary stands on this page. Effects are performed
 * in the order given, on each port without exception. Pairs with `event.ts`; `runtime/` performs.
 */
import type { Message } from "../protocol/index.ts";
import type { LinkEvent, Port, SideFacts } from "./event.ts";

export type Effect =
  /** Put a message on a link, its bytes unchanged. */
  | { readonly kind: "send"; readonly port: Port; readonly message: Message }
  /** Say no more on a link, after what was sent before. */
  | { readonly kind: "close"; readonly port: Port; readonly facts: SideFacts }
  /** Put an event on the tape. */
  | { readonly kind: "write"; readonly event: LinkEvent }
  /** Ask the outside something; the strand sleeps until `answered` with the same `strand` brings the value. */
  | { readonly kind: "ask"; readonly strand: number; readonly question: unknown }
  /** Sleep `ms` milliseconds; the strand goes on when `answered` comes. */
  | { readonly kind: "wait"; readonly strand: number; readonly ms: number };

/** What a layer yields: an effect, in which the conversation fills in the strand, or a word to the conversation. */
export type Step =
  /**
   * From here on this strand holds no later event back, though it sleeps: an answer that is due in a while, while
   * its cancellation may still come. What it yields stays in order with itself alone.
   */
  | { readonly kind: "release" }
  | Exclude<Effect, { kind: "ask" | "wait" }>
  | { readonly kind: "ask"; readonly question: unknown }
  | { readonly kind: "wait"; readonly ms: number };
