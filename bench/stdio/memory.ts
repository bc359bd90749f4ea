/**
 * Memory at full load: what the wrapper's processes hold, the server's not counted, sampled while messages
 * flow. Growth is the slope of a line through the samples after a warm-up; a level is their median.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Peer } from "./peer.ts";
import { median } from "./stats.ts";
import { echoServer, type VariantKey, variants } from "./variants.ts";

export interface Memory {
  readonly megabytes: number;
  readonly megabytesPerMillion: number;
  readonly messages: number;
}

const blockMessages = 10_000;
const load = { size: 200, inFlight: 16, work: 0, messages: blockMessages };

export async function measureMemory(key: VariantKey, warmup: number, messages: number): Promise<Memory> {
  const dir = mkdtempSync(join(tmpdir(), "reelwire-bench-"));
  const peer = await Peer.start([...variants[key].front(join(dir, "m.tape.jsonl")), ...echoServer]);
  try {
    for (let done = 0; done < warmup; done += blockMessages) await peer.run(load);
    const samples: [number, number][] = [];
    for (let done = 0; done < messages; done += blockMessages) {
      await peer.run(load);
      samples.push([done / 1e6, ownMegabytes(peer.child.pid!)]);
    }
    return { megabytes: median(samples.map(([, mb]) => mb)), megabytesPerMillion: slope(samples), messages };
  } finally {
    await peer.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Memory of a process and all below it, the echo server left out: the proportional set size, in which a page that
 * several processes share (the runtime itself, here) counts for each by its part.
 */
function ownMegabytes(pid: number): number {
  let kilobytes = 0;
  for (const each of family(pid)) {
    const argv = read(`/proc/${each}/cmdline`).split("\0");
    if (argv[1]?.endsWith("echo-server.mjs")) continue;
    kilobytes += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${each}/smaps_rollup`))?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

function family(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 4).split(" ")[0]));
  }
  const found = [pid];
  for (let i = 0; i < found.length; i++) {
    for (const [child, parent] of parents) if (parent === found[i]) found.push(child);
  }
  return found;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function slope(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
