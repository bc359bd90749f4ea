import { ReelwireError } from "../base/hot.ts";
import { record, recordCommand } from "./commands/hot.ts";
import { parseCall, splitWrapped } from "./parse-flags.ts";
import { workingDirectory } from "./working-directory.ts";

const { isatty } = process.getBuiltinModule("node:tty");

/**
 * The door of `reelwire record`: from argv to the running server by the shortest way, because a client waits for
 * its first answer meanwhile. Everything that can wait is loaded later. Nothing here writes on stdout.
 */
export function main(): void {
  const [, , , ...argv] = process.argv;
  run(argv).then(leave, (error: unknown) => {
    const known = error instanceof ReelwireError ? error : new ReelwireError("RW9001", causeOf(error));
    process.stderr.write(`${known.report()}\n`);
    leave(known.exit);
  });
}

async function run(argv: readonly string[]): Promise<number> {
  const { help, ...parsed } = parseCall(recordCommand, argv, process.env);
  if (help) return (await import("./index.ts")).help(recordCommand);
  const call = { ...parsed, cwd: workingDirectory(), env: process.env };
  if (isatty(0) && !isatty(1)) process.stderr.write(halfTerminal);
  if (!isatty(0) || !isatty(1)) return record(call);
  return record(call, { ownFlags: splitWrapped(recordCommand, argv).own });
}

const halfTerminal =
  "reelwire: stdout is no terminal, so this waits for a client's messages on stdin; for a summary, do not redirect it\n";

/** How long the event loop may take to run dry before we leave by force, in milliseconds. */
const leaveMsMax = 2_000;

/**
 * Leaves by running dry. Never `process.exit` at once: it joins the threads that compile in the background without
 * stopping the heap first, and one that just then waits for a collection of ours waits for ever (Node 24, seen after
 * heavy traffic; V8 takes the heap down in the right order when the loop ends by itself).
 */
function leave(status: number): void {
  process.exitCode = status;
  setTimeout(() => process.exit(), leaveMsMax).unref();
}

function causeOf(error: unknown): { where: [string, string][]; cause: unknown } {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { where: [["cause", text]], cause: error };
}
