import { accessSync, constants, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import type { Call } from "../command.ts";
import { type Answered, calls, changedCall, DemoServer, type Session, talk } from "../demo/index.ts";
import { Output } from "../output.ts";
import { run as show } from "./show.ts";

/**
 * `demo` needs nothing: a bundled server is recorded, taken away, and replayed; then one call is changed. It is the main
 * job, end to end, over real pipes, with the same code that records anybody's server.
 */
export async function run(call: Call): Promise<number> {
  const out = new Output(call);
  const tape = join(tapesFolder(call.cwd), `${new Date().toISOString().replace(/[:.]/g, "-")}.tape.jsonl`);
  const shown = shellWord(near(call.cwd, tape));
  const recorded = await record(call, out, tape, shown);
  const status = await show({ ...call, words: [near(call.cwd, tape)], flags: {} });
  const same = await replay(call, out, tape, shown, recorded);
  const missed = await change(call, out, tape);
  await out.line();
  await out.line("Next, your own server: record it, then put `replay` in its place.");
  await out.line(
    "  npx reelwire record -o mine.tape.jsonl -- npx -y @modelcontextprotocol/server-everything",
  );
  await out.line("  npx reelwire replay mine.tape.jsonl");
  await out.line(`  npx reelwire show ${shown} 4         one call in full, with its progress`);
  await out.flush();
  return status !== 0 ? status : same && missed ? 0 : 1;
}

async function record(call: Call, out: Output, tape: string, shown: string): Promise<readonly Answered[]> {
  const server = new DemoServer();
  try {
    await out.line("1. A client talks to a server, and reelwire stands between them:");
    await out.line();
    await out.line(`  $ npx reelwire record -o ${shown} -- node ${basename(server.program)}`);
    await out.line();
    await out.flush();
    const words = ["record", "-o", tape, "--name", "demo-weather", "--", process.execPath, server.program];
    const session = await talk(words, calls, 1, call.signal);
    demandStatus(session, 0, "the recorder");
    await out.line("Neither of them noticed. This is what they said:");
    await out.line();
    await out.flush();
    return session.answers;
  } finally {
    server.takeAway();
  }
}

/** Whether the tape answered as the server did. */
async function replay(
  call: Call,
  out: Output,
  tape: string,
  shown: string,
  recorded: readonly Answered[],
): Promise<boolean> {
  await out.line();
  await out.line(
    "2. The server is deleted. The same client, with other ids and progress tokens, talks to the tape:",
  );
  await out.line();
  await out.line(`  $ npx reelwire replay ${shown}`);
  await out.line();
  const { answers, status, stderr } = await talk(["replay", tape], calls, 1001, call.signal);
  for (const [i, { call: made, progress, answer, failed }] of answers.entries()) {
    const equal = recorded[i]?.answer === answer && recorded[i].progress === progress && !failed;
    const told = progress > 0 ? `, ${progress} progress` : "";
    await out.line(`  ${nameOf(made).padEnd(26)} ${equal ? "same answer" : "ANOTHER ANSWER"}${told}`);
  }
  const same = JSON.stringify(answers) === JSON.stringify(recorded);
  await out.line();
  await out.line(
    same
      ? `${answers.length} calls, ${answers.length} answers, all as recorded.`
      : `Not as recorded. ${stderr}`,
  );
  await out.flush();
  return same && status === 0;
}

/** Whether a call that was not recorded is missed, loudly. */
async function change(call: Call, out: Output, tape: string): Promise<boolean> {
  await out.line();
  await out.line("3. One call is changed. It gets an error, and never the answer of another call:");
  await out.line();
  const { answers, status, stderr } = await talk(["replay", tape], [changedCall], 1, call.signal);
  for (const line of stderr.trimEnd().split("\n")) await out.line(`  ${line}`);
  await out.line(`  exit ${status}`);
  await out.flush();
  return status === 1 && answers.length === 1 && answers[0]!.failed;
}

function demandStatus({ status, stderr }: Session, wanted: number, who: string): void {
  if (status !== wanted) throw new Error(`${who} ended with ${status}: ${stderr}`);
}

function nameOf({ method, params }: Answered["call"]): string {
  return params.name === undefined ? method : `${method} ${params.name}`;
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
