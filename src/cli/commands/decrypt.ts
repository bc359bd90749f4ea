/** `decrypt`: encrypted tapes as they were. A file that does not hold to its end leaves nothing behind. */
import { basename, dirname, join, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { Content, partsFrom } from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { type CryptJob, cryptJobs } from "../crypt-jobs.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { writeWhole } from "../output-file.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { bytesOf, stoppable, unlockFor } from "../tape-file.ts";
import { sizeText } from "../units.ts";

export async function run(call: Call): Promise<number> {
  const jobs = cryptJobs(call, await inputsOf(call), plainName);
  const content = new Content(unlockFor(call));
  const progress = startProgress(call.stderr, "decrypting");
  const total = await bytesOf(jobs.map(({ from }) => from));
  let done = 0;
  const sizes: number[] = [];
  try {
    for (const job of jobs)
      sizes.push(await decrypted(call, job, content, (bytes) => progress.at((done += bytes), total)));
  } finally {
    progress.end();
  }
  await tell(call, jobs, sizes);
  return 0;
}

/** The files that were named, with the later parts of a rotated recording, each once. */
async function inputsOf(call: Call): Promise<string[]> {
  const inputs = new Set<string>();
  for (const path of call.words) {
    inputs.add(path);
    const parts = (await partsFrom(resolve(call.cwd, path)).catch(() => undefined)) ?? [];
    for (const part of parts.slice(1))
      if (part.exists && part.path.endsWith(".age")) inputs.add(join(dirname(path), basename(part.path)));
  }
  return [...inputs];
}

function plainName(input: string): string {
  if (/.\.age$/.test(basename(input))) return input.slice(0, -".age".length);
  const wants = "a name that ends in .age, or say with -o what to write";
  throw new ReelwireError("RW1004", { with: { flag: "decrypt", value: input, wants } });
}

async function decrypted(
  call: Call,
  { from, to, input }: CryptJob,
  content: Content,
  onBytes: (bytes: number) => void,
): Promise<number> {
  return writeWhole(to, call.flags["force"] === true, async (sink) => {
    for await (const chunk of stoppable(content.bytes(from), call.signal)) {
      if (content.sealOf(from) === undefined) break;
      sink.write(chunk);
      onBytes(chunk.length);
    }
    if (content.sealOf(from) === undefined) throw new ReelwireError("RW3411", { where: [["file", input]] });
    return sink.size;
  });
}

async function tell(call: Call, jobs: readonly CryptJob[], sizes: readonly number[]): Promise<void> {
  const out = new Output(call);
  const json = call.flags["json"] ? new JsonOutput(out) : undefined;
  const style = styleFor(call.env, call.stdout);
  await json?.openList("files");
  for (const [i, { input, output }] of jobs.entries()) {
    const bytes = sizes[i]!;
    if (json) await json.item(JSON.stringify({ input, output, bytes }));
    else await out.line(`${style.green("decrypted")}  ${cleanLine(output)}  ${sizeText(bytes)}`);
  }
  await json?.closeList();
  await json?.end();
  await out.flush();
}
