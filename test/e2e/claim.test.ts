/**
 * Which file a recording gets: two recorders of one configuration never share one, a client's probe does not take
 * the name, and another run's recording is never overwritten.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
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
