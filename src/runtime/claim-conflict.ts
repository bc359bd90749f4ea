import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { limits, ReelwireError } from "../base/index.ts";
import type { ProcessMark, TapeHeader } from "../tape/index.ts";
import { parseHeader } from "../tape/worker.ts";
import { isRunning, isSame, launcherOf } from "./ancestors.ts";
import type { RecordOptions } from "./record-options.ts";
import { type Claim, cannotCreate, fileOf, nextName, splitName } from "./tape-place.ts";

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

/** A claim on the name, or on the next free one beside it. `--force` replaces anything but a tape being written. */
export function resolveConflict(base: string, { force, rotate }: RecordOptions): Claim {
  const rotates = rotate !== undefined;
  const path = fileOf(base, rotates);
  const holder = holderOf(path, launcherOf(process.ppid));
  if (holder === "empty" || (holder !== "running" && force)) {
    unlinkSync(path);
    return claimExactly(path, base);
  }
  if (holder === "foreign") throw new ReelwireError("RW2201", { where: [["file", path]] });
  if (holder === "probe" && setProbeAside(path)) return claimExactly(path, base);
  for (let n = 2; n < namesMax; n++) {
    const other = nextName(base, n);
    const file = fileOf(other, rotates);
    try {
      return { fd: openSync(file, "wx", 0o600), path: file, base: other, wanted: base };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST") throw cannotCreate(path, cause);
    }
  }
  throw new ReelwireError("RW2201", { where: [["file", path]] });
}

/** Later parts of another recording under this name would be read as ours: replaced with `--force`, else an error. */
export function clearParts(claim: Claim, force: boolean): void {
  const { stem, suffix } = splitName(claim.base);
  const folder = dirname(claim.base);
  const isPart = (name: string): boolean =>
    name.startsWith(`${stem}.`) &&
    name.endsWith(suffix) &&
    /^\d{4,}$/.test(name.slice(stem.length + 1, -suffix.length));
  const old = readdirSync(folder).filter((name) => isPart(name) && name !== basename(claim.path));
  if (old.length > 0 && !force) {
    closeSync(claim.fd);
    unlinkSync(claim.path);
    throw new ReelwireError("RW2201", { where: [["file", join(folder, old[0]!)]] });
  }
  for (const name of old) unlinkSync(join(folder, name));
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

/** Makes room for a `.vcr` file: one of a mere probe may go, any other only with `--force`. */
export function clearVcr(path: string, force: boolean): void {
  if (!force && !isFreshVcrProbe(path)) throw new ReelwireError("RW2201", { where: [["file", path]] });
  unlinkSync(path);
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

function claimExactly(path: string, base: string): Claim {
  try {
    return { fd: openSync(path, "wx", 0o600), path, base };
  } catch (cause) {
    throw cannotCreate(path, cause);
  }
}

/**
 * Who holds a name: a recorder at work, a finished probe, another recording of this run, nobody (an old empty file is
 * what a recorder leaves that was killed at once), or somebody else.
 */
function holderOf(path: string, ours: ProcessMark): "running" | "probe" | "same-run" | "empty" | "foreign" {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return "foreign";
  if (!stat.isFile())
    throw cannotCreate(path, Object.assign(new Error("it is no regular file"), { code: "ENOTREG" }));
  const young = Date.now() - stat.mtimeMs < freshMsMax;
  if (stat.size === 0) return young ? "running" : "empty";
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
