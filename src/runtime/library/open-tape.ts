/** `openTape` as programs call it: the tape of `library/`, opened with identities where it is encrypted. */
import { openTape as openWith, type Tape } from "../../library/index.ts";
import type { Unlock } from "../../tape/index.ts";
import { unlockWith } from "../unlock.ts";

export interface OpenTapeOptions extends IdentityOptions {
  /** Ends every iteration with its reason. */
  readonly signal?: AbortSignal;
}

export interface IdentityOptions {
  /**
   * What opens an encrypted tape: age identity files, or identities themselves (`AGE-SECRET-KEY-1…`). Default: what
   * `REELWIRE_IDENTITY` names, else `.reelwire/identity.key` of the project and `identity.key` of the user.
   */
  readonly identity?: string | readonly string[];
}

/**
 * Opens a tape or a `.vcr` recording, encrypted or not, told apart by content; the first part of a rotated recording
 * opens all parts. Throws RW3001 when the file cannot be read, RW3002 when it is no recording, RW3008 when it is
 * empty, RW3003 and RW3004 for its header, RW3007 for a `.vcr` file of another shape, RW3401 to RW3407 when it is
 * encrypted and does not open. Iterations throw RW3006 for a line over the limit.
 */
export function openTape(path: string, options: OpenTapeOptions = {}): Promise<Tape> {
  const { signal } = options;
  return openWith(path, { ...(signal && { signal }), unlock: unlockBy(options) });
}

export function unlockBy({ identity }: IdentityOptions): Unlock {
  const named = typeof identity === "string" ? [identity] : identity;
  return unlockWith({ named, cwd: process.cwd(), env: process.env });
}
