/** `scan` over more files than anybody reads. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cli } from "../call.ts";
import { env, token } from "../secrets.ts";
import { folder } from "../tapes.ts";

it("ten thousand files in one folder", async () => {
  const cwd = folder();
  for (let i = 0; i < 10_000; i++)
    writeFileSync(join(cwd, `${i}.txt`), i % 1000 === 7 ? token : `nothing ${i}\n`);
  const { status, stdout } = await cli(["scan", ".", "--json"], { cwd, env });
  const told = JSON.parse(stdout) as { files: number; findings: unknown[] };
  expect({ status, files: told.files, found: told.findings.length }).toEqual({
    status: 1,
    files: 10_000,
    found: 10,
  });
});
