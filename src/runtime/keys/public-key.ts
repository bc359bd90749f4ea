/** Public keys as people hand them over, and the short form in which they compare them. */
import { createHash, createPublicKey } from "node:crypto";
import { resolve } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { publicKeyOf, rawKeyOf } from "../../tape/index.ts";
import { readKeyFile } from "../project-folder.ts";

/**
 * The raw public key, in base64, of a text that is one or of the file that it names: base64 or PEM. Never makes a
 * public key from a private one, so that nobody hands the wrong file around. Throws RW3301 or RW3302.
 */
export function readPublicKey(given: string, cwd: string): string {
  if (publicKeyOf(given)) return given;
  const path = resolve(cwd, given);
  const text = readKeyFile(path);
  if (text === undefined)
    throw new ReelwireError("RW3301", {
      with: { hint: "there is no such file, and it is not the base64 of a public key either" },
      where: [["key", given]],
    });
  const key = keyOfText(text.trim());
  if (key !== undefined) return key;
  const hint = /PRIVATE KEY/.test(text)
    ? "it is a private key: hand over the public one, sign.pub beside it"
    : "give the base64 of a public Ed25519 key, or a file that holds it or a PEM of it";
  throw new ReelwireError("RW3302", { with: { hint }, where: [["file", path]] });
}

/** Short enough to be read to somebody. */
export function fingerprintOf(key: string): string {
  const hash = createHash("sha256").update(Buffer.from(key, "base64")).digest("base64");
  return `SHA256:${hash.replace(/=+$/, "")}`;
}

function keyOfText(text: string): string | undefined {
  if (publicKeyOf(text)) return text;
  if (!text.includes("-----BEGIN PUBLIC KEY-----")) return undefined;
  try {
    const key = createPublicKey(text);
    return key.asymmetricKeyType === "ed25519" ? rawKeyOf(key) : undefined;
  } catch {
    return undefined;
  }
}
