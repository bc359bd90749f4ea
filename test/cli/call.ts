/** Calls of the command line, within this process or as one of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { runCli } from "../../src/cli/index.ts";

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a command line in this process, with streams of its own. */
export async function cli(argv: readonly string[], around: Surroundings = {}): Promise<Outcome> {
  const stdout = new Captured(around.isTTY ?? false);
  const stderr = new Captured(around.isTTY ?? false);
  const status = await runCli(argv, {
    cwd: around.cwd ?? process.cwd(),
    env: around.env ?? {},
    stdin: () => Readable.from([]),
    stdout,
    stderr,
    signal: around.signal ?? new AbortController().signal,
  });
  return { status, stdout: stdout.text, stderr: stderr.text };
}

/** Runs a command line on a terminal whose clock goes by a second at each look, so that nothing is too quick to be shown. */
export async function watch(argv: readonly string[], around: Surroundings = {}): Promise<Outcome> {
  let time = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (time += 1000));
  try {
    return await cli(argv, { ...around, isTTY: true });
  } finally {
    clock.mockRestore();
  }
}

export class Captured extends Writable {
  readonly isTTY: boolean;
  text = "";

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

export const bin = fileURLToPath(new URL("../../bin/reelwire.cjs", import.meta.url));

/** Runs the real thing. */
export function start(argv: readonly string[], around: Surroundings = {}): ChildProcess {
  const env = { ...process.env, NO_COLOR: "1", ...around.env };
  return spawn(process.execPath, [bin, ...argv], { cwd: around.cwd, env, stdio: ["ignore", "pipe", "pipe"] });
}

export async function finished(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, stdout, stderr };
}
