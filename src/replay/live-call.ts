/** A recorded call that is being played for a live request. */
import { type Bindings, none } from "../match/index.ts";

export class LiveCall {
  /** The recorded call. Changes when the client's answers turn out to be those of an equal call. */
  call: number;
  /** The live id and progress token, as JSON texts; without a token nothing is reported. */
  readonly id: string;
  readonly token: string | undefined;
  /** What all rounds of the request have in common, when it may have several. */
  readonly roundKey: string | undefined;
  /** The last thing that was said for it; the call itself at first. */
  last: number;
  /** All events between the call and this one have happened, or are waited for no more. */
  passed = 0;
  /** The same, looked at from the other side: all events from this one to what is said next. */
  ahead = none;
  /** Asks of it that the client has not answered, and whose answer something waits for. */
  readonly open = new Set<number>();
  /** Values of this request that were others when it was recorded; they come before those of the conversation. */
  bindings: Bindings | undefined;
  /** Asks made so far. */
  asks = 0;
  /** What is said next stands ready and waits for its turn. */
  queued = false;
  /** The client took it back, as recorded: what is left is what was still said then. */
  cancelled = false;
  /** Nothing is said for it until more of the tape is known. */
  hushed = false;
  done = false;
  /** Where the last cause stands, live and as recorded, in microseconds: the next delay counts from there. */
  since: number;
  sinceRecorded: number;

  constructor(call: number, id: string, token: string | undefined, roundKey: string | undefined, at: number) {
    this.call = call;
    this.id = id;
    this.token = token;
    this.roundKey = roundKey;
    this.last = call;
    this.since = at;
    this.sinceRecorded = 0;
  }
}

/** Said for a call that the recording has no answer to. */
export const unanswered = none;
