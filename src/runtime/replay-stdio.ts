/** Replay as a process: our own stdin and stdout are the client's, and nothing but protocol goes there. */
import { stdioLink } from "../transport/index.ts";
import type { Replay } from "./replay.ts";

export interface StdioStreams {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
}

/** Serves until the client has ended, or it is stopped. `onNoise` is told of lines that are no messages. */
export async function replayStdio(
  replay: Replay,
  { stdin, stdout }: StdioStreams,
  signal: AbortSignal,
  onNoise: () => void,
): Promise<void> {
  const link = stdioLink({ readable: stdin as never, writable: stdout as never, onNoise });
  await replay.serve(link, signal);
}
