/** One seed is one world: a recording, a client, a manner of replay. Nothing else is chosen anywhere. */
import { type Random, seededRandom } from "../../../src/base/index.ts";
import { check } from "./check.ts";
import { Client, type Style } from "./client.ts";
import { type Recording, record } from "./conversation.ts";
import { drive, type Manner, type Passed } from "./drive.ts";
import { Rules } from "./rules.ts";
import { liveText, tapeText } from "./show.ts";

const calm: Style = {
  name: "as recorded",
  order: "recorded",
  hearsAll: true,
  thinkMs: 4,
  answerMs: 4,
  cancelMs: 4,
  cancels: 0,
  skips: 0,
  polls: 1,
  forgets: 0,
  greets: false,
  strays: false,
  differs: 0,
  leavesMs: undefined,
};

/** The clients of the simulation; `as recorded` has to hear everything in its order. */
export const styles: readonly Style[] = [
  calm,
  { ...calm, name: "one call at a time", order: "one" },
  { ...calm, name: "all at once", order: "free", thinkMs: 0 },
  { ...calm, name: "shuffled", order: "free", thinkMs: 200 },
  { ...calm, name: "slow to answer", order: "free", thinkMs: 20, answerMs: 200 },
  { ...calm, name: "slow in everything", order: "one", thinkMs: 300, answerMs: 300, cancelMs: 300 },
  { ...calm, name: "cancels early or late", order: "free", thinkMs: 50, cancelMs: 80 },
  { ...calm, name: "cancels more", order: "free", thinkMs: 30, cancelMs: 30, cancels: 0.4 },
  { ...calm, name: "forgets to cancel", order: "one", forgets: 0.7 },
  { ...calm, name: "polls more or less", order: "one", thinkMs: 30, polls: 4 },
  { ...calm, name: "leaves out", order: "one", skips: 0.4 },
  { ...calm, name: "leaves out, shuffled", order: "free", thinkMs: 100, answerMs: 50, skips: 0.3 },
  { ...calm, name: "greets", order: "free", thinkMs: 10, greets: true },
  { ...calm, name: "strays", order: "free", thinkMs: 100, strays: true },
  { ...calm, name: "answers otherwise", order: "one", differs: 0.5 },
  { ...calm, name: "answers otherwise, all at once", order: "free", thinkMs: 30, differs: 0.5 },
  { ...calm, name: "leaves early", order: "free", thinkMs: 100, answerMs: 50, leavesMs: 80 },
];

export interface World {
  readonly recording: Recording;
  readonly rules: Rules;
  readonly client: Client;
  readonly manner: Manner;
  readonly random: Random;
}

/** Small seeds are small worlds. */
export function worldOf(seed: number): World {
  const random = seededRandom(seed);
  const sizeMax = 1 + Math.min(9, Math.floor(Math.log2(seed + 1)));
  const recording = record(random.below(2 ** 31), 1 + random.below(sizeMax));
  const style = styles[random.below(styles.length)]!;
  const manner = mannerOf(style, random);
  const rules = new Rules(recording);
  // Who hears things as long after another as they were recorded comes too late for some.
  const client = new Client(rules, { ...style, hearsAll: manner.speed === 0 }, random);
  return { recording, rules, client, manner, random };
}

/** Plays one world; throws what is wrong with it, with the tape and what passed. */
export function playWorld(seed: number): void {
  const { recording, rules, client, manner, random } = worldOf(seed);
  let log: readonly Passed[] = [];
  try {
    const played = drive(recording, client, manner, random);
    log = played.log;
    check(rules, client, manner, played);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const how = `${client.style.name}, ${JSON.stringify(manner)}`;
    const both = `tape:\n${tapeText(recording)}\nlive:\n${liveText(log)}`;
    throw new Error(`seed ${seed} (${how}): ${why}\n${both}`, { cause: error });
  }
}

function mannerOf(style: Style, random: Random): Manner {
  const speed = random.chance(0.25) ? 1 + random.below(3) : 0;
  const isSlow = random.chance(0.5);
  const lines = 1 + random.below(6);
  // Who has to hear everything in order must not wait longer for the tape than the replay waits for a silent client.
  const feed = random.chance(0.3) ? { lines, ms: isSlow && style.order !== "recorded" ? 40 : 1 } : undefined;
  const strictOrder = style.order === "recorded" && random.chance(0.3);
  const answers = random.chance(0.3) ? "compare" : "ask";
  return { speed, silenceMs: 20, strictOrder, answers, feed };
}
