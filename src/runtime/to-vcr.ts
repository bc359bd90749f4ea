import { closeSync, linkSync, openSync, rmSync } from "node:fs";
import { FileSink, type Loss, openTapeFile, writeVcr } from "../tape/index.ts";
import { isFreshVcrProbe } from "./claim-conflict.ts";
import { nextName } from "./tape-place.ts";

/** How many names are tried for a file whose name was taken meanwhile. */
const namesMax = 10_000;

/**
 * The last step of `record --format vcr`: that format cannot be appended to, so a tape is written first and
 * converted when the recording has ended. The file appears whole and replaces nothing but a mere probe's; when its
 * name was taken meanwhile, it gets the next. Resolves to its name and to what the format cannot hold.
 */
export async function tapeToVcr(
  tape: string,
  vcr: string,
): Promise<{ target: string; losses: readonly Loss[] }> {
  const draft = `${vcr}.${process.pid}.draft`;
  const opened = await openTapeFile(tape);
  const fd = openSync(draft, "wx", 0o600);
  try {
    const losses = await writeVcr(() => opened.items(), new FileSink(fd));
    return { target: publish(draft, vcr), losses };
  } finally {
    closeSync(fd);
    rmSync(draft, { force: true });
  }
}

/** A link, unlike a rename, never replaces a file that another process made meanwhile. */
function publish(draft: string, vcr: string): string {
  for (let n = 1; ; n++) {
    const target = n === 1 ? vcr : nextName(vcr, n);
    try {
      linkSync(draft, target);
      return target;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST" || n > namesMax) throw cause;
      if (isFreshVcrProbe(target)) rmSync(target);
      else continue;
      linkSync(draft, target);
      return target;
    }
  }
}
