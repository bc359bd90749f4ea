import { ReelwireError } from "../base/hot.ts";
import { record, recordCommand } from "./commands/hot.ts";
import { parseCall } from "./parse-flags.ts";

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
  const atTerminal = isatty(0) && isatty(1);
  return record({ ...parsed, cwd: process.cwd(), env: process.env }, atTerminal);
}

/** Leaves at once: what a stream still holds for a reader who is gone must not keep us. */
function leave(status: number): void {
  process.exit(status);
}

function causeOf(error: unknown): { where: [string, string][]; cause: unknown } {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { where: [["cause", text]], cause: error };
}
