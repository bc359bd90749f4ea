import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ProcessMark } from "../tape/index.ts";

/**
 * Who started us, past the launchers in between: two runs of one configuration have the same launcher, two runs of
 * different programs do not. Linux tells through /proc, other systems through `ps`; where neither does, only the
 * parent's pid is known.
 */

/** How many ancestors are asked at the most. */
const ancestorsMax = 16;
const launcherNames =
  /^(npx|npm|pnpm|pnpx|yarn|yarnpkg|bunx|uvx|sh|bash|dash|ash|zsh|ksh|fish|env|sudo|nice|timeout|nohup|setsid|stdbuf|time)(-cli)?(\.[cm]?js|\.exe|\.cmd)?$/;

interface ProcessFacts {
  readonly parent: number;
  readonly words: readonly string[];
}

/** The nearest ancestor, from `pid` up, that is no launcher. */
export function launcherOf(pid: number): ProcessMark {
  let at = pid;
  for (let i = 0; i < ancestorsMax; i++) {
    const facts = factsOf(at);
    if (!facts || facts.parent <= 0 || !isLauncher(facts.words)) break;
    at = facts.parent;
  }
  return markOf(at);
}

/** A process and the time it started, so that a reused pid is told apart. */
export function markOf(pid: number): ProcessMark {
  const startedAt = startOf(pid);
  return startedAt === undefined ? { pid } : { pid, startedAt };
}

/** Whether that very process still runs. */
export function isRunning(mark: ProcessMark): boolean {
  try {
    process.kill(mark.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return isSame(mark, markOf(mark.pid));
}

/** How far two readings of one start may be apart, in milliseconds: the boot time itself is only told in seconds. */
const startMsApartMax = 2_000;

/** Whether two marks mean the same process. */
export function isSame(a: ProcessMark, b: ProcessMark): boolean {
  if (a.pid !== b.pid || a.startedAt === undefined || b.startedAt === undefined) return a.pid === b.pid;
  return Math.abs(Date.parse(a.startedAt) - Date.parse(b.startedAt)) <= startMsApartMax;
}

function isLauncher(words: readonly string[]): boolean {
  const names = words
    .slice(0, 3)
    .filter((word) => !word.startsWith("-"))
    .map((word) => basename(word));
  const [first = "", second = ""] = names;
  if (/^(npm|npx|pnpm|yarn) /.test(words[0] ?? "")) return true;
  return launcherNames.test(first.replace(/^-/, "")) || (/^node/.test(first) && launcherNames.test(second));
}

function factsOf(pid: number): ProcessFacts | undefined {
  try {
    if (process.platform === "linux") {
      const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter(Boolean);
      return { parent: Number(statOf(pid)[1]), words };
    }
    const [parent = "0", ...words] = ps(pid, "ppid=,args=").trim().split(/\s+/);
    return { parent: Number(parent), words };
  } catch {
    return undefined;
  }
}

function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== "linux") return new Date(ps(pid, "lstart=").trim()).toISOString();
    const [, boot = "0"] = /^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8")) ?? [];
    // Field 22 of stat is the start in clock ticks since boot; the tick is 1/100 s on every Linux that Node runs on.
    return new Date(Number(boot) * 1000 + Number(statOf(pid)[19]) * 10).toISOString();
  } catch {
    return undefined;
  }
}

/** The fields of /proc/PID/stat from the third on: the second, the name, may itself hold blanks and brackets. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

function ps(pid: number, format: string): string {
  const { execFileSync } = process.getBuiltinModule("node:child_process");
  return execFileSync("ps", ["-o", format, "-p", String(pid)], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}
