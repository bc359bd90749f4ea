/**
 * The command line's door, called by `bin/`. The only file here that touches the process: it hands its streams,
 * words and signals to `run.ts` and sets the exit status.
 */
import type { Call, Command } from "./command.ts";
import { brokenPipe, runCli } from "./run.ts";
import { workingDirectory } from "./working-directory.ts";

export { runCli };

export function main(): void {
  const stop = new AbortController();
  stopOnInterrupt(stop);
  const { argv, env, stderr } = process;
  // A project's configuration and rules run in here and may print: stdout is for results and the protocol.
  globalThis.console = new console.Console(stderr, stderr);
  void stdoutFor(argv[2]).then(async (stdout) => {
    stopOnBrokenPipe(stop, stdout);
    const stdin = () => process.stdin;
    const around = {
      // Asked when a command needs it, so that where there is none is an error of that command.
      get cwd() {
        return workingDirectory();
      },
      ...{ env, stdin, stdout, stderr, signal: stop.signal },
    };
    process.exitCode = await runCli(argv.slice(2), around);
  });
}

/** A command that serves a client must not wait in a write. */
async function stdoutFor(command: string | undefined): Promise<Call["stdout"]> {
  if (command !== "replay") return process.stdout;
  const stdout = (await import("../runtime/index.ts")).servingStdout();
  Object.defineProperty(process, "stdout", { get: () => process.stderr });
  return stdout;
}

/** Help on a command for its own door: prints it on stdout and gives the exit status. */
export async function help(command: Command): Promise<number> {
  process.stdout.write((await import("./help.ts")).aboutCommand(command));
  return 0;
}

/** The first Ctrl-C lets the command clean up, the second does not wait for it. */
function stopOnInterrupt(stop: AbortController): void {
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

/** `| head` closes the pipe when it has enough: that is no failure. */
function stopOnBrokenPipe(stop: AbortController, stdout: Call["stdout"]): void {
  stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stop.abort(brokenPipe);
  });
  process.stderr.on("error", () => {});
}
