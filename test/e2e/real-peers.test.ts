/**
 * Servers and clients that others wrote: the same script run directly and through the recorder gives equal results,
 * and each process of the client's has a tape of its own that tells what happened.
 */
import { describe, expect, it } from "vitest";
import { expectProgress, expectWhole, same } from "./harness/peer-run.ts";
import { everything, filesystem, memory, modern, type PeerScript, thinking } from "./harness/peer-scripts.ts";
import { wireOf } from "./harness/tape-file.ts";

describe.each([
  { kind: "v1", scripts: [everything, filesystem, memory, thinking, modern] },
  { kind: "v2 legacy", scripts: [filesystem, memory, thinking, modern] },
] as const)("SDK $kind", ({ kind, scripts }) => {
  it.each(scripts)("$name", async (script) => {
    const tapes = await same(script, kind);
    expect([...tapes.keys()]).toEqual(["run.tape.jsonl"]);
    expectWhole(tapes.get("run.tape.jsonl")!);
    expectProgress(tapes.get("run.tape.jsonl")!, script.progressSteps);
  });
});

const refusing: PeerScript = {
  ...modern,
  name: "modern-server without the old handshake",
  env: () => ({ MODERN_LEGACY: "reject" }),
};

describe("SDK v2 probes for the era with a process of its own", () => {
  it.each([
    { script: everything, kind: "v2 auto" },
    { script: memory, kind: "v2 auto" },
    { script: modern, kind: "v2 auto" },
    { script: modern, kind: "v2 pinned" },
    { script: refusing, kind: "v2 pinned" },
  ] as const)("$script.name, $kind", async ({ script, kind }) => {
    const tapes = await same(script, kind);
    expect(tapes.size).toBe(2);
    const real = tapes.get("run.tape.jsonl")!;
    expectWhole(real);
    expectProgress(real, script.progressSteps);
    expect(wireOf(real, "c2s").toString()).not.toContain("server/discover");
    const [probe] = [...tapes].filter(([name]) => name !== "run.tape.jsonl").map(([, tape]) => tape);
    expect(probe!.ended).toBe(true);
    const asked = wireOf(probe!, "c2s").toString().trimEnd().split("\n");
    expect(asked.map((line) => (JSON.parse(line) as { method: string }).method)).toEqual(["server/discover"]);
  });
});
