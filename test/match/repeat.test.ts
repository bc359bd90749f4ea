import { describe, expect, it } from "vitest";
import { Assignment, occurrenceFor, type RepeatPolicy } from "../../src/match/index.ts";

describe("repeats", () => {
  it.each<[policy: RepeatPolicy, recorded: number, given: (number | undefined)[]]>([
    ["error", 2, [0, 1, undefined, undefined]],
    ["last", 2, [0, 1, 1, 1]],
    ["cycle", 2, [0, 1, 0, 1]],
    ["cycle", 3, [0, 1, 2, 0]],
    ["error", 0, [undefined, undefined]],
    ["last", 0, [undefined, undefined]],
    ["cycle", 0, [undefined, undefined]],
    ["last", 1, [0, 0, 0]],
    ["cycle", 1, [0, 0, 0]],
  ])("%s of %i", (policy, recorded, given) => {
    expect(given.map((_, asked) => occurrenceFor(asked, recorded, policy))).toEqual(given);
  });
});

describe("which conversation is played", () => {
  type Taken = (number | undefined)[];
  it.each<
    [
      what: string,
      policy: RepeatPolicy,
      recorded: (string | undefined)[],
      live: (string | undefined)[],
      taken: Taken,
    ]
  >([
    ["in order when nobody says who it is", "error", [undefined, undefined], [undefined, undefined], [0, 1]],
    ["the client's own", "error", ["a", "b"], ["b", "a"], [1, 0]],
    ["the first unused of the same client", "error", ["a", "b", "b"], ["b", "b", "a"], [1, 2, 0]],
    ["else the first unused", "error", ["a", "b"], ["c", "b"], [0, 1]],
    ["a client's own, though another took the first", "error", ["a", "b", "a"], ["x", "a"], [0, 2]],
    ["one that did not say who it was", "error", ["a", undefined], [undefined, "a"], [0, 1]],
    ["none when all are used", "error", ["a", "b"], ["a", "b", "a"], [0, 1, undefined]],
    ["the last again", "last", ["x", "x"], ["x", "x", "x", "x"], [0, 1, 1, 1]],
    ["all again", "cycle", ["x", "x"], ["x", "x", "x", "x", "x"], [0, 1, 0, 1, 0]],
    ["the last again of the same client", "last", ["a", "b"], ["b", "a", "a", "b"], [1, 0, 0, 1]],
    [
      "all again of the same client",
      "cycle",
      ["a", "b", "a"],
      ["a", "a", "b", "a", "a", "a", "b"],
      [0, 2, 1, 0, 2, 0, 1],
    ],
    [
      "all again of a client that was not recorded",
      "cycle",
      ["a", "b"],
      ["c", "c", "c", "c", "c"],
      [0, 1, 0, 1, 0],
    ],
    ["none of none", "cycle", [], ["a"], [undefined]],
  ])("%s (%s)", (_, policy, recorded, live, taken) => {
    const assignment = new Assignment(policy);
    expect(live.map((client) => assignment.take(client, recorded))).toEqual(taken);
  });

  it("one that became known later", () => {
    const assignment = new Assignment("error");
    expect([
      assignment.take("b", ["a"]),
      assignment.take("b", ["a"]),
      assignment.take("b", ["a", "b"]),
    ]).toEqual([0, undefined, 1]);
  });
});
