/** A progress bar on stderr: only on a terminal, only for work that takes long, and gone when it is done. */
import type { Call } from "./command.ts";
import { sizeText } from "./units.ts";

const shownAfterMs = 500;
const redrawnEveryMs = 100;
const barChars = 24;

export interface Progress {
  /** How many bytes are done, of how many; `total` 0 when that is not known. */
  at(done: number, total: number): void;
  end(): void;
}

/** `now` in milliseconds; handed in so that tests need not wait. */
export function startProgress(
  stderr: Call["stderr"],
  what: string,
  now: () => number = () => performance.now(),
): Progress {
  if (!stderr.isTTY) return { at: () => {}, end: () => {} };
  const started = now();
  let drawn: number | undefined;
  return {
    at(done, total) {
      const time = now();
      if (time - started < shownAfterMs || time - (drawn ?? 0) < redrawnEveryMs) return;
      drawn = time;
      stderr.write(`\r\u001b[2K${what} ${bar(done, total)}`);
    },
    end() {
      if (drawn !== undefined) stderr.write("\r\u001b[2K");
      drawn = undefined;
    },
  };
}

function bar(done: number, total: number): string {
  if (total <= 0) return sizeText(done);
  const share = Math.min(1, done / total);
  const full = Math.round(share * barChars);
  return `[${"#".repeat(full)}${".".repeat(barChars - full)}] ${Math.floor(share * 100)}%`;
}
