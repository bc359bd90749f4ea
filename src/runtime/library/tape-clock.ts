import type { Clock } from "../../base/index.ts";
import { systemClock } from "../clock.ts";

/** The time of one recording: monotonic, from 0 at its start. */
export interface TapeClock extends Clock {
  /** The wall clock at 0, in microseconds since 1970. */
  readonly startedAtUs: number;
}

export function startClock(): TapeClock {
  const origin = systemClock.now();
  return {
    startedAtUs: Math.round(performance.timeOrigin * 1000 + origin),
    now: () => systemClock.now() - origin,
    after: systemClock.after,
  };
}
