/**
 * Checksums of single lines, gathered between two checkpoints: the hash of a checkpoint proves that something changed,
 * they say where. The writer puts them into its checkpoints, `check.ts` compares them.
 */
import { crc32 } from "node:zlib";

/** Bytes of one checksum: CRC-32, the most significant byte first. */
const crcBytes = 4;

/** The most lines between two checkpoints whose checksums are compared; the writer's own limit is far lower. */
export const crcLinesMax = 65_536;

const lineEnd = new Uint8Array([0x0a]);

export class LineCrcs {
  readonly #linesMax: number;
  #crcs = new Uint32Array(64);
  #count = 0;

  /** Of more than `linesMax` lines nothing is kept: see {@link bytes}. */
  constructor(linesMax: number) {
    this.#linesMax = linesMax;
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
    this.#put(crc32(lineEnd, crc32(line)));
  }

  clear(): void {
    this.#count = 0;
  }

  /** The checksums in order; undefined when there were too many lines. */
  bytes(): Buffer | undefined {
    if (this.#count > this.#linesMax) return undefined;
    const bytes = Buffer.allocUnsafe(this.#count * crcBytes);
    for (let i = 0; i < this.#count; i++) bytes.writeUInt32BE(this.#crcs[i]!, i * crcBytes);
    return bytes;
  }

  #put(crc: number): void {
    const at = this.#count++;
    if (at >= this.#linesMax) return;
    if (at === this.#crcs.length) this.#grow();
    this.#crcs[at] = crc;
  }

  #grow(): void {
    const grown = new Uint32Array(Math.min(2 * this.#crcs.length, this.#linesMax));
    grown.set(this.#crcs);
    this.#crcs = grown;
  }
}

/** Checksums as a checkpoint holds them; undefined when the text is none, or has more than are compared. */
export function crcsOf(base64: string): Uint8Array | undefined {
  if (base64.length > 2 * crcLinesMax * crcBytes) return undefined;
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
