/** Who signed a recording, and whether that is who was demanded: the second half of what `validate` says. */
import { ReelwireError } from "../base/index.ts";
import { fingerprintOf, readPublicKey, readTrusted, trustedFileOf } from "../runtime/keys/index.ts";
import { publicKeyOf, signatureAlgorithm, type TapeReport } from "../tape/index.ts";
import type { Call } from "./command.ts";
import { reportError } from "./report.ts";

/**
 * `good`: every line that is proved is signed. `bad`: the tape is damaged or altered, so nothing can be said of the
 * whole. `unproved`: a signer is named, but no signature was written. `unknown`: signed in a way of a later version.
 * `mixed`: the parts are not signed by one key.
 */
export type SignatureState = "none" | "good" | "bad" | "unproved" | "unknown" | "mixed";

export interface Signature {
  readonly state: SignatureState;
  readonly key?: string;
  readonly fingerprint?: string;
  /** What the project calls the key; absent when it does not trust it. */
  readonly name?: string;
}

/** What signatures are held against. */
export interface Demand {
  /** Names of the project's trusted keys. */
  readonly trusted: ReadonlyMap<string, string>;
  readonly key: string | undefined;
  readonly signed: boolean;
}

/** Throws RW3301 or RW3302 for a key that is none, RW3304 when trust is demanded and the list cannot be read. */
export function demandOf(call: Call): Demand {
  const given = call.flags["key"] as string | undefined;
  const key = given === undefined ? undefined : readPublicKey(given, call.cwd);
  const signed = call.flags["signed"] === true;
  return { key, signed, trusted: trustedKeys(call, signed) };
}

/** Without a list nobody is trusted, which is only an error when trust was asked for. */
function trustedKeys(call: Call, demanded: boolean): ReadonlyMap<string, string> {
  try {
    return readTrusted(trustedFileOf(call.cwd));
  } catch (error) {
    if (demanded || !(error instanceof ReelwireError)) throw error;
    reportError(error, call.stderr, call.flags["json"] === true);
    return new Map();
  }
}

/** What the reports of all parts say together. */
export function signatureOf(reports: readonly TapeReport[], { trusted }: Demand): Signature {
  const keys = new Set(reports.map((report) => report.signer?.key));
  if (keys.size > 1) return { state: "mixed" };
  const [key] = keys;
  if (key === undefined) return { state: "none" };
  const states = reports.map(stateOf);
  const state = order.find((each) => states.includes(each))!;
  if (!publicKeyOf(key)) return { state, key };
  const name = trusted.get(key);
  return { state, key, fingerprint: fingerprintOf(key), ...(name !== undefined && { name }) };
}

/** From the worst to the best. */
const order: readonly SignatureState[] = ["bad", "unknown", "unproved", "good"];

function stateOf({ state, signer, signatures }: TapeReport): SignatureState {
  if (state === "damaged" || state === "altered") return "bad";
  if (signer?.alg !== signatureAlgorithm) return "unknown";
  return signatures > 0 ? "good" : "unproved";
}

/** Whether the signature is what was demanded; undefined when nothing was. */
export function accepts({ key, signed }: Demand, signature: Signature): boolean | undefined {
  if (key === undefined && !signed) return undefined;
  if (signature.state !== "good") return false;
  return (key === undefined || signature.key === key) && (!signed || signature.name !== undefined);
}

/** The signature in words, and what is missing. */
export function signatureSays(demand: Demand, signature: Signature): string {
  const says = wordsFor(signature);
  // Of a tape that is damaged or altered, that is what there is to say.
  if (signature.state === "bad" || accepts(demand, signature) !== false) return says;
  const { key } = demand;
  return `${says}, but a signature by ${key === undefined ? "a trusted key" : nameOf(demand, key)} is demanded`;
}

function nameOf({ trusted }: Demand, key: string): string {
  return trusted.get(key) ?? fingerprintOf(key);
}

function wordsFor({ state, name, fingerprint = "a key that is none" }: Signature): string {
  const who = name === undefined ? `${fingerprint} (not in trusted.json)` : `${name} (${fingerprint})`;
  switch (state) {
    case "none":
      return "not signed";
    case "good":
      return `signed by ${who}`;
    case "bad":
      return `its header names ${who} as its signer`;
    case "unproved":
      return `its header names ${who} as its signer, and nothing is signed yet`;
    case "unknown":
      return "signed in a way that this version does not know";
    case "mixed":
      return "its parts are not signed by one key";
  }
}
