/**
 * Everything that a redactor is made from and that lies outside of it: the key of the project, the values that the
 * environment is known to keep secret, the project's own rules. The one place for `record`, `replay`, the library and
 * every command that cleans or scans. Loaded by the writer thread, never before a recorded server starts.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { join } from "node:path";
import { ReelwireError } from "../base/index.ts";
import {
  createRedactor,
  type KnownValue,
  type Redactor,
  type RedactorOptions,
  type Rules,
  redactNothing,
} from "../redact/index.ts";
import type { RedactionFacts } from "../tape/index.ts";
import { type Environment, knownValuesOf } from "./known-values.ts";
import {
  createKeyFile,
  keyFolder,
  ownFolder,
  projectFolder,
  readKeyFile,
  userFolder,
} from "./project-folder.ts";

export interface RedactionOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** `standard`, `off`, or a file of rules; the project's configuration decides when it is left out. */
  readonly setting?: string | undefined;
  /** Variables that the server was given or that were demanded, secret by their names or not. */
  readonly given?: readonly string[];
  /** Whether a key may be made where there is none yet: who only compares must not. */
  readonly makesKey?: boolean;
  /** Rules handed in instead of a file, by a program. */
  readonly rules?: Rules | undefined;
}

/** What one redactor does otherwise. */
export type RedactorChoices = Partial<Pick<RedactorOptions, "onFound" | "compares" | "digest">>;

export interface Redaction {
  /** The header's `redaction`. */
  readonly facts: RedactionFacts;
  /** Names the key without telling it: eight hex digits. Undefined with redaction off, or without a key. */
  readonly keyId: string | undefined;
  /** Where the key comes from, for people. */
  readonly keyFrom: string;
  /** What people should be told, if anything. */
  readonly says: readonly string[];
  readonly digest: (secret: string) => string;
  /** What is looked for wherever it appears. */
  readonly known: readonly KnownValue[];
  redactor(options?: RedactorChoices): Redactor;
}

/** Throws RW3201 and RW3202 for rules, RW3203 for a key that is given and cannot be used, RW3301 and RW3303 for files. */
export async function redactionFor(options: RedactionOptions): Promise<Redaction> {
  const { setting } = options;
  if (setting === "off") return off;
  const rules = options.rules ?? (await rulesFor(options));
  const known = knownValuesOf(options.env, options.given ?? []);
  const key = keyFor(options);
  const digest = (secret: string): string =>
    createHmac("sha256", key.bytes).update(secret).digest("hex").slice(0, 8);
  const names = [...new Set(known.map(({ name }) => name))].sort();
  const preset = rules ? "custom" : "standard";
  const facts = { preset, count: 0, key: key.id, ...(names.length > 0 ? { env: names } : {}) };
  return {
    facts,
    keyId: key.id,
    keyFrom: key.from,
    says: key.says,
    digest,
    known,
    redactor: (more = {}) => createRedactor({ digest, known, ...(rules ? { rules } : {}), ...more }),
  };
}

const off: Redaction = {
  facts: { preset: "off", count: 0 },
  keyId: undefined,
  keyFrom: "nowhere: redaction is off",
  says: [],
  digest: () => "",
  known: [],
  redactor: () => redactNothing,
};

async function rulesFor({ setting, cwd }: RedactionOptions): Promise<Rules | undefined> {
  if (setting === "standard") return undefined;
  const { configuredRules, rulesOfFile } = await import("./redact-rules.ts");
  return setting === undefined ? configuredRules(cwd) : rulesOfFile(setting, cwd);
}

interface Key {
  readonly bytes: Buffer;
  readonly id: string;
  readonly from: string;
  readonly says: readonly string[];
}

const keyName = "redact.key";
const keyVariable = "REELWIRE_REDACT_KEY";
const keyBytes = 32;
/** A key is text; shorter text could be guessed from a tape. */
const keyCharactersMin = 16;

/** The key's own name: another key makes other placeholders, and this tells which one made them. */
function keyOf(text: string, from: string, says: readonly string[] = []): Key {
  const bytes = createHash("sha256").update(text.trim()).digest();
  const id = createHmac("sha256", bytes).update("reelwire redaction key").digest("hex").slice(0, 8);
  return { bytes, id, from, says };
}

/** The variable, else the project's, else the user's; made where there is none and it may be. */
function keyFor({ env, cwd, makesKey = true }: RedactionOptions): Key {
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
  for (const { path } of places) {
    const text = readKeyFile(path);
    if (text === undefined) continue;
    if (text.trim().length >= keyCharactersMin) return keyOf(text, path);
    const hint = "remove the file, and a new key is made; tapes of the old one then match by shape alone";
    throw new ReelwireError("RW3203", { with: { least: keyCharactersMin, hint }, where: [["key", path]] });
  }
  const fresh = randomBytes(keyBytes).toString("hex");
  if (makesKey) {
    for (const { path, make } of places) {
      const text = attempt(() => {
        make();
        return createKeyFile(path, `${fresh}\n`).text;
      });
      if (text !== undefined) return keyOf(text, path);
    }
  }
  const says = makesKey
    ? [
        `no redaction key can be kept at ${places[0]!.path}: placeholders of this run will match by shape alone`,
      ]
    : [];
  return keyOf(fresh, "nowhere: made for this run", says);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
