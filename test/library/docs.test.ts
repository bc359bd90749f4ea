/** The examples of docs/library.md run as they stand, one after the other in one folder. */
import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { testFolder } from "../e2e/harness/record-run.ts";
import { node, root } from "../e2e/harness/ways.ts";
import { servers } from "./helpers.ts";

const text = readFileSync(join(root, "docs", "library.md"), "utf8");
const examples = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);

it("every example runs", () => {
  const folder = testFolder();
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  symlinkSync(servers.modern, join(folder, "server.mjs"));
  const env = { ...process.env, PATH: `${dirname(node)}:${process.env["PATH"]}` };
  const library = JSON.stringify(pathToFileURL(join(root, "src", "index.ts")).href);
  const said = examples.map((code, i) => {
    const program = join(folder, `example-${i}.mts`);
    writeFileSync(program, code.replaceAll('"reelwire"', library));
    const { status, stdout, stderr } = spawnSync(node, [program], { cwd: folder, env, encoding: "utf8" });
    expect({ status, stderr }, code).toEqual({ status: 0, stderr: "" });
    return stdout;
  });
  // What each of them says, whichever it is.
  for (const told of [
    /^1 call in .*weather\.tape\.jsonl\n$/,
    /^\d echo ok\n\d echo ok\n$/,
    /tools\/call echo ok/,
    /^never made: \[\]\n$/,
  ])
    expect(said).toContainEqual(expect.stringMatching(told));
});
