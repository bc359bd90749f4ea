/** Opens what was encrypted for us: the header of an age file, with the identities that are found. */
import { ReelwireError } from "../base/index.ts";
import type { Unlock } from "../tape/index.ts";
import { type AgeLibrary, ageLibrary } from "./age-library.ts";
import { findIdentities, type Identity, type IdentityPlaces, unusable } from "./identities.ts";

/** Identities are looked for when the first encrypted file is met, once. */
export function unlockWith(places: IdentityPlaces): Unlock {
  let opener: Promise<Opener> | undefined;
  return async (header, path) => {
    opener ??= openerOf(places);
    return (await opener)(header, path);
  };
}

type Opener = Unlock;

async function openerOf(places: IdentityPlaces): Promise<Opener> {
  const identities = findIdentities(places);
  if (identities.length === 0) {
    return async (_, path) => {
      throw new ReelwireError("RW3401", { where: [["file", path]] });
    };
  }
  const age = await ageLibrary();
  const decrypter = new age.Decrypter();
  for (const identity of identities) addIdentity(decrypter, identity);
  // Asked last, when none of the others knew a stanza.
  decrypter.addIdentity({
    unwrapFileKey() {
      throw new NobodysFile();
    },
  });
  return (header, path) => fileKeyOf(decrypter, header, path, identities);
}

class NobodysFile extends Error {}

type Decrypter = InstanceType<AgeLibrary["Decrypter"]>;

function addIdentity(decrypter: Decrypter, { text, from }: Identity): void {
  try {
    decrypter.addIdentity(text);
  } catch {
    // What the library says holds the secret.
    throw unusable("it does not read: a character of it is wrong or missing", from);
  }
}

async function fileKeyOf(
  decrypter: Decrypter,
  header: Uint8Array,
  path: string,
  identities: readonly Identity[],
): Promise<Uint8Array> {
  try {
    return await decrypter.decryptHeader(header);
  } catch (cause) {
    if (cause instanceof NobodysFile) throw nobodys(path, identities);
    const why = `its header does not hold (${cause instanceof Error ? cause.message : String(cause)})`;
    throw new ReelwireError("RW3404", { with: { why }, where: [["file", path]], cause });
  }
}

/** How many of the tried are named. */
const namedMax = 5;

function nobodys(path: string, identities: readonly Identity[]): ReelwireError {
  const count = identities.length;
  const tried = identities.slice(0, namedMax).map(({ from }) => ["tried", from] as const);
  return new ReelwireError("RW3402", {
    with: { identities: count === 1 ? "1 identity" : `${count} identities` },
    where: [["file", path], ...tried],
  });
}
