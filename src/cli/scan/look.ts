/**
 * Looks through one file for secrets: a tape as a tape, JSON as JSON, everything else as text by lines. What it is, its
 * content says first.
 */
import { decodeUtf8, isJson, ReelwireError } from "../../base/index.ts";
import type { Found, Redactor } from "../../redact/index.ts";
import { type Looks, readTape, readVcr, sniff, sniffBytesMax } from "../../tape/index.ts";
import { type MakeRedactor, searchTape, type TapeFinding, tellable } from "../clean/index.ts";
import { counts, restsOnName } from "./by-name.ts";
import type { Findings, Source } from "./finding.ts";
import { encodingOf, joinedPieces, piecesOf } from "./pieces.ts";
import { linesAt, linesOfPointers } from "./places.ts";

export const lookLimits = {
  /** Larger files that are no tapes are not looked at, and that is said; tapes of any size are. */
  fileBytesMax: 256 * 1024 * 1024,
  /** Larger JSON documents are looked at as text. */
  jsonBytesMax: 16 * 1024 * 1024,
  /** Characters of one line of JSON Lines; what is longer is looked at as text in pieces. */
  jsonLineCharsMax: 16 * 1024 * 1024,
  /** Findings of one `.vcr` recording whose lines are told; later ones are told with its first. */
  placedMax: 10_000,
} as const;

/** In so many bytes a NUL means that a file is no text. */
const binaryBytes = 8 * 1024;

/** Where a `.vcr` recording holds what is read as a tape. */
const vcrCalls = /^\/session\/(?:interactions|initialize_request|initialize_response)(?:\/|$)/;

export class Look {
  readonly #make: MakeRedactor;
  readonly #findings: Findings;
  /** For everything that is no tape: what it remembers of requests is not asked there. */
  readonly #redactor: Redactor;
  readonly #quiet: Redactor;
  #hear: (found: Found) => void = () => {};

  constructor(make: MakeRedactor, findings: Findings) {
    this.#make = make;
    this.#findings = findings;
    this.#redactor = make((found) => this.#hear(found));
    this.#quiet = make();
  }

