import { accessSync, constants, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Call } from "../command.ts";
import { runSession } from "../demo/index.ts";
import { Output } from "../output.ts";
import { run as show } from "./show.ts";

/**
 * `demo` needs nothing: a bundled server is started behind the recorder, a client talks to it over real pipes, and
 * the tape is shown. It is the main job, end to end, with the same code that records anybody's server.
 */
export async function run(call: Call): Promise<number> {
  const out = new Output(call);
  const tape = join(tapesFolder(call.cwd), `${new Date().toISOString().replace(/[:.]/g, "-")}.tape.jsonl`);
  const shown = relative(call.cwd, tape).startsWith("..") ? tape : relative(call.cwd, tape);
  await out.line("A client talks to a server, and reelwire stands between them:");
  await out.line();
  await out.line(`  $ reelwire record -o ${shown} -- node demo-weather-server`);
  await out.line();
  await out.flush();
  await runSession(tape, call.signal);
  await out.line("Neither of them noticed. This is what they said:");
  await out.line();
  await out.flush();
  const status = await show({ ...call, words: [shown], flags: {} });
  await out.line();
  await out.line("Next:");
  await out.line(`  reelwire show ${shown} 3         one call in full, with its progress`);
  await out.line(`  reelwire validate ${shown}`);
  await out.line("  reelwire record -- npx -y @modelcontextprotocol/server-everything");
  await out.flush();
  return status;
}

/** Beside the user's other tapes; in the temporary folder where nothing may be written. */
function tapesFolder(cwd: string): string {
  const folder = join(cwd, "tapes", "demo");
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch {
    const other = join(tmpdir(), "reelwire-demo");
    mkdirSync(other, { recursive: true });
    return other;
  }
}
