import { existsSync, openSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { ReelwireError } from "../base/index.ts";
import { Recorder } from "../record/worker.ts";
import { redactNothing } from "../redact/index.ts";
import type { Sink } from "../tape/worker.ts";
import { launcherOf } from "./ancestors.ts";
import { isFreshVcrProbe, settle } from "./claim-conflict.ts";
import { headerOf } from "./job-header.ts";
import { TapeFile } from "./tape-file.ts";
import type { TapeJob, WorkerOrder, WorkerReply } from "./tape-job.ts";
import { cannotCreate, partPath, splitName } from "./tape-place.ts";

/**
 * The thread that writes the tape: takes arenas, gives them back, says once when it can write no more. The recorder
 * and the client never wait for the disk.
 */
/** How far the writer stands back: enough that a waking server goes first, not so far that the tape falls behind. */
const niceness = 5;

const port = parentPort!;
const job = workerData as TapeJob;
const launcher = launcherOf(job.parentPid);
let path = settle(job.path, job.wanted, launcher);
let failed: string | undefined;
let file: TapeFile | undefined;
yieldToTheWire();
void main();

/** On Linux the priority is the thread's own: where cores are few, the traffic goes first and the tape catches up. */
function yieldToTheWire(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(0, niceness);
  } catch {
    // Not allowed here; it is only a courtesy.
  }
}

async function main(): Promise<void> {
  const recorder = await attempt(makeRecorder);
  port.on("message", async (order: WorkerOrder) => {
    if (order.kind === "arena") {
      await attempt(() => recorder?.arena(order.buffer, order.used));
      reply({ kind: "back", buffer: order.buffer }, [order.buffer]);
    } else {
      await attempt(() => recorder?.end(order.at));
      await finish();
    }
  });
}

async function makeRecorder(): Promise<Recorder> {
  const header = headerOf(job, launcher);
  const { capture, maxInteractions, rotate } = job;
  const counts = maxInteractions !== undefined || rotate?.by === "interactions";
  const more = capture !== undefined || counts ? await import("../record/index.ts") : undefined;
  const filter =
    capture === undefined ? undefined : (await import("../filter/index.ts")).parseFilter(capture);
  return new Recorder({
    header,
    open: (part) => openPart(part),
    redactor: redactNothing,
    stray: job.stray === "pass" ? "passed" : "dropped",
    ...(more && filter ? { capture: new more.Capture(filter, header) } : {}),
    ...(more && counts ? { count: new more.InteractionCount() } : {}),
    ...(maxInteractions === undefined ? {} : { maxInteractions }),
    ...(rotate === undefined ? {} : { rotate }),
  });
}

function openPart(part: number): Sink {
  file?.close();
  file = part === 1 ? new TapeFile(job.fd, path) : createPart(part);
  return file;
}

function createPart(part: number): TapeFile {
  const at = partPath(path.replace(/\.0001(\.tape\.jsonl|\.[^./]*)?$/, "$1"), part);
  try {
    return new TapeFile(openSync(at, "wx", 0o600), at);
  } catch (cause) {
    throw cannotCreate(at, cause);
  }
}

/** Runs what may fail; the first failure is told, and the traffic goes on without a tape. */
async function attempt<T>(work: () => T): Promise<Awaited<T> | undefined> {
  if (failed !== undefined) return undefined;
  try {
    return await work();
  } catch (error) {
    failed = reportOf(error);
    reply({ kind: "failed", report: failed });
    return undefined;
  }
}

function reportOf(error: unknown): string {
  if (error instanceof ReelwireError) return error.report();
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) return ours(error).report();
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  const hint = full
    ? "free some space, or record to another place with -o"
    : "record to another place with -o";
  const where = [["file", file?.path ?? path] as const, ["cause", (error as Error).message] as const];
  return new ReelwireError("RW2203", { with: { hint }, where, cause: error }).report();
}

function ours(error: unknown): ReelwireError {
  const where = [["cause", error instanceof Error ? (error.stack ?? error.message) : String(error)] as const];
  return new ReelwireError("RW2204", { where, cause: error });
}

async function finish(): Promise<void> {
  const says: string[] = [];
  try {
    file?.close();
    if (job.rotate === undefined) path = settle(path, path === job.path ? job.wanted : undefined, launcher);
    if (job.wanted !== undefined && path !== job.wanted)
      says.push(`reelwire: the tape is ${path}, because ${job.wanted} holds another recording of this run`);
    if (job.vcr !== undefined && failed === undefined) await convert(job.vcr, says);
  } catch (error) {
    failed ??= reportOf(error);
    reply({ kind: "failed", report: failed });
  }
  reply({ kind: "done", path, says, ...(failed === undefined ? {} : { failed }) });
  port.close();
}

/** Makes the `.vcr` file from the finished tape and takes the tape away. */
async function convert(vcr: string, says: string[]): Promise<void> {
  const { tapeToVcr } = await import("./to-vcr.ts");
  const target = vcrPath(vcr);
  const losses = await tapeToVcr(path, target);
  rmSync(path, { force: true });
  path = target;
  for (const { count, says: what } of losses) says.push(`reelwire: not in the .vcr file: ${what} (${count})`);
}

/** The name that was asked for, or the next one when another process of this run has taken it meanwhile. */
function vcrPath(vcr: string): string {
  const first = job.wanted === undefined || path === job.wanted;
  const own = first ? vcr : join(dirname(vcr), `${splitName(path).stem.replace(/\.tape$/, "")}.vcr`);
  for (let n = 2, at = own; ; n++) {
    if (!existsSync(at) || job.force || isFreshVcrProbe(at)) return at;
    at = `${own.replace(/\.vcr$/, "")}.${n}.vcr`;
  }
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
