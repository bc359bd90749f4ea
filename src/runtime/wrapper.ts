import type { Readable } from "node:stream";
import { ReelwireError } from "../base/hot.ts";
import { closeOwn, ownSocket } from "../transport/hot.ts";
import type { RecordOptions } from "./record-options.ts";
import type { ServerProcess } from "./server-process.ts";
import { onSignals, signalGroup, signalStatus } from "./signals.ts";
import { type Watchdog, watch } from "./watchdog.ts";
import type { Wire } from "./wire.ts";

const { Socket } = process.getBuiltinModule("node:net");
const { isatty } = process.getBuiltinModule("node:tty");

/**
 * The life of a wrapped server from its start to our exit: client input, stderr, signals, ends, and what is left of
 * the process group. The rule is that a client cannot tell the wrapper from the server it wraps, except that
 * nothing survives it.
 */

/** How long a server may ignore an ending signal before its group is killed, in milliseconds. */
const killAfterMs = 4_000;
/** How long after the server's exit its streams may stay silent before they count as ended, in milliseconds. */
const silenceMsMax = 250;
/** How long the rest of a process group may take to leave after SIGTERM, in milliseconds. */
const groupMsMax = 1_000;
/** How long a client that was asked to end us may leave our last bytes unread, in milliseconds. */
const unreadMsMax = 1_000;
/** When the tape's writer starts if nothing happens before, in milliseconds after the spawn. */
const writerStartMs = 200;
/** How often we look whether the client still lives once its input has ended, in milliseconds. */
const clientPollMs = 500;
/** How long all must be silent before a server without a client is asked to leave, in milliseconds. */
const orphanMs = 2_000;
/** How much stderr may wait for its reader before the server's stderr pauses, in bytes. */
const stderrBytesMax = 1024 * 1024;

/** How much of the last line of stderr an error repeats, in characters. */
const lastWordsMax = 200;

export class Wrapper {
  readonly #server: ServerProcess;
  readonly #wire: Wire;
  readonly #options: RecordOptions;
  readonly #parent = process.ppid;
  /** Unlike stdout it is shared with the runtime, which may warn there; towards a pipe it never blocks. */
  readonly #stderr = process.stderr;
  #clientAlive: () => boolean = () => process.ppid === this.#parent;
  #asked = false;
  #interrupted = false;
  #exited = false;
  #override: number | undefined;
  #source: Readable | undefined;
  /** What the server wrote on stderr last. */
  #lastWords: Uint8Array | undefined;

  constructor(server: ServerProcess, wire: Wire, options: RecordOptions) {
    this.#server = server;
    this.#wire = wire;
    this.#options = options;
    wire.complain = (text) => this.#say(text);
  }

