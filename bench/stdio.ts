/**
 * The stdio bench: `node bench/stdio.ts [--quick] [--json] [--only latency,memory,start] [--launches N]
 * [--variants direct,pipes,…] [--shapes "200 B,4 KiB x16"] [--pinned]`. Measures recording against the ways beside it
 * and says for each published figure whether it is reached. `--pinned` puts every process on one core: latency is
 * then the sum of all work on the path, and the spread between runs is small.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { figures, type Measured } from "./stdio/figures.ts";
import { measureLatencies } from "./stdio/latency.ts";
import { measureMemory } from "./stdio/memory.ts";
import { absoluteTable, figureTable, machine, memoryTable } from "./stdio/report.ts";
import { shapes } from "./stdio/shapes.ts";
import { measureStartUp } from "./stdio/startup.ts";
import { readyVariants, type VariantKey, variants } from "./stdio/variants.ts";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    pinned: { type: "boolean", default: false },
    only: { type: "string", default: "latency,memory,start" },
    launches: { type: "string" },
    variants: { type: "string" },
    shapes: { type: "string" },
  },
});

const pinnedMark = "REELWIRE_BENCH_PINNED";
if (flags.pinned && !process.env[pinnedMark]) {
  const argv = ["-c", "1", process.execPath, import.meta.filename, ...process.argv.slice(2)];
  const run = spawnSync("taskset", argv, { stdio: "inherit", env: { ...process.env, [pinnedMark]: "1" } });
  if (run.error) console.error(`taskset: ${run.error.message}`);
  process.exit(run.status ?? 1);
}

const quick = flags.quick;
const parts = flags.only.split(",");
const keys = readyVariants(flags.variants?.split(","));
const chosen = flags.shapes ? shapes.filter((s) => flags.shapes!.split(/,(?! )/).includes(s.name)) : shapes;
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

const measured: { -readonly [K in keyof Measured]: Measured[K] } = {};
for (const key of Object.keys(variants) as VariantKey[]) {
  if (!variants[key].ready) progress(`not in this checkout: ${variants[key].name}`);
}
if (parts.includes("latency")) {
  const launches = Number(flags.launches ?? (quick ? 3 : 12));
  measured.latencies = await measureLatencies(
    { launches, rounds: quick ? 4 : 10, shapes: chosen, keys },
    progress,
  );
}
if (parts.includes("memory")) {
  const memory: NonNullable<Measured["memory"]> = (measured.memory = {});
  for (const key of keys.filter((k) => k !== "direct")) {
    progress(`memory: ${variants[key].name}`);
    memory[key] = await measureMemory(key, quick ? 100_000 : 500_000, quick ? 300_000 : 3_000_000);
  }
}
if (parts.includes("start")) {
  progress("start-up");
  measured.startUp = await measureStartUp(quick ? 7 : 25);
}

const rows = figures(measured);
if (flags.json) {
  const absolute = chosen.map((s) => [
    s.name,
    Object.fromEntries(keys.map((k) => [k, measured.latencies?.absolute(s.name, k)])),
  ]);
  const { memory, startUp } = measured;
  console.log(
    JSON.stringify(
      { machine: machine(), pinned: flags.pinned, figures: rows, absolute, memory, startUp },
      null,
      1,
    ),
  );
} else {
  const { node, cores, cpu, system } = machine();
  console.log(
    `Node ${node}, ${cores} cores of ${cpu}, ${system}${flags.pinned ? ", pinned to one core" : ""}\n`,
  );
  if (measured.latencies)
    console.log(
      `${absoluteTable(
        measured.latencies,
        chosen.map((s) => s.name),
        keys,
      )}\n`,
    );
  if (measured.memory) console.log(`${memoryTable(measured.memory)}\n`);
  if (measured.startUp) console.log(`start-up, ms: ${JSON.stringify(measured.startUp)}\n`);
  console.log(figureTable(rows));
}
