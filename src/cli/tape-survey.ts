/** What a tape holds as a whole, counted while it streams by: the lines under a listing, and the rows of `ls`. */
import type { ExchangeStatus } from "../core/index.ts";
import type { Seen } from "../library/index.ts";
import type { CloseFacts, NoteFacts, OpenedTape, TapeEvent, TapeItem } from "../tape/index.ts";

const surveyLimits = {
  /** Notes and damaged lines that are kept in full; the rest is counted. */
  notesMax: 50,
  noteCharsMax: 1000,
} as const;

/** How a client leaves that has nothing more to say; no news in a list of remarks. */
const ordinaryEnd = "end of input";

/** Something to know about a tape: a word for machines, a sentence for people. */
export interface Remark {
  readonly what: string;
  readonly says: string;
  readonly line?: number;
}

export class TapeSurvey {
  lines = 0;
  messages = 0;
  notifications = 0;
  /** Answers that came after their call was over, and answers that nobody asked for. */
  late = 0;
  unsolicited = 0;
  noise = 0;
  stderr = 0;
  damaged = 0;
  /** Whether an `end` line was seen: the writer closed the tape. */
  ended = false;
  lastAt = 0;
  readonly byStatus: Record<ExchangeStatus, number> = {
    ok: 0,
    error: 0,
    tool_error: 0,
    cancelled: 0,
    open: 0,
  };
  readonly #closes: boolean;
  #remarks: Remark[] = [];
  #leftOut = 0;

  /** A `.vcr` recording has no end line of its own and has ended when all of it reads. */
  constructor(encoding: OpenedTape["encoding"]) {
    this.#closes = encoding === "jsonl";
  }

  item(item: TapeItem): void {
    this.lines++;
    if (item.kind === "damaged") this.#damage(item.line, item.why, item.torn === true);
    if (item.kind === "event") this.#event(item.event);
  }

  #event({ at, payload }: TapeEvent): void {
    this.lastAt = Math.max(this.lastAt, at);
    if (payload.kind === "msg") this.messages++;
    else if (payload.kind === "end") this.ended = true;
    else if (payload.kind === "note") this.#note(payload.note);
    else if (payload.kind === "stderr") this.stderr++;
    else if (payload.kind === "text") this.noise++;
    else if (payload.kind === "bytes") payload.on === "stderr" ? this.stderr++ : this.noise++;
    else if (payload.kind === "other" && payload.key === "gap")
      this.#remark("gap", "the recording was paused here");
    else if (payload.kind === "close") this.#close(payload.close);
  }

  seen({ change }: Seen): void {
    const { what, exchange } = change;
    if (what === "opened") this.byStatus.open++;
    else if (exchange && (what === "answered" || what === "cancelled")) {
      this.byStatus.open--;
      this.byStatus[exchange.status]++;
    } else if (what === "late") this.late++;
    else if (what === "unsolicited")
      change.message.kind === "notification" ? this.notifications++ : this.unsolicited++;
    else if (what === "evicted")
      this.#remark("evicted", `call ${change.exchange.id} is not followed any more: too many are open`);
  }

  /** `damaged` when a line could not be read, `unfinished` when the end is missing. Nothing is proved here. */
  get state(): "ended" | "unfinished" | "damaged" {
    if (this.damaged > 0) return "damaged";
    return this.ended || !this.#closes ? "ended" : "unfinished";
  }

  get remarks(): readonly Remark[] {
    const all = [...this.#remarks];
    if (this.#leftOut > 0) all.push({ what: "more", says: `${this.#leftOut} more notes are not shown` });
    if (this.#closes && !this.ended)
      all.push({
        what: "unfinished",
        says: "the tape has no end: its writer was stopped, or is still at work",
      });
    return all;
  }

  #damage(line: number, why: string, torn: boolean): void {
    if (!torn) this.damaged++;
    this.#remark(torn ? "torn" : "damaged", `line ${line}: ${why}`, line);
  }

  #note(note: NoteFacts): void {
    this.#remark(note.what, note.says);
  }

  #close({ side, code, signal, reason }: CloseFacts): void {
    if (typeof signal === "string") this.#remark("closed", `the ${side} was ended by ${signal}`);
    else if (typeof code === "number") {
      if (code !== 0) this.#remark("closed", `the ${side} exited with code ${code}`);
    } else if (typeof reason === "string" && reason !== ordinaryEnd)
      this.#remark("closed", `the ${side} is gone: ${reason}`);
  }

  #remark(what: string, says: string, line?: number): void {
    if (this.#remarks.length >= surveyLimits.notesMax) this.#leftOut++;
    else
      this.#remarks.push({
        what: what.slice(0, surveyLimits.noteCharsMax),
        says: says.slice(0, surveyLimits.noteCharsMax),
        ...(line !== undefined && { line }),
      });
  }
}
