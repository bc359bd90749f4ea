/**
 * The recorder leaves when its server has, also right after heavy traffic. It once stayed for ever: `process.exit`
 * joins the threads that compile in the background, and one of them was waiting for a collection of the heap that
 * the main thread, in `process.exit`, would never make.
 */
import { join } from "node:path";
import { expect, it } from "vitest";
import { Peer } from "../../bench/stdio/peer.ts";
import { testFolder } from "./harness/record-run.ts";
import { node, recording, root } from "./harness/ways.ts";

const sessions = 25;
/** Several times what leaving takes on a busy machine, in milliseconds. */
const leaveMsMax = 15_000;

it(`leaves after heavy traffic, ${sessions} times`, async () => {
  const folder = testFolder();
  const echo = [node, join(root, "test", "peers", "echo-server.mjs")];
  for (let n = 0; n < sessions; n++) {
    const peer = await Peer.start([...recording(join(folder, `${n}.tape.jsonl`)), ...echo]);
    await peer.run({ size: 200, inFlight: 16, work: 0, messages: 60_000 });
    const left = new Promise<number | null>((resolve) => peer.child.once("exit", resolve));
    const late = new Promise<string>((resolve) => setTimeout(resolve, leaveMsMax, "still there").unref());
    void peer.stop();
    expect(await Promise.race([left, late]), `session ${n}`).toBe(0);
  }
});
