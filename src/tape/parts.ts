/**
 * A rotated recording: `<name>.0001.tape.jsonl`, `<name>.0002.tape.jsonl` and so on, read as one tape. Every part is
 * a tape by itself; its header carries the hash of the part before, so a part that is missing or was exchanged shows.
 */
import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ReelwireError } from "../base/index.ts";
import type { Content } from "./content.ts";
import { cannotRead, isSystem } from "./file.ts";
import type { TapeHeader } from "./format.ts";
import { type DamagedItem, type ReadOptions, readTape, type TapeItem } from "./reader.ts";
import { parseWallTime } from "./wall-time.ts";

export interface Part {
  readonly path: string;
  /** Its number in the name, counted from 1. */
  readonly number: number;
  readonly exists: boolean;
}

const partName = /^(.*)\.(\d{4,})\.tape\.jsonl(\.age)?$/;

/** The number in the name of a part; 0 for a tape that is one file. */
export function partNumberOf(path: string): number {
  return Number(partName.exec(basename(path))?.[2] ?? 0);
}

/**
 * The parts from this one on, gaps included; undefined when the name is not that of a part. Where a part stands beside
 * its encrypted copy, the one that is named as the first is taken.
 */
export async function partsFrom(path: string): Promise<Part[] | undefined> {
  const own = partName.exec(basename(path));
  if (!own) return undefined;
  const folder = dirname(path);
  const found = new Map<number, string>();
  for (const name of await namesIn(folder)) {
    const other = partName.exec(name);
    if (!other || other[1] !== own[1] || Number(other[2]) <= Number(own[2])) continue;
    if (other[3] === own[3] || !found.has(Number(other[2]))) found.set(Number(other[2]), name);
  }
  const parts: Part[] = [{ path, number: Number(own[2]), exists: true }];
  const last = Math.max(Number(own[2]), ...found.keys());
  for (let number = Number(own[2]) + 1; number <= last && parts.length < partsMax; number++) {
    const digits = String(number).padStart(own[2]!.length, "0");
    const name = found.get(number) ?? `${own[1]}.${digits}.tape.jsonl${own[3] ?? ""}`;
    parts.push({ path: join(folder, name), number, exists: found.has(number) });
  }
  return parts;
}

/** The most parts that one recording is followed over. */
const partsMax = 10_000;

/** All parts in order as one tape: one header, times that go on, one end. What is wrong between parts is an item. */
export async function* readParts(
  parts: readonly Part[],
  content: Content,
  options: ReadOptions,
): AsyncGenerator<TapeItem, void, void> {
  const joint = new Joint();
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    if (!part.exists) yield joint.damage(part, `part ${part.number} (${basename(part.path)}) is missing`);
    else yield* readPart(part, isLast, joint, content, options);
  }
}

async function* readPart(
  part: Part,
  isLast: boolean,
  joint: Joint,
  content: Content,
  options: ReadOptions,
): AsyncGenerator<TapeItem> {
  try {
    for await (const item of readTape(content.bytes(part.path), { ...options, name: part.path })) {
      if (item.kind === "header") {
        yield* joint.enter(part, item);
        if (joint.foreign) return;
      } else {
        yield* joint.pass(part, item, isLast);
      }
    }
  } catch (fault) {
    if (!(fault instanceof ReelwireError) || joint.header === undefined) throw fault;
    yield joint.damage(part, `part ${part.number} (${basename(part.path)}) cannot be read: ${fault.message}`);
  }
}

/** What goes over from one part to the next. */
class Joint {
  header: TapeHeader | undefined;
  /** The part that was entered last belongs to another recording. */
  foreign = false;
  #shiftMicros = 0;
  #endHash: string | undefined;
  #previous: number | undefined;

  *enter(part: Part, item: TapeItem & { kind: "header" }): Generator<TapeItem> {
    const { header } = item;
    const first = this.header;
    this.foreign = false;
    if (first === undefined) {
      this.header = header;
      yield item;
    } else if (header.id !== first.id) {
      this.foreign = true;
      yield this.damage(part, `part ${part.number} (${basename(part.path)}) belongs to another recording`);
      return;
    } else {
      this.#shiftMicros = microsOf(header) - microsOf(first);
      const fault = this.#faultOf(part, header);
      if (fault !== undefined) yield this.damage(part, fault);
    }
    this.#endHash = undefined;
    this.#previous = part.number;
  }

  *pass(part: Part, item: Exclude<TapeItem, { kind: "header" }>, isLast: boolean): Generator<TapeItem> {
    if (item.kind === "damaged") return yield { ...item, part: part.number };
    const { payload } = item.event;
    if (payload.kind === "end") {
      this.#endHash = payload.end.sha256;
      if (!isLast) return;
    }
    if (this.#shiftMicros === 0) return yield { ...item, part: part.number };
    const at = Math.max(0, item.event.at + this.#shiftMicros);
    yield { ...item, part: part.number, event: { ...item.event, at } };
  }

  damage(part: Part, why: string): DamagedItem {
    return { kind: "damaged", line: 1, offset: 0, why, bytes: new Uint8Array(0), part: part.number };
  }

  #faultOf(part: Part, header: TapeHeader): string | undefined {
    if (header.part !== part.number)
      return `part ${part.number} says that it is part ${header.part ?? "of nothing"}`;
    if (this.#previous !== part.number - 1) return undefined;
    if (this.#endHash === undefined)
      return `part ${part.number - 1} has no end, though part ${part.number} follows it`;
    if (header.previous !== this.#endHash)
      return `part ${part.number} does not continue part ${part.number - 1} as it is now`;
    return undefined;
  }
}

function microsOf(header: TapeHeader): number {
  return parseWallTime(header.startedAt)?.micros ?? 0;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw isSystem(cause) ? cannotRead(folder, cause) : cause;
  }
}
