/** `replay`: checks the flags, serves the tape on stdio, and says on stderr what was not as recorded. */
import { resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { parsePointer, type Strategy, type VolatileName } from "../../match/index.ts";
import { differenceText, errorOf, nameOf, nearestText } from "../../replay/index.ts";
import { type Finding, findingsMax, Replay, type ReplayOptions, replayStdio } from "../../runtime/index.ts";
import type { Call } from "../command.ts";
import { cleanLine } from "../sanitize.ts";
import { namingParts, unlockFor } from "../tape-file.ts";

export async function run(call: Call): Promise<number> {
  const teller = new Teller(call);
  const { cwd, env } = call;
  const redact = call.flags["redact"] as string | undefined;
  const secrets = { cwd, env, ...(redact === undefined ? {} : { redact }) };
  const options = {
    ...replayOptions(call.flags),
    ...secrets,
    unlock: unlockFor(call),
    onFinding: (finding: Finding) => teller.tell(finding),
  };
  const path = call.words[0]!;
  const replay = await namingParts(call, path, () => Replay.open(resolve(call.cwd, path), options));
  try {
    const { stdout, signal } = call;
    const stdin = call.stdin();
    if (stdin.isTTY)
      teller.say(`replaying ${path} as an MCP server on stdio; a client starts it as its command`);
    await replayStdio(replay, { stdin, stdout }, signal, () => teller.noise());
    await report(replay, call, teller);
    const strict = call.flags["strict"] === true && teller.unused > 0;
    return replay.missCount > 0 || strict ? 1 : 0;
  } finally {
    await replay.close();
  }
}

async function report(replay: Replay, call: Call, teller: Teller): Promise<void> {
  teller.rest();
  if (call.flags["strict"] === true) teller.notMade(await replay.unused());
  if (replay.unfinished)
    teller.say(`the tape is unfinished: its recorder was stopped, ${replay.recordedCalls} calls are on it`);
  for (const { line, why } of replay.damaged) teller.say(`line ${line} of the tape is skipped: ${why}`);
}

/** Throws RW1004 for a value that no flag takes, RW1006 for flags that say opposite things. */
export function replayOptions(flags: Call["flags"]): ReplayOptions {
  const text = (name: string): string | undefined => flags[name] as string | undefined;
  const list = (name: string): readonly string[] => (flags[name] as readonly string[] | undefined) ?? [];
  const named = text("match") ?? "method-and-params";
  const strategy = (named === "fuzzy" ? "subset" : named) as Strategy;
  const ignore = list("ignore");
  for (const pointer of ignore) demandPointer(pointer);
  const volatile = list("volatile") as readonly VolatileName[];
  const [first] = ignore.length > 0 ? ["--ignore"] : volatile.length > 0 ? ["--volatile"] : [];
  if (first !== undefined && strategy !== "method-and-params" && strategy !== "subset") {
    const hint = `--match ${named} ${strategy === "exact" ? "leaves nothing out" : "does not look at parameters"}`;
    throw new ReelwireError("RW1006", { with: { first, second: `--match ${named}`, hint } });
  }
  return {
    match: { strategy, ignore, volatile },
    repeat: (text("repeat") ?? "error") as NonNullable<ReplayOptions["repeat"]>,
    onMiss: (text("on-miss") ?? "error") as NonNullable<ReplayOptions["onMiss"]>,
    answers: (text("answers") ?? "ask") as NonNullable<ReplayOptions["answers"]>,
    speed: speedOf(text("speed") ?? "0"),
    strictOrder: flags["strict-order"] === true,
  };
}

function demandPointer(text: string): void {
  if (text !== "" && parsePointer(text)) return;
  const wants = "a JSON Pointer such as /params/arguments/now";
  throw new ReelwireError("RW1004", { with: { flag: "--ignore", value: text, wants } });
}

function speedOf(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) <= speedMax) return Number(text);
  const wants = "0, 1, or a factor such as 2 or 0.5";
  throw new ReelwireError("RW1004", { with: { flag: "--speed", value: text, wants } });
}

const speedMax = 1_000_000;

/** What is said on stderr: one line a finding, and how many more there were. */
class Teller {
  readonly #stderr: Call["stderr"];
  #told = 0;
  #noise = 0;
  unused = 0;

  constructor({ stderr }: Call) {
    this.#stderr = stderr;
  }

  say(text: string): void {
    this.#stderr.write(`reelwire: ${cleanLine(text)}\n`);
  }

  tell(finding: Finding): void {
    if (++this.#told > findingsMax) return;
    if (finding.kind === "miss") {
      const error = errorOf(finding.miss);
      const nearest = finding.miss.nearest ? `; nearest is ${nearestText(finding.miss.nearest)}` : "";
      this.say(`miss ${error.code}: ${error.message} (id ${finding.miss.id})${nearest}`);
      return;
    }
    const { why, call, difference, ...named } = finding.inexact;
    const what = why === "nearest" ? `got the answer of call ${call}` : `went on as call ${call}`;
    const which = why === "nearest" ? "which" : "whose answer from the client";
    const differs = difference ? `, ${which} ${differenceText(difference)}` : "";
    this.say(`inexact: ${nameOf(named)} (id ${named.id}) ${what}${differs}`);
  }

  noise(): void {
    if (++this.#noise <= 3) this.say("a line from the client is no message and was left out");
  }

  rest(): void {
    if (this.#told > findingsMax) this.say(`and ${this.#told - findingsMax} more findings`);
  }

  notMade(calls: readonly number[]): void {
    this.unused = calls.length;
    if (calls.length === 0) return;
    const listed = calls.slice(0, 20).join(", ") + (calls.length > 20 ? ", …" : "");
    this.say(`strict: ${calls.length} recorded calls were not made: ${listed}`);
  }
}
