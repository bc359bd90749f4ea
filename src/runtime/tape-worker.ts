import { openSync, rmSync } from "node:fs";
import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { ReelwireError } from "../base/index.ts";
import { cleanHeader, heldMicrosMax, Recorder, unredactedNote } from "../record/worker.ts";
import type { Sink } from "../tape/worker.ts";
import { launcherOf } from "./ancestors.ts";
import { settle } from "./claim-conflict.ts";
import { headerOf } from "./job-header.ts";
import { type JobSigner, jobSigner } from "./job-signer.ts";
import { redactionFor } from "./redaction.ts";
import { TapeFile } from "./tape-file.ts";
import type { TapeJob, WorkerOrder, WorkerReply } from "./tape-job.ts";
import { cannotCreate, partPath } from "./tape-place.ts";

// The thread that writes the tape: takes arenas, gives them back, says once when it can write no more. The wire waits
// for it only when every arena is full.

/** How far the writer stands back: enough that a waking server goes first, not so far that the tape falls behind. */
const niceness = 5;

const port = parentPort!;
const job = workerData as TapeJob;
const launcher = launcherOf(job.parentPid);
let path = job.rotate ? job.path : settle(job.path, job.wanted, launcher);
let failed: string | undefined;
let file: TapeFile | undefined;
const says: string[] = [];
let signing: JobSigner = {};
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
      if (recorder?.holds) releaseLater(recorder);
      reply({ kind: "back", buffer: order.buffer }, [order.buffer]);
    } else {
      await attempt(() => recorder?.end(order.at));
      await finish();
    }
  });
}

let releasing: NodeJS.Timeout | undefined;

/** What is held back because a secret may go on is not held for ever, however silent everybody is. */
function releaseLater(recorder: Recorder): void {
  releasing ??= setTimeout(() => {
    releasing = undefined;
    void attempt(() => {
      recorder.release();
      recorder.flush();
    });
  }, heldMicrosMax / 1000);
}

async function makeRecorder(): Promise<Recorder> {
  const { given } = job;
  const redaction = await redactionFor({
    cwd: job.header.cwd,
    env: { ...process.env, ...given },
    setting: job.redact,
    given: Object.keys(given),
  });
  says.push(...redaction.says.map((text) => `reelwire: ${text}`));
  const redactor = redaction.redactor();
  const header = cleanHeader(headerOf(job, launcher, redaction.facts), redactor);
  const { capture, maxInteractions, rotate } = job;
  const counts = maxInteractions !== undefined || rotate?.by === "interactions";
  const more = capture !== undefined || counts ? await import("../record/index.ts") : undefined;
  const filter =
    capture === undefined ? undefined : (await import("../filter/index.ts")).parseFilter(capture);
  signing = jobSigner({ cwd: job.header.cwd, env: process.env, sign: job.sign });
  const recorder = new Recorder({
    header,
    signer: signing.signer,
    open: (part) => openPart(part),
    redactor,
    stray: job.stray === "pass" ? "passed" : "dropped",
    ...(more && filter ? { capture: new more.Capture(filter, header) } : {}),
    ...(more && counts ? { count: new more.InteractionCount() } : {}),
    ...(maxInteractions === undefined ? {} : { maxInteractions }),
    ...(rotate === undefined ? {} : { rotate }),
  });
  if (redactor.preset === "off") recorder.event({ at: 0, payload: { kind: "note", note: unredactedNote } });
  if (signing.note) recorder.event(signing.note);
  return recorder;
}

function openPart(part: number): Sink {
  file?.close();
  file = undefined;
  file = part === 1 ? new TapeFile(job.fd, path) : createPart(part);
  return file;
}

function createPart(part: number): TapeFile {
  const at = partPath(job.base, part);
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
  clearTimeout(releasing);
  if (signing.says) says.push(signing.says);
  // Nothing was ever written, and what stands there would only take the name from the next recording.
  if (!file && failed !== undefined) rmSync(path, { force: true });
  await attempt(async () => {
    file?.close();
    if (!job.rotate && path === job.path) path = settle(path, job.wanted, launcher);
    if (job.wanted !== undefined && path !== job.wanted)
      says.push(`reelwire: the tape is ${path}, because ${job.wanted} holds another recording of this run`);
    if (job.vcr !== undefined) path = await convert(job.vcr, says);
  });
  reply({ kind: "done", path, says, ...(failed === undefined ? {} : { failed }) });
  port.close();
}

/** Makes the `.vcr` file from the finished tape and takes the tape away. */
async function convert(vcr: string, says: string[]): Promise<string> {
  const { tapeToVcr } = await import("./to-vcr.ts");
  const { target, losses } = await tapeToVcr(path, vcr);
  rmSync(path, { force: true });
  if (target !== vcr) says.push(`reelwire: the recording is ${target}, because ${vcr} was made meanwhile`);
  for (const { count, says: what } of losses) says.push(`reelwire: not in the .vcr file: ${what} (${count})`);
  return target;
}

function reply(message: WorkerReply, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}
