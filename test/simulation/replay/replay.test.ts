/**
 * Replays of random recordings to random clients, in virtual time. Each seed is one world; a failure prints the tape and
 * what passed, and `playWorld(seed)` reproduces it. `npm run test:million` plays very many more.
 */
import { describe, expect, test } from "vitest";
import { drive } from "./drive.ts";
import { playWorld, worldOf } from "./world.ts";

describe("a replay in any world", () => {
  test.each([0, 1, 2, 3, 4, 5])(
    "answers every client as recorded, whatever its order and pace: %i000 and on",
    (n) => {
      for (let seed = n * 1000 + 1; seed <= n * 1000 + 1000; seed++) playWorld(seed);
    },
  );

  test("is the same again for the same seed", () => {
    for (let seed = 1; seed <= 50; seed++) {
      const [once, again] = [worldOf(seed), worldOf(seed)].map(({ recording, client, manner, random }) =>
        drive(recording, client, manner, random),
      );
      expect(again).toEqual(once);
    }
  });
});

describe("worlds that found a mistake, each the smallest that does", () => {
  test.each([
    [100, "a server that ended by itself ended again while the client still had things to do"],
    [
      1108,
      "an answer to the server that came before the tape was known to its recorded answer counted for nothing",
    ],
    [1537, "an answer to the server that came after its call was taken back counted for nothing"],
    [264, "a call that was taken back while it was held was forgotten, and what followed it was never said"],
    [103, "a call that was taken back sooner than recorded was spoken of as if it had not been"],
    [345, "a late result of a call that was taken back came before what was recorded before it"],
    [197, "an ask was taken back before it was asked, and then asked for good"],
    [2226, "what the server says by itself at first was never said when the tape was read on for it"],
    [10718, "an ask that turned out to belong to no call, when more of the tape was known, was never asked"],
    [52, "a retry that was held for more of the tape was looked up twice, and missed"],
    [141943, "a client whose words were held for more of the tape was taken for silent"],
    [3090379, "a client that left while something was due later kept the replay awake for ever"],
    [
      3307449,
      "a cancellation that came after a late result, which was sooner than recorded, counted for nothing",
    ],
    [31831, "what the client said before it initialized again was taken for what it said after"],
    [34299, "a poll got the one that was recorded without an answer"],
    [
      5630,
      "a subscription that was taken back before the tape was known to that was taken back for another reason",
    ],
    [79, "a subscription whose client came late was neither acknowledged nor ended"],
    [2442, "a call that was missed for another answer of the client was answered again by its late result"],
    [10534, "what was due in one round was not said when the client initialized again"],
    [16872, "the cancellation of a call that was known waited behind calls that were not"],
  ])("seed %i: %s", (seed) => {
    expect(() => playWorld(seed)).not.toThrow();
  });
});
