/** Signing for commands that write a tape from another: whose key signs, and what became of the old signatures. */
import { findSigner, fingerprintOf } from "../runtime/keys/index.ts";
import type { TapeSigner } from "../tape/index.ts";
import type { Call } from "./command.ts";
import { cleanLine } from "./sanitize.ts";

/** The signer of the configured key; one that cannot be used is told, and nothing is signed. */
export function configuredSigner({ cwd, env, stderr }: Call): TapeSigner | undefined {
  const { signer, complaint } = findSigner({ cwd, env });
  if (complaint) {
    const places = complaint.where.map(([, value]) => value).join(", ");
    const says = `the tape is not signed: ${complaint.message} (${complaint.code}, ${places})`;
    stderr.write(`reelwire: ${cleanLine(says)}\n`);
  }
  return signer;
}

/** Says that the signatures of the tape that was read do not hold for the one that was written. */
export function tellSigning({ stderr }: Call, was: string | undefined, now: TapeSigner | undefined): void {
  if (was === undefined) return;
  const becomes = now ? `it is signed anew by ${fingerprintOf(now.key)}` : "it is not signed any more";
  stderr.write(`reelwire: the tape was signed by ${fingerprintOf(was)}; ${becomes}\n`);
}
