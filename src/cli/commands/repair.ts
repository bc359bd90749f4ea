/** `repair`: makes a tape whole in place; what it was stays beside it. */
import { relative, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { isRunning } from "../../runtime/index.ts";
import { openTapeFile, repairTape } from "../../tape/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { countText, sizeText } from "../units.ts";

export async function run(call: Call): Promise<number> {
  const file = call.words[0]!;
  const path = resolve(call.cwd, file);
  await refuseLive(path, file);
  const { changed, droppedLines, droppedBytes, original } = await repairTape(path);
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

/** A tape that is being written is unfinished by nature; mending it would take it from its recorder. */
async function refuseLive(path: string, file: string): Promise<void> {
  const { recorder } = (await openTapeFile(path)).header;
  if (!recorder || !isRunning(recorder)) return;
  const hint = `process ${recorder.pid} writes it`;
  throw new ReelwireError("RW3014", { with: { hint }, where: [["file", file]] });
}
