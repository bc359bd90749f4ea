import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { Link, SideFacts } from "../../core/index.ts";
import { type Noise, stdioLink } from "../../transport/index.ts";
import { cannotStart } from "../server-process.ts";
import { signalGroup } from "../signals.ts";
import { type Watchdog, watch } from "../watchdog.ts";

/** A server to be started as a process that speaks MCP on its standard streams. */
export interface ServerCommand {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment; undefined takes a variable away. The tape names them, never values. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The current folder when left out. */
  readonly cwd?: string;
}

export interface ChildOptions {
  readonly onNoise: (noise: Noise) => void;
  /** Told of each piece of stderr, whose bytes are its own. */
  readonly onStderr: (bytes: Uint8Array) => void;
}

/**
 * A running server of this process's own. It leads its process group, so that all of it can be ended; what it leaves
 * behind there when it exits is asked to go, then killed, and a watchdog does the same when we are killed.
 */
export interface ChildServer {
  readonly pid: number;
  readonly link: Link;
  /** Resolves when the process has ended, its streams have, and nobody is left in its group. */
  readonly gone: Promise<void>;
  /** Undefined while it runs. */
  readonly exit: SideFacts | undefined;
  /**
   * Its input has ended or is about to: when it does not leave by itself, it is asked to after {@link askAfterMs} and
   * killed after {@link killAfterMs}.
   */
  stop(): void;
}

/** How long a server may take after the end of its input before it gets SIGTERM, in milliseconds. */
export const askAfterMs = 2_000;
/** When its whole group is killed, in milliseconds after the end of its input. */
export const killAfterMs = 4_000;
/** How long after the exit its streams may stay silent before they count as ended, in milliseconds. */
const silenceMsMax = 250;
/** How long the rest of a process group may take to leave after SIGTERM, in milliseconds. */
const groupMsMax = 1_000;
const groupPollMs = 25;

/** Starts the server; rejects with RW2101 to RW2103 when the system cannot. */
export async function startChild(server: ServerCommand, options: ChildOptions): Promise<ChildServer> {
  const child = spawnServer(server);
  if (child.pid === undefined) {
    throw await new Promise((resolve) => {
      child.once("error", (cause) => resolve(cannotStart(server.command, cause)));
    });
  }
  return new Child(child, options);
}

function spawnServer({ command, args = [], env, cwd }: ServerCommand): ChildProcess {
  try {
    return spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: "pipe",
      detached: process.platform !== "win32",
      windowsHide: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
  } catch (cause) {
    throw cannotStart(command, cause);
  }
}

class Child implements ChildServer {
  readonly pid: number;
  readonly link: Link;
  readonly gone: Promise<void>;
  exit: SideFacts | undefined;
  readonly #child: ChildProcess;
  readonly #dog: Watchdog;
  readonly #timers: NodeJS.Timeout[] = [];
  #stopping = false;

  constructor(child: ChildProcess, { onNoise, onStderr }: ChildOptions) {
    this.pid = child.pid!;
    this.#child = child;
    this.#dog = watch(this.pid);
    child.on("error", () => {});
    const exited = new Promise<SideFacts>((resolve) => {
      child.once("exit", (code, signal) => resolve((this.exit = { code, signal })));
    });
    const { stdin, stdout, stderr } = child as ChildProcess & { stdout: Readable; stderr: Readable };
    stderr.on("error", () => {});
    stderr.on("data", onStderr);
    const streamsEnded = Promise.all([endOf(stdout), endOf(stderr)]);
    const drained = exited.then(() => this.#drained(streamsEnded));
    this.link = stdioLink({
      readable: stdout,
      writable: stdin!,
      facts: { pid: this.pid },
      ended: () => drained.then(() => exited),
      onNoise,
    });
    this.gone = drained.then(() => this.#clean());
    // Without an output it serves nobody, so it is not waited for without end.
    void endOf(stdout).then(() => this.stop());
  }

  stop(): void {
    if (this.#stopping || this.exit) return;
    this.#stopping = true;
    this.#timers.push(setTimeout(() => signalGroup(this.pid, "SIGTERM"), askAfterMs));
    this.#timers.push(setTimeout(() => signalGroup(this.pid, "SIGKILL"), killAfterMs));
  }

  async #clean(): Promise<void> {
    await this.#endGroup();
    this.#dog.stop();
    const { stdin, stdout, stderr } = this.#child;
    for (const stream of [stdin, stderr]) stream?.destroy();
    // Somebody outside the group may hold it open; for its reader it has ended, not broken.
    if (!stdout!.readableEnded && !stdout!.destroyed) stdout!.push(null);
  }

  /** A grandchild may hold the streams open, so silence ends them too, once our own reader has all that came. */
  async #drained(streamsEnded: Promise<unknown>): Promise<void> {
    for (const set of this.#timers) clearTimeout(set);
    const { stdout } = this.#child as { stdout: Readable & { bytesRead?: number } };
    let timer: NodeJS.Timeout | undefined;
    let seen: number | undefined;
    const silence = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        if (stdout.readableLength === 0 && stdout.bytesRead === seen) resolve();
        seen = stdout.bytesRead;
      }, silenceMsMax);
    });
    await Promise.race([streamsEnded, silence]);
    clearInterval(timer);
  }

  /** What the server left behind in its group is asked, then killed. */
  async #endGroup(): Promise<void> {
    if (!signalGroup(this.pid, "SIGTERM")) return;
    for (let waited = 0; waited < groupMsMax; waited += groupPollMs) {
      await new Promise((resolve) => setTimeout(resolve, groupPollMs));
      if (!signalGroup(this.pid, 0)) return;
    }
    signalGroup(this.pid, "SIGKILL");
  }
}

function endOf(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["end", "close", "error"]) stream.once(event, () => resolve());
  });
}