  async run(): Promise<number> {
    const { feed } = this.#wire;
    this.#clientIn();
    this.#clientOut();
    const errorsEnded = this.#serverErrors();
    onSignals((signal, ends) => this.#signal(signal, ends));
    this.#wire.onNoise = () => this.#noise();
    const dog = new Promise<Watchdog>((resolve) => setImmediate(() => resolve(watch(this.#server.pid))));
    setTimeout(() => this.#settled(), writerStartMs).unref();
    void this.#server.outputEnded.then(() => this.#passEndOfOutput());
    const exit = await this.#server.exited;
    this.#exited = true;
    feed.start();
    await this.#drained(Promise.all([this.#server.outputEnded, errorsEnded]));
    this.#wire.output.end();
    feed.fact(this.#wire.now(), { close: { side: "server", code: exit.code, signal: exit.signal } });
    feed.flush();
    await Promise.all([this.#clientHasAll(), this.#endGroup()]);
    (await dog).stop();
    const result = await feed.finish(this.#wire.now());
    for (const line of result.says) this.#say(line);
    this.#tellEnd(exit, result.path);
    await this.#said();
    this.#letGo();
    const status = this.#override ?? exit.code ?? signalStatus(exit.signal ?? "SIGTERM");
    return status === 0 && result.failed !== undefined ? 74 : status;
  }

  /** Things that must not compete with the first answer. */
  #settled(): void {
    this.#wire.feed.start();
    void import("./ancestors.ts").then(({ launcherOf, isRunning }) => {
      if (process.ppid !== this.#parent) return;
      const launcher = launcherOf(this.#parent);
      this.#clientAlive = () => isRunning(launcher);
    });
  }

  #clientIn(): void {
    const { input, own } = this.#wire;
    const socket = own ? undefined : ownSocket(0, input.onread);
    const source = own?.input ?? socket ?? process.stdin;
    this.#source = source;
    const { input: serverIn } = this.#server;
    let ended = false;
    let reason = "end of input";
    const end = (): void => {
      if (ended) return;
      ended = true;
      this.#wire.feed.fact(this.#wire.now(), { close: { side: "client", reason } });
      this.#wire.feed.flush();
      serverIn.end();
      if (own) this.#stop(orphanMs);
      else this.#watchClient();
    };
    for (const event of ["end", "close", "error"]) source.on(event, end);
    // The server reads no more: the client must learn it as it would have, by a broken pipe.
    serverIn.on("error", () => {
      input.sinkGone();
      reason = "the server reads no more";
      if (socket) closeOwn(socket, 0);
      else source.destroy();
    });
    if (socket) input.from(socket);
    else input.fromStream(source);
  }

  #clientOut(): void {
    const { clientOut, output } = this.#wire;
    clientOut.on("error", () => {
      output.sinkGone();
      this.#wire.feed.fact(this.#wire.now(), { close: { side: "client", reason: "reads no more" } });
      this.#server.stopReading();
    });
  }

  /** A server may close its stdout and live on: then the client must see the end now, not when we leave. */
  async #passEndOfOutput(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, silenceMsMax).unref());
    const { clientOut, output, own } = this.#wire;
    if (this.#exited || own) return;
    output.end();
    await this.#clientHasAll();
    output.sinkGone();
    if (clientOut instanceof Socket) closeOwn(clientOut, 1);
  }

  /** Passes the server's stderr on; when nobody reads ours, the server's waits, as it would have. */
  #serverErrors(): Promise<void> {
    const { errors } = this.#server;
    let gone = false;
    let room = true;
    const goOn = (): void => {
      if (room && (gone || this.#stderr.writableLength <= stderrBytesMax)) errors.resume();
    };
    this.#stderr.on("error", () => {
      gone = true;
      goOn();
    });
    this.#wire.onRoom = () => {
      room = true;
      goOn();
    };
    errors.on("data", (chunk: Buffer) => {
      this.#lastWords = chunk;
      if (!gone) this.#stderr.write(chunk, goOn);
      room = this.#wire.stderr(chunk);
      if (!room || (!gone && this.#stderr.writableLength > stderrBytesMax)) errors.pause();
    });
    return new Promise((resolve) => {
      for (const event of ["end", "close", "error"]) errors.once(event, () => resolve());
    });
  }

  /** What the client sent before the signal goes first: it is read in the next two turns of the loop. */
  #signal(signal: NodeJS.Signals, ends: boolean): void {
    if (ends) {
      this.#interrupted = true;
      this.#wire.feed.flush();
    }
    if (signal === "SIGTSTP") {
      signalGroup(this.#server.pid, "SIGSTOP");
      process.kill(process.pid, "SIGSTOP");
      return;
    }
    setImmediate(() =>
      setImmediate(() => {
        if (signal === "SIGCONT") signalGroup(this.#server.pid, signal);
        else this.#tell(signal);
        if (ends) this.#killLater(killAfterMs);
      }),
    );
  }

  /** A signal goes to the server alone, as it would have; at a terminal the whole group gets it. */
  #tell(signal: NodeJS.Signals): void {
    if (isatty(2) && signal !== "SIGTERM") signalGroup(this.#server.pid, signal);
    else this.#server.child.kill(signal);
  }

  #killLater(ms: number): void {
    if (this.#asked) return;
    this.#asked = true;
    setTimeout(() => signalGroup(this.#server.pid, "SIGKILL"), ms).unref();
  }

  /** Asks the server to leave after a while, then kills it. */
  #stop(afterMs: number): void {
    setTimeout(() => {
      this.#server.child.kill("SIGTERM");
      this.#killLater(killAfterMs / 2);
    }, afterMs).unref();
  }

  /** After the end of input: a server that goes on without a client is asked to leave, then killed. */
  #watchClient(): void {
    let seen = -1;
    let silentMs = 0;
    setInterval(() => {
      if (this.#clientAlive()) return;
      silentMs = seen === this.#wire.output.chunks ? silentMs + clientPollMs : 0;
      seen = this.#wire.output.chunks;
      if (silentMs >= orphanMs && !this.#asked) this.#stop(0);
    }, clientPollMs).unref();
  }

  #noise(): void {
    if (this.#options.stray !== "fail" || this.#override !== undefined) return;
    this.#override = 1;
    this.#say(
      new ReelwireError("RW2106", { where: [["command", this.#options.command.join(" ")]] }).report(),
    );
    this.#stop(0);
  }

  /** Waits for the ends of streams after the exit; a grandchild may hold them open, so silence ends them too. */
  async #drained(ended: Promise<unknown>): Promise<void> {
    const { output } = this.#wire;
    let seen = -1;
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<void>((resolve) => {
      timer = setInterval(() => {
        const waits = output.paused && !this.#nobodyReads();
        if (seen === output.chunks && !waits) resolve();
        seen = output.chunks;
      }, silenceMsMax);
    });
    await Promise.race([ended, silence]);
    clearInterval(timer);
  }

  /** Waits until the client has read the last bytes; for ever if it is alive and slow, as the server would have. */
  async #clientHasAll(): Promise<void> {
    const { clientOut } = this.#wire;
    if (clientOut.writableLength === 0 || clientOut.destroyed) return;
    const read = new Promise<void>((resolve) => {
      clientOut.once("error", () => resolve());
      clientOut.write("", () => resolve());
    });
    const limit = new Promise<void>((resolve) => {
      setInterval(() => this.#nobodyReads() && resolve(), unreadMsMax).unref();
    });
    await Promise.race([read, limit]);
  }

  /** What the server left behind in its group is asked, then killed. */
  async #endGroup(): Promise<void> {
    const { pid } = this.#server;
    if (!signalGroup(pid, "SIGTERM")) return;
    for (let waited = 0; waited < groupMsMax; waited += 25) {
      await new Promise((resolve) => setTimeout(resolve, 25));
      if (!signalGroup(pid, 0)) return;
    }
    signalGroup(pid, "SIGKILL");
  }

  /** Our own client gets the facts; for any other, a server that fails without a word is explained. */
  #tellEnd(exit: { code: number | null; signal: NodeJS.Signals | null }, tape: string): void {
    const ended = exit.signal === null ? `exit ${exit.code}` : `ended by ${exit.signal}`;
    const how = `${ended} after ${(this.#wire.now() / 1e6).toFixed(1)} s`;
    const lines = Buffer.from(this.#lastWords ?? [])
      .toString()
      .trimEnd()
      .split("\n");
    const lastWords = (lines.at(-1) ?? "").slice(0, lastWordsMax);
    const { own, output } = this.#wire;
    if (own) own.onEnd?.({ tape, how, lastWords, interrupted: this.#interrupted });
    else if (output.chunks === 0 && !this.#asked && exit.code !== 0) {
      this.#say(diedEarly(this.#options.command, how, lastWords).report());
    }
  }

  /** Waits until the server's stderr and what we said have been read, as long as somebody may. */
  #said(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stderr.writableLength === 0) resolve();
      this.#stderr.write("", () => resolve());
      setInterval(() => this.#nobodyReads() && resolve(), unreadMsMax).unref();
    });
  }

  /** Whether to stop waiting for a reader: we were asked to end, or the client is gone. */
  #nobodyReads(): boolean {
    return this.#asked || !this.#clientAlive();
  }

  /** Closes what would keep the event loop alive: the process leaves when it has run dry. */
  #letGo(): void {
    this.#source?.destroy();
    this.#wire.letGo();
    this.#server.letGo();
  }

  #say(text: string): void {
    this.#stderr.write(`${text}\n`);
  }
}

/** RW2104: the server ended before it answered anything. */
export function diedEarly(
  command: readonly string[],
  how: string,
  lastWords: string,
  tape?: string,
): ReelwireError {
  const where: [string, string][] = [["command", `${command.join(" ")}        ${how}`]];
  if (lastWords !== "") where.push(["stderr", lastWords]);
  if (tape !== undefined) where.push(["tape", tape]);
  return new ReelwireError("RW2104", { where });
}
