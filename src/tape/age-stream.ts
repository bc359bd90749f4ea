/**
 * The content of an age file: a nonce, then chunks of 64 KiB, each sealed by itself with its number and whether it is
 * the last one. So a chunk can be opened where it stands, and a file that was cut, or whose chunks changed places,
 * shows. Pairs with `age-format.ts`, which has what stands before.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import { ageDamaged, type Where } from "./age-format.ts";
import { ByteReader } from "./byte-reader.ts";

/** What a chunk holds, in bytes; only the last holds less. */
export const plainChunkBytes = 64 * 1024;
const tagBytes = 16;
export const sealedChunkBytes = plainChunkBytes + tagBytes;
export const payloadNonceBytes = 16;

/** A new file's key, and the header that gives it to its recipients. */
export interface AgeLock {
  readonly header: Uint8Array;
  /** 16 bytes. */
  readonly fileKey: Uint8Array;
}

/** The whole file: header, nonce, chunks. Its content is streamed, whatever pieces it comes in. */
export async function* encryptedBytes(
  { header, fileKey }: AgeLock,
  content: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const nonce = randomBytes(payloadNonceBytes);
  const key = payloadKey(fileKey, nonce);
  yield header;
  yield nonce;
  const bytes = new ByteReader(content);
  try {
    let plain = await bytes.take(plainChunkBytes);
    for (let index = 0; ; index++) {
      const next = plain.length < plainChunkBytes ? noBytes : await bytes.take(plainChunkBytes);
      yield sealChunk(key, index, next.length === 0, plain);
      if (next.length === 0) return;
      plain = next;
    }
  } finally {
    await bytes.close();
  }
}

/** The content, from behind the nonce on; a chunk is handed out when it is proved. Throws RW3404. */
export async function* openChunks(
  key: Uint8Array,
  bytes: ByteReader,
  where: Where,
): AsyncGenerator<Uint8Array, void, void> {
  let sealed = await bytes.take(sealedChunkBytes);
  for (let index = 0; ; index++) {
    const next = sealed.length < sealedChunkBytes ? noBytes : await bytes.take(sealedChunkBytes);
    const last = next.length === 0;
    const plain = openChunk(key, index, last, sealed);
    if (plain === undefined) throw ageDamaged(whyNot(key, index, last, sealed), where);
    if (plain.length > 0) yield plain;
    else if (index > 0) throw ageDamaged("its last chunk is empty", where);
    if (last) return;
    sealed = next;
  }
}

/** A chunk's content, or undefined when it is not the one that stood here. */
export function openChunk(key: Uint8Array, index: number, last: boolean, sealed: Buffer): Buffer | undefined {
  const length = sealed.length - tagBytes;
  if (length < 0) return undefined;
  const opening = createDecipheriv("chacha20-poly1305", key, nonceOf(index, last), {
    authTagLength: tagBytes,
  });
  opening.setAuthTag(sealed.subarray(length));
  const plain = opening.update(sealed.subarray(0, length));
  try {
    opening.final();
    return plain;
  } catch {
    return undefined;
  }
}

export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.from(hkdfSync("sha256", fileKey, nonce, "payload", 32));
}

function sealChunk(key: Uint8Array, index: number, last: boolean, plain: Uint8Array): Buffer {
  const sealing = createCipheriv("chacha20-poly1305", key, nonceOf(index, last), { authTagLength: tagBytes });
  return Buffer.concat([sealing.update(plain), sealing.final(), sealing.getAuthTag()]);
}

function whyNot(key: Uint8Array, index: number, last: boolean, sealed: Buffer): string {
  const cut = last && (sealed.length < tagBytes || openChunk(key, index, false, sealed) !== undefined);
  return cut ? "it was cut off, its end is missing" : `its chunk ${index + 1} is not what was encrypted`;
}

/** A chunk's number in eleven bytes, and whether it is the last. */
function nonceOf(index: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(index, 5, 6);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

const noBytes = Buffer.alloc(0);
