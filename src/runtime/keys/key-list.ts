/** What `keys` tells: which keys there are and where, and never what is secret about them. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { folderName, projectFolder, readKeyFile, userFolder } from "../project-folder.ts";
import { redactKeyId } from "../redact-key.ts";
import { fingerprintOf } from "./public-key.ts";
import { findSigner, type SignSource, signerOfFile, signKeyFiles, signKeyVariable } from "./sign-key.ts";
import { readTrusted, trustedFileOf } from "./trusted.ts";

export interface KeyFact {
  readonly kind: "sign" | "redact" | "trusted";
  /** Where it was found. */
  readonly from: "environment" | "project" | "user";
  /** The file, or the environment variable. */
  readonly place: string;
  /** The name of a trusted key. */
  readonly name?: string;
  /** The public key, raw and in base64. */
  readonly key?: string;
  /** The fingerprint of a public key, or what tells one redaction key from another. */
  readonly id?: string;
  /** It is the one that is used now. */
  readonly used: boolean;
  /** Why it cannot be used, or should be mended. */
  readonly fault?: string;
}

export function listKeys(source: SignSource): KeyFact[] {
  return [...signKeys(source), ...redactKeys(source), ...trustedKeys(source)];
}

function signKeys(source: SignSource): KeyFact[] {
  const found: KeyFact[] = [];
  if (source.env[signKeyVariable]) {
    const { signer, complaint } = findSigner({ ...source, sign: undefined });
    const facts = signer ? publicFacts(signer.key) : { fault: faultOf(complaint!) };
    found.push({ kind: "sign", from: "environment", place: signKeyVariable, used: true, ...facts });
  }
  for (const { path, from } of signKeyFiles(source)) {
    if (!existsSync(path)) continue;
    const used = found.length === 0;
    found.push({ kind: "sign", from, place: path, used, ...openness(path), ...signFacts(path) });
  }
  return found;
}

function signFacts(path: string): Partial<KeyFact> {
  try {
    return publicFacts(signerOfFile(path).key);
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function publicFacts(key: string): Pick<KeyFact, "key" | "id"> {
  return { key, id: fingerprintOf(key) };
}

const redactKeyName = "redact.key";
const redactKeyVariable = "REELWIRE_REDACT_KEY";

function redactKeys({ cwd, env }: SignSource): KeyFact[] {
  const found: KeyFact[] = [];
  const given = env[redactKeyVariable];
  if (given) {
    const place = redactKeyVariable;
    found.push({ kind: "redact", from: "environment", place, id: redactKeyId(given), used: true });
  }
  const project = projectFolder(cwd);
  const places = [
    ...(project === undefined ? [] : [["project", join(project, folderName, redactKeyName)] as const]),
    ["user", join(userFolder(env), redactKeyName)] as const,
  ];
  for (const [from, place] of places) {
    if (!existsSync(place)) continue;
    const used = found.length === 0;
    found.push({ kind: "redact", from, place, used, ...openness(place), ...redactFacts(place) });
  }
  return found;
}

function redactFacts(path: string): Partial<KeyFact> {
  try {
    return { id: redactKeyId(readKeyFile(path) ?? "") };
  } catch (error) {
    return { fault: faultOf(error) };
  }
}

function trustedKeys({ cwd }: SignSource): KeyFact[] {
  const place = trustedFileOf(cwd);
  if (place === undefined || !existsSync(place)) return [];
  try {
    return [...readTrusted(place)].map(([key, name]) => ({
      kind: "trusted",
      from: "project",
      place,
      name,
      used: true,
      ...publicFacts(key),
    }));
  } catch (error) {
    return [{ kind: "trusted", from: "project", place, used: false, fault: faultOf(error) }];
  }
}

/** A secret that others may read is none. */
function openness(path: string): Partial<KeyFact> {
  if (process.platform === "win32" || (statSync(path).mode & 0o077) === 0) return {};
  return { fault: `others may read it; run: chmod 600 ${path}` };
}

function faultOf(error: unknown): string {
  if (!(error instanceof ReelwireError)) throw error;
  return `${error.message}: ${error.fix}`;
}
