/**
 * What the core needs of the world, as interfaces. Built in `transport/` and `store/`, handed in by `runtime/`; the
 * suites in `testing/` say the same as tests.
 */
import type { Message } from "../protocol/index.ts";
import type { SideFacts } from "./event.ts";

/**
 * A live, two-way pipe of messages; each way ends by itself, as with a pair of pipes.
 *
 * - Iterating (once) yields what the other end sends, in order, and returns how that ended. It never throws for
 *   what the other end or the system did: that is a reason in the facts. Leaving the iteration means that we listen
 *   no more; what still comes is let go.
 * - `send` takes messages in the order of its calls and resolves when the link can take more. It never rejects: a
 *   message to an end that is gone is let go, and the iteration tells.
 * - `close` says that we send no more; what was sent before still arrives, and the other end may go on talking. It
 *   resolves when that is handed over or cannot be, and may be called again.
 */
export interface Link extends AsyncIterable<Message, SideFacts> {
  /** What is known of the other end from the start. */
  readonly facts?: SideFacts;
  send(message: Message): Promise<void>;
  close(facts?: SideFacts): Promise<void>;
}
