/** The ways from a client to a server that end-to-end tests compare, as command lines in front of the server's own. */
import { join } from "node:path";

export const root = join(import.meta.dirname, "..", "..", "..");
export const node = process.execPath;
export const reelwire: readonly string[] = [node, join(root, "bin", "reelwire.cjs")];

/** The raw server whose every byte and every way to die is scripted. */
export const nastyServer: readonly string[] = [node, join(root, "test", "peers", "nasty-server.mjs")];

/** The recorder in front of a server, writing to `tape`. */
export function recording(tape: string, flags: readonly string[] = []): readonly string[] {
  return [...reelwire, "record", "-o", tape, ...flags, "--"];
}

/** The replay of a tape: what a client starts in place of the server. */
export function replaying(tape: string, flags: readonly string[] = []): readonly string[] {
  return [...reelwire, "replay", tape, ...flags];
}
