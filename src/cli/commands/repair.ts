/** `repair`: makes a tape whole in place; what it was stays beside it. */
import { relative, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { isRunning } from "../../runtime/index.ts";
import type { TapeSigner } from "../../tape/index.ts";
import { type RepairReport, repairTape } from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { configuredSigner, tellSigning } from "../signing.ts";
import { styleFor } from "../style.ts";
import { bytesOf, openRecording } from "../tape-file.ts";
import { countText, sizeText } from "../units.ts";

export async function run(call: Call): Promise<number> {
  const file = call.words[0]!;
  const path = resolve(call.cwd, file);
  await refuse(call, file);
  const signer = configuredSigner(call);
  const { changed, droppedLines, droppedBytes, original, wasSignedBy } = await repaired(call, path, signer);
  if (changed) tellSigning(call, wasSignedBy, signer);
  const beside = original === undefined ? null : relative(call.cwd, original);
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    const facts = { file, changed, droppedLines, droppedBytes, original: beside };
    for (const [key, value] of Object.entries(facts)) await json.member(key, value);
    await json.end();
    return 0;
  }
  const style = styleFor(call.env, call.stdout);
  const dropped =
    droppedLines === 0
      ? "nothing was lost"
      : `${countText(droppedLines, "line")} dropped (${sizeText(droppedBytes)})`;
  const line = changed
    ? `${style.green("repaired")}  ${cleanLine(file)}  ${dropped}; the original is ${cleanLine(beside ?? "")}`
    : `${style.green("complete")}  ${cleanLine(file)}  nothing to repair`;
  await out.line(line);
  await out.flush();
  return 0;
}

async function repaired(call: Call, path: string, signer: TapeSigner | undefined): Promise<RepairReport> {
  const progress = startProgress(call.stderr, "repairing");
  const total = 2 * (await bytesOf([path]));
  try {
    return await repairTape(path, (done) => progress.at(done, total), signer);
  } finally {
    progress.end();
  }
}

/** A tape that is being written is unfinished by nature; mending it would take it from its recorder. */
async function refuse(call: Call, file: string): Promise<void> {
  const { encoding, header } = await openRecording(call, file, async () => {
    throw new ReelwireError("RW3409", { where: [["file", file]] });
  });
  if (encoding === "vcr") {
    const tape = `${file.replace(/\.vcr$/, "")}.tape.jsonl`;
    const wants = `a tape: .vcr files are not repaired. To keep what reads: reelwire convert ${file} ${tape}`;
    throw new ReelwireError("RW1004", { with: { flag: "repair", value: file, wants } });
  }
  const { recorder } = header;
  if (!recorder || !isRunning(recorder)) return;
  const hint = `process ${recorder.pid} writes it`;
  throw new ReelwireError("RW3014", { with: { hint }, where: [["file", file]] });
}
