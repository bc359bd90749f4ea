import type { Worker } from "node:worker_threads";
import { assert, ReelwireError } from "../base/hot.ts";
import { chunkBytesMax, type EntryKind, entryKinds, handoverMs, Spool } from "../record/hot.ts";
import type { TapeJob, WorkerReply } from "./tape-job.ts";

/**
 * The recorder's side of the tape: collects what passed in arenas and hands them to a worker thread, which splits,
 * redacts and writes. The worker is started late (`start`), because loading it competes with the server for the
 * first answer; what is collected meanwhile waits in the arenas.
 */
export interface FeedResult {
  /** Why the tape is not whole, as text for people; undefined when it is. */
  readonly failed?: string;
  /** The file that was written in the end. */
  readonly path: string;
  /** What people should be told about the file, if anything. */
  readonly says: readonly string[];
}

/** How long the worker may take to write the rest at the end, in milliseconds. */
const finishMsMax = 30_000;

export class TapeFeed {
  readonly #job: TapeJob;
  readonly #spool: Spool;
  readonly #onFailure: (report: string) => void;
  readonly #early: { buffer: ArrayBuffer; used: number }[] = [];
  #worker: Worker | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failed: string | undefined;
  #finishing = false;
  #done: ((result: FeedResult) => void) | undefined;
  readonly #encoder = new TextEncoder();

  /** `onRoom`: the sources may go on; `onFailure`: the tape cannot be written, said once. */
  constructor(job: TapeJob, onRoom: () => void, onFailure: (report: string) => void) {
    this.#job = job;
    this.#onFailure = onFailure;
    this.#spool = new Spool((buffer, used) => this.#handOver(buffer, used), onRoom);
  }

  /** Takes a chunk; false: pause until `onRoom`. */
  put(at: number, kind: EntryKind, bytes: Uint8Array): boolean {
    if (this.#closed) return true;
    const room = this.#spool.put(at, kind, bytes);
    if (!room) this.start();
    else this.#timer ??= setTimeout(this.#onTimer, handoverMs);
    return room;
  }

  /** Takes a fact (open, close, note), which is a payload of the tape as it stands; false: pause. */
  fact(at: number, fact: object): boolean {
    const bytes = this.#encoder.encode(JSON.stringify(fact));
    assert(bytes.length <= chunkBytesMax, "a fact of the recorder's own is small");
    return this.put(at, entryKinds.fact, bytes);
  }

  /** Starts the worker, once. */
  start(): void {
    if (this.#worker || this.#failed !== undefined) return;
    const suffix = import.meta.url.endsWith(".ts") ? "ts" : "cjs";
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const worker = new Worker(new URL(`./tape-worker.${suffix}`, import.meta.url), {
      workerData: this.#job,
      // Otherwise Node opens our stdout a second time to pass the thread's on, which nothing may ever do.
      stdout: true,
      stderr: true,
      execArgv: [],
      trackUnmanagedFds: false,
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    this.#worker = worker;
    worker.stdout.resume();
    worker.stderr.pipe(process.stderr, { end: false });
    worker.on("message", (reply: WorkerReply) => this.#reply(reply));
    worker.on("error", (error) =>
      this.#fail(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.on("exit", (code) => this.#fail(`the writer thread ended with code ${code}`));
    for (const { buffer, used } of this.#early.splice(0)) this.#post(buffer, used);
  }

  /** Hands over what is there, now. */
  flush(): void {
    if (this.#closed) return;
    this.start();
    this.#spool.flush();
  }

  /** Writes the rest and the end line; resolves when all is on the disk, or cannot be. */
  finish(at: number): Promise<FeedResult> {
    clearTimeout(this.#timer);
    this.start();
    this.#finishing = true;
    this.#spool.end();
    if (this.#failed !== undefined)
      return Promise.resolve({ failed: this.#failed, path: this.#job.path, says: [] });
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#worker!.postMessage({ kind: "end", at });
      setTimeout(
        () => this.#fail(`the writer thread did not end within ${finishMsMax / 1000} s`),
        finishMsMax,
      ).unref();
    });
  }

  /** Nothing is taken any more: the tape has ended, or cannot be written. What still passes is the wire's alone. */
  get #closed(): boolean {
    return this.#finishing || this.#failed !== undefined;
  }

  readonly #onTimer = (): void => {
    const done = this.#worker !== undefined && this.#spool.flush();
    this.#timer = done ? undefined : setTimeout(this.#onTimer, handoverMs);
  };

  #handOver(buffer: ArrayBuffer, used: number): void {
    if (this.#failed !== undefined) return;
    if (this.#worker) this.#post(buffer, used);
    else this.#early.push({ buffer, used });
  }

  #post(buffer: ArrayBuffer, used: number): void {
    this.#worker!.postMessage({ kind: "arena", buffer, used }, [buffer]);
  }

  #reply(reply: WorkerReply): void {
    if (reply.kind === "back") this.#spool.giveBack(reply.buffer);
    else if (reply.kind === "failed") this.#onFailure(reply.report);
    else this.#end({ path: reply.path, says: reply.says, ...(reply.failed ? { failed: reply.failed } : {}) });
  }

  #end(result: FeedResult): void {
    const done = this.#done;
    this.#done = undefined;
    this.#failed ??= result.failed ?? "ended";
    done?.(result);
  }

  /** The worker itself is gone: say so once, let the traffic go on without a tape. */
  #fail(cause: string): void {
    if (this.#failed !== undefined) return;
    const report = new ReelwireError("RW2204", { where: [["cause", cause]] }).report();
    this.#failed = report;
    clearTimeout(this.#timer);
    this.#onFailure(report);
    this.#end({ failed: report, path: this.#job.path, says: [] });
    this.#spool.abandon();
  }
}
