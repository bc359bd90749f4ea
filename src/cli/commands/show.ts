/** `show`: which of its views is wanted, and that only one is. */
import { ReelwireError } from "../../base/index.ts";
import type { Call } from "../command.ts";
import { showCall } from "../show-call.ts";
import { showAll, showStream } from "../show-lines.ts";
import { showTable } from "../show-table.ts";

export async function run(call: Call): Promise<number> {
  const [path, n] = call.words as [string, string | undefined];
  demandOneView(call, n);
  if (n !== undefined) return showCall(call, path, callNumber(n));
  if (call.flags["all"]) return showAll(call, path);
  if (call.flags["stderr"]) return showStream(call, path, "stderr");
  if (call.flags["noise"]) return showStream(call, path, "noise");
  return showTable(call, path);
}

function callNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new ReelwireError("RW1004", {
    with: { flag: "show", value: text, wants: "the number of a call, from 1" },
  });
}

function demandOneView({ flags }: Call, n: string | undefined): void {
  const views = (["all", "stderr", "noise"] as const)
    .filter((name) => flags[name])
    .map((name) => `--${name}`);
  if (n !== undefined) views.unshift(`call ${n}`);
  if (flags["filter"] !== undefined) views.push("--filter");
  if (views.length > 1) throw contradiction(views[0]!, views[1]!, "ask for one of them");
  if (flags["raw"] && flags["json"])
    throw contradiction("--raw", "--json", "--json holds the messages as they were sent");
  if (flags["raw"] && n === undefined && !flags["all"])
    throw contradiction("--raw", "a listing", "add the number of a call, or --all");
}

function contradiction(first: string, second: string, hint: string): ReelwireError {
  return new ReelwireError("RW1006", { with: { first, second, hint } });
}
