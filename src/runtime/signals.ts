const { constants } = process.getBuiltinModule("node:os");

/** Signals that ask a process to end; the others are only passed on. */
const ending: ReadonlySet<NodeJS.Signals> = new Set(["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]);
const passed: readonly NodeJS.Signals[] = [
  ...ending,
  "SIGUSR1",
  "SIGUSR2",
  "SIGALRM",
  "SIGVTALRM",
  "SIGWINCH",
  "SIGCONT",
  "SIGTSTP",
  "SIGIO",
  "SIGURG",
];

/** Calls `then` for every signal that can be caught; what a system does not know is left out. */
export function onSignals(then: (signal: NodeJS.Signals, ends: boolean) => void): void {
  for (const signal of passed) {
    try {
      process.on(signal, () => then(signal, ending.has(signal)));
    } catch {
      // This system does not have the signal, so nobody sends it.
    }
  }
}

/** The exit status that shells give a process ended by a signal: 128 + n. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + (constants.signals[signal] ?? 0);
}

/** Sends a signal to a process group, or to its leader alone where there are no groups; false: nobody is there. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}
