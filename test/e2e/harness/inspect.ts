/** Runs the Inspector's command line directly, through the recorder and on its tape, and holds the answers equal. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "vitest";
import type { PeerScript } from "./peer-scripts.ts";
import { testFolder } from "./record-run.ts";
import { readTape, wireOf } from "./tape-file.ts";
import { node, recording, replaying, root } from "./ways.ts";

const home = join(root, "node_modules", "@modelcontextprotocol", "inspector");
const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
  bin: Record<string, string>;
};
const inspector = join(home, bin["mcp-inspector"]!);

/** What the Inspector is asked to do; of a call, the tool and its arguments as KEY=VALUE. */
export interface Inspection {
  readonly script: PeerScript;
  readonly method: "tools/list" | "tools/call";
  readonly era: "legacy" | "modern";
  readonly tool?: string;
  args?(work: string): readonly string[];
}

/** The same answer with and without a recorder, a whole tape that holds the question, and the answer again from it. */
export async function expectSameInspection(what: Inspection): Promise<void> {
  const work = testFolder();
  const tape = join(testFolder(), "run.tape.jsonl");
  const { script, method, era, tool } = what;
  script.prepare?.(work);
  const flags = ["--method", method, "--protocol-era", era];
  if (tool !== undefined) flags.push("--tool-name", tool);
  for (const arg of what.args?.(work) ?? []) flags.push("--tool-arg", arg);
  const server = script.command(work);
  const env = script.env?.(work) ?? {};
  const direct = await inspect([], server, flags, work, env);
  const recorded = await inspect(recording(tape), server, flags, work, env);
  expect(recorded).toEqual(direct);
  const kept = readTape(tape);
  expect(kept.ended).toBe(true);
  const asked = wireOf(kept, "c2s").toString();
  expect(asked).toContain(`"method":"${method}"`);
  if (tool !== undefined) expect(asked).toContain(`"name":"${tool}"`);
  expect(await inspect([], replaying(tape), flags, work, env), "from the tape alone").toEqual(direct);
}

async function inspect(
  front: readonly string[],
  server: readonly string[],
  flags: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>>,
): Promise<unknown> {
  const argv = [inspector, "--cli", ...front, ...server, ...flags, "--format", "json"];
  const env = { ...process.env, HOME: cwd, XDG_CONFIG_HOME: cwd, ...more };
  const { stdout } = await promisify(execFile)(node, argv, { cwd, env, maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}
