/**
 * An exchange is a view, not a thing of its own: one request with what belongs to it, computed from the messages of
 * one conversation. The words here are what listings, filters and exports speak of; `exchange-tracker.ts` computes
 * them.
 */
import type { Direction, Message } from "../protocol/index.ts";
import type { Port } from "./event.ts";

/**
 * How a request fared. `error` is a JSON-RPC error, `tool_error` a tool's result that says `isError: true`.
 * `cancelled` stays, also when an answer still comes; `open` is also what an exchange without any answer ends as.
 */
export type ExchangeStatus = "open" | "ok" | "error" | "tool_error" | "cancelled";

/** One request and what belongs to it. Updated in place by its tracker: copy it to keep a moment. */
export interface Exchange {
  /** Counted from 1 in the order of opening; unique within its tracker, never used again. */
  readonly key: number;
  /** The direction of the request: who asked. */
  readonly dir: Direction;
  readonly method: string;
  /** The id's JSON text as the asker sent it: `0`, `""`, `1` and `"1"` are four different ids. */
  readonly id: string;
  /** The JSON text of `params._meta.progressToken`, when the asker wants progress. */
  readonly progressToken: string | undefined;
  readonly openedAt: number;
  /** When the first answer came; a late one after a cancellation counts too. */
  readonly answeredAt: number | undefined;
  readonly cancelledAt: number | undefined;
  readonly status: ExchangeStatus;
  readonly requestBytes: number;
  /** Bytes of all answers. */
  readonly responseBytes: number;
  /** How many answers came: 0 when lost or cancelled, more than 1 from peers that stream answers under one id. */
  readonly responseCount: number;
  readonly progressCount: number;
  /** How many notifications came on its subscription (`_meta` names the id of `subscriptions/listen`). */
  readonly relatedCount: number;
}

/** What a message did to an exchange. */
export type ExchangeDeed =
  /** A request. */
  | "opened"
  /** `notifications/progress` that carries the token of an open exchange. */
  | "progress"
  /** A notification on the subscription that an open exchange is. */
  | "related"
  /** `notifications/cancelled` that names an open exchange. */
  | "cancelled"
  /** The answer of an open exchange: it is over. */
  | "answered"
  /** Anything for an exchange that is over: a second answer, progress of a task, a cancellation that crossed it. */
  | "late";

/** What one message is. A batch gives one change for each of its parts. */
export type ExchangeChange =
  | { readonly what: ExchangeDeed; readonly message: Message; readonly exchange: Exchange }
  /**
   * Belongs to no exchange that is known: a notification by itself, an answer nobody asked for (or whose request
   * was evicted), an answer to `id: null`, JSON that is no JSON-RPC. `message.kind` tells them apart.
   */
  | { readonly what: "unsolicited"; readonly message: Message; readonly exchange?: undefined }
  /** Too many are open: the oldest is let go unanswered. Stands before the `opened` that needed its place. */
  | { readonly what: "evicted"; readonly exchange: Exchange; readonly message?: undefined };

/** The direction in which a message travels that was received from this port. */
export function directionOf(port: Port): Direction {
  return port === "client" ? "c2s" : "s2c";
}
