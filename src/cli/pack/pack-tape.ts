/**
 * One tape on its way into a pack: searched, written without what was found and without what only its machine needs,
 * and searched again, because what goes to a stranger is worth a proof.
 */
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { ReelwireError } from "../../base/index.ts";
import { CallList } from "../../library/index.ts";
import { metaKeys } from "../../protocol/index.ts";
import type { Redaction } from "../../runtime/index.ts";
import {
  FileSink,
  fileBytes,
  type OpenedTape,
  readTape,
  type Sink,
  type TapeEvent,
  type TapeItem,
} from "../../tape/index.ts";
import { type Cleanliness, searchTape, type TapeFinding, writeClean } from "../clean/index.ts";
import { stoppable } from "../tape-file.ts";
import type { PackedTape, Reduced, Removed } from "./manifest.ts";
import { Reducer } from "./reduce.ts";
import type { Verdict } from "./verdict.ts";

export interface TapeToPack {
  readonly opened: OpenedTape;
  readonly verdict: Verdict;
  /** Its name in the pack. */
  readonly name: string;
  /** Where it is written until it is packed. */
  readonly draft: string;
  readonly includeNotes: boolean;
}

export interface PackedContent {
  readonly tape: PackedTape;
  readonly draft: string;
  readonly removed: readonly Removed[];
  readonly removedCount: number;
  readonly reduced: readonly Reduced[];
  readonly reducedCount: number;
  /** Environment variables that fill its placeholders. */
  readonly fills: readonly string[];
}

/** How many places of one tape the manifest lists; the rest is counted. */
const removedMax = 10_000;

/** Throws RW3505 when something is found in what was written. */
export async function packTape(
  { opened, verdict, name, draft, includeNotes }: TapeToPack,
  redaction: Redaction,
  signal: AbortSignal,
): Promise<PackedContent> {
  const removed: Removed[] = [];
  const facts = new Facts(opened);
  const items = (): AsyncIterable<TapeItem> => stoppable(opened.items(), signal);
  const found = await search(
    facts.seeing(items()),
    redaction,
    ({ line, pointer, kind, placeholder, how }) => {
      if (removed.length < removedMax) removed.push({ tape: name, line, pointer, kind, placeholder, how });
    },
  );
  const reducer = new Reducer();
  let notes = 0;
  const event = (each: TapeEvent, { line }: { readonly line: number }): TapeEvent | undefined => {
    if (each.payload.kind !== "note" || includeNotes) return reducer.event(each, line);
    notes++;
    return undefined;
  };
  const joins = opened.files.length > 1;
  const member = (key: string, json: string): string | undefined =>
    joins && (key === "part" || key === "previous") ? undefined : reducer.member(key, json);
  const file = new HashedFile(draft);
  const changes = {
    facts: redaction.facts,
    member,
    event,
    copies: !joins,
    closes: opened.encoding === "jsonl",
  };
  const written = await writeClean(items(), found, redaction.redactor(), file, changes).finally(() =>
    file.close(),
  );
  await prove(draft, name, redaction, signal);
  const { startedAt } = opened.header;
  const { bytes, sha256 } = file;
  const { calls, revisions } = facts;
  const counts = { linesLeftOut: written.dropped, notesLeftOut: notes };
  return {
    tape: { name, bytes, sha256, verdict: verdict.state, calls, revisions, startedAt, ...counts },
    draft,
    removed: removed.sort((a, b) => a.line - b.line),
    removedCount: found.count,
    reduced: reducer.list.map((each) => ({ tape: name, ...each })),
    reducedCount: reducer.count,
    fills: [...(opened.header.redaction?.env ?? []), ...found.names],
  };
}

function search(
  items: AsyncIterable<TapeItem>,
  redaction: Redaction,
  tell: (found: TapeFinding) => void,
): Promise<Cleanliness> {
  return searchTape(items, (onFound) => redaction.redactor(onFound && { onFound }), tell);
}

/** How many places the error names. */
const placesMax = 10;

async function prove(draft: string, name: string, redaction: Redaction, signal: AbortSignal): Promise<void> {
  const places: [string, string][] = [];
  await search(
    stoppable(readTape(fileBytes(draft), { name }), signal),
    redaction,
    ({ line, pointer, kind }) => {
      if (places.length < placesMax) places.push(["place", `${name}, line ${line}, ${pointer}: ${kind}`]);
    },
  );
  if (places.length > 0) throw new ReelwireError("RW3505", { where: places });
}

/** What the manifest says about the conversation. */
class Facts {
  readonly #calls: CallList;
  readonly #revisions = new Set<string>();

  constructor({ header }: OpenedTape) {
    this.#calls = new CallList({ header, tape: "", nowMs: 0 });
  }

  get calls(): number {
    return this.#calls.count;
  }

  get revisions(): readonly string[] {
    return [...this.#revisions].sort();
  }

  async *seeing(items: AsyncIterable<TapeItem>): AsyncGenerator<TapeItem, void, void> {
    for await (const item of items) {
      if (item.kind === "event") this.#see(item.event);
      yield item;
    }
  }

  #see(event: TapeEvent): void {
    if (event.payload.kind !== "msg") return;
    this.#calls.see(event);
    for (const _row of this.#calls.ready());
    for (const message of event.payload.message.parts()) {
      const said =
        message.method === undefined
          ? message.rawAt("result", "protocolVersion")
          : message.rawAt("params", "_meta", metaKeys.protocolVersion);
      const revision = /^"(\d{4}-\d{2}-\d{2})"$/.exec(said ?? "")?.[1];
      if (revision !== undefined && this.#revisions.size < revisionsMax) this.#revisions.add(revision);
    }
  }
}

const revisionsMax = 100;

/** A file that knows its hash. */
class HashedFile implements Sink {
  readonly #fd: number;
  readonly #file: FileSink;
  readonly #hash = createHash("sha256");
  bytes = 0;
  sha256 = "";

  constructor(path: string) {
    this.#fd = openSync(path, "wx", 0o600);
    this.#file = new FileSink(this.#fd);
  }

  write(bytes: Uint8Array): void {
    this.#file.write(bytes);
    this.#hash.update(bytes);
    this.bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#fd);
    this.sha256 = this.#hash.digest("hex");
  }
}
