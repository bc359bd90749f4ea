/** Vector 15: a tape of a gibibyte is replayed in bounded memory, from its beginning and from its end. */
import { statSync } from "node:fs";
import { expect, it } from "vitest";
import { bigAnswers, drive, memoryOf } from "./harness/replay-pace.ts";
import { Stageplay } from "./harness/replay-run.ts";
import { Talk, voices } from "./harness/replay-talk.ts";

const answerBytes = 256 * 1024;
const calls = 4096;
const safetyMs = 300_000;
/** The program itself, the blocks that are kept, what is on its way, and garbage that V8 has not looked at yet. */
const megabytesMax = 300;

const load = bigAnswers(calls, answerBytes);

it("a gibibyte is replayed within bounded memory", async () => {
  const play = new Stageplay();
  const recorder = play.recorder([], {}, safetyMs);
  await new Talk(recorder, "legacy", voices.before).open();
  await drive(recorder, load);
  expect(await recorder.finish()).toEqual({ code: 0, signal: null });
  play.takeServerAway();
  expect(statSync(play.tapePath).size).toBeGreaterThan(calls * answerBytes);

  const player = play.player({ safetyMs });
  await new Talk(player, "legacy", voices.now).open();
  expect(await drive(player, load)).toBeGreaterThan(calls * answerBytes);
  expect(memoryOf(player.pid).peak, "megabytes at the peak").toBeLessThan(megabytesMax);
  expect(await player.finish()).toEqual({ code: 0, signal: null });
  expect(player.stderr).toBe("");

  const last = play.player({ safetyMs });
  const talk = new Talk(last, "legacy", voices.now);
  await talk.open();
  for (const n of [calls - 1, 0, calls >> 1]) {
    const answer = await talk.call("big", { head: `answer ${n} `, bytes: answerBytes });
    expect(answer.slice(0, 100)).toContain(`answer ${n} abc`);
  }
  expect(memoryOf(last.pid).peak, "megabytes at the peak").toBeLessThan(megabytesMax);
  expect(await last.finish()).toEqual({ code: 0, signal: null });
});
