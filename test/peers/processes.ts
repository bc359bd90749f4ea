/**
 * Which processes a test has left behind, asked of the system itself: every process that a test starts carries a
 * tag in its environment, which children inherit whatever group or parent they end up with.
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

/** The environment variable that marks the processes of one test. */
export const tagName = "REELWIRE_TEST_TAG";
const pollMs = 20;

export interface Found {
  readonly pid: number;
  readonly command: string;
}

export function newTag(): string {
  return randomUUID();
}

/** The living processes that carry a tag; zombies have no environment and do not count. */
export function tagged(tag: string): Found[] {
  const found: Found[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    if (!read(`/proc/${name}/environ`).split("\0").includes(`${tagName}=${tag}`)) continue;
    found.push({
      pid: Number(name),
      command: read(`/proc/${name}/cmdline`).split("\0").join(" ").slice(0, 160),
    });
  }
  return found;
}

/** Resolves when no process carries the tag any more; rejects with their list at the deadline. */
export async function untilGone(tag: string, msMax = 15_000): Promise<void> {
  await until(
    () => tagged(tag).length === 0,
    msMax,
    () => {
      const left = tagged(tag).map(({ pid, command }) => `  ${pid}  ${command}`);
      return `still running after ${msMax} ms:\n${left.join("\n")}`;
    },
  );
}

/** Whether a process is there and not a zombie. */
export function lives(pid: number): boolean {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== "" && stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
}

/** Waits for something outside that tells nobody when it happens, by looking again and again. */
export async function until(holds: () => boolean, msMax: number, complaint: () => string): Promise<void> {
  const deadline = performance.now() + msMax;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(complaint());
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Kills every process that carries the tag, however deaf. */
export function killTagged(tag: string): void {
  for (const { pid } of tagged(tag)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone meanwhile.
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
