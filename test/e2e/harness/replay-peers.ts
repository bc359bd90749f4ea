/**
 * Runs a script of a real server through a real client and the recorder, then again with the tape as the server, and
 * holds the results equal. The server is not started again.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { newTag } from "../../peers/processes.ts";
import { runPeer } from "./peer-run.ts";
import type { PeerScript } from "./peer-scripts.ts";
import { testFolder } from "./record-run.ts";
import type { ClientKind } from "./sdk-clients.ts";
import { recording, replaying } from "./ways.ts";

export interface Rerun {
  readonly script: PeerScript;
  /** Who is recorded. */
  readonly kind: ClientKind;
  /** Who does it again: the same client unless told. */
  readonly again?: readonly ClientKind[];
}

/** Runs a command and leaves in a file what it says on stderr and how it ends, which the official clients keep. */
const noting = ["sh", "-c", '"$@" 2>>"$0"; echo "exit $?" >>"$0"'];

/** Equal results in the era that was recorded, nothing said on stderr, exit 0. */
export async function expectSameReplay({ script, kind, again = [kind] }: Rerun): Promise<void> {
  const folder = testFolder();
  const tape = join(folder, "run.tape.jsonl");
  const tag = newTag();
  const front = recording(tape);
  const recorded = await runPeer(script, kind, folder, (server) => [...front, ...server], tag);
  for (const [n, other] of again.entries()) {
    const notes = join(folder, `notes ${n}`);
    const replayed = await runPeer(script, other, folder, () => [...noting, notes, ...replaying(tape)], tag);
    const what = `${other} on a tape of ${kind}`;
    if (other === kind) expect(replayed.results, what).toEqual(recorded.results);
    else expect(withoutClientWords(replayed.results), what).toEqual(withoutClientWords(recorded.results));
    expect(replayed.era).toBe(recorded.era);
    // A client that probes for the era ends its first process with a signal.
    expect(readFileSync(notes, "utf8")).toMatch(/^(exit 0\n){1,2}$/);
  }
}

/** The old official client puts words of its own before the message of an error. */
function withoutClientWords(results: unknown): unknown {
  return JSON.parse(JSON.stringify(results).replace(/("failed":")(MCP error -?\d+: )+/g, "$1"));
}
