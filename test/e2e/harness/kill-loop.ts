/**
 * Kills a recorder with SIGKILL in the middle of traffic, again and again at other moments, and checks what is left:
 * whole lines, at most one torn one at the end, nothing that was not on the wire, and no process.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { seededRandom } from "../../../src/base/index.ts";
import { until, untilGone } from "../../peers/processes.ts";
import { startClient, testFolder } from "./record-run.ts";
import { readTape, wireOf } from "./tape-file.ts";
import { nastyServer, recording } from "./ways.ts";

/** Calls that are on their way at any moment. */
const inFlight = 8;
const lanes = 4;
const tapeBytesMax = 400_000;
/** One in so many is killed at its first answer, when the tape may hold nothing to check yet. */
const earlyEvery = 8;
/** The share of kills that must have left a tape that was checked. */
const checkedShareMin = 0.8;

const request = (id: number): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"call number ${id}"}}}\n`;
const answer = (id: number): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"call number ${id}"}]}}\n`;

/** Kills `times` recorders, a few side by side, because each waits a second for what it started to be gone. */
export async function killLoop(times: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const folder = testFolder();
  let started = 0;
  let checked = 0;
  const lane = async (): Promise<void> => {
    while (started < times) {
      const n = started++;
      // At least one byte: the recorder is killed when the tape has begun.
      const enough = n % earlyEvery === earlyEvery - 1 ? 0 : 1 + random.below(tapeBytesMax);
      if (await killOnce(join(folder, `${n}.tape.jsonl`), enough)) checked++;
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  expect(checked, `kills of ${times} that left a tape to check`).toBeGreaterThanOrEqual(
    times * checkedShareMin,
  );
}

/** Kills one recorder when its tape has `enough` bytes; false when there was nothing on the tape to check. */
async function killOnce(tape: string, enough: number): Promise<boolean> {
  const client = startClient([...recording(tape), ...nastyServer], { cwd: join(tape, "..") });
  let sent = 0;
  let answered = 0;
  const send = (count: number): void => {
    let text = "";
    for (let i = 0; i < count; i++) text += request(sent++);
    client.child.stdin!.write(text);
  };
  client.child.stdout!.on("data", (chunk: Buffer) => {
    const count = chunk.toString().split("\n").length - 1;
    answered += count;
    send(count);
  });
  send(inFlight);
  const size = (): number => statSync(tape, { throwIfNoEntry: false })?.size ?? 0;
  await until(
    () => answered > 0 && size() >= enough,
    10_000,
    () => `the tape has ${size()} of ${enough} bytes\n${client.transcript}`,
  );
  client.kill("SIGKILL");
  await client.exited;
  client.child.stdin!.destroy();
  await untilGone(client.tag);
  if (size() === 0) return false;
  expectReadable(tape, sent, answered);
  return true;
}

/** What is on the tape is a beginning of what was said. */
function expectReadable(path: string, sent: number, answered: number): void {
  const tape = readTape(path);
  expect(tape.ended).toBe(false);
  const ids = Array.from({ length: sent }, (_, id) => id);
  const asked = wireOf(tape, "c2s").toString();
  const said = wireOf(tape, "s2c").toString();
  expect(ids.map(request).join("").startsWith(asked), `c2s of ${path}`).toBe(true);
  expect(ids.map(answer).join("").startsWith(said), `s2c of ${path}`).toBe(true);
  expect(said.split("\n").length - 1).toBeLessThanOrEqual(answered + inFlight);
}
