/** `pack`: one file to send to a stranger, and what was left out of it. */
import { resolve } from "node:path";
import { redactionOf } from "../clean/index.ts";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { pack, packNameOf } from "../pack/index.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { bytesOf, moving, openRecording } from "../tape-file.ts";
import { countText, sizeText } from "../units.ts";

export async function run(call: Call): Promise<number> {
  const { words, flags, cwd, signal } = call;
  const output = (flags["out"] as string | undefined) ?? packNameOf(words[0]!);
  const inputs = [];
  for (const path of words) inputs.push({ path, opened: await openRecording(call, path) });
  const progress = startProgress(call.stderr, "packing");
  const sizes = await Promise.all(inputs.map(({ opened }) => bytesOf(opened.files)));
  // Each is read to be searched and to be written; what stands before and after is not counted.
  const total = 2 * sizes.reduce((sum, bytes) => sum + bytes, 0);
  let begun = 0;
  const watched = inputs.map(({ path, opened }, i) => ({
    path,
    opened: {
      ...opened,
      items: () => {
        const before = begun;
        begun += sizes[i]!;
        return moving(opened.items(), progress, before, total);
      },
    },
  }));
  const redaction = await redactionOf(call);
  const done = await pack(watched, {
    output: resolve(cwd, output),
    redaction,
    signal,
    includeNotes: flags["include-notes"] === true,
    force: flags["force"] === true,
  }).finally(() => progress.end());
  await tell(call, output, done);
  return 0;
}

async function tell(
  call: Call,
  output: string,
  { manifest, bytes }: Awaited<ReturnType<typeof pack>>,
): Promise<void> {
  const { tapes, removedCount: removed, reducedCount: reduced, fills } = manifest;
  const out = new Output(call);
  if (call.flags["json"]) {
    const json = new JsonOutput(out);
    const facts = { output, bytes, tapes, removed, reduced, fills };
    for (const [key, value] of Object.entries(facts)) await json.member(key, value);
    await json.end();
    return;
  }
  const style = styleFor(call.env, call.stdout);
  const sum = `${countText(tapes.length, "tape")}, ${sizeText(bytes)}`;
  const left = `${countText(removed, "value")} taken out, ${countText(reduced, "fact")} about this machine left out`;
  await out.line(`${style.green("packed")}  ${cleanLine(output)}  ${sum}; ${left}`);
  for (const { name, verdict, calls } of tapes)
    await out.line(`  ${name}  ${verdict}  ${countText(calls, "call")}`);
  await out.flush();
  for (const { name, verdict } of tapes)
    if (verdict !== "complete") call.stderr.write(`${name} is ${verdict}; the pack says so\n`);
}
