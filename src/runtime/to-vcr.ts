import { closeSync, openSync, renameSync, rmSync } from "node:fs";
import { FileSink, type Loss, openTapeFile, writeVcr } from "../tape/index.ts";

/**
 * The last step of `record --format vcr`: that format cannot be appended to, so a tape is written first and
 * converted when the recording has ended. Resolves to what the format cannot hold.
 */
export async function tapeToVcr(tape: string, vcr: string): Promise<readonly Loss[]> {
  const draft = `${vcr}.draft`;
  const opened = await openTapeFile(tape);
  const fd = openSync(draft, "w", 0o600);
  try {
    const losses = await writeVcr(() => opened.items(), new FileSink(fd));
    renameSync(draft, vcr);
    return losses;
  } finally {
    closeSync(fd);
    rmSync(draft, { force: true });
  }
}
