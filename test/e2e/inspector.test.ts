/** The Inspector's command line, a client that people use by hand: the same answers with and without a recorder. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { memory, modern } from "./harness/peer-scripts.ts";
import { testFolder } from "./harness/record-run.ts";
import { readTape, wireOf } from "./harness/tape-file.ts";
import { node, recording, root } from "./harness/ways.ts";

const home = join(root, "node_modules", "@modelcontextprotocol", "inspector");
const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
  bin: Record<string, string>;
};
const inspector = join(home, bin["mcp-inspector"]!);

async function inspect(
  front: readonly string[],
  server: readonly string[],
  flags: readonly string[],
  cwd: string,
): Promise<unknown> {
  const argv = [inspector, "--cli", ...front, ...server, ...flags, "--format", "json"];
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd };
  const { stdout } = await promisify(execFile)(node, argv, { cwd, env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

describe("mcp-inspector --cli", () => {
  it.each([
    ["tools/list", memory, ["--method", "tools/list"], "legacy"],
    [
      "tools/call",
      modern,
      ["--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hi there"],
      "legacy",
    ],
    [
      "tools/call",
      modern,
      ["--method", "tools/call", "--tool-name", "echo", "--tool-arg", "message=hi"],
      "modern",
    ],
  ] as const)("%s, $3", async (method, script, flags, era) => {
    const folder = testFolder();
    const tape = join(folder, "run.tape.jsonl");
    const all = [...flags, "--protocol-era", era];
    const server = script.command(folder);
    const direct = await inspect([], server, all, dirname(tape));
    const recorded = await inspect(recording(tape), server, all, dirname(tape));
    expect(recorded).toEqual(direct);
    const kept = readTape(tape);
    expect(kept.ended).toBe(true);
    expect(wireOf(kept, "c2s").toString()).toContain(`"method":"${method}"`);
  });
});
