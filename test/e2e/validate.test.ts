/** What the recorder writes, the product's own check accepts; and it says what a kill has left. */
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { noise } from "../peers/nasty/noise.ts";
import { until, untilGone } from "../peers/processes.ts";
import { recordRun, startClient, testFolder } from "./harness/record-run.ts";
import { nastyServer, recording, reelwire } from "./harness/ways.ts";

const [node, ...reelwireArgs] = reelwire as [string, ...string[]];

it("a tape with everything odd on it is complete", async () => {
  const { tapePath } = await recordRun({
    script: async (client) => {
      await client.call(1, "noise", { kind: Object.keys(noise) });
      await client.call(2, "exact", { which: "surrogates" });
      await client.call(3, "stderr", { text: "said\n", times: 1000 });
      await client.call(4, "big", { bytes: 3_000_000 });
    },
  });
  const said = execFileSync(node, [...reelwireArgs, "validate", tapePath], { encoding: "utf8" });
  expect(said).toContain("complete");
});

it("vector 13: a tape of a killed recorder is unfinished: exit 1, not unreadable", async () => {
  const folder = testFolder();
  const tape = join(folder, "a.tape.jsonl");
  const client = startClient([...recording(tape), ...nastyServer], { cwd: folder });
  for (let id = 0; id < 5; id++) await client.call(id, "big", { bytes: 600_000 });
  // The writer starts with the first answer; what is asked here is about a tape that it has begun.
  await until(
    () => statSync(tape).size > 600_000,
    10_000,
    () => "the writer has not begun",
  );
  client.kill("SIGKILL");
  await client.exited;
  client.child.stdin!.destroy();
  await untilGone(client.tag);
  const checked = spawnSync(node, [...reelwireArgs, "validate", tape], { encoding: "utf8" });
  expect(checked.status).toBe(1);
  expect(checked.stdout + checked.stderr).toContain("unfinished");
});

it("vector 13: a torn last line is reported, and what stands before it is shown", async () => {
  const { tapePath } = await recordRun({ script: (client) => client.call(1, "echo", { text: "before" }) });
  const whole = readFileSync(tapePath, "utf8");
  const answer = whole.indexOf('"dir":"s2c"');
  truncateSync(tapePath, Buffer.byteLength(whole.slice(0, answer + 20)));
  const checked = spawnSync(node, [...reelwireArgs, "validate", tapePath], { encoding: "utf8" });
  expect([checked.status, checked.stdout + checked.stderr]).toEqual([
    1,
    expect.stringContaining("unfinished"),
  ]);
  const shown = spawnSync(node, [...reelwireArgs, "show", tapePath], { encoding: "utf8" });
  expect([shown.status, shown.stdout]).toEqual([0, expect.stringContaining("echo")]);
});
