/** A recording of a replay is the recording again: the same messages, byte for byte, in the same order. */
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectBytes, startClient } from "./harness/record-run.ts";
import { recorded, type Script } from "./harness/replay-run.ts";
import { type Era, Talk, voices } from "./harness/replay-talk.ts";
import { readTape, type TapeFile, wireOf } from "./harness/tape-file.ts";
import { recording, replaying } from "./harness/ways.ts";

/** Which way each message went, in order. */
function turns(tape: TapeFile): string {
  return tape.lines.flatMap(({ kind, dir }) => (kind === "msg" ? [dir === "c2s" ? ">" : "<"] : [])).join("");
}

const everything: Script = async (talk) => {
  await talk.open();
  await talk.call("echo", { text: "one" });
  await talk.call("progress", { steps: 3 }, { progress: true });
  await talk.call("echo", { text: "one" });
  await talk.call("echo", { big: "12345678901234567890" });
  await talk.call("burst", { count: 5 });
  if (talk.era === "modern") return;
  const call = await talk.start("ask", { id: 7, method: "elicitation/create", params: { message: "sure?" } });
  await talk.reply(await talk.asked("elicitation/create"), { action: "accept", content: {} });
  await talk.answer(call);
};

it.each<Era>(["legacy", "modern"])("%s", async (era) => {
  const run = await recorded(everything, era);
  const again = join(run.play.folder, "again.tape.jsonl");
  const client = startClient([...recording(again), ...replaying(run.play.tapePath)], {
    cwd: run.play.folder,
  });
  await everything(new Talk(client, era, voices.before));
  expect(await client.finish()).toEqual({ code: 0, signal: null });
  const tape = readTape(again);
  for (const dir of ["c2s", "s2c"] as const)
    expectBytes(wireOf(tape, dir), wireOf(run.tape, dir), `${dir} of the second recording`);
  expect(turns(tape)).toBe(turns(run.tape));
});
