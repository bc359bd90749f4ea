/**
 * What files say, whether they are encrypted or not: the one place where an age file becomes a stream of its content.
 * Nothing of it is ever written anywhere. How a file is opened is handed in, because identities lie in files and in
 * the environment; what was found out is kept, so that `sealed-read.ts` can open single chunks later.
 */
import { createHash } from "node:crypto";
import { ReelwireError } from "../base/index.ts";
import { type ArmorPlace, Dearmor } from "./age-armor.ts";
import { ageDamaged, ageFormOf, ageHeadBytes, takeAgeHeader } from "./age-format.ts";
import { openChunks, payloadKey, payloadNonceBytes } from "./age-stream.ts";
import { ByteReader } from "./byte-reader.ts";
import { fileBytes } from "./file.ts";

/** Finds the key of an encrypted file (16 bytes) in its header. Throws RW3401, RW3402, RW3403 or RW3404. */
export type Unlock = (header: Uint8Array, path: string) => Promise<Uint8Array>;

/** What opens an encrypted file's chunks. */
export interface Seal {
  readonly key: Uint8Array;
  /** Where the first chunk stands, in bytes, the armor taken off. */
  readonly payloadAt: number;
  readonly armor: ArmorPlace | undefined;
  /** How much content came out when it was read last, in bytes. */
  contentBytes: number;
}

export class Content {
  readonly #unlock: Unlock;
  readonly #seals = new Map<string, Seal>();
  /** Keys by the hash of the header that gave them: a tape is opened several times. */
  readonly #fileKeys = new Map<string, Uint8Array>();

  constructor(unlock: Unlock = noIdentity) {
    this.#unlock = unlock;
  }

  /** How a file is encrypted, or undefined when it is not; known once its first bytes were read. */
  sealOf(path: string): Seal | undefined {
    return this.#seals.get(path);
  }

  /**
   * What a file says, from its beginning. Throws RW3001 when it cannot be read, what {@link Unlock} throws when it is
   * encrypted, RW3404 to RW3406 for an encryption that does not hold.
   */
  async *bytes(path: string): AsyncGenerator<Uint8Array, void, void> {
    const source = fileBytes(path);
    try {
      const head = await headOf(source);
      const form = ageFormOf(head);
      if (form === undefined) {
        this.#seals.delete(path);
        yield* joined(head, source);
      } else {
        const armor = form === "armored" ? new Dearmor([["file", path]]) : undefined;
        const sealed = joined(head, source);
        yield* this.#opened(path, new ByteReader(armor ? armor.bytes(sealed) : sealed), armor);
      }
    } finally {
      await source.return();
    }
  }

  async *#opened(path: string, bytes: ByteReader, armor: Dearmor | undefined) {
    const where = [["file", path]] as const;
    const header = await takeAgeHeader(bytes, where);
    const fileKey = await this.#fileKey(header, path);
    const nonce = await bytes.take(payloadNonceBytes);
    if (nonce.length < payloadNonceBytes) throw ageDamaged("it was cut off, its end is missing", where);
    const key = payloadKey(fileKey, nonce);
    const payloadAt = header.length + nonce.length;
    const seal: Seal = { key, payloadAt, armor: armor?.place, contentBytes: 0 };
    this.#seals.set(path, seal);
    for await (const chunk of openChunks(key, bytes, where)) {
      seal.contentBytes += chunk.length;
      yield chunk;
    }
  }

  async #fileKey(header: Uint8Array, path: string): Promise<Uint8Array> {
    const hash = createHash("sha256").update(header).digest("hex");
    const known = this.#fileKeys.get(hash);
    if (known !== undefined) return known;
    const key = await this.#unlock(header, path);
    this.#fileKeys.set(hash, key);
    return key;
  }
}

async function headOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < ageHeadBytes) {
    const { value, done } = await source.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* joined(head: Uint8Array, rest: AsyncIterable<Uint8Array>) {
  if (head.length > 0) yield head;
  yield* rest;
}

async function noIdentity(_header: Uint8Array, path: string): Promise<never> {
  throw new ReelwireError("RW3401", { where: [["file", path]] });
}
