/** Which files `encrypt` and `decrypt` make of which, settled before the first is touched. */
import { existsSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { ReelwireError } from "../base/index.ts";
import type { Call } from "./command.ts";
import { countText } from "./units.ts";

export interface CryptJob {
  /** As they are told, relative to the call's folder. */
  readonly input: string;
  readonly output: string;
  /** The same as whole paths. */
  readonly from: string;
  readonly to: string;
}

/**
 * `nameOf` gives the output beside an input. Throws RW1006 when two jobs or a job's two ends meet in one file, RW3010
 * when an output is there and may not be replaced.
 */
export function cryptJobs(
  call: Call,
  inputs: readonly string[],
  nameOf: (input: string) => string,
): readonly CryptJob[] {
  const targets = new Set<string>();
  return inputs.map((input) => {
    const output = outputOf(call, input, inputs.length, nameOf);
    const [from, to] = [resolve(call.cwd, input), resolve(call.cwd, output)];
    if (targets.has(to) || isSame(from, to))
      throw new ReelwireError("RW1006", {
        with: { first: input, second: `the output ${output}`, hint: "choose another output with -o" },
      });
    targets.add(to);
    if (call.flags["force"] !== true && existsSync(to))
      throw new ReelwireError("RW3010", { where: [["file", output]] });
    return { input, output, from, to };
  });
}

function outputOf(call: Call, input: string, count: number, nameOf: (input: string) => string): string {
  const out = call.flags["out"] as string | undefined;
  if (out === undefined) return nameOf(input);
  if (statSync(resolve(call.cwd, out), { throwIfNoEntry: false })?.isDirectory())
    return join(out, basename(nameOf(input)));
  if (count === 1) return out;
  const first = `-o ${out}`;
  const hint = "name a folder that is there, or one tape at a time";
  throw new ReelwireError("RW1006", { with: { first, second: countText(count, "input file"), hint } });
}

function isSame(from: string, to: string): boolean {
  const [a, b] = [from, to].map((path) => statSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
