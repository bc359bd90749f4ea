import { directionOf, type Layer, type LinkEvent } from "../core/index.ts";
import type { TapeEvent } from "../tape/index.ts";

/**
 * Recording as a layer, for stacks that act on messages: each event goes on the tape before anything else sees it.
 * Where every layer only observes, the bytes are tapped instead (arena.ts, recorder.ts); a test holds the two equal.
 */
export const recordLayer: Layer = function* (event, next) {
  yield { kind: "write", event };
  yield* next(event);
};

/** The line of a tape that an event of a conversation becomes. */
export function tapeEventOf(event: LinkEvent): TapeEvent {
  const { at } = event;
  if (event.kind === "received") {
    return { at, dir: directionOf(event.port), payload: { kind: "msg", message: event.message } };
  }
  const side = event.port === "client" ? "client" : "server";
  const facts = { side, ...event.facts } as const;
  if (event.kind === "opened") return { at, payload: { kind: "open", open: facts } };
  return { at, payload: { kind: "close", close: facts } };
}
