/**
 * The figures to reach, each with what is measured for it. Against "bare pipes" means two stream pipes, against
 * "bare sockets" the cheapest hop that Node gives; both lie in bench/.
 */
import type { Latencies } from "./latency.ts";
import type { Memory } from "./memory.ts";
import type { StartUp } from "./startup.ts";
import type { Spread } from "./stats.ts";
import type { VariantKey } from "./variants.ts";

export interface Measured {
  readonly latencies?: Latencies;
  readonly memory?: Partial<Record<VariantKey, Memory>>;
  readonly startUp?: StartUp;
}

export interface Figure {
  readonly what: string;
  readonly measure: string;
  readonly reach: number;
  /** Whether a smaller or a larger value is the better one. */
  readonly better: "less" | "more";
  readonly value: Spread | undefined;
  /** What two runs of the same base differ by, where there is such a pair. */
  readonly noise?: Spread | undefined;
}

export function figures(measured: Measured): Figure[] {
  return [
    ...latencyFigures(measured.latencies),
    ...memoryFigures(measured.memory),
    ...startFigures(measured.startUp),
  ];
}

/** True, false, or undefined when it was not measured. */
export function reached(figure: Figure): boolean | undefined {
  if (!figure.value) return undefined;
  const value = figure.value.median;
  return figure.better === "less" ? value <= figure.reach : value >= figure.reach;
}

function latencyFigures(l: Latencies | undefined): Figure[] {
  const rows: Figure[] = [];
  const p50 = (what: string, shape: string, of: VariantKey, base: VariantKey, reach: number): void => {
    const noise = l?.p50(shape, "again", "sockets");
    rows.push({
      what,
      measure: `p50 ${of}/${base}, ${shape}`,
      reach,
      better: "less",
      value: l?.p50(shape, of, base),
      noise,
    });
  };
  const rate = (what: string, shape: string, reach: number): void => {
    const noise = l?.rate(shape, "again", "sockets");
    const value = l?.rate(shape, "record", "pipes");
    rows.push({ what, measure: `rate record/pipes, ${shape}`, reach, better: "more", value, noise });
  };
  for (const shape of ["200 B, 0.1 ms", "200 B, 1 ms", "4 KiB, 0.1 ms", "4 KiB, 1 ms"]) {
    p50("promise", shape, "record", "pass", 1.02);
    p50("promise counts if", shape, "pass", "sockets", 1.03);
    p50("redaction, standard against off", shape, "record", "kept", 1.02);
  }
  for (const [shape, own, bare, must, aim] of [
    ["200 B", 1.04, 1.0, 0.7, 0.97],
    ["4 KiB", 1.04, 1.02, 0.6, 0.95],
    ["256 KiB", 1.25, 1.12, 0.5, 0.8],
  ] as const) {
    p50("bare, own pass-through", shape, "record", "pass", own);
    p50("bare, two pipes", shape, "record", "pipes", bare);
    p50("redaction, standard against off", shape, "record", "kept", 1.04);
    rows.push({
      what: "redaction, rate",
      measure: `rate record/kept, ${shape} x16`,
      reach: must,
      better: "more",
      value: l?.rate(`${shape} x16`, "record", "kept"),
      noise: l?.rate(`${shape} x16`, "again", "sockets"),
    });
    p50("bare, same placement", shape, "record", "session", bare);
    rate("rate, must", `${shape} x16`, must);
    rate("rate, aim", `${shape} x16`, aim);
    const value = l?.p99(`${shape} x16`, "record", "pipes");
    const noise = l?.p99(`${shape} x16`, "again", "sockets");
    rows.push({
      what: "tail",
      measure: `p99 record/pipes, ${shape} x16`,
      reach: 1.2,
      better: "less",
      value,
      noise,
    });
  }
  p50("whole wrapper", "200 B, 1 ms", "record", "direct", 1.025);
  p50("whole wrapper", "4 KiB, 1 ms", "record", "direct", 1.025);
  return rows;
}

function memoryFigures(m: Measured["memory"]): Figure[] {
  const above = m?.record && m.pipes && m.record.megabytes - m.pipes.megabytes;
  const noise = m?.again && m.sockets && one(m.again.megabytes - m.sockets.megabytes);
  return [
    {
      what: "memory, growth",
      measure: "MB per million messages",
      reach: 2,
      better: "less",
      value: one(m?.record?.megabytesPerMillion),
      noise: one(m?.pipes?.megabytesPerMillion),
    },
    {
      what: "memory, level",
      measure: "MB above bare pipes",
      reach: 20,
      better: "less",
      value: one(above),
      noise,
    },
  ];
}

function startFigures(s: StartUp | undefined): Figure[] {
  const above = (first: StartUp["tiny"] | undefined) =>
    s && first?.record !== undefined ? one((first.record - first.direct) / s.bareNode) : undefined;
  return [
    {
      what: "start-up, tiny server",
      measure: "(record - direct) / node -e 0",
      reach: 1.2,
      better: "less",
      value: above(s?.tiny),
    },
    {
      what: "start-up, real server",
      measure: "(record - direct) / node -e 0",
      reach: 1.4,
      better: "less",
      value: above(s?.real),
    },
    {
      what: "start-up, --help",
      measure: "--help / node -e 0",
      reach: 1.3,
      better: "less",
      value: one(s?.help && s.help / s.bareNode),
    },
  ];
}

function one(value: number | undefined): Spread | undefined {
  return value === undefined ? undefined : { median: value, low: value, high: value, count: 1 };
}
