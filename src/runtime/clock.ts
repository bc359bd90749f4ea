import type { Clock } from "../base/index.ts";

/** The longest that one timer of the system lasts, in milliseconds; longer waits are made of several. */
const timerMsMax = 2_147_483_647;

/** The time of the machine, monotonic. */
export const systemClock: Clock = {
  now: () => Math.floor(performance.now() * 1000),
  after: (ms, then) => {
    let timer: NodeJS.Timeout;
    const set = (left: number): void => {
      timer = setTimeout(
        () => (left > timerMsMax ? set(left - timerMsMax) : then()),
        Math.min(left, timerMsMax),
      );
    };
    set(ms);
    return () => clearTimeout(timer);
  },
};
