/**
 * A client without an SDK: starts any command, sends exactly the bytes it is told to, keeps exactly the bytes that
 * come back. Waiting is for events, never for time; a safety timer kills everything that the command started and
 * fails with the transcript, so that a hanging test says what it was doing.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { killTagged, newTag, tagName } from "./processes.ts";

export interface ClientOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After this long everything is killed and every wait fails, in milliseconds. */
  readonly safetyMs?: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** How many entries of a transcript are kept. */
const transcriptMax = 60;

interface Waiter {
  readonly check: () => boolean;
  readonly fail: (error: Error) => void;
}

export class RawClient {
  readonly child: ChildProcess;
  readonly argv: readonly string[];
  readonly tag = newTag();
  /** The process itself is gone. */
  readonly exited: Promise<Exit>;
  /** It is gone and both its output streams have ended. */
  readonly closed: Promise<Exit>;
  readonly #out: Buffer[] = [];
  readonly #err: Buffer[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #transcript: string[] = [];
  #lines: string[] = [];
  #rest: Uint8Array = new Uint8Array(0);
  #over: Error | undefined;

  constructor(argv: readonly string[], options: ClientOptions = {}) {
    this.argv = argv;
    const env = { ...process.env, ...options.env, [tagName]: this.tag };
    this.child = spawn(argv[0]!, argv.slice(1), { cwd: options.cwd, env, stdio: "pipe", detached: true });
    this.#say("start", argv.join(" "));
    this.child.stdin!.on("error", (error) => this.#say("stdin", error.message));
    this.child.stdout!.on("data", (chunk: Buffer) => this.#arrived(chunk));
    this.child.stderr!.on("data", (chunk: Buffer) => {
      this.#err.push(chunk);
      this.#say("stderr", chunk.toString());
      this.#look();
    });
    this.exited = new Promise((resolve, reject) => {
      this.child.once("error", reject).once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.closed = new Promise((resolve, reject) => {
      this.child.once("error", reject).once("close", (code, signal) => resolve({ code, signal }));
    });
    const safety = setTimeout(() => this.#giveUp(options.safetyMs ?? 20_000), options.safetyMs ?? 20_000);
    this.exited.catch(() => {});
    this.closed.then(
      ({ code, signal }) => this.#ended(`it has ended (code ${code}, signal ${signal})`, safety),
      (error: Error) => this.#ended(error.message, safety),
    );
  }

  get pid(): number {
    return this.child.pid!;
  }
  get stdout(): Buffer {
    return Buffer.concat(this.#out);
  }
  get stderr(): string {
    return Buffer.concat(this.#err).toString();
  }
  get transcript(): string {
    return this.#transcript.join("\n");
  }

  /** Writes exactly these bytes in one write; resolves when they have left this process. */
  send(data: string | Uint8Array): Promise<void> {
    this.#say("send", data.toString());
    return new Promise((resolve) => this.child.stdin!.write(data, () => resolve()));
  }

  /** Sends one value as a line of JSON. */
  message(value: unknown): Promise<void> {
    return this.send(`${JSON.stringify(value)}\n`);
  }

  /** Calls a tool and resolves to the line that answers, exactly as it came. */
  async call(id: number | string, name: string, args: unknown = {}, meta?: unknown): Promise<string> {
    const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) };
    await this.message({ jsonrpc: "2.0", id, method: "tools/call", params });
    return this.answer(id);
  }

  /** The line that answers request `id`, when it has come. */
  answer(id: number | string): Promise<string> {
    const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`;
    return this.line((line) => line.startsWith(`${head}"result"`) || line.startsWith(`${head}"error"`));
  }

  /** The first line of stdout, from the start on, that `match` accepts. */
  async line(match: (line: string) => boolean): Promise<string> {
    let found: string | undefined;
    let seen = 0;
    await this.#wait(() => {
      while (found === undefined && seen < this.#lines.length) {
        const line = this.#lines[seen++]!;
        if (match(line)) found = line;
      }
      return found !== undefined;
    });
    return found!;
  }

  /** Waits until stderr holds a text. */
  complains(text: string): Promise<void> {
    return this.#wait(() => this.stderr.includes(text));
  }

  /** Waits until at least this many bytes of stdout have come. */
  received(bytes: number): Promise<void> {
    return this.#wait(() => this.#out.reduce((sum, chunk) => sum + chunk.length, 0) >= bytes);
  }

  end(): void {
    this.#say("end", "");
    this.child.stdin!.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#say("kill", signal);
    this.child.kill(signal);
  }

  /** Ends the input and waits until all is over. */
  async finish(): Promise<Exit> {
    this.end();
    return this.closed;
  }

  /** Kills whatever is left of it; for the end of a test. */
  dispose(): void {
    this.child.stdout!.destroy();
    this.child.stderr!.destroy();
    killTagged(this.tag);
  }

  #arrived(chunk: Buffer): void {
    this.#out.push(chunk);
    this.#say("stdout", chunk.toString());
    const all: Buffer = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = all.lastIndexOf(0x0a);
    if (end >= 0) this.#lines.push(...all.toString("utf8", 0, end).split("\n"));
    this.#rest = all.subarray(end + 1);
    this.#look();
  }

  #wait(check: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      if (check()) return resolve();
      if (this.#over) return reject(this.#over);
      const waiter: Waiter = {
        check: () => {
          if (!check()) return false;
          resolve();
          return true;
        },
        fail: reject,
      };
      this.#waiters.add(waiter);
    });
  }

  #look(): void {
    for (const waiter of this.#waiters) if (waiter.check()) this.#waiters.delete(waiter);
  }

  #ended(why: string, safety: NodeJS.Timeout): void {
    clearTimeout(safety);
    this.#look();
    this.#over ??= new Error(`what was waited for did not come: ${why}\n${this.transcript}`);
    for (const waiter of this.#waiters) waiter.fail(this.#over);
    this.#waiters.clear();
  }

  #giveUp(ms: number): void {
    this.#over = new Error(`not over after ${ms} ms\n${this.transcript}`);
    for (const waiter of this.#waiters) waiter.fail(this.#over);
    this.#waiters.clear();
    killTagged(this.tag);
  }

  /** Consecutive pieces of one stream count as one entry, and only the newest entries are kept. */
  #say(what: string, text: string): void {
    const last = this.#transcript.at(-1);
    const short = text.length > 200 ? `${text.slice(0, 200)}… (${text.length})` : text;
    if (what !== "send" && last?.startsWith(what.padEnd(6)) && last.endsWith("more")) return;
    if (what !== "send" && last?.startsWith(what.padEnd(6)))
      this.#transcript.push(`${what.padEnd(6)} and more`);
    else this.#transcript.push(`${what.padEnd(6)} ${JSON.stringify(short)}`);
    if (this.#transcript.length > transcriptMax) this.#transcript.shift();
  }
}
