/**
 * Values that a client mints anew on each run. Where a class is chosen, a string that belongs to it counts as equal to
 * any other of the class, and a recorded one that comes back in an answer is rewritten to the live one.
 */

/** The names of the classes, as configuration and flags spell them. */
export const volatileNames = ["uuid", "iso-time", "epoch", "hex"] as const;

export type VolatileName = (typeof volatileNames)[number];

const strings: Readonly<Record<Exclude<VolatileName, "epoch">, RegExp>> = {
  /** RFC 9562, any version, either case. */
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /** RFC 3339 date and time, with or without a zone. */
  "iso-time": /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/,
  /** A hash or a random id: 16 or more hexadecimal digits, at least one of them a letter and one a digit. */
  hex: /^(?=.*\d)(?=.*[a-f])[0-9a-f]{16,128}$/i,
};

/** Seconds or milliseconds since 1970, as a JSON number without a fraction. */
const epochDigits = /^\d{10}(\d{3})?$/;
/** From 2001 (the first with ten digits) to the end of 2099, in seconds. */
const epochFirst = 1_000_000_000;
const epochEnd = 4_102_444_800;

/** The class of a string's characters among those chosen, or undefined. */
export function volatileString(text: string, chosen: readonly VolatileName[]): VolatileName | undefined {
  if (text.length > 128) return undefined;
  return chosen.find((name) => name !== "epoch" && strings[name].test(text));
}

/** Whether a number's text is a point in time, when that is chosen. */
export function isEpoch(text: string, chosen: readonly VolatileName[]): boolean {
  if (!chosen.includes("epoch") || !epochDigits.test(text)) return false;
  const seconds = Number(text.slice(0, 10));
  return seconds >= epochFirst && seconds < epochEnd;
}
