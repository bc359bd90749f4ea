/**
 * Mends a tape whose writer was stopped, or that was damaged: every line that reads is kept as it is, what was lost
 * is said in notes, and the tape gets its end. The original stays beside it, whole, under another name.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { assert, ReelwireError } from "../base/index.ts";
import { checkTape, type TapeReport } from "./check.ts";
import { FileSink, fileBytes, isSystem } from "./file.ts";
import type { NoteFacts, TapeEvent } from "./format.ts";
import { readTape, type TapeItem } from "./reader.ts";
import type { TapeSigner } from "./signature.ts";
import { TapeWriter } from "./writer.ts";

export interface RepairReport {
  /** False when the tape was complete: then nothing was touched. */
  readonly changed: boolean;
  readonly droppedLines: number;
  readonly droppedBytes: number;
  /** Where the tape stands as it was; absent when nothing was changed. */
  readonly original?: string;
  /** The public key that the tape was signed with, which cannot be kept up; absent when nothing was changed. */
  readonly wasSignedBy?: string;
}

/**
 * Repairs a tape in place. Stopped at any moment, it leaves the original under its own name or the repaired tape
 * with the original beside it. Throws what `checkTape` throws, and RW3012 when the folder does not let it work.
 * `onProgress` is told how many bytes are read; a tape that has to be repaired is read twice. Signatures of what it was
 * do not hold for what it becomes: they are left out, and the `signer` signs, if one is given.
 */
export async function repairTape(
  path: string,
  onProgress: (doneBytes: number) => void = () => {},
  signer?: TapeSigner,
): Promise<RepairReport> {
  const before = await checkTape(counted(path, 0, onProgress), { name: path });
  if (before.state === "complete") return { changed: false, droppedLines: 0, droppedBytes: 0 };
  try {
    const real = realpathSync(path);
    const draft = `${real}.${randomUUID().slice(0, 8)}.repair`;
    try {
      const dropped = await writeDraft(real, draft, before, onProgress, signer);
      const original = keepOriginal(real);
      renameSync(draft, real);
      syncFolder(dirname(real));
      const wasSignedBy = before.signer?.key;
      return { changed: true, ...dropped, original, ...(wasSignedBy !== undefined && { wasSignedBy }) };
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    if (!isSystem(cause)) throw cause;
    const hint = `the system says: ${cause.message}`;
    throw new ReelwireError("RW3012", { with: { hint }, where: [["file", path]], cause });
  }
}

type Dropped = Pick<RepairReport, "droppedLines" | "droppedBytes">;

async function* counted(
  path: string,
  before: number,
  onProgress: (doneBytes: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let done = before;
  for await (const chunk of fileBytes(path)) {
    onProgress((done += chunk.length));
    yield chunk;
  }
}

async function writeDraft(
  path: string,
  draft: string,
  before: TapeReport,
  onProgress: (doneBytes: number) => void,
  signer: TapeSigner | undefined,
): Promise<Dropped> {
  const fd = openSync(draft, "wx", statSync(path).mode & 0o777);
  try {
    const mend = new Mend(new FileSink(fd), before, signer);
    const source = counted(path, before.bytes, onProgress);
    for await (const item of readTape(source, { name: path })) mend.take(item);
    const dropped = mend.end();
    fsyncSync(fd);
    return dropped;
  } finally {
    closeSync(fd);
  }
}

/** Writes the repaired tape, item by item. */
class Mend {
  readonly #sink: FileSink;
  readonly #before: TapeReport;
  readonly #signer: TapeSigner | undefined;
  #writer: TapeWriter | undefined;
  #at = 0;
  #droppedLines = 0;
  #droppedBytes = 0;

  constructor(sink: FileSink, before: TapeReport, signer: TapeSigner | undefined) {
    this.#sink = sink;
    this.#before = before;
    this.#signer = signer;
  }

  take(item: TapeItem): void {
    if (item.kind === "header") {
      const options = { headerLine: withLineEnd(item.bytes), signer: this.#signer };
      this.#writer = new TapeWriter(this.#sink, item.header, options);
    } else if (item.kind === "damaged") {
      this.#drop(item.line, item.bytes.length, item.why, item.torn ?? false);
    } else if (item.event.payload.kind !== "mark" && item.event.payload.kind !== "end") {
      this.#at = Math.max(this.#at, item.event.at);
      assert(item.bytes !== undefined, "an item of a tape has its line");
      this.#tape().copy(withLineEnd(item.bytes), item.event.at);
    }
  }

  end(): Dropped {
    const { state, line, signer } = this.#before;
    const facts = { droppedLines: this.#droppedLines, droppedBytes: this.#droppedBytes };
    const says = `${saysOf(state)}; what could be read was kept, and this end was written by the repair`;
    const more = {
      ...(line === undefined ? {} : { line }),
      ...facts,
      ...(signer && { wasSignedBy: signer.key }),
    };
    this.#note({ what: "repaired", says, was: state, ...more });
    this.#tape().end(this.#at);
    return facts;
  }

  #drop(line: number, bytes: number, why: string, torn: boolean): void {
    this.#droppedLines++;
    this.#droppedBytes += bytes;
    const says = torn
      ? "the last line was cut in the middle and is dropped"
      : `a line was damaged and is dropped: ${why}`;
    this.#note({ what: "dropped", says, line, bytes });
  }

  #note(note: NoteFacts): void {
    const event: TapeEvent = { at: this.#at, payload: { kind: "note", note } };
    this.#tape().write(event);
  }

  #tape(): TapeWriter {
    assert(this.#writer !== undefined, "the header comes first");
    return this.#writer;
  }
}

function saysOf(state: TapeReport["state"]): string {
  if (state === "unfinished") return "the tape had no end";
  return state === "altered"
    ? "a checkpoint of the tape disagreed with the lines before it"
    : "the tape was damaged";
}

/** How many names are tried for the original. */
const originalsMax = 1000;

/** Gives the original a second name that nothing has yet; where there are no links, a copy. */
function keepOriginal(path: string): string {
  for (let n = 1; n < originalsMax; n++) {
    const name = n === 1 ? `${path}.orig` : `${path}.orig.${n}`;
    try {
      linkSync(path, name);
      return name;
    } catch (cause) {
      if (!isSystem(cause)) throw cause;
      if (cause.code === "EEXIST") continue;
      if (!noLinks.has(cause.code ?? "")) throw cause;
    }
    if (copied(path, name)) return name;
  }
  throw new ReelwireError("RW3012", {
    with: { hint: "remove some of the .orig files beside it" },
    where: [["file", path]],
  });
}

const noLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

function copied(path: string, name: string): boolean {
  try {
    copyFileSync(path, name, constants.COPYFILE_EXCL);
    return true;
  } catch (cause) {
    if (isSystem(cause) && cause.code === "EEXIST") return false;
    throw cause;
  }
}

/** Makes the new name last; where a folder cannot be opened, the system does so in its own time. */
function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, "r");
    fsyncSync(fd);
    closeSync(fd);
  } catch (cause) {
    if (!isSystem(cause)) throw cause;
  }
}

function withLineEnd(bytes: Uint8Array): Uint8Array {
  const line = new Uint8Array(bytes.length + 1);
  line.set(bytes);
  line[bytes.length] = 0x0a;
  return line;
}
