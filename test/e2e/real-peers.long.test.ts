/** The pairs of real clients and servers that the quick suite leaves out because the server takes seconds to end. */
import { describe, it } from "vitest";
import { expectProgress, expectWhole, same } from "./harness/peer-run.ts";
import { everything, filesystem, thinking } from "./harness/peer-scripts.ts";

describe("SDK v2", () => {
  it.each([
    { script: everything, kind: "v2 legacy" },
    { script: filesystem, kind: "v2 auto" },
    { script: thinking, kind: "v2 auto" },
  ] as const)("$script.name, $kind", async ({ script, kind }) => {
    const tapes = await same(script, kind);
    expectWhole(tapes.get("run.tape.jsonl")!);
    expectProgress(tapes.get("run.tape.jsonl")!, script.progressSteps);
  });
});
