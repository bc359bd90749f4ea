/** When the tape cannot be written any more the traffic goes on, `stop` rejects, and what is there is readable. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fullDisks } from "../e2e/harness/full-disk.ts";
import { testFolder } from "../e2e/harness/record-run.ts";
import { readTape, wireOf } from "../e2e/harness/tape-file.ts";
import { node, root } from "../e2e/harness/ways.ts";
import { servers } from "./helpers.ts";

const room = 256 * 1024;

describe.each(fullDisks)("$name", (disk) => {
  const name = disk.missing === undefined ? "fills in the middle" : `cannot be tried here: ${disk.missing}`;
  it.skipIf(disk.missing !== undefined)(name, () => {
    const folder = testFolder();
    const small = join(folder, "small");
    const kept = join(folder, "kept");
    for (const each of [small, kept]) mkdirSync(each);
    const program = join(root, "test", "library", "full-disk-program.ts");
    const argv = [
      ...disk.front(room, small, kept),
      node,
      program,
      join(small, "a.tape.jsonl"),
      servers.nasty,
    ];
    const run = spawnSync(argv[0]!, argv.slice(1), { encoding: "utf8" });
    expect(run.stderr).toBe("");
    const { answered, stopped, ended } = JSON.parse(run.stdout);
    expect(answered).toBe(20);
    expect(stopped).toBe("RW2203");
    expect(ended.code).toBe("RW2203");
    expect(ended.path).toBe(join(small, "a.tape.jsonl"));
    expect(ended.interactions).toBeGreaterThan(0);
    const path = [kept, small].map((each) => join(each, "a.tape.jsonl")).find((each) => existsSync(each))!;
    expect(wireOf(readTape(path), "s2c").length).toBeGreaterThan(50_000);
  });
});
