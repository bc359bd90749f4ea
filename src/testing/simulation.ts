/**
 * Seeded simulation: whole conversations in virtual time, every choice drawn from one seed, so that a failure is
 * reproduced by its number. Nothing sleeps, and standing still is an error, not a timeout.
 *
 * ```ts
 * await eachSeed({ count: 1000 }, async ({ clock, random }) => {
 *   const [near, far] = memoryPair();
 *   const client = act({ clock }, faultyLink(near, { clock, random, faults: { delayMsMax: 20 } }), [{ say: ping }]);
 *   …
 * });
 * ```
 */
import { type Random, seededRandom, VirtualClock } from "../base/index.ts";

export interface World {
  readonly seed: number;
  readonly clock: VirtualClock;
  readonly random: Random;
}

/** Timers that one simulation may fire. */
const stepsMax = 1_000_000;

/** Plays to the end in virtual time. What fails says the seed. */
export async function simulate<T>(seed: number, play: (world: World) => Promise<T>): Promise<T> {
  const clock = new VirtualClock();
  try {
    return await drive(clock, play({ seed, clock, random: seededRandom(seed) }));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}: ${why}`, { cause: error });
  }
}

/** Plays once for each seed; stops at the first that fails. */
export async function eachSeed(
  seeds: { readonly count: number; readonly first?: number },
  play: (world: World) => Promise<void>,
): Promise<void> {
  const first = seeds.first ?? 1;
  for (let seed = first; seed < first + seeds.count; seed++) await simulate(seed, play);
}

/** Moves a virtual clock from timer to timer until the work is done. */
export async function drive<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  work.then(settle, settle);
  for (let step = 0; step < stepsMax; step++) {
    await turn();
    if (settled) return work;
    if (!clock.step()) throw new Error("stands still: not done, and no timer is set");
  }
  throw new Error(`goes on and on: not done after ${stepsMax} timers`);
}

/** Lets everything happen that needs no time. */
function turn(): Promise<void> {
  return new Promise((go) => setImmediate(go));
}
