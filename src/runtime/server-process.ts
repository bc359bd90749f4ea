import type { ChildProcess, spawn as Spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { ReelwireError } from "../base/hot.ts";
import { type SocketPair, socketPair, type Tap } from "../transport/hot.ts";
import type { RecordOptions } from "./record-options.ts";

const { spawn } = process.getBuiltinModule("node:child_process");

/** A started server: its process, and our ends of its three streams. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly input: Writable;
  readonly errors: Readable;
  /** Ends our reading of its stdout, so that it learns that nobody listens. */
  stopReading(): void;
  /** Closes our ends of all its streams. */
  letGo(): void;
  /** Resolves when its stdout has ended. */
  readonly outputEnded: Promise<void>;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** A pair of sockets for its stdout where the platform has them; undefined elsewhere, and then it gets a pipe. */
export async function pairFor(output: Tap): Promise<SocketPair | undefined> {
  if (process.platform === "win32" || process.env["REELWIRE_PIPES"] === "plain") return undefined;
  return socketPair(output.onread).catch(() => undefined);
}

/**
 * Starts the server as the leader of its own process group, so that all of it can be ended. Its stdout is read into
 * `output`; resolves once the system has started it, and rejects with RW2101 to RW2103 when it could not.
 */
export async function startServer(
  options: RecordOptions,
  stdout: SocketPair | undefined,
  output: (input: Writable) => Tap,
): Promise<ServerProcess> {
  const [program, ...args] = options.command;
  const child = spawnOrFail(program, args, {
    cwd: options.cwd,
    env: options.env as NodeJS.ProcessEnv,
    stdio: ["pipe", stdout?.theirs ?? "pipe", "pipe"],
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  stdout?.theirs.destroy();
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const source = stdout?.ours ?? (child.stdout as Readable);
  const input = child.stdin as Writable;
  const outputEnded = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) source.once(event, () => resolve());
  });
  source.on("error", () => {});
  const tap = output(input);
  if (stdout) tap.from(stdout.ours);
  else tap.fromStream(source);
  await started(child, options);
  return {
    child,
    pid: child.pid!,
    input,
    errors: child.stderr!,
    outputEnded,
    exited,
    stopReading: () => source.destroy(),
    letGo: () => {
      for (const stream of [input, source, child.stderr]) stream?.destroy();
    },
  };
}

function spawnOrFail(program: string, args: string[], how: Parameters<typeof Spawn>[2]): ChildProcess {
  try {
    return spawn(program, args, how);
  } catch (cause) {
    throw cannotStart(program, cause);
  }
}

/** `spawn` reports a missing program by an event after the fact; a pid says that there is a process. */
function started(child: ChildProcess, options: RecordOptions): Promise<void> | undefined {
  if (child.pid !== undefined) {
    child.on("error", () => {});
    return undefined;
  }
  return new Promise((_, reject) => {
    child.once("error", (cause) => reject(cannotStart(options.command[0], cause)));
  });
}

export function cannotStart(program: string, cause: unknown): ReelwireError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const codes: Record<string, "RW2101" | "RW2102"> = { ENOENT: "RW2101", EACCES: "RW2102", EPERM: "RW2102" };
  const why = code === "E2BIG" ? "shorten the command line or the environment" : "see the cause above";
  return new ReelwireError(codes[code ?? ""] ?? "RW2103", {
    with: { program, why },
    where: [
      ["command", program],
      ["cause", message],
    ],
    cause,
  });
}
