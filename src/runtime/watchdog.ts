import type { ChildProcess } from "node:child_process";

const { spawn } = process.getBuiltinModule("node:child_process");

/**
 * Ends a server that outlives us. We may be killed with SIGKILL, and a server that ignores the end of its input
 * would then run for ever; so a shell waits on a pipe that only we hold open. When the pipe ends, the server gets
 * {@link graceSeconds} to leave by itself, then its whole process group is asked, then killed. Where there is no
 * `sh`, there is no watchdog.
 */

/** How long a server may take after the end of its input, and again after SIGTERM, in seconds. */
const graceSeconds = 1;

/** A negative number is a group; without `--`, which the built-in `kill` of dash does not know. */
const script = `read -r x
alive() { kill -0 "-$1" 2>/dev/null; }
alive "$1" || exit 0; sleep ${graceSeconds}
alive "$1" || exit 0; kill -TERM "-$1" 2>/dev/null; sleep ${graceSeconds}
kill -KILL "-$1" 2>/dev/null`;

export interface Watchdog {
  /** The server has ended: nothing left to watch. */
  stop(): void;
}

/** Watches the process group of `pid`, which must lead it. */
export function watch(pid: number): Watchdog {
  if (process.platform === "win32") return { stop: () => {} };
  let dog: ChildProcess | undefined;
  try {
    dog = spawn("/bin/sh", ["-c", script, "reelwire-watchdog", String(pid)], {
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
    });
  } catch {
    return { stop: () => {} };
  }
  dog.on("error", () => {});
  dog.stdin?.on("error", () => {});
  dog.unref();
  const stop = (): void => {
    dog.kill("SIGKILL");
    dog.stdin?.destroy();
  };
  return { stop };
}
