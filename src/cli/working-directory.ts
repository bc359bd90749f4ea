/** Where a command runs: asked in one place, because the folder may have been removed under us. */
import { ReelwireError } from "../base/hot.ts";

/** Throws RW1012. */
export function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new ReelwireError("RW1012", { cause });
  }
}
