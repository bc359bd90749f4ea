/** The socket pair is made through a folder of its own below the temporary one; no path may leave it behind. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testFolder } from "./harness/record-run.ts";
import { node, reelwire } from "./harness/ways.ts";

it.each<[what: string, flags: string[], command: string[], status: number]>([
  ["a server that ends", ["-o", "a.tape.jsonl"], [node, "-e", ""], 0],
  ["a server that does not exist", ["-o", "a.tape.jsonl"], ["no-such-server"], 4],
  ["a tape that cannot be created", ["-o", "no/such/folder/a.tape.jsonl"], [node, "-e", ""], 2],
])("nothing is left after %s", (_, flags, command, status) => {
  const folder = testFolder();
  const temporary = join(folder, "tmp");
  mkdirSync(temporary);
  const [program, ...args] = [...reelwire, "record", ...flags, "--", ...command];
  const env = { ...process.env, TMPDIR: temporary };
  const ran = spawnSync(program!, args, { cwd: folder, env, input: "", encoding: "utf8" });
  expect({ status: ran.status, stdout: ran.stdout }).toEqual({ status, stdout: "" });
  expect(readdirSync(temporary)).toEqual([]);
});

it("a temporary folder that does not exist is no obstacle: the server gets an ordinary pipe", () => {
  const folder = testFolder();
  const [program, ...args] = [
    ...reelwire,
    "record",
    "-o",
    "a.tape.jsonl",
    "--",
    node,
    "-e",
    "console.log('{}')",
  ];
  const env = { ...process.env, TMPDIR: join(folder, "gone") };
  const ran = spawnSync(program!, args, { cwd: folder, env, input: "", encoding: "utf8" });
  expect({ status: ran.status, stdout: ran.stdout, stderr: ran.stderr }).toEqual({
    status: 0,
    stdout: "{}\n",
    stderr: "",
  });
});
