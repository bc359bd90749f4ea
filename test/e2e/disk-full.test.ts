/** When the tape cannot be written the traffic goes on, one line says so, the exit code is 74, and the tape is readable. */
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fullDisks } from "./harness/full-disk.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { readTape, wireOf } from "./harness/tape-file.ts";
import { nastyServer, recording } from "./harness/ways.ts";

const room = 256 * 1024;

describe.each(fullDisks)("$name", (disk) => {
  const name = disk.missing === undefined ? "fills in the middle" : `cannot be tried here: ${disk.missing}`;
  it.skipIf(disk.missing !== undefined)(name, async () => {
    const folder = testFolder();
    const small = join(folder, "small");
    const kept = join(folder, "kept");
    for (const each of [small, kept]) mkdirSync(each);
    const argv = [
      ...disk.front(room, small, kept),
      ...recording(join(small, "a.tape.jsonl")),
      ...nastyServer,
    ];
    const client = startClient(argv, { cwd: folder });
    await client.call(1, "echo", { text: "while there is room" });
    for (let id = 2; id < 22; id++) await client.call(id, "big", { bytes: 50_000 });
    await client.complains("RW2203");
    for (let id = 30; id < 40; id++) await client.call(id, "echo", { text: "after it was full" });
    expect(await client.finish()).toEqual({ code: 74, signal: null });
    expect(client.stderr.match(/RW2203/g)).toHaveLength(1);
    const path = [kept, small].map((each) => join(each, "a.tape.jsonl")).find((each) => existsSync(each))!;
    const tape = readTape(path);
    const said = wireOf(tape, "s2c");
    expect(said.length).toBeGreaterThan(50_000);
    expect(client.stdout.subarray(0, said.length).equals(said)).toBe(true);
  });

  it.skipIf(disk.missing !== undefined)("the server's own failure counts more than the tape's", async () => {
    const folder = testFolder();
    const small = join(folder, "small");
    const kept = join(folder, "kept");
    for (const each of [small, kept]) mkdirSync(each);
    const argv = [
      ...disk.front(room, small, kept),
      ...recording(join(small, "a.tape.jsonl")),
      ...nastyServer,
    ];
    const client = startClient(argv, { cwd: folder, env: { NASTY: '{"exitOnEof":3}' } });
    for (let id = 2; id < 22; id++) await client.call(id, "big", { bytes: 50_000 });
    await client.complains("RW2203");
    expect(await client.finish()).toEqual({ code: 3, signal: null });
  });
});
