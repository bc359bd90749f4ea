/**
 * Wall-clock times with microseconds, which `Date` cannot hold. Microseconds since 1970 fit a double until the year
 * 2255; a later time is no time here.
 */
export interface WallTime {
  /** Microseconds since 1970-01-01 UTC. */
  readonly micros: number;
  /** False when the text named no zone; it is then taken as UTC. */
  readonly zoned: boolean;
}

const shape =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?$/;

/** Reads an ISO 8601 time, with or without a zone, with any number of decimals; digits past the sixth are cut. */
export function parseWallTime(text: string): WallTime | undefined {
  const parts = shape.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  if (month! < 1 || month! > 12 || day! < 1 || day! > 31 || hour! > 24 || minute! > 59 || second! > 60)
    return undefined;
  const seconds = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) / 1000;
  const fraction = Number((parts[7] ?? "").slice(0, 6).padEnd(6, "0"));
  const zone = parts[8];
  const micros = (seconds - zoneSeconds(zone)) * 1_000_000 + fraction;
  return Number.isSafeInteger(micros) ? { micros, zoned: zone !== undefined } : undefined;
}

/** The same time as ISO 8601 in UTC with six decimals. */
export function formatWallTime(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = String(micros - millis * 1000).padStart(3, "0");
  return new Date(millis).toISOString().replace("Z", `${rest}Z`);
}

function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(":", "").padEnd(4, "0");
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2)) * 60;
  return zone.startsWith("-") ? -seconds : seconds;
}
