/**
 * Signatures of checkpoints: what is signed, and whether a signature fits. The hash in a checkpoint covers the header
 * with the signer's public key, so one signature proves every line before it. Keys come from the caller.
 */
import { createPublicKey, type KeyObject, sign as signBytes, verify } from "node:crypto";
import { encodeUtf8 } from "../base/index.ts";
import type { SignerFacts, TapeHeader } from "./format.ts";

/** The one way of signing that this version knows. */
export const signatureAlgorithm = "ed25519";

/** Signs checkpoints for a writer. */
export interface TapeSigner extends SignerFacts {
  sign(message: Uint8Array): Uint8Array;
}

/** What a checkpoint or an end says about the lines before it. */
export interface Claim {
  readonly lines: number;
  /** Absent from an end. */
  readonly bytes?: number;
  readonly sha256: string;
  readonly crc?: string;
  readonly sig?: string;
}

/** The bytes that a signature signs; they begin with a text of our own, so that a key may serve elsewhere too. */
export function signedMessage(
  { id, part = 0 }: Pick<TapeHeader, "id" | "part">,
  kind: "mark" | "end",
  { lines, bytes = "-", sha256 }: Omit<Claim, "bytes"> & { readonly bytes?: number | string },
): Uint8Array {
  return encodeUtf8(["reelwire-tape-v1", id, part, kind, lines, bytes, sha256].join("\n"));
}

/** A signer of a private Ed25519 key. */
export function signerOf(privateKey: KeyObject): TapeSigner {
  return {
    alg: signatureAlgorithm,
    key: rawKeyOf(createPublicKey(privateKey)),
    sign: (message) => signBytes(null, message, privateKey),
  };
}

/** The base64 of a public Ed25519 key's 32 bytes. */
export function rawKeyOf(key: KeyObject): string {
  return Buffer.from(key.export({ format: "jwk" }).x!, "base64url").toString("base64");
}

/** The public key of such a base64; undefined when it is none. */
export function publicKeyOf(base64: string): KeyObject | undefined {
  const raw = bytesOf(base64, keyBytes);
  if (raw === undefined) return undefined;
  return createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: raw.toString("base64url") },
    format: "jwk",
  });
}

const keyBytes = 32;
const signatureBytes = 64;

/** So many bytes of a base64 in its one spelling, so that no bit of it can be changed unseen. */
function bytesOf(base64: string, length: number): Buffer | undefined {
  if (base64.length !== 4 * Math.ceil(length / 3)) return undefined;
  const bytes = Buffer.from(base64, "base64");
  return bytes.length === length && bytes.toString("base64") === base64 ? bytes : undefined;
}

const unfit = "its signature does not fit";

/** Why a signature does not count, as a sentence after "line 7:"; undefined: it fits. */
export type Verifier = (kind: "mark" | "end", claim: Claim) => string | undefined;

/**
 * What tells whether the signatures of a tape fit; undefined when it has none that this version can judge. With a key
 * that is none, no signature fits.
 */
export function verifierOf(header: TapeHeader): Verifier | undefined {
  const { signer } = header;
  if (signer === undefined || signer.alg !== signatureAlgorithm) return undefined;
  const key = publicKeyOf(signer.key);
  return (kind, claim) => {
    if (claim.sig === undefined) return "it is not signed, though the header names a signer";
    const sig = bytesOf(claim.sig, signatureBytes);
    if (key === undefined || sig === undefined) return unfit;
    return verify(null, signedMessage(header, kind, claim), key, sig) ? undefined : unfit;
  };
}
