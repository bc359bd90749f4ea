/**
 * Checksums of single lines, gathered between two checkpoints: the hash of a checkpoint proves that something changed,
 * they say where. The writer puts them into its checkpoints, `check.ts` compares them.
 */
import { crc32 } from "node:zlib";

/** Bytes of one checksum: CRC-32, the most significant byte first. */
const crcBytes = 4;

export class LineCrcs {
  readonly #linesMax: number;
  #bytes: Buffer;
  #count = 0;

  /** Of more than `linesMax` lines nothing is kept: see {@link view}. */
  constructor(linesMax: number) {
    this.#linesMax = linesMax;
    this.#bytes = Buffer.alloc(64 * crcBytes);
  }

  /** Lines since the last {@link clear}. */
  get count(): number {
    return this.#count;
  }

  /** Takes a line with its line end. */
  add(line: Uint8Array): void {
    this.#put(crc32(line));
  }

  /** Takes a line that is held without its line end. */
  addBare(line: Uint8Array): void {
    this.#put(crc32("\n", crc32(line)));
  }

  clear(): void {
    this.#count = 0;
  }

  /** The checksums in order, good until the next change; undefined when there were too many lines. */
  view(): Uint8Array | undefined {
    return this.#count > this.#linesMax ? undefined : this.#bytes.subarray(0, this.#count * crcBytes);
  }

  base64(): string {
    return this.#bytes.toString("base64", 0, this.#count * crcBytes);
  }

  #put(crc: number): void {
    const at = this.#count++ * crcBytes;
    if (this.#count > this.#linesMax) return;
    if (at + crcBytes > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], 2 * this.#bytes.length);
    this.#bytes.writeUInt32BE(crc, at);
  }
}

/** Checksums as a checkpoint holds them; undefined when the text is none. */
export function crcsOf(base64: string): Uint8Array | undefined {
  const bytes = Buffer.from(base64, "base64");
  return bytes.length % crcBytes === 0 && bytes.toString("base64") === base64 ? bytes : undefined;
}

export function crcCount(crcs: Uint8Array): number {
  return crcs.length / crcBytes;
}

/** The checksum at an index, or undefined beyond the ends. */
export function crcAt(crcs: Uint8Array, index: number): number | undefined {
  const at = index * crcBytes;
  if (at < 0 || at >= crcs.length) return undefined;
  return ((crcs[at]! << 24) | (crcs[at + 1]! << 16) | (crcs[at + 2]! << 8) | crcs[at + 3]!) >>> 0;
}
