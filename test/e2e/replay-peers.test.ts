/**
 * Servers and clients that others wrote: a client that was recorded gets equal results from the tape alone, in the
 * era that was recorded, and so does another client that asks the same.
 */
import { describe, it } from "vitest";
import { everything, filesystem, memory, modern, thinking } from "./harness/peer-scripts.ts";
import { expectSameReplay, type Rerun } from "./harness/replay-peers.ts";

describe("from the tape alone", () => {
  it.each<Rerun>([
    { script: everything, kind: "v1" },
    { script: thinking, kind: "v2 legacy" },
    { script: modern, kind: "v2 pinned" },
  ])("$script.name, SDK $kind", expectSameReplay);
});

describe("for another client of the same era", () => {
  it.each<Rerun>([
    { script: filesystem, kind: "v1", again: ["v2 legacy"] },
    { script: memory, kind: "v2 auto", again: ["v1"] },
    { script: modern, kind: "v2 auto", again: ["v2 pinned"] },
  ])("$script.name, SDK $kind, then $again", expectSameReplay);
});
