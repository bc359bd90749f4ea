/**
 * The one shape of behaviour. A recorder, a fault, a policy and a replayer are each a layer; what a program does is
 * its stack of them.
 */
import type { Step } from "./effect.ts";
import type { LinkEvent } from "./event.ts";

/** A strand of effects in progress; resumed with the answer of an `ask`, with nothing otherwise. */
export type Steps = Generator<Step, void, unknown>;

/**
 * One behaviour. It may pass the event on, change it, swallow it, answer it, or wait first; layers stack like an
 * onion (outermost first), and the innermost usually relays. A layer holds its state in its closure, one closure
 * for one conversation. When the conversation ends while it sleeps, its `finally` blocks run and may yield effects;
 * an `ask` or `wait` in them is answered at once with nothing.
 */
export type Layer = (event: LinkEvent, next: (event: LinkEvent) => Steps) => Steps;

/** One function for a stack of layers, outermost first. What the innermost passes on is swallowed. */
export function compose(layers: readonly Layer[]): (event: LinkEvent) => Steps {
  return layers.reduceRight<(event: LinkEvent) => Steps>(
    (next, layer) => (event) => layer(event, next),
    nothing,
  );
}

function* nothing(): Steps {}
