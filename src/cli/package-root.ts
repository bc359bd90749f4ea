/**
 * Where the package lies. Bundled code does not stand where its source stood, so what the package brings along
 * (documents, the program, the demo's server) is found from its root.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "../base/index.ts";

const own = fileURLToPath(import.meta.url);

/** Whether this code runs as it was written, not bundled. */
export const unbuilt = own.endsWith(".ts");

export const packageRoot = rootAbove(own);

/** The nearest folder above a file that has a package.json. */
function rootAbove(file: string): string {
  const folder = dirname(file);
  if (existsSync(join(folder, "package.json"))) return folder;
  assert(folder !== file, "the program lies in its package");
  return rootAbove(folder);
}
