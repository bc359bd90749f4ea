/**
 * Opens a pack that a stranger sent. Everything goes into a folder of its own beside the target and is held to the
 * manifest there; nothing gets its final name before all of it is proved.
 */
import { createHash, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, lstatSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { ReelwireError } from "../../base/index.ts";
import { FileSink, fileBytes } from "../../tape/index.ts";
import { cannotWrite, isSystem } from "../output-file.ts";
import { type PackLimits, packLimits } from "./limits.ts";
import { manifestName, type PackedFile, readManifest } from "./manifest.ts";
import { faultOfName } from "./names.ts";
import { notPack, overLimit, readTar, refused, type TarEntry } from "./tar-read.ts";

export interface UnpackOptions {
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** The folder to make; the pack's own name in `cwd` when it is not given. */
  readonly dir?: string | undefined;
  /** Files that exist in the folder are replaced. */
  readonly replace: boolean;
  readonly limits?: PackLimits;
  readonly onProgress?: (compressedBytes: number) => void;
}

export interface Unpacked {
  readonly dir: string;
  readonly files: readonly PackedFile[];
  /** Names of the tapes among the files. */
  readonly tapes: readonly string[];
}

/** Throws RW3001, RW3010, RW2202, and RW3506 to RW3510 for what is wrong with the pack. */
export async function unpack(path: string, options: UnpackOptions): Promise<Unpacked> {
  const limits = options.limits ?? packLimits;
  const entries = readTar(plainBytes(path, limits, options), limits);
  try {
    return await unpackEntries(entries, limits, options);
  } finally {
    await entries.return();
  }
}

/** The bytes in the gzip, stopped at the limits. */
async function* plainBytes(
  path: string,
  limits: PackLimits,
  { signal, onProgress }: UnpackOptions,
): AsyncGenerator<Uint8Array, void, void> {
  let packed = 0;
  let plain = 0;
  async function* compressed() {
    for await (const chunk of fileBytes(path)) {
      signal.throwIfAborted();
      onProgress?.((packed += chunk.length));
      yield chunk;
    }
  }
  const gunzip = createGunzip();
  pipeline(Readable.from(compressed()), gunzip, () => {});
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      plain += chunk.length;
      if (plain > limits.allBytesMax) throw overLimit(`it holds more than ${limits.allBytesMax} bytes`);
      if (plain > limits.ratioFreeBytes && plain > packed * limits.ratioMax)
        throw overLimit(`it grows to more than ${limits.ratioMax} times its size`);
      yield chunk;
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw typeof code === "string" && code.startsWith("Z_")
      ? notPack("it is no gzip, or it is cut", cause)
      : cause;
  }
}

async function unpackEntries(
  entries: AsyncGenerator<TarEntry, void, void>,
  limits: PackLimits,
  options: UnpackOptions,
): Promise<Unpacked> {
  const first = await entries.next();
  if (first.done) throw notPack("its archive is empty");
  const { folder, file } = placeOf(first.value.name);
  if (file !== manifestName) throw notPack("its first file is not its manifest");
  const manifest = await wholeOf(first.value, limits.manifestBytesMax);
  const expected = readManifest(manifest, limits.entriesMax);
  const dir = resolve(options.cwd, options.dir ?? folder);
  const draft = join(dirname(dir), `.${basename(dir)}.${randomUUID().slice(0, 8)}.draft`);
  try {
    mkdirSync(draft, { mode: 0o700 });
    writeFile(join(draft, manifestName)).end(manifest);
    const missing = new Map(expected.files);
    for await (const entry of entries) {
      const place = placeOf(entry.name);
      if (place.folder !== folder) throw refused("a file in another folder", entry.name);
      const listed = missing.get(place.file);
      if (listed === undefined) throw refused("a file that its manifest does not list, or twice", entry.name);
      missing.delete(place.file);
      await keep(entry, listed, join(draft, place.file));
    }
    for (const name of missing.keys()) throw differs(name, "it is missing");
    publish(draft, dir, [manifestName, ...expected.files.keys()], options.replace);
    return { dir, files: [...expected.files.values()], tapes: expected.tapes };
  } catch (cause) {
    throw isSystem(cause) ? cannotWrite(dir, cause) : cause;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A pack is one folder with plain files in it. */
function placeOf(name: string): { folder: string; file: string } {
  const parts = name.split("/");
  const [folder = "", file = ""] = parts;
  if (parts.length !== 2) throw refused("a file outside its folder", name);
  const fault = faultOfName(folder) ?? faultOfName(file);
  if (fault !== undefined) throw refused(`a file whose name ${fault}`, name);
  return { folder, file };
}

async function wholeOf({ size, bytes }: TarEntry, bytesMax: number): Promise<Uint8Array> {
  if (size > bytesMax) throw overLimit(`its manifest is larger than ${bytesMax} bytes`);
  const whole = new Uint8Array(size);
  let done = 0;
  for await (const chunk of bytes) {
    whole.set(chunk, done);
    done += chunk.length;
  }
  return whole;
}

/** Writes an entry and holds it to what the manifest says. */
async function keep(entry: TarEntry, listed: PackedFile, path: string): Promise<void> {
  if (entry.size !== listed.bytes)
    throw differs(listed.name, `it has ${entry.size} bytes, not ${listed.bytes}`);
  const hash = createHash("sha256");
  const file = writeFile(path);
  try {
    for await (const chunk of entry.bytes) {
      hash.update(chunk);
      file.sink.write(chunk);
    }
  } finally {
    file.end();
  }
  if (hash.digest("hex") !== listed.sha256) throw differs(listed.name, "its hash is another");
}

function differs(name: string, why: string): ReelwireError {
  return new ReelwireError("RW3509", { with: { why }, where: [["entry", name]] });
}

function writeFile(path: string): { sink: FileSink; end(last?: Uint8Array): void } {
  const fd = openSync(path, "wx", 0o600);
  const sink = new FileSink(fd);
  const end = (last?: Uint8Array): void => {
    try {
      if (last !== undefined) sink.write(last);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  };
  return { sink, end };
}

/** The folder takes its name; into a folder that has files already only with leave, and only over files. */
function publish(draft: string, dir: string, names: readonly string[], replace: boolean): void {
  if (replace && exists(dir)) {
    for (const name of names) renameSync(join(draft, name), join(dir, name));
    return;
  }
  try {
    renameSync(draft, dir);
  } catch (cause) {
    throw exists(dir) ? new ReelwireError("RW3010", { where: [["folder", dir]], cause }) : cause;
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
