/** Who signs a recording: read where the tape is written, because key files have no place before a server's start. */
import type { TapeEvent } from "../tape/index.ts";
import type { TapeSigner } from "../tape/worker.ts";
import { findSigner, type SignSource } from "./keys/worker.ts";

export interface JobSigner {
  readonly signer?: TapeSigner;
  /** Why nothing is signed although there is a key: for people, and for the tape. */
  readonly says?: string;
  readonly note?: TapeEvent;
}

/** A key that cannot be used stops no recording: the tape is not signed, and says so. */
export function jobSigner(source: SignSource): JobSigner {
  const { signer, complaint } = findSigner(source);
  if (signer) return { signer };
  if (!complaint) return {};
  const places = complaint.where.map(([, value]) => value).join(", ");
  const says = `the tape is not signed: ${complaint.message} (${complaint.code}, ${places})`;
  const note = {
    what: "unsigned",
    says: `the tape is not signed: ${complaint.message}`,
    code: complaint.code,
  };
  return { says: `reelwire: ${says}`, note: { at: 0, payload: { kind: "note", note } } };
}
