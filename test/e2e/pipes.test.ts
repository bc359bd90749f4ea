/**
 * The server's stdout is read through a socket pair of our own where that is possible and through an ordinary pipe
 * elsewhere. Nobody may be able to tell which: not the client, not the server, not the tape.
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { startClient, testFolder } from "./harness/record-run.ts";
import { readTape, wireOf } from "./harness/tape-file.ts";
import { nastyServer, recording } from "./harness/ways.ts";

async function session(pipes: string) {
  const folder = testFolder();
  const tape = join(folder, "run.tape.jsonl");
  const client = startClient([...recording(tape), ...nastyServer], {
    cwd: folder,
    env: { REELWIRE_PIPES: pipes },
  });
  await client.call(1, "echo");
  await client.call(2, "big", { bytes: 700_000 });
  await client.call(3, "echo");
  client.end();
  const { code } = await client.exited;
  const read = readTape(tape);
  const [asked, answered] = [wireOf(read, "c2s"), wireOf(read, "s2c")].map(String);
  return { code, stdout: client.stdout.toString(), asked, answered, ended: read.ended };
}

it("both kinds of pipes carry the same bytes and make the same tape", async () => {
  const [own, plain] = await Promise.all([session("own"), session("plain")]);
  expect(plain).toEqual(own);
  expect(own).toMatchObject({ code: 0, ended: true });
  expect(own.answered).toBe(own.stdout);
  expect(own.stdout.length).toBeGreaterThan(700_000);
});
