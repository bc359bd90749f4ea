/** The public keys that a project trusts: `.reelwire/trusted.json`, a table from names to keys that may be committed. */
import { dirname, join } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { publicKeyOf } from "../../tape/index.ts";
import { createKeyFile, folderName, keyFolder, projectFolder, readKeyFile } from "../project-folder.ts";
import { fingerprintOf } from "./public-key.ts";

/** The most keys that are trusted. */
const trustedMax = 1000;

/** Where a project's file stands; undefined when there is no project. */
export function trustedFileOf(cwd: string): string | undefined {
  const project = projectFolder(cwd);
  return project === undefined ? undefined : join(project, folderName, "trusted.json");
}

/** Names by key, raw and in base64; empty when there is no file. Throws RW3301, or RW3304 when it is no such table. */
export function readTrusted(path: string | undefined): Map<string, string> {
  const text = path === undefined ? undefined : readKeyFile(path);
  if (path === undefined || text === undefined) return new Map();
  const names = new Map<string, string>();
  for (const [name, key] of Object.entries(tableOf(text, path))) {
    if (typeof key !== "string" || !publicKeyOf(key))
      throw noTable(path, `'${name}' is not a public Ed25519 key`);
    if (!names.has(key)) names.set(key, name);
  }
  if (names.size > trustedMax) throw noTable(path, `it has more than ${trustedMax} keys`);
  return names;
}

/**
 * Adds a key under a name, its fingerprint when none is given. Adding it again under its name changes nothing; under
 * another it is renamed. Throws RW3305 when the name belongs to another key, unless `force`.
 */
export function addTrusted(
  path: string,
  key: string,
  name: string = fingerprintOf(key),
  force = false,
): { readonly name: string; readonly changed: boolean } {
  const names = readTrusted(path);
  if (names.get(key) === name) return { name, changed: false };
  const holder = [...names].find(([, other]) => other === name)?.[0];
  if (holder !== undefined && !force)
    throw new ReelwireError("RW3305", {
      with: { name, hint: "choose another with --name, or replace it with --force" },
      where: [["is", fingerprintOf(holder)]],
    });
  if (holder !== undefined) names.delete(holder);
  names.set(key, name);
  if (names.size > trustedMax) throw noTable(path, `it has room for ${trustedMax} keys; take out some`);
  keyFolder(dirname(path));
  const table = Object.fromEntries([...names].map(([each, called]) => [called, each]));
  createKeyFile(path, `${JSON.stringify(table, null, 2)}\n`, { force: true, mode: 0o644 });
  return { name, changed: true };
}

function tableOf(text: string, path: string): object {
  let table: unknown;
  try {
    table = JSON.parse(text);
  } catch {
    throw noTable(path, "it is not JSON");
  }
  if (typeof table !== "object" || table === null || Array.isArray(table))
    throw noTable(path, "it is not a table");
  return table;
}

function noTable(path: string, hint: string): ReelwireError {
  return new ReelwireError("RW3304", { with: { hint }, where: [["file", path]] });
}
