import { accessSync, constants, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Call } from "../command.ts";
import { demoServer, runSession } from "../demo/index.ts";
import { Output } from "../output.ts";
import { run as show } from "./show.ts";

/**
 * `demo` needs nothing: a bundled server is started behind the recorder, a client talks to it over real pipes, and
 * the tape is shown. It is the main job, end to end, with the same code that records anybody's server.
 */
export async function run(call: Call): Promise<number> {
  const out = new Output(call);
  const tape = join(tapesFolder(call.cwd), `${new Date().toISOString().replace(/[:.]/g, "-")}.tape.jsonl`);
  const shown = shellWord(near(call.cwd, tape));
  await out.line("A client talks to a server, and reelwire stands between them:");
  await out.line();
  await out.line(`  $ npx reelwire record -o ${shown} -- node ${shellWord(near(call.cwd, demoServer()))}`);
  await out.line();
  await out.flush();
  await runSession(tape, call.signal);
  await out.line("Neither of them noticed. This is what they said:");
  await out.line();
  await out.flush();
  const status = await show({ ...call, words: [near(call.cwd, tape)], flags: {} });
  await out.line();
  await out.line("Next:");
  await out.line(`  npx reelwire show ${shown} 4         one call in full, with its progress`);
  await out.line(`  npx reelwire validate ${shown}`);
  await out.line("  npx reelwire record -- npx -y @modelcontextprotocol/server-everything");
  await out.flush();
  return status;
}

/** A path as it is called in this folder. */
function near(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith("..") ? path : short;
}

function shellWord(word: string): string {
  return /^[\w./@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
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
