/**
 * Reading single messages of a recording by where they stand, so that a replay holds places and not payloads. A few
 * blocks are kept, because what is played next usually stands beside what was played last.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { ReelwireError } from "../base/index.ts";
import type { Content, Seal } from "./content.ts";
import { cannotRead, isSystem } from "./file.ts";
import { Scratch } from "./scratch.ts";
import { readSealed } from "./sealed-read.ts";

/** Where a piece stands: which of the files, from which byte, how many bytes. */
export interface PlaceInFile {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

export const randomAccessLimits = {
  /** What is read at once, in bytes. */
  blockBytes: 64 * 1024,
  /** Blocks that are kept. */
  blocksMax: 64,
  /** Files that are open at once; a rotated recording may have thousands. */
  openFilesMax: 64,
} as const;

/** The files of a recording, open for reading, and a scratch file for what stands in none of them. */
export class RandomAccess {
  readonly #files: SourceFile[];
  /** Those that are open, the one that was used last at the end. */
  readonly #open = new Set<SourceFile>();
  readonly #scratch: Scratch;
  /** By file and block, the one that was used last at the end. */
  readonly #blocks = new Map<number, Buffer>();
  /** The one that was used last: most of the time it is used next. */
  #lastKey = -1;
  #last: Buffer | undefined;

  /** `content` knows how those of the files are encrypted that are; places are places in what they say. */
  constructor(paths: readonly string[], content?: Pick<Content, "sealOf">) {
    this.#files = paths.map((path) => new SourceFile(path, () => content?.sealOf(path)));
    this.#scratch = new Scratch();
  }

  /** Remembers what a file is now, before places in it are taken. */
  expect(file: number): void {
    const source = this.#files[file];
    if (source) this.#opened(source);
  }

  /** Keeps bytes that stand in no file as they are; returns where they stand now. */
  keep(bytes: Uint8Array): PlaceInFile {
    return { file: this.#files.length, offset: this.#scratch.append(bytes), length: bytes.length };
  }

  /**
   * The bytes at a place, often a view of a block that the next call may reuse. Throws RW3001 when the file cannot be
   * opened, RW3016 when it is no longer what it was.
   */
  read({ file, offset, length }: PlaceInFile): Uint8Array {
    const source = this.#files[file];
    if (!source) return this.#scratch.read(offset, length);
    const { blockBytes } = randomAccessLimits;
    const block = Math.floor(offset / blockBytes);
    const from = offset - block * blockBytes;
    if (from + length > blockBytes) return this.#opened(source).read(offset, length);
    const bytes = this.#block(source, file, block);
    // The last block of a tape that is still being recorded has grown since it was read.
    if (from + length > bytes.length) return this.#opened(source).read(offset, length);
    return bytes.subarray(from, from + length);
  }

  close(): void {
    for (const file of this.#open) file.close();
    this.#open.clear();
    this.#scratch.close();
    this.#blocks.clear();
    this.#lastKey = -1;
    this.#last = undefined;
  }

  #opened(source: SourceFile): SourceFile {
    this.#open.delete(source);
    source.open();
    this.#open.add(source);
    if (this.#open.size > randomAccessLimits.openFilesMax) {
      const [oldest] = this.#open;
      oldest!.close();
      this.#open.delete(oldest!);
    }
    return source;
  }

  #block(source: SourceFile, file: number, block: number): Buffer {
    const key = block * filesMax + file;
    if (key === this.#lastKey) return this.#last!;
    let bytes = this.#blocks.get(key);
    if (bytes) this.#blocks.delete(key);
    else
      bytes = this.#opened(source).read(
        block * randomAccessLimits.blockBytes,
        randomAccessLimits.blockBytes,
        true,
      );
    this.#blocks.set(key, bytes);
    if (this.#blocks.size > randomAccessLimits.blocksMax) {
      const [oldest] = this.#blocks.keys();
      this.#blocks.delete(oldest!);
    }
    this.#lastKey = key;
    this.#last = bytes;
    return bytes;
  }
}

/** More parts than a rotated recording is followed over; part of a block's name. */
const filesMax = 16_384;

/** A file that is opened when it is read, and may be closed and opened again. */
class SourceFile {
  readonly #path: string;
  readonly #sealOf: () => Seal | undefined;
  #seal: Seal | undefined;
  #fd: number | undefined;
  #size = -1;
  #changedMs = 0;
  /** What stood at the beginning and at the end when it was opened first. */
  #ends: readonly [head: Buffer, tail: Buffer] | undefined;

  constructor(path: string, sealOf: () => Seal | undefined) {
    this.#path = path;
    this.#sealOf = sealOf;
  }

  open(): void {
    if (this.#fd !== undefined) return;
    try {
      this.#fd = openSync(this.#path, "r");
      if (this.#ends) return;
      const { size, mtimeMs } = fstatSync(this.#fd);
      this.#size = size;
      this.#changedMs = mtimeMs;
      this.#ends = this.#readEnds();
      this.#seal = this.#sealOf();
    } catch (cause) {
      throw isSystem(cause) ? cannotRead(this.#path, cause) : cause;
    }
  }

  /** `upTo`: the file may end within it. */
  read(offset: number, length: number, upTo = false): Buffer {
    const { size, mtimeMs } = fstatSync(this.#fd!);
    if (size !== this.#size || mtimeMs !== this.#changedMs) this.#demandGrown(size);
    const read = (from: number, upToBytes: number): Buffer =>
      this.#bytes(from, Math.min(upToBytes, Math.max(0, size - from)));
    const bytes = this.#seal ? readSealed(read, this.#seal, offset, length) : read(offset, length);
    if (bytes === undefined || (bytes.length < length && !upTo)) throw this.#changed();
    return bytes;
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** A recording that goes on only grows; anything else may have changed what stands in it. */
  #demandGrown(size: number): void {
    if (size <= this.#size) throw this.#changed();
    for (const [i, end] of this.#readEnds().entries())
      if (!end.equals(this.#ends![i]!)) throw this.#changed();
  }

  #readEnds(): [head: Buffer, tail: Buffer] {
    const length = Math.min(endBytes, this.#size);
    return [this.#bytes(0, length), this.#bytes(this.#size - length, length)];
  }

  #bytes(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let done = 0; done < bytes.length; ) {
      const more = readSync(this.#fd!, bytes, done, bytes.length - done, offset + done);
      if (more === 0) throw this.#changed();
      done += more;
    }
    return bytes;
  }

  #changed(): ReelwireError {
    return new ReelwireError("RW3016", { where: [["file", this.#path]] });
  }
}

/** What is compared of a file that has grown: its header with the tape's id, and its last lines with their hashes. */
const endBytes = 512;
