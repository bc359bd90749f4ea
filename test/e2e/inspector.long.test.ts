/** The Inspector's command line in front of the official servers: what the quick suite leaves out. */
import { join } from "node:path";
import { describe, it } from "vitest";
import { expectSameInspection, type Inspection } from "./harness/inspect.ts";
import { everything, filesystem, memory, thinking } from "./harness/peer-scripts.ts";

const call = { method: "tools/call", era: "legacy" } as const;

describe("mcp-inspector --cli", () => {
  it.each<Inspection>([
    { script: everything, method: "tools/list", era: "legacy" },
    { ...call, script: everything, tool: "echo", args: () => ["message=hi there"] },
    {
      ...call,
      script: filesystem,
      tool: "read_text_file",
      args: (work) => [`path=${join(work, "there.txt")}`],
    },
    {
      ...call,
      script: thinking,
      tool: "sequentialthinking",
      args: () => ["thought=one", "thoughtNumber=1", "totalThoughts=1", "nextThoughtNeeded=false"],
    },
    { ...call, script: memory, tool: "read_graph" },
  ])("$script.name, $method", expectSameInspection);
});
