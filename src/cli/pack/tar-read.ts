/**
 * Reads the tar of a pack, and no other. Long names, links, sparse files and attributes are ways around a check, so
 * every header that `pack` does not write is refused: plain files with short names in plain ustar.
 */
import { decodeUtf8, ReelwireError } from "../../base/index.ts";
import type { PackLimits } from "./limits.ts";

export interface TarEntry {
  /** As it stands in the header: still a stranger's text. */
  readonly name: string;
  readonly size: number;
  /** The file's bytes; taken before the next entry is asked for, or skipped then. */
  readonly bytes: AsyncGenerator<Uint8Array, void, void>;
}

const blockBytes = 512;

/** Throws RW3506 when it is no such archive, RW3507 over a limit, RW3508 for what no pack holds. */
export async function* readTar(
  source: AsyncIterable<Uint8Array>,
  limits: PackLimits,
): AsyncGenerator<TarEntry, void, void> {
  const bytes = new ByteReader(source);
  try {
    yield* entriesOf(bytes, limits);
  } finally {
    await bytes.close();
  }
}

async function* entriesOf(bytes: ByteReader, limits: PackLimits): AsyncGenerator<TarEntry, void, void> {
  for (let entries = 0; ; entries++) {
    const block = await bytes.take(blockBytes);
    if (block === undefined) throw notPack("its archive has no end");
    if (block.every((byte) => byte === 0)) break;
    if (entries >= limits.entriesMax) throw overLimit(`it holds more than ${limits.entriesMax} files`);
    const { name, size } = headerOf(block);
    if (size > limits.entryBytesMax)
      throw overLimit(`one of its files is larger than ${limits.entryBytesMax} bytes`);
    const content = bytes.chunks(size);
    yield { name, size, bytes: content };
    for await (const _skipped of content);
    const padding = (blockBytes - (size % blockBytes)) % blockBytes;
    if ((await bytes.take(padding)) === undefined) throw notPack("its archive has no end");
  }
  for await (const rest of bytes.rest())
    if (rest.some((byte) => byte !== 0)) throw notPack("something stands after the end of its archive");
}

export function notPack(why: string, cause?: unknown): ReelwireError {
  return new ReelwireError("RW3506", { with: { why }, cause });
}

export function overLimit(what: string): ReelwireError {
  return new ReelwireError("RW3507", { with: { what } });
}

function headerOf(block: Uint8Array): { name: string; size: number } {
  if (numberAt(block, 148, 8) !== checksumOf(block)) throw notPack("a header of its archive is damaged");
  const name = textAt(block, 0, 100);
  if (name === undefined) throw refused("a file whose name is no text", "");
  const type = block[156]!;
  if (type !== 0x30 && type !== 0)
    throw refused(kinds[String.fromCharCode(type)] ?? "a file of an unknown kind", name);
  if (textAt(block, 257, 6) !== "ustar" || textAt(block, 345, 155) !== "")
    throw notPack("its archive is of another kind");
  if (textAt(block, 157, 100) !== "") throw refused("a link", name);
  const size = numberAt(block, 124, 12);
  if (size === undefined) throw notPack("a header of its archive is damaged");
  return { name, size };
}

const kinds: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "5": "a folder",
  "6": "a pipe",
});

/** What a pack may not hold, with the name it had there. */
export function refused(what: string, name: string): ReelwireError {
  const where = name === "" ? [] : ([["entry", name]] as const);
  return new ReelwireError("RW3508", { with: { what }, where });
}

/** The sum over a header whose own field counts as blanks. */
function checksumOf(block: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockBytes; i++) if (i < 148 || i >= 156) sum += block[i]!;
  return sum;
}

/** Text up to the first NUL, behind which nothing else may stand; undefined when it is none. */
function textAt(block: Uint8Array, from: number, length: number): string | undefined {
  const field = block.subarray(from, from + length);
  const end = field.indexOf(0);
  if (end >= 0 && field.subarray(end).some((byte) => byte !== 0)) return undefined;
  return decodeUtf8(end < 0 ? field : field.subarray(0, end));
}

/** An octal number as writers spell it; the binary spelling of huge ones is none. */
function numberAt(block: Uint8Array, from: number, length: number): number | undefined {
  const text = Buffer.from(block.subarray(from, from + length)).toString("latin1");
  const digits = /^ *([0-7]{1,12})[\0 ]*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** A stream of bytes that is taken in portions. */
class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#chunks = source[Symbol.asyncIterator]();
  }

  /** So many bytes, few; undefined when the stream ends before. */
  async take(count: number): Promise<Uint8Array | undefined> {
    const taken = new Uint8Array(count);
    for (let done = 0; done < count; ) {
      const part = await this.#some(count - done);
      if (part === undefined) return undefined;
      taken.set(part, done);
      done += part.length;
    }
    return taken;
  }

  /** The next `count` bytes as they come. */
  async *chunks(count: number): AsyncGenerator<Uint8Array, void, void> {
    for (let left = count; left > 0; ) {
      const part = await this.#some(left);
      if (part === undefined) throw notPack("its archive ends in the middle of a file");
      left -= part.length;
      yield part;
    }
  }

  async *rest(): AsyncGenerator<Uint8Array, void, void> {
    for (let part = await this.#some(blockBytes); part !== undefined; part = await this.#some(blockBytes))
      yield part;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #some(countMax: number): Promise<Uint8Array | undefined> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done) return undefined;
      this.#held = next.value;
    }
    const part = this.#held.subarray(0, countMax);
    this.#held = this.#held.subarray(part.length);
    return part;
  }
}
