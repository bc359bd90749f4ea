/**
 * Runs one script against the same server twice, directly and through the recorder, and keeps every byte that each
 * side saw, so that a test can say "the same" about all of it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { type Exit, RawClient } from "../../peers/raw-client.ts";
import { payloads, readTape, stderrOf, type TapeFile, wireOf } from "./tape-file.ts";
import { nastyServer, recording } from "./ways.ts";
import { isMessage, linesOf, withoutNoise } from "./wire-rules.ts";

/** What NASTY may ask; see test/peers/nasty/settings.mjs. */
export type Nasty = Readonly<Record<string, unknown>>;

export interface RunOptions {
  readonly nasty?: Nasty;
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly safetyMs?: number;
  /** What the client does; when it returns, the input is ended and the end of everything awaited. */
  script(client: RawClient): Promise<unknown>;
}

export interface Outcome {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly exit: Exit;
  /** Every byte that the server read. */
  readonly serverSaw: Buffer;
  readonly server: { readonly pid: number };
  readonly transcript: string;
}

export interface Runs {
  readonly direct: Outcome;
  readonly recorded: Outcome;
  readonly tape: TapeFile;
  readonly tapePath: string;
}

/** A folder of this test's own, gone when it has finished. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "reelwire-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A client in front of a command, in a folder of its own; whatever it started is killed after the test. */
export function startClient(
  argv: readonly string[],
  options: { cwd: string; env?: Record<string, string>; safetyMs?: number },
) {
  const { cwd, env, safetyMs } = options;
  const client = new RawClient(argv, {
    cwd,
    env: { XDG_CONFIG_HOME: cwd, ...env },
    ...(safetyMs ? { safetyMs } : {}),
  });
  onTestFinished(() => client.dispose());
  return client;
}

export async function recordRun(options: RunOptions): Promise<Runs> {
  const folder = testFolder();
  const tapePath = join(folder, "run.tape.jsonl");
  const direct = await oneRun([], folder, "direct", options);
  const recorded = await oneRun(recording(tapePath, options.flags), folder, "recorded", options);
  return { direct, recorded, tape: readTape(tapePath), tapePath };
}

async function oneRun(
  front: readonly string[],
  cwd: string,
  name: string,
  options: RunOptions,
): Promise<Outcome> {
  const stdinLog = join(cwd, `${name}.stdin`);
  const argvFile = join(cwd, `${name}.argv`);
  const env = { ...options.env, NASTY: JSON.stringify({ stdinLog, argvFile, ...options.nasty }) };
  const { safetyMs } = options;
  const client = startClient([...front, ...nastyServer], { cwd, env, ...(safetyMs ? { safetyMs } : {}) });
  await options.script(client);
  const exit = await client.finish();
  return {
    stdout: client.stdout,
    stderr: client.stderr,
    exit,
    serverSaw: readIfThere(stdinLog),
    server: JSON.parse(readIfThere(argvFile).toString() || "{}") as { pid: number },
    transcript: client.transcript,
  };
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** What every recorded run must hold, whatever it did. */
export function expectFaithful({ direct, recorded, tape }: Runs, stray: "pass" | "drop" = "drop"): void {
  const seen = stray === "pass" ? direct.stdout : withoutNoise(direct.stdout);
  expectBytes(recorded.stdout, seen, "what the client saw");
  expectBytes(recorded.serverSaw, direct.serverSaw, "what the server saw");
  expectBytes(wireOf(tape, "s2c"), direct.stdout, "server to client on the tape");
  expectBytes(wireOf(tape, "c2s"), direct.serverSaw, "client to server on the tape");
  expect(stderrOf(tape), "stderr on the tape").toBe(direct.stderr);
  expect(recorded.stderr, "stderr that passed").toBe(direct.stderr);
  for (const line of tape.lines) {
    if (line.bytes === undefined || line.cut || line.bytes.includes(0x0a)) continue;
    const shown = line.bytes.subarray(0, 200).toString();
    expect(line.kind === "msg", `${shown} is a message`).toBe(isMessage(line.bytes));
  }
  expectEnds(recorded, tape);
}

/** Open and close name the process and how it ended; the tape is complete. */
export function expectEnds(recorded: Outcome, tape: TapeFile): void {
  expect(payloads(tape, "open")).toContainEqual(
    expect.objectContaining({ side: "server", pid: recorded.server.pid }),
  );
  const closed = payloads(tape, "close").filter((close) => close["side"] === "server");
  expect(closed).toHaveLength(1);
  const { code, signal } = closed[0] as { code: number | null; signal: string | null };
  if (signal === null) expect(recorded.exit.code).toBe(code);
  expect(tape.ended, "the tape has its end").toBe(true);
  expect(tape.torn).toHaveLength(0);
}

/** Equal bytes, or the first difference in words instead of two screens of numbers. */
export function expectBytes(actual: Buffer, expected: Buffer, what: string): void {
  if (actual.equals(expected)) return;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at++;
  const around = (bytes: Buffer): string =>
    JSON.stringify(bytes.subarray(Math.max(0, at - 60), at + 120).toString());
  const lines = (bytes: Buffer): string => `${bytes.length} bytes, ${linesOf(bytes).length} lines`;
  expect.fail(
    `${what} differs at byte ${at}\n  got  ${lines(actual)}: ${around(actual)}\n  want ${lines(expected)}: ${around(expected)}`,
  );
}
