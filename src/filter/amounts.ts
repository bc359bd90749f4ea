/**
 * Durations, sizes and points in time as people write them. Dates are reckoned here and without the system's clock,
 * because a filter has to mean the same in a recorder, in a test and in a browser.
 */
import type { Amount, Moment } from "./syntax.ts";

const msPer: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

const bytesPer: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

export const durationWants = "a number with us, ms, s, m, h, d or w, such as 500ms";
export const sizeWants = "a number of bytes, or one with k, m or g (powers of 1024), such as 64k";
export const momentWants = "an age such as 2d or 3h, or a date such as 2026-11-01 or 2026-11-01T08:30Z";

/** `500ms`, `1.5s`; undefined when it is none. */
export function parseDuration(text: string): Amount | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)$/.exec(text) ?? [];
  return number === undefined ? undefined : amount(text, Number(number) * msPer[unit!]!);
}

/** `64k`, `1.5MB`, `100`; undefined when it is none. */
export function parseSize(text: string): Amount | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
  return number === undefined ? undefined : amount(text, Number(number) * bytesPer[unit.toLowerCase()]!);
}

/** An age, or an ISO 8601 date or time; without an offset it is UTC. */
export function parseMoment(text: string): Moment | undefined {
  const age = parseDuration(text);
  if (age) return { kind: "ago", text, ms: age.value };
  const parts =
    /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|z|[+-]\d\d:\d\d)?)?$/.exec(
      text,
    );
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction, offset] = parts;
  const n = [year, month, day, hour ?? "0", minute ?? "0", second ?? "0"].map(Number);
  const date = dayNumber(n[0]!, n[1]!, n[2]!);
  if (date === undefined || n[3]! > 23 || n[4]! > 59 || n[5]! > 60) return undefined;
  const clockMs = ((n[3]! * 60 + n[4]!) * 60 + n[5]!) * 1000 + Number(`0.${fraction ?? "0"}`) * 1000;
  const fromMs = date * msPer["d"]! + clockMs - offsetMs(offset);
  const unit = hour === undefined ? "d" : second === undefined ? "m" : fraction === undefined ? "s" : "ms";
  return { kind: "on", text, fromMs, toMs: fromMs + msPer[unit]! };
}

/** Epoch milliseconds of an ISO 8601 time, or undefined. */
export function epochMs(iso: string): number | undefined {
  const moment = parseMoment(iso);
  return moment?.kind === "on" ? moment.fromMs : undefined;
}

function amount(text: string, value: number): Amount | undefined {
  return Number.isFinite(value) ? { text, value } : undefined;
}

function offsetMs(offset: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(offset ?? "") ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** Days since 1970-01-01 in the Gregorian calendar, or undefined when there is no such day. */
function dayNumber(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const y = month <= 2 ? year - 1 : year; // The year starts in March, so that a leap day is its last.
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}
