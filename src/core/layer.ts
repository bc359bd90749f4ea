import type { Step } from "./effect.ts";
import type { LinkEvent } from "./event.ts";

/** A strand of effects in progress; resumed with the answer of an `ask`, with nothing otherwise. */
export type Steps = Generator<Step, void, unknown>;

/**
 * One behaviour. It may pass the event on, change it, swallow it, answer it, or wait first; layers stack like an
 * onion (outermost first), and the innermost usually relays. A layer holds its state in its closure, one closure
 * for one conversation.
 */
export type Layer = (event: LinkEvent, next: (event: LinkEvent) => Steps) => Steps;
