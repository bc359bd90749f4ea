import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { limits, ReelwireError } from "../base/index.ts";
import type { ProcessMark, TapeHeader } from "../tape/index.ts";
import { parseHeader } from "../tape/worker.ts";
import { isRunning, isSame, launcherOf } from "./ancestors.ts";
import { type Claim, cannotCreate, splitName } from "./tape-place.ts";

/**
 * What to do when the tape's name is taken. An SDK client that probes for the era starts its command twice, so the
 * same launcher gets a second name instead of an error, and a tape that holds only the probe gives its name up.
 */

/** How old a probe's tape may be to give up its name, and an empty one to count as just being started, in ms. */
const freshMsMax = 60_000;
/** How many names are tried before giving up. */
const namesMax = 10_000;
/** A probe's tape is small: more than this, in bytes, is no probe. */
const probeBytesMax = 256 * 1024;

/** A claim on `path` or on the next free name beside it. */
export function resolveConflict(path: string, force: boolean): Claim {
  if (force) {
    unlinkSync(path);
    return claimExactly(path);
  }
  const holder = holderOf(path, launcherOf(process.ppid));
  if (holder === "foreign") throw new ReelwireError("RW2201", { where: [["file", path]] });
  if (holder === "probe" && setProbeAside(path)) return claimExactly(path);
  const { stem, suffix } = splitName(path);
  for (let n = 2; n < namesMax; n++) {
    try {
      const other = join(dirname(path), `${stem}.${n}${suffix}`);
      return { fd: openSync(other, "wx", 0o600), path: other, wanted: path };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cannotCreate(path, cause);
    }
  }
  throw new ReelwireError("RW2201", { where: [["file", path]] });
}

/** Takes the wanted name after all when its holder turned out to be a probe that has ended; the path from now on. */
export function settle(path: string, wanted: string | undefined, launcher: ProcessMark): string {
  if (wanted === undefined) return path;
  try {
    if (existsSync(wanted) && (holderOf(wanted, launcher) !== "probe" || !setProbeAside(wanted))) return path;
    renameSync(path, wanted);
    return wanted;
  } catch {
    return path;
  }
}

/** A `.vcr` file is made at the end, so its name is only looked at here; a fresh one of a mere probe may go. */
export function checkVcr(path: string, force: boolean): void {
  if (force || !existsSync(path) || isFreshVcrProbe(path)) return;
  throw new ReelwireError("RW2201", { where: [["file", path]] });
}

/** Whether a `.vcr` file is under a minute old and holds no interaction at all. */
export function isFreshVcrProbe(path: string): boolean {
  const stat = statSync(path);
  if (!stat.isFile() || stat.size > probeBytesMax || Date.now() - stat.mtimeMs >= freshMsMax) return false;
  try {
    const file = JSON.parse(readFileSync(path, "utf8")) as { session?: { interactions?: unknown[] } };
    return file.session?.interactions?.length === 0;
  } catch {
    return false;
  }
}

function claimExactly(path: string): Claim {
  try {
    return { fd: openSync(path, "wx", 0o600), path };
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

/** Who holds a name: a recorder at work, a finished probe, another recording of this run, or somebody else. */
function holderOf(path: string, ours: ProcessMark): "running" | "probe" | "same-run" | "foreign" {
  const stat = statSync(path);
  if (!stat.isFile()) return "foreign";
  const young = Date.now() - stat.mtimeMs < freshMsMax;
  if (stat.size === 0) return young ? "running" : "foreign";
  const header = headerOf(path);
  if (!header) return "foreign";
  if (header.recorder && header.recorder.pid !== process.pid && isRunning(header.recorder)) return "running";
  if (!header.launcher || !isSame(header.launcher, ours)) return "foreign";
  return young && stat.size <= probeBytesMax && holdsOnlyProbe(path) ? "probe" : "same-run";
}

function headerOf(path: string): TapeHeader | undefined {
  const fd = openSync(path, "r");
  try {
    const head = Buffer.alloc(Math.min(limits.headerBytesMax, statSync(path).size));
    const read = readSync(fd, head, 0, head.length, 0);
    const end = head.indexOf(0x0a);
    return end < 0 || end > read ? undefined : parseHeader(head.subarray(0, end));
  } finally {
    closeSync(fd);
  }
}

/** Whether the only message a client sent is `server/discover`. */
function holdsOnlyProbe(path: string): boolean {
  const sent = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.includes('"dir":"c2s"'));
  return sent.length > 0 && sent.every((line) => /"method"\s*:\s*"server\/discover"/.test(line));
}

function setProbeAside(path: string): boolean {
  const { stem, suffix } = splitName(path);
  for (let n = 1; n < namesMax; n++) {
    const aside = join(dirname(path), `${stem}.probe${n === 1 ? "" : `.${n}`}${suffix}`);
    if (existsSync(aside)) continue;
    renameSync(path, aside);
    return true;
  }
  return false;
}
