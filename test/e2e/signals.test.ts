/** Signals that do not end: they reach the server as they came, and a suspended recorder suspends what it wraps. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until, untilGone } from "../peers/processes.ts";
import type { RawClient } from "../peers/raw-client.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { readTape, stderrOf, wireOf } from "./harness/tape-file.ts";
import { node, recording, root } from "./harness/ways.ts";

const signalServer = [node, join(root, "test", "peers", "signal-server.mjs")];
/** The longest that a change of a process's state is waited for, in milliseconds. */
const stateMsMax = 10_000;

interface Started {
  readonly client: RawClient;
  readonly tape: string;
  readonly group: readonly number[];
}

/** A recorder in front of the server, which has answered: both have their handlers set. */
async function started(): Promise<Started> {
  const folder = testFolder();
  const tape = join(folder, "a.tape.jsonl");
  const client = startClient([...recording(tape), ...signalServer], { cwd: folder });
  await ping(client, 1);
  const { result } = JSON.parse(await client.answer(1)) as { result: { server: number; helper: number } };
  return { client, tape, group: [result.server, result.helper] };
}

const ping = (client: RawClient, id: number): Promise<void> =>
  client.message({ jsonrpc: "2.0", id, method: "ping" });

/** The letter that Linux has for what a process does: `T` is stopped. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).charAt(0);
}

const untilStopped = (pids: readonly number[], stopped: boolean): Promise<void> =>
  until(
    () => pids.every((pid) => (stateOf(pid) === "T") === stopped),
    stateMsMax,
    () => `not all ${stopped ? "stopped" : "running"}: ${pids.map((pid) => `${pid} ${stateOf(pid)}`)}`,
  );

/** It goes on as if nothing had been, and everything is on the tape. */
async function expectGoesOn({ client, tape }: Started, pings: number): Promise<void> {
  expect(await client.finish()).toEqual({ code: 0, signal: null });
  await untilGone(client.tag);
  const kept = readTape(tape);
  expect(kept.ended).toBe(true);
  expect(wireOf(kept, "c2s").toString().trimEnd().split("\n")).toHaveLength(pings);
  expect(wireOf(kept, "s2c").equals(client.stdout)).toBe(true);
  expect(stderrOf(kept)).toBe(client.stderr);
}

it.each(["SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"] as const)("%s reaches the server", async (signal) => {
  const run = await started();
  run.client.kill(signal);
  await run.client.complains(`got ${signal}\n`);
  await ping(run.client, 2);
  await run.client.answer(2);
  await expectGoesOn(run, 2);
  expect(run.client.stderr).toBe(`got ${signal}\n`);
});

describe("suspended and resumed", () => {
  it("SIGTSTP stops the recorder and the server's group, SIGCONT wakes all of them", async () => {
    const run = await started();
    const all = [run.client.pid, ...run.group];
    run.client.kill("SIGTSTP");
    await untilStopped(all, true);
    await ping(run.client, 2);
    run.client.kill("SIGCONT");
    await run.client.answer(2);
    await run.client.complains("got SIGCONT\n");
    await untilStopped(all, false);
    await expectGoesOn(run, 2);
  });

  it("a group that SIGSTOP has stopped goes on with the recorder, and what was sent meanwhile is answered", async () => {
    const run = await started();
    const all = [run.client.pid, ...run.group];
    for (const pid of all) process.kill(pid, "SIGSTOP");
    await untilStopped(all, true);
    await ping(run.client, 2);
    run.client.kill("SIGCONT");
    await run.client.answer(2);
    await run.client.complains("got SIGCONT\n");
    await untilStopped(all, false);
    await expectGoesOn(run, 2);
  });
});
