/**
 * The seal of a message on a tape: a keyed hash of what was written, so that nobody without the key decides what a secret
 * of the environment is put into. A message that held placeholders before it was cleaned is not sealed: they are not ours.
 */
import { holdsPlaceholder } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import type { Redactor } from "./redactor.ts";

/** The line key of a seal, and that of the numbers which it covers. */
export const sealKey = "sealed";
export const numbersKey = "redacted";

export type LineKeys = readonly (readonly [key: string, json: string])[];

/** What is sealed of a line: the message, and the numbers beside it. */
export function sealedText(message: Message, keys: LineKeys): string {
  return `${keys.find(([key]) => key === numbersKey)?.[1] ?? ""}\n${message.text}`;
}

/** The line's keys with the seal of what `before` has become; without one where it may not have any. */
export function withSeal(before: Message, now: Message, keys: LineKeys, redactor: Redactor): LineKeys {
  const others = keys.filter(([key]) => key !== sealKey);
  if (holdsPlaceholder(before.text)) return others;
  const seal = redactor.seal(sealedText(now, others));
  return seal === "" ? others : [...others, [sealKey, JSON.stringify(seal)]];
}
