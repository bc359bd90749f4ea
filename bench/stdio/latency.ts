/**
 * Latency, tail and rate. All variants start at once; short blocks of load go round them in rotated order, so that a
 * slow moment of the machine hits each alike; each block is divided by another variant's of the same round; medians
 * over rounds, then over process launches, since one process instance differs from the next by a few per cent.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Load, Peer } from "./peer.ts";
import { median, percentile, type Spread, spread } from "./stats.ts";
import { echoServer, type VariantKey, variants } from "./variants.ts";

/** Between blocks, so that what one way left to do (a batch to write) is not paid by the next, in milliseconds. */
const settleMs = 30;

export interface Shape extends Load {
  readonly name: string;
  /** Share of the rounds that this shape is given; slow ones need fewer. */
  readonly rounds: number;
}

export interface Plan {
  readonly launches: number;
  readonly rounds: number;
  readonly shapes: readonly Shape[];
  readonly keys: readonly VariantKey[];
}

/** One variant under one shape: a value per block, and the p99 over all blocks of a launch. */
interface Cell {
  readonly p50: number[];
  readonly rate: number[];
  readonly all: Float64Array[];
}

/** What one launch gives: shape name -> variant -> cell. */
type Launch = Map<string, Map<VariantKey, Cell>>;

export class Latencies {
  readonly #launches: Launch[];

  constructor(launches: Launch[]) {
    this.#launches = launches;
  }

  /** p50 of one variant divided by another's of the same round: medians per launch, spread over launches. */
  p50(shape: string, of: VariantKey, base: VariantKey): Spread | undefined {
    return this.#ratio(shape, of, base, (a, b) => median(a.p50.map((value, round) => value / b.p50[round]!)));
  }

  rate(shape: string, of: VariantKey, base: VariantKey): Spread | undefined {
    return this.#ratio(shape, of, base, (a, b) =>
      median(a.rate.map((value, round) => value / b.rate[round]!)),
    );
  }

  p99(shape: string, of: VariantKey, base: VariantKey): Spread | undefined {
    return this.#ratio(shape, of, base, (a, b) => tail(a) / tail(b));
  }

  /** Absolute values of one variant, for the reader's sense of scale: microseconds and messages per second. */
  absolute(shape: string, of: VariantKey): { p50: number; p99: number; rate: number } | undefined {
    const cells = this.#launches
      .map((launch) => launch.get(shape)?.get(of))
      .filter((cell) => cell !== undefined);
    if (cells.length === 0) return undefined;
    return {
      p50: median(cells.map((cell) => median(cell.p50))),
      p99: median(cells.map(tail)),
      rate: median(cells.map((cell) => median(cell.rate))),
    };
  }

  #ratio(
    shape: string,
    of: VariantKey,
    base: VariantKey,
    ratio: (a: Cell, b: Cell) => number,
  ): Spread | undefined {
    const values: number[] = [];
    for (const launch of this.#launches) {
      const a = launch.get(shape)?.get(of);
      const b = launch.get(shape)?.get(base);
      if (a && b) values.push(ratio(a, b));
    }
    return values.length === 0 ? undefined : spread(values);
  }
}

function tail(cell: Cell): number {
  const all = new Float64Array(cell.all.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of cell.all) {
    all.set(block, at);
    at += block.length;
  }
  return percentile(all, 0.99);
}

export async function measureLatencies(plan: Plan, progress: (text: string) => void): Promise<Latencies> {
  const launches: Launch[] = [];
  for (let n = 0; n < plan.launches; n++) {
    progress(`latency: launch ${n + 1} of ${plan.launches}`);
    launches.push(await oneLaunch(plan, n));
  }
  return new Latencies(launches);
}

async function oneLaunch(plan: Plan, turn: number): Promise<Launch> {
  const dir = mkdtempSync(join(tmpdir(), "reelwire-bench-"));
  const starting = plan.keys.map(async (key) => {
    const argv = [...variants[key].front(join(dir, `${key}.tape.jsonl`)), ...echoServer];
    return [key, await Peer.start(argv)] as const;
  });
  const peers = await Promise.all(starting);
  try {
    const launch: Launch = new Map();
    for (const [key, peer] of peers) await warm(key, peer, plan.shapes);
    for (const shape of plan.shapes) launch.set(shape.name, await oneShape(shape, plan.rounds, peers, turn));
    return launch;
  } finally {
    await Promise.all(peers.map(([, peer]) => peer.stop()));
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Long enough for the optimising compiler to have settled before anything counts. */
async function warm(_key: VariantKey, peer: Peer, shapes: readonly Shape[]): Promise<void> {
  for (const shape of shapes) {
    const messages = shape.work > 200 ? 20 : Math.min(2000, shape.messages * 2);
    await peer.run({ ...shape, messages });
  }
}

type Running = readonly (readonly [VariantKey, Peer])[];

async function oneShape(shape: Shape, roundsAll: number, peers: Running, turn: number) {
  const cells = new Map<VariantKey, Cell>();
  for (const [key] of peers) cells.set(key, { p50: [], rate: [], all: [] });
  const rounds = Math.max(2, Math.round(roundsAll * shape.rounds));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < peers.length; i++) {
      const [key, peer] = peers[(i + round + turn) % peers.length]!;
      const block = await peer.run(shape);
      const cell = cells.get(key)!;
      cell.p50.push(median(block.latencies));
      cell.rate.push(block.perSecond);
      cell.all.push(block.latencies);
      await new Promise((resolve) => setTimeout(resolve, settleMs));
    }
  }
  return cells;
}
