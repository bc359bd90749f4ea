/**
 * What was found, as it may be told: a key of an object can be a secret itself, and then it stands in the pointers of
 * all that lies below it.
 */
import { parsePointer, pointerOf } from "../../base/index.ts";
import type { Found, Redactor } from "../../redact/index.ts";

/** The longest name that is told, in characters. */
const nameCharsMax = 100;

/** `quiet` is a redactor that tells nobody. */
export function tellable<T extends Found>(found: T, quiet: Redactor): T {
  const keys = parsePointer(found.pointer) ?? [];
  const pointer = pointerOf(keys.map((key) => quiet.text(key)));
  const { name } = found;
  return { ...found, pointer, ...(name !== undefined && { name: quiet.text(name).slice(0, nameCharsMax) }) };
}
