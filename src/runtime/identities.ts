/**
 * Who we are when we open what was encrypted for us: identities in files as `age-keygen` makes them, or as text in
 * the environment. What is secret is never part of an error.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ReelwireError } from "../base/index.ts";
import { ageLibrary } from "./age-library.ts";
import { createKeyFile, folderName, projectFolder, readKeyFile, userFolder } from "./project-folder.ts";

/** A secret, and where it stands. */
export interface Identity {
  readonly text: string;
  /** The file and line, or the variable, for errors. */
  readonly from: string;
}

export interface IdentityPlaces {
  /** Files, or identities themselves, that take the place of all others. */
  readonly named?: readonly string[] | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The name of the file in a project's `.reelwire` and in the user's folder. */
export const identityFileName = "identity.key";

/** How many identities are tried: each costs a trial with each recipient of a file. */
const identitiesMax = 50;

/**
 * What was named; else `REELWIRE_IDENTITY`; else the project's `identity.key` and the user's, whichever are there, in
 * this order. Throws RW3407 when a named one is missing or one does not read, RW3301 when a file cannot be read.
 */
export function findIdentities({ named, cwd, env }: IdentityPlaces): readonly Identity[] {
  const variable = env["REELWIRE_IDENTITY"];
  const given = named !== undefined && named.length > 0 ? named : variable ? [variable] : undefined;
  const found = given
    ? given.flatMap((word) =>
        isSecret(word)
          ? parse(word, "the text of --identity or REELWIRE_IDENTITY")
          : demanded(resolve(cwd, word)),
      )
    : usual(cwd, env).flatMap((path) => read(path) ?? []);
  if (found.length > identitiesMax) throw unusable(`there are more than ${identitiesMax}`, "identities");
  return found;
}

/**
 * Makes an identity file, for its owner alone, in a folder that is there, and returns its recipient (`age1…`), which
 * may be told to everybody.
 * Throws RW3407 when there is one already: nothing would open what was encrypted for it. RW3403 without the package,
 * RW3303 when the file cannot be made.
 */
export async function makeIdentity(path: string): Promise<{ readonly recipient: string }> {
  const age = await ageLibrary();
  if (existsSync(path)) throw taken(path);
  const secret = await age.generateX25519Identity();
  const recipient = await age.identityToRecipient(secret);
  const created = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  const { made } = createKeyFile(path, `# created: ${created}\n# public key: ${recipient}\n${secret}\n`);
  if (!made) throw taken(path);
  return { recipient };
}

function usual(cwd: string, env: IdentityPlaces["env"]): string[] {
  const project = projectFolder(cwd);
  const folders = project === undefined ? [] : [join(project, folderName)];
  return [...folders, userFolder(env)].map((folder) => join(folder, identityFileName));
}

/** Whether a word is an identity and not the name of a file. */
function isSecret(word: string): boolean {
  return /AGE-SECRET-KEY-/i.test(word);
}

function demanded(path: string): readonly Identity[] {
  const found = read(path);
  if (found === undefined) throw unusable("there is no such file: check the spelling and the folder", path);
  if (found.length === 0)
    throw unusable("it holds no line AGE-SECRET-KEY-1…: make one with age-keygen", path);
  return found;
}

function read(path: string): readonly Identity[] | undefined {
  const text = readKeyFile(path);
  return text === undefined ? undefined : parse(text, path);
}

/** One a line; blank lines and `#` comments are left out. */
function parse(text: string, from: string): Identity[] {
  const found: Identity[] = [];
  for (const [i, each] of text.split(/\r?\n/).entries()) {
    const line = each.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (!/^AGE-SECRET-KEY-(PQ-)?1[0-9A-Z]+$/.test(line)) throw unusable(whyNot(line), from, i + 1);
    found.push({ text: line, from: `${from}, line ${i + 1}` });
  }
  return found;
}

function whyNot(line: string): string {
  if (/^(age-encryption\.org|-----BEGIN AGE)/.test(line))
    return "it is itself encrypted with a passphrase: decrypt it first (age -d)";
  if (/^-----BEGIN .*PRIVATE KEY/.test(line)) return "it is an SSH key: use one made with age-keygen";
  if (line.startsWith("AGE-PLUGIN-")) return "it needs a plugin: use one made with age-keygen";
  return "it is no identity: one begins with AGE-SECRET-KEY-1";
}

/** Also for who finds that an identity is none only when using it. */
export function unusable(hint: string, from: string, line?: number): ReelwireError {
  const place = line === undefined ? from : `${from}, line ${line}`;
  return new ReelwireError("RW3407", { with: { hint }, where: [["identity", place]] });
}

function taken(path: string): ReelwireError {
  return unusable(
    "a file of this name is there, and it is never replaced: use it, or choose another name",
    path,
  );
}
