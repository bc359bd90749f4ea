/**
 * The key that tapes are signed with: which one counts, how it is read and how one is made. Loaded by the writer
 * thread, so it loads little.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { signerOf, type TapeSigner } from "../../tape/worker.ts";
import { createKeyFile, folderName, projectFolder, readKeyFile, userFolder } from "../project-folder.ts";

/** Where a signing key is looked for. */
export interface SignSource {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A file that was named, or `off`. */
  readonly sign?: string | undefined;
}

export const signKeyName = "sign.key";

/** Holds the path of a key file, or the PEM text itself; counts before the keys of the project and the user. */
export const signKeyVariable = "REELWIRE_SIGN_KEY";

/**
 * The signer that is configured: a file that was named, else the environment's, the project's, the user's; none when
 * there is no key, or with `off`. A key that is there and cannot be used is a `complaint`, and nothing is signed: it is
 * never passed over for another.
 */
export function findSigner(source: SignSource): {
  readonly signer?: TapeSigner;
  readonly complaint?: ReelwireError;
} {
  try {
    const signer = configured(source);
    return signer ? { signer } : {};
  } catch (error) {
    if (error instanceof ReelwireError) return { complaint: error };
    throw error;
  }
}

/** The signer of a key file. Throws RW3301 when it is not there or cannot be read, RW3302 when it is no such key. */
export function signerOfFile(path: string): TapeSigner {
  const pem = readKeyFile(path);
  if (pem === undefined)
    throw new ReelwireError("RW3301", {
      with: { hint: "there is no such file: check the spelling, or make a key with: reelwire keys sign" },
      where: [["file", path]],
    });
  return signerOfPem(pem, ["file", path]);
}

/** Files that may hold a signing key, with where they stand, the first that is there counts. */
export function signKeyFiles({
  cwd,
  env,
}: SignSource): { readonly path: string; readonly from: "project" | "user" }[] {
  const project = projectFolder(cwd);
  const user = { path: join(userFolder(env), signKeyName), from: "user" } as const;
  return project === undefined
    ? [user]
    : [{ path: join(project, folderName, signKeyName), from: "project" }, user];
}

/**
 * Makes a signing key in a folder for keys, and its public half beside it as `sign.pub`. Throws RW3303, or RW3306 when
 * there is a key, which stays, unless `force`.
 */
export function makeSignKey(
  folder: string,
  force: boolean,
): { readonly key: string; readonly path: string; readonly publicPath: string } {
  const path = join(folder, signKeyName);
  const publicPath = publicPathOf(path);
  const { privateKey } = generateKeyPairSync("ed25519");
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { made } = createKeyFile(path, pem, { force });
  if (!made) throw new ReelwireError("RW3306", { where: [["file", path]] });
  const { key } = signerOf(privateKey);
  createKeyFile(publicPath, `${key}\n`, { force: true, mode: 0o644 });
  return { key, path, publicPath };
}

export function publicPathOf(path: string): string {
  return join(dirname(path), `${basename(path, ".key")}.pub`);
}

function configured(source: SignSource): TapeSigner | undefined {
  const { cwd, env, sign } = source;
  if (sign === "off") return undefined;
  if (sign !== undefined) return signerOfFile(resolve(cwd, sign));
  const given = env[signKeyVariable];
  if (given)
    return isPem(given)
      ? signerOfPem(given, ["variable", signKeyVariable])
      : signerOfFile(resolve(cwd, given));
  for (const { path } of signKeyFiles(source)) {
    const pem = readKeyFile(path);
    if (pem !== undefined) return signerOfPem(pem, ["file", path]);
  }
  return undefined;
}

function isPem(text: string): boolean {
  return text.includes("-----BEGIN");
}

/** In a variable, line ends are often written as `\n`. */
function signerOfPem(pem: string, where: readonly [string, string]): TapeSigner {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.includes("\n") ? pem : pem.replaceAll("\\n", "\n"));
  } catch (cause) {
    throw unusable(hintOf(pem), where, cause);
  }
  if (key.asymmetricKeyType === "ed25519") return signerOf(key);
  throw unusable(`it is a key for ${key.asymmetricKeyType}; make one with: reelwire keys sign`, where);
}

function hintOf(pem: string): string {
  if (/ENCRYPTED/.test(pem))
    return "it has a passphrase, and nobody is there to type it: use a key without one";
  if (/PUBLIC KEY/.test(pem)) return "it is a public key: name the private one";
  return "it is no private key in PEM form; make one with: reelwire keys sign";
}

/** Never says what the file holds. */
function unusable(hint: string, where: readonly [string, string], cause?: unknown): ReelwireError {
  return new ReelwireError("RW3302", { with: { hint }, where: [where], cause });
}
