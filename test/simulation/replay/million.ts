/**
 * Plays very many worlds on all cores, for who has minutes: `npm run test:million -- --count 1000000 --first 1`. Says on
 * stderr how far it is; ends with status 1 and the tape, the live dialogue and the number of the first seed that fails.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { playWorld } from "./world.ts";

/** Worlds that a worker plays before it says so. */
const stride = 2000;

interface Part {
  readonly first: number;
  readonly count: number;
}

if (isMainThread) lead();
else play(workerData as Part);

function play({ first, count }: Part): void {
  for (let seed = first; seed < first + count; seed++) {
    playWorld(seed);
    if ((seed - first + 1) % stride === 0) parentPort!.postMessage(stride);
  }
  parentPort!.postMessage(count % stride);
}

function lead(): void {
  const options = {
    count: { type: "string", default: "1000000" },
    first: { type: "string", default: "1" },
  } as const;
  const { values } = parseArgs({ options });
  const [count, first] = [Number(values.count), Number(values.first)];
  const workers = Math.min(availableParallelism(), count);
  const share = Math.ceil(count / workers);
  const started = performance.now();
  let done = 0;
  const tell = () => {
    const seconds = (performance.now() - started) / 1000;
    const line = `${done} of ${count} worlds, ${seconds.toFixed(0)} s, ${Math.round(done / seconds)} a second`;
    process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`);
  };
  const every = setInterval(tell, process.stderr.isTTY ? 1000 : 30_000);
  let left = workers;
  for (let i = 0; i < workers; i++) {
    const part: Part = { first: first + i * share, count: Math.min(share, count - i * share) };
    const worker = new Worker(new URL(import.meta.url), { workerData: part });
    worker.on("message", (played: number) => {
      done += played;
    });
    worker.on("error", (error) => {
      process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    });
    worker.on("exit", () => {
      if (--left > 0) return;
      clearInterval(every);
      tell();
    });
  }
}
