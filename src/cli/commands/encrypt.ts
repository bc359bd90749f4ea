/** `encrypt`: tapes as age files, for recipients. The tape stays, unless it is to go when its copy was read back. */
import { createHash } from "node:crypto";
import { type BigIntStats, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { findRecipients, isRunning, locksFor } from "../../runtime/index.ts";
import { type AgeLock, Content, encryptedBytes, fileBytes } from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { type CryptJob, cryptJobs } from "../crypt-jobs.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { writeWhole } from "../output-file.ts";
import { type Progress, startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { bytesOf, openRecording, stoppable } from "../tape-file.ts";
import { countText, sizeText } from "../units.ts";

/** What was written, and what is known of it to prove it. */
interface Written {
  readonly job: CryptJob;
  readonly bytes: number;
  readonly sha256: string;
  readonly lock: AgeLock;
  readonly before: BigIntStats;
}

export async function run(call: Call): Promise<number> {
  const recipients = recipientsOf(call);
  const nextLock = await locksFor(recipients);
  const jobs = cryptJobs(call, await inputsOf(call), (input) => `${input}.age`);
  const remove = call.flags["remove"] === true;
  const progress = startProgress(call.stderr, "encrypting");
  const bar = { progress, done: 0, total: await bytesOf(jobs.map(({ from }) => from)) };
  if (remove) bar.total *= 2;
  const written: Written[] = [];
  try {
    for (const job of jobs) written.push(await encrypted(call, job, await nextLock(), bar));
    if (remove) for (const each of written) await removeProved(call, each, bar);
  } finally {
    progress.end();
  }
  await tell(call, written, recipients.length, remove);
  return 0;
}

/** Whom the flags name; whom the environment names only when they name nobody. Throws RW1005 without any. */
function recipientsOf(call: Call): readonly string[] {
  const list = (name: string): readonly string[] => (call.flags[name] as readonly string[] | undefined) ?? [];
  const files = list("recipients-file");
  const words = list("recipients");
  const fromEnvironment = words.length === 1 && words[0] === call.env["REELWIRE_RECIPIENTS"];
  const recipients = findRecipients({
    words: fromEnvironment && files.length > 0 ? [] : words,
    files,
    cwd: call.cwd,
  });
  if (recipients.length > 0) return recipients;
  const what = "a recipient (-r, -R or REELWIRE_RECIPIENTS)";
  const usage = "reelwire encrypt -r age1… TAPE";
  throw new ReelwireError("RW1005", { with: { command: "encrypt", what, usage } });
}

/** Every file of the tapes that were named, each once. */
async function inputsOf(call: Call): Promise<string[]> {
  const inputs = new Set<string>();
  for (const path of call.words) {
    const { files, header } = await openRecording(call, path, async () => {
      throw new ReelwireError("RW3410", { where: [["file", path]] });
    });
    if (header.recorder && isRunning(header.recorder))
      throw beingWritten(path, `process ${header.recorder.pid} writes it`);
    for (const file of files) inputs.add(files.length === 1 ? path : join(dirname(path), basename(file)));
  }
  return [...inputs];
}

interface Bar {
  readonly progress: Progress;
  readonly total: number;
  done: number;
}

async function encrypted(call: Call, job: CryptJob, lock: AgeLock, bar: Bar): Promise<Written> {
  const before = statSync(job.from, { bigint: true });
  const hash = createHash("sha256");
  const content = seen(stoppable(fileBytes(job.from), call.signal), (chunk) => hash.update(chunk), bar);
  const bytes = await writeWhole(job.to, call.flags["force"] === true, async (sink) => {
    for await (const chunk of encryptedBytes(lock, content)) sink.write(chunk);
    return sink.size;
  });
  return { job, bytes, sha256: hash.digest("hex"), lock, before };
}

/** The copy is opened from the disk with its own key: it has to hold what was read, and the tape still that. */
async function removeProved(call: Call, { job, sha256, lock, before }: Written, bar: Bar): Promise<void> {
  const hash = createHash("sha256");
  const copy = new Content(async () => lock.fileKey).bytes(job.to);
  try {
    for await (const chunk of seen(stoppable(copy, call.signal), () => {}, bar)) hash.update(chunk);
  } catch (cause) {
    if (!(cause instanceof ReelwireError)) throw cause;
    throw new ReelwireError("RW3412", {
      where: [
        ["file", job.output],
        ["why", cause.message],
      ],
      cause,
    });
  }
  if (hash.digest("hex") !== sha256) throw new ReelwireError("RW3412", { where: [["file", job.output]] });
  const now = statSync(job.from, { bigint: true });
  if (now.size !== before.size || now.mtimeNs !== before.mtimeNs || now.ino !== before.ino)
    throw beingWritten(job.input, "it changed while it was encrypted, and was not removed");
  // A link is not the tape.
  const real = realpathSync(job.from);
  rmSync(real);
  rmSync(job.from, { force: true });
}

async function* seen(
  source: AsyncIterable<Uint8Array>,
  see: (chunk: Uint8Array) => void,
  bar: Bar,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) {
    see(chunk);
    bar.progress.at((bar.done += chunk.length), bar.total);
    yield chunk;
  }
}

async function tell(
  call: Call,
  written: readonly Written[],
  recipients: number,
  removed: boolean,
): Promise<void> {
  const out = new Output(call);
  const json = call.flags["json"] ? new JsonOutput(out) : undefined;
  const style = styleFor(call.env, call.stdout);
  await json?.openList("files");
  for (const { job, bytes } of written) {
    const { input, output } = job;
    if (json) await json.item(JSON.stringify({ input, output, bytes, recipients, removed }));
    else {
      const says = [sizeText(bytes), `for ${countText(recipients, "recipient")}`];
      if (removed) says.push(`${input} is removed`);
      await out.line(`${style.green("encrypted")}  ${cleanLine(output)}  ${says.map(cleanLine).join(", ")}`);
    }
  }
  await json?.closeList();
  await json?.end();
  await out.flush();
}

function beingWritten(path: string, hint: string): ReelwireError {
  return new ReelwireError("RW3014", { with: { hint }, where: [["file", path]] });
}
