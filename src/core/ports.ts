import type { Message } from "../protocol/index.ts";
import type { SideFacts } from "./event.ts";

/**
 * A live, two-way pipe of messages. Iterating yields what the other end sends, in order, and ends when the other
 * end has; `send` resolves when the link can take more (its buffer has a limit); `close` may be called twice.
 */
export interface Link extends AsyncIterable<Message> {
  send(message: Message): Promise<void>;
  close(facts?: SideFacts): Promise<void>;
}
