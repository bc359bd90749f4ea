/**
 * The tape behind a replay: read on in slices while the replay already answers, its messages fetched by where they
 * stand. Pairs with `replay/tape-map.ts`, which knows no files.
 */
import { ReelwireError } from "../base/index.ts";
import type { MatchRules } from "../match/index.ts";
import { numbersKey, owned, sealedText, sealKey, withNumbers } from "../redact/index.ts";
import { Subject, TapeMap } from "../replay/index.ts";
import {
  type OpenedTape,
  type OpenOptions,
  openTapeFile,
  type PlaceInFile,
  partNumberOf,
  RandomAccess,
  type TapeEvent,
  type TapeHeader,
  type TapeItem,
} from "../tape/index.ts";

/** How long a slice of reading lasts, in milliseconds: then whoever waits for an answer has its turn. */
const sliceMs = 4;

/** What the header of a tape decides. */
export interface HeaderRules {
  readonly rules: MatchRules;
  /** The seal of a line under the key that is here; undefined where nothing was taken out. */
  readonly seal?: ((line: string) => string) | undefined;
}

/** A line that cannot be read, for whoever wants to say so. */
export interface DamagedLine {
  readonly line: number;
  readonly why: string;
}

export class ReplaySource {
  readonly path: string;
  readonly header: TapeHeader;
  readonly map: TapeMap;
  readonly damaged: DamagedLine[] = [];
  readonly #bytes: RandomAccess;
  readonly #items: AsyncIterator<TapeItem>;
  readonly #subject = new Subject();
  /** File numbers by part. */
  readonly #parts: ReadonlyMap<number, number>;
  readonly #whole: boolean;
  readonly #seal: HeaderRules["seal"];
  /** The file that is being read on. */
  #file = -1;
  #reading: Promise<void> | undefined;

  private constructor(path: string, opened: OpenedTape, { rules, seal }: HeaderRules) {
    this.#seal = seal;
    this.path = path;
    this.header = opened.header;
    this.#whole = opened.encoding === "jsonl";
    this.#parts = new Map(opened.files.map((file, i) => [partNumberOf(file), i]));
    this.#bytes = new RandomAccess(this.#whole ? opened.files : [], opened.content);
    this.map = new TapeMap(rules, (place) => this.#bytes.read(place));
    this.#items = opened.items()[Symbol.asyncIterator]();
  }

  /**
   * Opens a tape and reads until its first call is known; its header may decide the rules. Throws as `openTapeFile`, and
   * RW3015 or RW3017.
   */
  static async open(
    path: string,
    rulesFor: (header: TapeHeader) => Promise<HeaderRules>,
    unlock?: OpenOptions["unlock"],
  ): Promise<ReplaySource> {
    const opened = await openTapeFile(path, { unlock });
    const source = new ReplaySource(path, opened, await rulesFor(opened.header));
    try {
      while (!source.map.complete && source.#subject.verdict === "undecided") await source.more();
      source.#demandCalls();
      return source;
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Whether one process on stdio was recorded: then there is one conversation, and it begins the tape. */
  get single(): boolean {
    const { client, server } = this.header;
    return (client?.transport ?? server?.transport ?? "stdio") === "stdio";
  }

  /** The recorder was stopped before it could write the last line; known when all is read. Only tapes of ours have one. */
  get unfinished(): boolean {
    return this.#whole && this.map.complete && !this.map.finished;
  }

  /** Reads a slice more. Only one is read at a time. */
  more(): Promise<void> {
    this.#reading ??= this.#slice().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async close(): Promise<void> {
    await this.#items.return?.();
    this.#bytes.close();
  }

  async #slice(): Promise<void> {
    const until = performance.now() + sliceMs;
    do {
      const { value, done } = await this.#items.next();
      if (done) {
        this.map.end();
        break;
      }
      this.#take(value);
    } while (performance.now() < until);
    await new Promise<void>((go) => setImmediate(go));
  }

  #take(item: TapeItem): void {
    if (item.kind === "header") return;
    if (item.kind === "damaged") {
      if (this.damaged.length < damagedMax) this.damaged.push({ line: item.line, why: item.why });
      return;
    }
    const event = this.#asRecorded(item.event);
    const { payload } = event;
    this.#subject.see(event);
    const place = payload.kind === "msg" ? this.#placeOf(item, payload.message.bytes) : undefined;
    this.map.add(event, place);
  }

  /** With its numbers, and what the server says marked as our own where its seal proves that. */
  #asRecorded(event: TapeEvent): TapeEvent {
    const { payload, more, dir } = withItsNumbers(event);
    if (
      more === undefined ||
      payload.kind !== "msg" ||
      event.payload.kind !== "msg" ||
      dir !== "s2c" ||
      !this.#seal
    )
      return { ...event, payload };
    const told = more.find(([key]) => key === sealKey)?.[1];
    const others = more.filter(([key]) => key !== sealKey);
    const isOwn = told === JSON.stringify(this.#seal(sealedText(event.payload.message, others)));
    return isOwn
      ? { ...event, payload: { kind: "msg", message: owned(payload.message) } }
      : { ...event, payload };
  }

  /** A message that stands in the tape as it is, is read from there; any other is kept beside it. */
  #placeOf(item: TapeItem & { kind: "event" }, bytes: Uint8Array): PlaceInFile {
    const inside = item.bytes ? bytes.byteOffset - item.bytes.byteOffset : -1;
    const isView = this.#whole && item.bytes?.buffer === bytes.buffer && inside > 0;
    if (!isView || inside + bytes.length > item.bytes!.length) return this.#bytes.keep(bytes);
    const file = item.part === undefined ? 0 : this.#parts.get(item.part);
    if (file === undefined) return this.#bytes.keep(bytes);
    if (file !== this.#file) this.#bytes.expect(file);
    this.#file = file;
    return { file, offset: item.offset + inside, length: bytes.length };
  }

  #demandCalls(): void {
    const where = [["file", this.path]] as const;
    const { isMcp, methods, calls } = this.#subject;
    if (methods.length === 0) {
      const hint = "record a session in which the client calls something, then replay that";
      throw new ReelwireError("RW3015", { with: { hint }, where });
    }
    if (calls === 0) {
      const hint = "it holds only a client's probe (server/discover): replay the tape recorded beside it";
      throw new ReelwireError("RW3015", { with: { hint }, where });
    }
    if (isMcp) return;
    const named = methods.slice(0, 3).join(", ");
    throw new ReelwireError("RW3017", { with: { methods: named, file: this.path }, where });
  }
}

/** Numbers that were taken out stand beside their message; in a comparison each is its placeholder. */
function withItsNumbers(event: TapeEvent): TapeEvent {
  const json = event.more?.find(([key]) => key === numbersKey)?.[1];
  if (json === undefined || event.payload.kind !== "msg") return event;
  const listed = JSON.parse(json) as unknown;
  if (!Array.isArray(listed)) return event;
  const numbers = (listed as ({ at?: unknown; as?: unknown } | null)[]).flatMap((each) =>
    typeof each?.at === "string" && typeof each.as === "string"
      ? [{ pointer: each.at, placeholder: each.as }]
      : [],
  );
  return { ...event, payload: { kind: "msg", message: withNumbers(event.payload.message, numbers) } };
}

/** How many damaged lines are remembered. */
const damagedMax = 100;
