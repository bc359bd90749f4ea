/** `unpack`: opens a pack that somebody sent, into a folder of its own. */
import { join, relative, resolve } from "node:path";
import type { Call } from "../command.ts";
import { JsonOutput } from "../json-output.ts";
import { Output } from "../output.ts";
import { unpack } from "../pack/index.ts";
import { startProgress } from "../progress.ts";
import { cleanLine } from "../sanitize.ts";
import { styleFor } from "../style.ts";
import { bytesOf } from "../tape-file.ts";
import { countText, sizeText } from "../units.ts";

export async function run(call: Call): Promise<number> {
  const file = call.words[0]!;
  const path = resolve(call.cwd, file);
  const total = await bytesOf([path]);
  const progress = startProgress(call.stderr, "unpacking");
  const { signal, cwd, flags } = call;
  const { dir, files, tapes } = await unpack(path, {
    cwd,
    signal,
    dir: flags["out"] as string | undefined,
    replace: flags["force"] === true,
    onProgress: (done) => progress.at(done, total),
  }).finally(() => progress.end());
  const told = relative(cwd, dir) || ".";
  const out = new Output(call);
  if (flags["json"]) {
    const json = new JsonOutput(out);
    for (const [key, value] of Object.entries({ file, dir: told, tapes, files }))
      await json.member(key, value);
    await json.end();
    return 0;
  }
  const style = styleFor(call.env, call.stdout);
  const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
  await out.line(
    `${style.green("unpacked")}  ${cleanLine(told)}  ${countText(tapes.length, "tape")}, ${sizeText(bytes)}`,
  );
  for (const tape of tapes) await out.line(`  ${cleanLine(join(told, tape))}`);
  await out.flush();
  return 0;
}
