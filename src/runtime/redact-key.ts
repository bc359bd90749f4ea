/**
 * The key of a project's placeholders: where it stands, how it is made, and what it is called. It is text, and never on
 * a tape; its id, which is, names it without telling it.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ReelwireError } from "../base/index.ts";
import type { Environment } from "./known-values.ts";
import {
  createKeyFile,
  keyFolder,
  ownFolder,
  projectFolder,
  readKeyFile,
  userFolder,
} from "./project-folder.ts";

export interface RedactKey {
  readonly bytes: Buffer;
  readonly id: string;
  /** Where it comes from, for people. */
  readonly from: string;
  readonly says: readonly string[];
}

const keyName = "redact.key";
const keyVariable = "REELWIRE_REDACT_KEY";
const keyBytes = 32;
/** A key is text; shorter text could be guessed from a tape. */
const keyCharactersMin = 16;

/** Eight hex digits that name a key: another one makes other placeholders, and this tells which one made them. */
export function redactKeyId(text: string): string {
  return createHmac("sha256", bytesOf(text)).update("reelwire redaction key").digest("hex").slice(0, 8);
}

function bytesOf(text: string): Buffer {
  return createHash("sha256").update(text.trim()).digest();
}

function keyOf(text: string, from: string, says: readonly string[] = []): RedactKey {
  return { bytes: bytesOf(text), id: redactKeyId(text), from, says };
}

/** The variable, else the project's, else the user's; made where there is none and it may be. */
export function redactKeyFor({
  env,
  cwd,
  makesKey,
}: {
  readonly env: Environment;
  readonly cwd: string;
  readonly makesKey: boolean;
}): RedactKey {
  const given = env[keyVariable];
  if (given !== undefined && given !== "") {
    if (given.trim().length >= keyCharactersMin) return keyOf(given, `the variable ${keyVariable}`);
    const hint = `make one with: node -p "crypto.randomBytes(32).toString('hex')"`;
    const where = [["key", `the variable ${keyVariable}`]] as const;
    throw new ReelwireError("RW3203", { with: { least: keyCharactersMin, hint }, where });
  }
  const project = projectFolder(cwd);
  const places = [
    ...(project === undefined
      ? []
      : [{ path: join(project, ".reelwire", keyName), make: () => ownFolder(project) }]),
    { path: join(userFolder(env), keyName), make: () => keyFolder(userFolder(env)) },
  ];
  const fresh = randomBytes(keyBytes).toString("hex");
  const faults: string[] = [];
  for (const { path, make } of places) {
    try {
      const text = readKeyFile(path) ?? (makesKey ? made(path, fresh, make) : undefined);
      const instead = faults.map((fault) => `${fault}: ${path} is used, with other placeholders`);
      if (text !== undefined) return keyOf(longEnough(text, path), path, instead);
    } catch (fault) {
      // Who writes a tape goes on with a key of its own; who compares would compare with the wrong one.
      if (!makesKey || !(fault instanceof ReelwireError)) throw fault;
      faults.push(`${fault.message} (${fault.code}, ${path})`);
    }
  }
  if (!makesKey) return keyOf(fresh, "nowhere: there is none");
  const why = faults[0] ?? `no redaction key can be kept at ${places[0]!.path}`;
  return keyOf(fresh, "nowhere: made for this run", [
    `${why}: placeholders of this run match by shape alone`,
  ]);
}

function longEnough(text: string, path: string): string {
  if (text.trim().length >= keyCharactersMin) return text;
  const hint = "remove the file, and a new key is made; tapes of the old one then match by shape alone";
  throw new ReelwireError("RW3203", { with: { least: keyCharactersMin, hint }, where: [["key", path]] });
}

/** A new key in its place, or the one that another process made at the same time; undefined where none can be kept. */
function made(path: string, fresh: string, makeFolder: () => string): string | undefined {
  try {
    makeFolder();
    return createKeyFile(path, `${fresh}\n`).text;
  } catch {
    return undefined;
  }
}
