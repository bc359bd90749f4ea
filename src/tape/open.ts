/** Opens a recording by what is in it, whatever it is called, and gives the same items whichever form it has. */
import { ReelwireError } from "../base/index.ts";
import { fileBytes } from "./file.ts";
import type { TapeHeader } from "./format.ts";
import { type Part, partsFrom, readParts } from "./parts.ts";
import { type ReadOptions, readTape, type TapeItem } from "./reader.ts";
import { sniff, sniffBytesMax } from "./sniff.ts";
import { readVcr } from "./vcr-read.ts";

export interface OpenedTape {
  readonly encoding: "jsonl" | "vcr";
  readonly header: TapeHeader;
  /** The files that are read, in order; more than one when the recording rotated. */
  readonly files: readonly string[];
  /** Reads from the beginning, each time it is called; the header comes first. */
  items(): AsyncIterable<TapeItem>;
}

/**
 * Throws RW3001 when the file cannot be read, RW3002 when it is no recording, RW3008 when it is empty, RW3003 and
 * RW3004 for its header, RW3007 for a `.vcr` file of another shape. Given the first part of a rotated recording,
 * reads all of it.
 */
export async function openTapeFile(path: string, options: ReadOptions = {}): Promise<OpenedTape> {
  const named = { ...options, name: path };
  const looks = sniff(await headOf(path));
  if (looks === "vcr") {
    const items = (): AsyncIterable<TapeItem> => readVcr(() => fileBytes(path), { name: path });
    return { encoding: "vcr", header: await headerOf(items(), path), files: [path], items };
  }
  const header = await headerOf(readTape(fileBytes(path), named), path);
  const parts = header.part === undefined ? undefined : await partsFrom(path);
  if (parts === undefined || parts.length === 1) {
    return { encoding: "jsonl", header, files: [path], items: () => readTape(fileBytes(path), named) };
  }
  const files = parts.filter((part: Part) => part.exists).map((part) => part.path);
  return { encoding: "jsonl", header, files, items: () => readParts(parts, options) };
}

async function headOf(path: string): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  for await (const chunk of fileBytes(path)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= sniffBytesMax) break;
  }
  return head;
}

async function headerOf(items: AsyncIterable<TapeItem>, path: string): Promise<TapeHeader> {
  for await (const item of items) if (item.kind === "header") return item.header;
  throw new ReelwireError("RW3008", { where: [["file", path]] });
}
