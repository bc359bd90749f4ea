/** For programmer errors only: what can happen in the world is a value or a {@link ReelwireError}. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Ends the conversation when our own code is wrong; the message states what had to be true. */
export function assert(truth: unknown, mustHold: string): asserts truth {
  if (!truth) throw new AssertionError(`must hold: ${mustHold}`);
}

/** Marks a branch that the types already exclude. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
