/**
 * Everything that a redactor is made from and that lies outside of it: the key of the project, the values that the
 * environment is known to keep secret, the project's own rules. The one place for `record`, `replay`, the library and
 * every command that cleans or scans. Loaded by the writer thread, never before a recorded server starts.
 */
import { createHmac } from "node:crypto";
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
import { redactKeyFor } from "./redact-key.ts";

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
  /** See `Redactor.seal`. */
  readonly seal: (line: string) => string;
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
  const key = redactKeyFor({ cwd: options.cwd, env: options.env, makesKey: options.makesKey ?? true });
  const digest = (secret: string): string =>
    createHmac("sha256", key.bytes).update(secret).digest("hex").slice(0, 8);
  const seal = (line: string): string =>
    createHmac("sha256", key.bytes).update("reelwire line\n").update(line).digest("hex").slice(0, 16);
  const names = [...new Set(known.map(({ name }) => name))].sort();
  const preset = rules ? "custom" : "standard";
  const facts = { preset, count: 0, key: key.id, ...(names.length > 0 ? { env: names } : {}) };
  return {
    facts,
    keyId: key.id,
    keyFrom: key.from,
    says: key.says,
    digest,
    seal,
    known,
    redactor: (more = {}) => createRedactor({ digest, seal, known, ...(rules ? { rules } : {}), ...more }),
  };
}

const off: Redaction = {
  facts: { preset: "off", count: 0 },
  keyId: undefined,
  keyFrom: "nowhere: redaction is off",
  says: [],
  digest: () => "",
  seal: () => "",
  known: [],
  redactor: () => redactNothing,
};

async function rulesFor({ setting, cwd }: RedactionOptions): Promise<Rules | undefined> {
  if (setting === "standard") return undefined;
  const { configuredRules, rulesOfFile } = await import("./redact-rules.ts");
  return setting === undefined ? configuredRules(cwd) : rulesOfFile(setting, cwd);
}
