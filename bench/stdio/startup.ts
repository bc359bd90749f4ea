/**
 * Start-up, in units of `node -e 0`: how much later the first answer comes through the recorder than directly, and
 * what `--help` costs. The commands take turns, so that they share whatever the machine is doing.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Peer } from "./peer.ts";
import { median } from "./stats.ts";
import { echoServer, node, realServer, root, variants } from "./variants.ts";

export interface StartUp {
  /** Milliseconds, medians. */
  readonly bareNode: number;
  readonly help: number | undefined;
  readonly tiny: FirstAnswer;
  readonly real: FirstAnswer;
}

export interface FirstAnswer {
  readonly direct: number;
  readonly record: number | undefined;
}

const initialize = `${JSON.stringify({
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
})}\n`;

export async function measureStartUp(rounds: number): Promise<StartUp> {
  const recorder = variants.record;
  const dir = mkdtempSync(join(tmpdir(), "reelwire-bench-"));
  let tapes = 0;
  const recording = (server: readonly string[]) => () =>
    firstAnswer([...recorder.front(join(dir, `${tapes++}.tape.jsonl`)), ...server]);
  const tasks = {
    bareNode: () => untilExit([node, "-e", "0"]),
    tinyDirect: () => firstAnswer(echoServer),
    realDirect: () => firstAnswer(realServer),
    ...(recorder.ready && {
      help: () => untilExit([node, join(root, "bin", "reelwire.cjs"), "--help"]),
      tinyRecord: recording(echoServer),
      realRecord: recording(realServer),
    }),
  };
  try {
    const times = await takeTurns(tasks, rounds);
    const of = (name: string): number | undefined => (times[name] ? median(times[name]) : undefined);
    return {
      bareNode: of("bareNode")!,
      help: of("help"),
      tiny: { direct: of("tinyDirect")!, record: of("tinyRecord") },
      real: { direct: of("realDirect")!, record: of("realRecord") },
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function takeTurns(tasks: Record<string, () => Promise<number>>, rounds: number) {
  const times: Record<string, number[]> = {};
  const names = Object.keys(tasks);
  for (const name of names) await tasks[name]!();
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(i + round) % names.length]!;
      (times[name] ??= []).push(await tasks[name]!());
    }
  }
  return times;
}

async function firstAnswer(argv: readonly string[]): Promise<number> {
  const began = performance.now();
  const peer = await Peer.start(argv, "ignore");
  await peer.firstLine(initialize);
  const took = performance.now() - began;
  await peer.stop();
  return took;
}

export function untilExit(argv: readonly string[]): Promise<number> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { stdio: "ignore" });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve(performance.now() - began);
      else reject(new Error(`${argv.join(" ")} exited with ${code}`));
    });
  });
}
