/** Vector 15: memory does not grow with the number of calls, nor with how much is due at once. */
import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bigAnswers, drive, type Load, memoryOf } from "./harness/replay-pace.ts";
import { recorded, Stageplay } from "./harness/replay-run.ts";
import { Talk, voices } from "./harness/replay-talk.ts";

const calls = 20_000;
const answerBytes = 4096;
/** What the program grows by at most while it gives eighty megabytes of answers. */
const megabytesMax = 60;
/** Garbage is collected promptly, so that what is measured is what is held. */
const prompt = { NODE_OPTIONS: "--max-semi-space-size=2 --max-old-space-size=48" };

const load = bigAnswers(calls, answerBytes);

it("20,000 calls of 4 kB", async () => {
  const play = new Stageplay();
  const recorder = play.recorder();
  await new Talk(recorder, "legacy", voices.before).open();
  await drive(recorder, load);
  expect(await recorder.finish()).toEqual({ code: 0, signal: null });
  play.takeServerAway();
  expect(statSync(play.tapePath).size).toBeGreaterThan(calls * answerBytes);
  const player = play.player({ env: prompt });
  await new Talk(player, "legacy", voices.now).open();
  const before = memoryOf(player.pid);
  const bytes = await drive(player, load);
  const after = memoryOf(player.pid);
  expect(bytes).toBeGreaterThan(calls * answerBytes);
  expect(after.peak - before.now, "megabytes grown").toBeLessThan(megabytesMax);
  expect(await player.finish()).toEqual({ code: 0, signal: null });
  expect(player.stderr).toBe("");
});

describe("what is due all at once waits for the client to take it", () => {
  const bytes = 1_000_000;
  const count = 300;
  const peakMax = 250;

  it("300 calls in one write, a megabyte each", async () => {
    const { play } = await recorded(async (talk) => {
      await talk.open();
      await talk.call("big", { bytes });
    });
    const player = play.player({ flags: ["--repeat", "last"] });
    await drive(player, {
      calls: count,
      inFlight: count,
      request: (id) => ({
        jsonrpc: "2.0",
        id,
        method: "tools/call",
        params: { name: "big", arguments: { bytes } },
      }),
      check: (line) => expect(line.length).toBeGreaterThan(bytes),
    });
    expect(memoryOf(player.pid).peak, "megabytes at the peak").toBeLessThan(peakMax);
    expect(await player.finish()).toEqual({ code: 0, signal: null });
  });

  it("one call with 300 megabytes of notifications", async () => {
    const play = new Stageplay();
    const recorder = play.recorder();
    const burst: Load = {
      calls: 1,
      request: (id) => {
        const params = { name: "burst", arguments: { count, bytes } };
        return { jsonrpc: "2.0", id, method: "tools/call", params };
      },
      check: () => {},
    };
    await drive(recorder, burst);
    expect(await recorder.finish()).toEqual({ code: 0, signal: null });
    play.takeServerAway();
    const player = play.player();
    expect(await drive(player, burst)).toBeGreaterThan(count * bytes);
    expect(memoryOf(player.pid).peak, "megabytes at the peak").toBeLessThan(peakMax);
    expect(await player.finish()).toEqual({ code: 0, signal: null });
  });
});

it("many calls at once, the last recorded one first, while the tape is not known yet", async () => {
  const count = 12_000;
  const lastFirst = (n: number): number => (n === 0 ? count - 1 : n - 1);
  const asking = (order: (n: number) => number, inFlight: number): Load => ({
    calls: count,
    inFlight,
    request: (id, n) => {
      const params = { name: "echo", arguments: { text: `number ${order(n)}` } };
      return { jsonrpc: "2.0", id, method: "tools/call", params };
    },
    check: (line, n) => expect(line.toString()).toContain(`"text":"number ${order(n)}"`),
  });
  const play = new Stageplay();
  const recorder = play.recorder();
  await drive(
    recorder,
    asking((n) => n, 16),
  );
  expect(await recorder.finish()).toEqual({ code: 0, signal: null });
  play.takeServerAway();
  const player = play.player();
  await drive(player, asking(lastFirst, count));
  expect(await player.finish()).toEqual({ code: 0, signal: null });
  expect(player.stderr).toBe("");
});
