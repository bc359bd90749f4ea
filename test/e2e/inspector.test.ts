/** The Inspector's command line, a client that people use by hand: the same answers with and without a recorder. */
import { describe, it } from "vitest";
import { expectSameInspection, type Inspection } from "./harness/inspect.ts";
import { filesystem, memory, modern, thinking } from "./harness/peer-scripts.ts";

const listing = { method: "tools/list", era: "legacy" } as const;
const echo = {
  script: modern,
  method: "tools/call",
  tool: "echo",
  args: () => ["message=hi there"],
} as const;

describe("mcp-inspector --cli", () => {
  it.each<Inspection>([
    ...[memory, filesystem, thinking].map((script) => ({ ...listing, script })),
    { ...echo, era: "legacy" },
    { ...echo, era: "modern" },
  ])("$script.name, $method, $era", expectSameInspection);
});
