/** The ways from a client to a server that end-to-end tests compare, as command lines in front of the server's own. */
import { existsSync } from "node:fs";
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

/** Whether a command of the full command line is there yet; tests that only add a check with it skip that check. */
export function hasCommand(name: string): boolean {
  return ["dist", "src"].some((folder) =>
    ["js", "ts"].some((suffix) => existsSync(join(root, folder, "cli", "commands", `${name}.${suffix}`))),
  );
}
