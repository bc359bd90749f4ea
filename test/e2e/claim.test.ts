/**
 * Which file a recording gets: two recorders of one configuration never share one, a client's probe does not take
 * the name, and another run's recording is never overwritten.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { otherUserMissing, runAsOther } from "../peers/other-user.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { readTape, wireOf } from "./harness/tape-file.ts";
import { nastyServer, recording, reelwire } from "./harness/ways.ts";

const probe = { jsonrpc: "2.0", id: "server-discover-probe-1", method: "server/discover", params: {} };

describe("one configuration, several recorders at once", () => {
  it("each has its own file, whole and its own", async () => {
    const folder = testFolder();
    const tape = join(folder, "run.tape.jsonl");
    const clients = [0, 1, 2, 3].map(() =>
      startClient([...recording(tape), ...nastyServer], { cwd: folder }),
    );
    await Promise.all(clients.map((client, n) => client.call(1, "echo", { text: `I am client ${n}` })));
    await Promise.all(clients.map((client) => client.finish()));
    const files = readdirSync(folder)
      .filter((name) => name.endsWith(".tape.jsonl"))
      .sort();
    expect(files).toEqual(["run.2.tape.jsonl", "run.3.tape.jsonl", "run.4.tape.jsonl", "run.tape.jsonl"]);
    const said = files.map((file) => {
      const kept = readTape(join(folder, file));
      expect(kept.ended).toBe(true);
      return /I am client (\d)/.exec(wireOf(kept, "c2s").toString())![1];
    });
    expect(said.toSorted()).toEqual(["0", "1", "2", "3"]);
  });

  it("without -o every process has a name of its own below tapes/", async () => {
    const folder = testFolder();
    const argv = [...reelwire, "record", "--name", "weather", "--", ...nastyServer];
    const clients = [0, 1, 2].map(() => startClient(argv, { cwd: folder }));
    await Promise.all(clients.map((client) => client.call(1, "echo")));
    await Promise.all(clients.map((client) => client.finish()));
    const files = readdirSync(join(folder, "tapes", "weather"));
    expect(files).toHaveLength(3);
    for (const file of files) expect(readTape(join(folder, "tapes", "weather", file)).ended).toBe(true);
    for (const client of clients)
      expect(files.some((file) => file.endsWith(`-${client.pid}.tape.jsonl`))).toBe(true);
  });
});

describe("a client that probes for the era starts its command twice", () => {
  it.each([["one after the other"], ["overlapping"]])(
    "%s: the real conversation has the name",
    async (order) => {
      const folder = testFolder();
      const tape = join(folder, "run.tape.jsonl");
      const argv = [...recording(tape), ...nastyServer];
      const first = startClient(argv, { cwd: folder });
      await first.message(probe);
      await first.answer(probe.id);
      if (order !== "overlapping") await first.finish();
      const second = startClient(argv, { cwd: folder });
      if (order === "overlapping") {
        first.end();
        first.kill("SIGTERM");
      }
      await second.call(1, "echo", { text: "the real one" });
      await first.closed;
      await second.finish();
      expect(wireOf(readTape(tape), "c2s").toString()).toContain("the real one");
      for (const file of readdirSync(folder).filter((name) => name.includes(".tape."))) {
        expect(readTape(join(folder, file)).ended, file).toBe(true);
      }
    },
  );
});

it("a tape of another run is refused and left as it was", async () => {
  const folder = testFolder();
  const tape = join(folder, "run.tape.jsonl");
  const header = {
    reelwire: 1,
    id: "x",
    startedAt: "2020-01-01T00:00:00.000000Z",
    launcher: { pid: 1, startedAt: "2020-01-01T00:00:00Z" },
  };
  writeFileSync(tape, `${JSON.stringify(header)}\n`);
  const before = readFileSync(tape);
  const client = startClient([...recording(tape), ...nastyServer], { cwd: folder });
  client.end();
  expect(await client.closed).toEqual({ code: 2, signal: null });
  expect(client.stdout).toHaveLength(0);
  expect(client.stderr).toContain("RW2201");
  expect(readFileSync(tape).equals(before)).toBe(true);
  expect(existsSync(join(folder, "run.2.tape.jsonl"))).toBe(false);
});

/** One whole recording of so many calls; its answers say which. */
async function record(folder: string, tape: string, flags: readonly string[], calls: number, who: string) {
  const client = startClient([...recording(tape, flags), ...nastyServer], { cwd: folder });
  for (let id = 1; id <= calls; id++) await client.call(id, "echo", { text: `${who} ${id}` });
  expect(await client.finish()).toEqual({ code: 0, signal: null });
  return client;
}

/** Tapes as they came, of another run: begun long ago by a launcher that is not ours. */
function ofAnotherRun(path: string): void {
  const [header = "", ...rest] = readFileSync(path, "utf8").split("\n");
  const value = JSON.parse(header) as Record<string, unknown>;
  const changed = { ...value, launcher: { pid: 1, startedAt: "2020-01-01T00:00:00Z" } };
  writeFileSync(path, [JSON.stringify(changed), ...rest].join("\n"));
}

const tapesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.includes(".tape.") || name.endsWith(".vcr"))
    .sort();

/** The calls in a recording's parts, in order, after the product's own check found all of it complete. */
function callsIn(folder: string, parts: readonly string[]): string[] {
  const checked = runProgram(["validate", join(folder, parts[0]!)]);
  expect(checked, parts[0]).toMatchObject({ status: 0, stdout: expect.stringContaining("complete") });
  return parts.flatMap((part) => {
    const kept = readTape(join(folder, part));
    expect(kept.ended, part).toBe(true);
    const said = wireOf(kept, "c2s").toString();
    return [...said.matchAll(/"text":"([^"]*)"/g)].map(([, text]) => text!);
  });
}

function runProgram(args: readonly string[]) {
  const [command, ...front] = reelwire as [string, ...string[]];
  const { status, stdout, stderr } = spawnSync(command, [...front, ...args], { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("--force replaces what it was asked to replace and nothing else", () => {
  it("a .vcr file, not the tape that stands beside it", async () => {
    const folder = testFolder();
    const tape = join(folder, "a.tape.jsonl");
    await record(folder, tape, [], 1, "the tape beside");
    ofAnotherRun(tape);
    const before = readFileSync(tape);
    const vcr = join(folder, "a.vcr");
    for (const who of ["first", "second"]) {
      await record(folder, vcr, ["--force"], 2, who);
      expect(readFileSync(vcr, "utf8")).toContain(`${who} 2`);
      expect(readFileSync(tape).equals(before)).toBe(true);
    }
    expect(tapesIn(folder)).toEqual(["a.tape.jsonl", "a.vcr"]);
  });

  it("a tape that a recorder is writing stays: the second gets the next name", async () => {
    const folder = testFolder();
    const tape = join(folder, "run.tape.jsonl");
    const first = startClient([...recording(tape), ...nastyServer], { cwd: folder });
    await first.call(1, "echo", { text: "at work 1" });
    await record(folder, tape, ["--force"], 1, "forced");
    await first.call(2, "echo", { text: "at work 2" });
    await first.finish();
    expect(tapesIn(folder)).toEqual(["run.2.tape.jsonl", "run.tape.jsonl"]);
    expect(callsIn(folder, ["run.tape.jsonl"])).toEqual(["at work 1", "at work 2"]);
    expect(callsIn(folder, ["run.2.tape.jsonl"])).toEqual(["forced 1"]);
  });
});

describe("a rotating recording", () => {
  const partsOf = (stem: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${stem}.000${n + 1}.tape.jsonl`);
  const calls = (who: string, count: number): string[] =>
    Array.from({ length: count }, (_, n) => `${who} ${n + 1}`);

  it("a second one of the same run has a name of its own, with its own parts", async () => {
    const folder = testFolder();
    const tape = join(folder, "x.tape.jsonl");
    for (const who of ["first", "second"]) await record(folder, tape, ["--rotate", "2"], 5, who);
    expect(tapesIn(folder)).toEqual([...partsOf("x", 3), ...partsOf("x.2", 3)].sort());
    expect(callsIn(folder, partsOf("x", 3))).toEqual(calls("first", 5));
    expect(callsIn(folder, partsOf("x.2", 3))).toEqual(calls("second", 5));
  });

  it("older parts of another run are refused, and with --force replaced, none left over", async () => {
    const folder = testFolder();
    const tape = join(folder, "x.tape.jsonl");
    await record(folder, tape, ["--rotate", "2"], 7, "old");
    expect(tapesIn(folder)).toEqual(partsOf("x", 4));
    for (const part of tapesIn(folder)) ofAnotherRun(join(folder, part));
    const before = tapesIn(folder).map((part) => readFileSync(join(folder, part), "utf8"));
    const refused = startClient([...recording(tape, ["--rotate", "2"]), ...nastyServer], { cwd: folder });
    expect(await refused.finish()).toEqual({ code: 2, signal: null });
    expect(refused.stderr).toContain("RW2201");
    expect(tapesIn(folder).map((part) => readFileSync(join(folder, part), "utf8"))).toEqual(before);
    await record(folder, tape, ["--rotate", "2", "--force"], 3, "new");
    expect(tapesIn(folder)).toEqual(partsOf("x", 2));
    expect(callsIn(folder, partsOf("x", 2))).toEqual(calls("new", 3));
  });
});

it("vector 14: a folder where nothing may be written is an error, not a crash", (context) => {
  const missing = otherUserMissing();
  if (missing !== undefined) context.skip(missing);
  const folder = testFolder();
  chmodSync(folder, 0o555);
  const ran = runAsOther([...reelwire, "record", "--", ...nastyServer], folder, { XDG_CONFIG_HOME: folder });
  expect(ran).toMatchObject({ status: 2, stdout: "" });
  expect(ran.stderr).toContain("RW2202");
  expect(ran.stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(folder)).toEqual([]);
});
