/** Opens a recording by what is in it, whatever it is called, and gives the same items whichever form it has. */
import { ReelwireError } from "../base/index.ts";
import { Content, type Unlock } from "./content.ts";
import type { TapeHeader } from "./format.ts";
import { type Part, partsFrom, readParts } from "./parts.ts";
import { type ReadOptions, readTape, type TapeItem } from "./reader.ts";
import { sniff, sniffBytesMax } from "./sniff.ts";
import { readVcr } from "./vcr-read.ts";

/** How a tape is opened; without `unlock` an encrypted one is refused. */
export interface OpenOptions extends ReadOptions {
  readonly unlock?: Unlock | undefined;
}

export interface OpenedTape {
  readonly encoding: "jsonl" | "vcr";
  readonly header: TapeHeader;
  /** The files that are read, in order; more than one when the recording rotated. */
  readonly files: readonly string[];
  /** What the files say, each by itself, encrypted or not. */
  readonly content: Content;
  /** Reads from the beginning, each time it is called; the header comes first. */
  items(): AsyncIterable<TapeItem>;
}

/**
 * Throws RW3001 when the file cannot be read, RW3002 when it is no recording, RW3008 when it is empty, RW3003 and
 * RW3004 for its header, RW3007 for a `.vcr` file of another shape, RW3401 to RW3407 for an encrypted one that does
 * not open. Given the first part of a rotated recording, reads all of it.
 */
export async function openTapeFile(path: string, options: OpenOptions = {}): Promise<OpenedTape> {
  const named = { ...options, name: path };
  const content = new Content(options.unlock);
  const looks = sniff(await headOf(content, path));
  if (looks === "vcr") {
    const items = (): AsyncIterable<TapeItem> => readVcr(() => content.bytes(path), { name: path });
    return { encoding: "vcr", header: await headerOf(items(), path), files: [path], content, items };
  }
  const one = (): AsyncIterable<TapeItem> => readTape(content.bytes(path), named);
  const header = await headerOf(one(), path);
  const parts = header.part === undefined ? undefined : await partsFrom(path);
  if (parts === undefined || parts.length === 1)
    return { encoding: "jsonl", header, files: [path], content, items: one };
  const files = parts.filter((part: Part) => part.exists).map((part) => part.path);
  return { encoding: "jsonl", header, files, content, items: () => readParts(parts, content, options) };
}

async function headOf(content: Content, path: string): Promise<Uint8Array> {
  let head = Buffer.alloc(0);
  for await (const chunk of content.bytes(path)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= sniffBytesMax) break;
  }
  return head;
}

async function headerOf(items: AsyncIterable<TapeItem>, path: string): Promise<TapeHeader> {
  for await (const item of items) if (item.kind === "header") return item.header;
  throw new ReelwireError("RW3008", { where: [["file", path]] });
}
