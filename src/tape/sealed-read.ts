/** Reads the content of an encrypted file by place: only the chunks that hold it are opened, and nothing is copied. */
import { readArmored } from "./age-armor.ts";
import { openChunk, plainChunkBytes, sealedChunkBytes } from "./age-stream.ts";
import type { Seal } from "./content.ts";

/**
 * Up to `length` bytes of content; fewer when it ends. `read` gives the file's own bytes. Undefined when a chunk is
 * not the one that was encrypted.
 */
export function readSealed(
  read: (offset: number, length: number) => Buffer,
  { key, payloadAt, armor }: Seal,
  offset: number,
  length: number,
): Buffer | undefined {
  const parts: Buffer[] = [];
  const first = Math.floor(offset / plainChunkBytes);
  let skipped = offset - first * plainChunkBytes;
  let wanted = length;
  for (let index = first; wanted > 0; index++) {
    const at = payloadAt + index * sealedChunkBytes;
    const sealed = armor ? readArmored(read, armor, at, sealedChunkBytes) : read(at, sealedChunkBytes);
    if (sealed.length === 0 && index > 0) break;
    const plain = opened(key, index, sealed);
    if (plain === undefined) return undefined;
    const part = plain.subarray(skipped, skipped + wanted);
    parts.push(part);
    wanted -= part.length;
    skipped = 0;
    if (plain.length < plainChunkBytes) break;
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** A chunk that is not full is the last one; a full one may be. */
function opened(key: Uint8Array, index: number, sealed: Buffer): Buffer | undefined {
  const full = sealed.length === sealedChunkBytes;
  return (full ? openChunk(key, index, false, sealed) : undefined) ?? openChunk(key, index, true, sealed);
}
