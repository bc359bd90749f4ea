/**
 * The replay bench: `node bench/replay.ts [--quick] [--json]`. Rate against two small servers, first answer from a
 * large tape, memory; every base in the same run, the ways in rotated order.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { firstRequest, rateOf, requests, writeTape } from "./replay/load.ts";
import { Peer } from "./stdio/peer.ts";
import { machine } from "./stdio/report.ts";
import { untilExit } from "./stdio/startup.ts";
import { median, spread } from "./stdio/stats.ts";
import { echoServer, node, root } from "./stdio/variants.ts";

const { values: flags } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const rounds = flags.quick ? 3 : 5;
const sizes = flags.quick ? [1_000, 10_000] : [1_000, 10_000, 100_000];
const folder = mkdtempSync(join(tmpdir(), "reelwire-bench-"));
const say = (text: string): void => void process.stderr.write(`${text}\n`);
const tapeOf = (calls: number): string => join(folder, `${calls}.tape.jsonl`);
const replaying = (calls: number): string[] => [
  node,
  join(root, "bin", "reelwire.cjs"),
  "replay",
  tapeOf(calls),
];
const tinyEcho = [node, join(root, "bench", "tiny-echo.mjs")];

/** Calls that a way has answered before it counts, so that its code is compiled. */
const warmCalls = 3_000;

async function rates(calls: number, inFlight: number): Promise<Record<string, number[]>> {
  const ways: Record<string, readonly string[]> = {
    echo: echoServer,
    tiny: tinyEcho,
    replay: replaying(calls),
  };
  const lines = requests(calls);
  const found: Record<string, number[]> = {};
  const names = Object.keys(ways);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      const peer = await Peer.start(ways[name]!, "ignore");
      await peer.firstLine(firstRequest);
      // Each recorded call is answered once, so the warm-up takes from the same calls.
      const warm = Math.min(warmCalls, calls >> 1);
      await peer.each(lines.slice(0, warm), inFlight);
      (found[name] ??= []).push(await rateOf(peer, lines.slice(warm), inFlight));
      await peer.stop();
    }
  }
  return found;
}

async function firstAnswers(): Promise<{ bare: number; replay: number; echo: number }> {
  const times: Record<string, number[]> = { bare: [], replay: [], echo: [] };
  const first = async (argv: readonly string[]): Promise<number> => {
    const began = performance.now();
    const peer = await Peer.start(argv, "ignore");
    await peer.firstLine(firstRequest);
    const took = performance.now() - began;
    await peer.stop();
    return took;
  };
  for (let round = 0; round < (flags.quick ? 7 : 25); round++) {
    times["bare"]!.push(await untilExit([node, "-e", "0"]));
    times["replay"]!.push(await first(replaying(10_000)));
    times["echo"]!.push(await first(echoServer));
  }
  return { bare: median(times["bare"]!), replay: median(times["replay"]!), echo: median(times["echo"]!) };
}

/** Resident megabytes of a replay that has answered everything, over a replay of a small tape. */
async function memory(calls: number): Promise<number> {
  const peer = await Peer.start(replaying(calls), "ignore");
  await peer.firstLine(firstRequest);
  await peer.each(requests(calls), 16);
  const status = readFileSync(`/proc/${peer.child.pid}/status`, "utf8");
  await peer.stop();
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024;
}

try {
  for (const calls of sizes) writeTape(tapeOf(calls), calls, 200);
  const rows: Record<string, unknown>[] = [];
  const own: Record<string, Record<number, number>> = {};
  for (const inFlight of [1, 16]) {
    for (const calls of sizes) {
      say(`rate: ${calls} calls, ${inFlight} in flight`);
      const found = await rates(calls, inFlight);
      const against = (base: string) => spread(found["replay"]!.map((rate, i) => rate / found[base]![i]!));
      const rate = median(found["replay"]!);
      (own[inFlight] ??= {})[calls] = rate;
      rows.push({
        calls,
        "in flight": inFlight,
        "replay/s": Math.round(rate),
        "/ echo": against("echo").median.toFixed(3),
        "/ tiny JSON server": against("tiny").median.toFixed(3),
        "/ own at 1,000": (rate / own[inFlight]![1_000]!).toFixed(3),
      });
    }
  }
  say("first answer");
  const first = await firstAnswers();
  say("memory");
  writeTape(tapeOf(10_001), 10_001, 4096);
  const small = await memory(1_000);
  const large: Record<string, string> = {};
  for (const calls of [...sizes.slice(1), 10_001]) {
    const bytes = readFileSync(tapeOf(calls)).length / 2 ** 20;
    large[`${calls} calls, tape ${bytes.toFixed(0)} MiB`] =
      `+${((await memory(calls)) - small).toFixed(1)} MB`;
  }
  if (flags.json) console.log(JSON.stringify({ machine: machine(), rows, first, large }, null, 1));
  else {
    const { node: version, cores, cpu, system } = machine();
    console.log(`Node ${version}, ${cores} cores of ${cpu}, ${system}`);
    console.table(rows);
    const above = (first.replay - first.bare).toFixed(1);
    console.log(
      `first answer of a 10,000-call tape: ${first.replay.toFixed(1)} ms, node -e 0 ${first.bare.toFixed(1)} ms, above it ${above} ms (reach 60); echo server ${first.echo.toFixed(1)} ms`,
    );
    console.log("memory above a replay of 1,000 calls:", large);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
