/** For whom a tape is encrypted: recipients from words and files, and the headers that give them a file's key. */
import { resolve } from "node:path";
import { assert, ReelwireError } from "../base/index.ts";
import type { AgeLock } from "../tape/index.ts";
import { ageLibrary } from "./age-library.ts";
import { readKeyFile } from "./project-folder.ts";

export interface RecipientPlaces {
  /** Recipients, several in a word when they are separated by blanks or commas. */
  readonly words: readonly string[];
  /** Files as age's -R takes them: one recipient a line, `#` begins a comment. */
  readonly files: readonly string[];
  readonly cwd: string;
}

/** For how many a file is encrypted; more than a header holds would not be read again. */
const recipientsMax = 100;

/** Each once, in the order in which they were named. Throws RW3408, and RW3301 for a file that cannot be read. */
export function findRecipients({ words, files, cwd }: RecipientPlaces): readonly string[] {
  const named = words.flatMap((word) => word.split(/[\s,]+/).filter((each) => each !== ""));
  const listed = files.flatMap((file) => inFile(resolve(cwd, file)));
  const recipients = [...new Set([...named, ...listed])];
  if (recipients.length > recipientsMax)
    throw new ReelwireError("RW3408", { with: { hint: `name no more than ${recipientsMax}` } });
  return recipients;
}

/** Makes a new key and its header, for each file another. Throws RW3403, and RW3408 for a recipient that is none. */
export async function locksFor(recipients: readonly string[]): Promise<() => Promise<AgeLock>> {
  const age = await ageLibrary();
  const encrypter = new age.Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw unusable(recipient, cause);
    }
  }
  let fileKey: Uint8Array | undefined;
  // The one that sees the key; it adds nothing to the header.
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice();
      return [];
    },
  });
  return async () => {
    const empty = await encrypter.encrypt(new Uint8Array(0));
    assert(fileKey !== undefined, "every recipient is asked");
    return { header: empty.subarray(0, empty.length - emptyBytes), fileKey };
  };
}

/** What follows the header of a file without content: the nonce, and the tag of an empty chunk. */
const emptyBytes = 16 + 16;

function inFile(path: string): string[] {
  const text = readKeyFile(path);
  const where = [["file", path]] as const;
  if (text === undefined)
    throw new ReelwireError("RW3408", { with: { hint: "there is no such file: check the spelling" }, where });
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const found = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (found.length > 0) return found;
  throw new ReelwireError("RW3408", { with: { hint: "write one recipient (age1…) a line" }, where });
}

function unusable(recipient: string, cause: unknown): ReelwireError {
  if (/AGE-SECRET-KEY-/i.test(recipient)) {
    const hint =
      "that is an identity and secret; its recipient stands above it in its file, after 'public key:'";
    return new ReelwireError("RW3408", { with: { hint } });
  }
  const hint = recipient.startsWith("ssh-")
    ? "SSH keys are not taken: name a recipient that age-keygen made (age1…)"
    : "a recipient begins with age1; a character of it may be wrong or missing";
  return new ReelwireError("RW3408", {
    with: { hint },
    where: [["recipient", recipient.slice(0, 200)]],
    cause,
  });
}
