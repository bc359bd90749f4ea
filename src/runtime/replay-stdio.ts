/** Replay as a process: our own stdin and stdout are the client's, and nothing but protocol goes there. */
import type { Readable, Writable } from "node:stream";
import { ownSocket } from "../transport/hot.ts";
import { stdioLink } from "../transport/index.ts";
import type { Replay } from "./replay.ts";

export interface StdioStreams {
  readonly stdin: Readable;
  readonly stdout: Writable;
}

/**
 * Our stdout for a program that serves: never waits in a write, so that signals are heard while a client does not
 * read. `process.stdout` must not be touched afterwards.
 */
export function servingStdout(): Writable {
  return ownSocket(1) ?? process.stdout;
}

/** Serves until the client has ended, or it is stopped. `onNoise` is told of lines that are no messages. */
export async function replayStdio(
  replay: Replay,
  { stdin, stdout }: StdioStreams,
  signal: AbortSignal,
  onNoise: () => void,
): Promise<void> {
  try {
    await replay.serve(stdioLink({ readable: stdin, writable: stdout, onNoise }), signal);
  } finally {
    // What a client has not taken by now keeps nothing alive.
    stdin.destroy();
    stdout.destroy();
  }
}
