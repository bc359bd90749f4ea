/** What the bench prints: absolute values for scale, then every figure with its verdict. */
import { arch, cpus, platform, release } from "node:os";
import { type Figure, reached } from "./figures.ts";
import type { Latencies } from "./latency.ts";
import type { Memory } from "./memory.ts";
import type { Spread } from "./stats.ts";
import { type VariantKey, variants } from "./variants.ts";

export interface Machine {
  readonly node: string;
  readonly cores: number;
  readonly cpu: string;
  readonly system: string;
}

export function machine(): Machine {
  const cores = cpus();
  const cpu = cores[0]?.model.trim() ?? "unknown";
  return { node: process.version, cores: cores.length, cpu, system: `${platform()} ${release()} ${arch()}` };
}

export function absoluteTable(
  latencies: Latencies,
  shapes: readonly string[],
  keys: readonly VariantKey[],
): string {
  const rows: string[][] = [["load", "way", "p50 µs", "p99 µs", "messages/s"]];
  for (const shape of shapes) {
    for (const key of keys) {
      const cell = latencies.absolute(shape, key);
      if (!cell) continue;
      rows.push([shape, variants[key].name, cell.p50.toFixed(1), cell.p99.toFixed(1), cell.rate.toFixed(0)]);
    }
  }
  return table(rows, 2);
}

export function memoryTable(memory: Partial<Record<VariantKey, Memory>>): string {
  const rows: string[][] = [["way", "MB", "MB per million", "messages"]];
  for (const [key, m] of Object.entries(memory)) {
    const name = variants[key as VariantKey].name;
    rows.push([name, m.megabytes.toFixed(1), m.megabytesPerMillion.toFixed(2), String(m.messages)]);
  }
  return table(rows, 1);
}

export function figureTable(figures: readonly Figure[]): string {
  const rows: string[][] = [
    ["figure", "measure", "reach", "median", "middle half", "noise floor", "verdict"],
  ];
  for (const figure of figures) {
    const sign = figure.better === "less" ? "≤" : "≥";
    const verdict = { true: "reached", false: "NOT reached", undefined: "not measured" }[
      String(reached(figure))
    ]!;
    const half = figure.value && figure.value.count > 1 ? range(figure.value) : "";
    const noise = figure.noise ? show(figure.noise) : "";
    rows.push([
      figure.what,
      figure.measure,
      `${sign} ${figure.reach}`,
      show(figure.value),
      half,
      noise,
      verdict,
    ]);
  }
  return table(rows, 2);
}

function show(spread: Spread | undefined): string {
  if (!spread) return "-";
  return spread.count > 1 ? spread.median.toFixed(3) : spread.median.toFixed(2);
}

function range(spread: Spread): string {
  return `${spread.low.toFixed(3)}-${spread.high.toFixed(3)}`;
}

/** Columns padded to fit; the first `left` of them flush left, the others flush right. */
function table(rows: readonly (readonly string[])[], left: number): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const pad = (text: string, i: number): string =>
    i < left ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  return rows.map((row) => row.map(pad).join("  ").trimEnd()).join("\n");
}
