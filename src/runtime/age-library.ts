/**
 * The package that knows age's recipients and identities. Not everybody encrypts, so it is an optional peer, loaded
 * when it is needed; the content of files is sealed and opened by ourselves (`tape/age-stream.ts`).
 */
import { ReelwireError } from "../base/index.ts";

export type AgeLibrary = typeof import("age-encryption");

let loaded: Promise<AgeLibrary> | undefined;

/** Throws RW3403 when it is not installed. */
export function ageLibrary(): Promise<AgeLibrary> {
  loaded ??= import("age-encryption").catch((cause: unknown) => {
    loaded = undefined;
    const says = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new ReelwireError("RW3403", { where: [["cause", says]], cause });
  });
  return loaded;
}