  /** True when it was looked at. Throws RW3001 when the file cannot be read. */
  async at(source: Source): Promise<boolean> {
    const head = await headOf(source);
    // Read already, when it is as small as most files are.
    if (head.length === source.bytes) source = { ...source, open: () => once(head) };
    const looks = sniff(head);
    if (looks === "tape") await this.#tape(source);
    else if (looks === "vcr") await this.#vcr(source);
    else {
      if (this.#passesOver(source, head, looks)) return false;
      if (/\.(jsonl|ndjson)$/i.test(source.file)) await this.#lines(source, lookLimits.jsonLineCharsMax);
      else if (!/\.json$/i.test(source.file) || !(await this.#document(source))) await this.#lines(source);
    }
    return true;
  }

  /** Whether a file is not looked at; unless it is binary, that is said. */
  #passesOver({ file, bytes }: Source, head: Uint8Array, looks: Looks): boolean {
    const { skipped } = this.#findings;
    if (/\.(tape\.(jsonl|cbor)|vcr)\.(gz|zst)$/i.test(file) || /\.tape\.cbor$/i.test(file))
      skipped.push({ file, why: "it is a compressed tape: decompress it first" });
    else if (/\.rwpack\.tgz$/i.test(file)) skipped.push({ file, why: "it is a pack: unpack it first" });
    else if (looks === "age")
      skipped.push({ file, why: "it is encrypted: decrypt it first, or leave it so" });
    else if (encodingOf(head) === "utf-8" && head.subarray(0, binaryBytes).includes(0))
      this.#findings.binary++;
    else if (bytes > lookLimits.fileBytesMax)
      skipped.push({ file, why: `it is larger than ${lookLimits.fileBytesMax} bytes` });
    else return false;
    return true;
  }

  async #tape(source: Source): Promise<void> {
    const tell = (found: TapeFinding): void => this.#add(source, found, found.line);
    try {
      await searchTape(readTape(source.open(), { name: source.file }), this.#make, tell);
    } catch (error) {
      // Its header cannot be read, or is a later version's: then its lines are JSON all the same.
      if (!(error instanceof ReelwireError) || !["RW3002", "RW3003", "RW3004"].includes(error.code))
        throw error;
      await this.#lines(source, lookLimits.jsonLineCharsMax);
    }
  }

  /** Such a file is one document, and what was found has to be found again in it. */
  async #vcr(source: Source): Promise<void> {
    const found: TapeFinding[] = [];
    const told = new Set<string>();
    const tell = (each: TapeFinding): void => {
      told.add(each.placeholder);
      if (found.length < lookLimits.placedMax) found.push(each);
      else this.#add(source, each, 1);
    };
    const items = readVcr(() => source.open(), { name: source.file });
    try {
      await searchTape(items, this.#make, tell);
    } catch (error) {
      if (!(error instanceof ReelwireError) || !error.code.startsWith("RW300") || error.code === "RW3001")
        throw error;
      if (!(await this.#document(source))) await this.#lines(source);
      return;
    }
    const offsets = found.map((each) => each.offset);
    const lines = await linesAt(source.open(), offsets);
    for (const each of found) {
      const pointer = each.pointer.replace(/^\/msg/, "");
      this.#add(source, { ...each, pointer }, lines.get(each.offset) ?? 1);
    }
    await this.#besideCalls(source, told);
  }

  /** A `.vcr` recording may hold more than a tape takes from it; what stands there is no part of the protocol. */
  async #besideCalls(source: Source, told: ReadonlySet<string>): Promise<void> {
    const isNew = (found: Found): boolean => !told.has(found.placeholder);
    const isBeside = (found: Found): boolean => !vcrCalls.test(found.pointer) || !restsOnName(found);
    if (await this.#document(source, (found) => isNew(found) && isBeside(found))) return;
    await this.#lines(source, undefined, (found) => isNew(found) && !restsOnName(found));
  }

  /** False when it is no JSON document, or too large a one. */
  async #document(source: Source, isWanted: (found: Found) => boolean = () => true): Promise<boolean> {
    if (source.bytes > lookLimits.jsonBytesMax) return false;
    const bytes = await wholeOf(source);
    const text = decodeUtf8(bytes);
    if (text === undefined || !isJson(text)) return false;
    const found: Found[] = [];
    this.#hear = (each) => void found.push(each);
    const clean = this.#redactor.json(text);
    const wanted = found.filter((each) => isWanted(each) && counts(source.file, each, clean));
    const lines = linesOfPointers(bytes, new Set(wanted.map((each) => each.pointer)));
    for (const each of wanted) this.#add(source, each, lines.get(each.pointer) ?? 1);
    return true;
  }

  async #lines(
    source: Source,
    jsonCharsMax?: number,
    isWanted: (found: Found) => boolean = () => true,
  ): Promise<void> {
    const seen = new Set<string>();
    for await (const { line, text } of joinedPieces(piecesOf(source.open(), jsonCharsMax), this.#redactor)) {
      const found: Found[] = [];
      this.#hear = (each) => void found.push(each);
      const isLine = jsonCharsMax !== undefined && isJson(text);
      const clean = isLine ? this.#redactor.json(text) : this.#redactor.text(text);
      for (const each of found) {
        // Pieces of one line overlap: what lies in both is one.
        const key = `${line} ${each.placeholder} ${each.pointer}`;
        if (seen.has(key) || !isWanted(each) || !counts(source.file, each, clean)) continue;
        if (seen.size >= lookLimits.placedMax) seen.clear();
        seen.add(key);
        this.#add(source, each, line);
      }
    }
  }

  #add({ file }: Source, found: Found, line: number): void {
    const { pointer, kind, how, name, placeholder } = tellable(found, this.#quiet);
    this.#findings.add({ file, line, pointer, kind, how, ...(name !== undefined && { name }), placeholder });
  }
}

async function headOf(source: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source.open()) {
    chunks.push(chunk);
    if ((bytes += chunk.length) >= sniffBytesMax) break;
  }
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}

async function wholeOf(source: Source): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}
