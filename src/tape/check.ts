/**
 * Proves a tape: every line reads, and every checkpoint and the end agree with the bytes before them. The first
 * thing that is wrong gives the verdict, and names the line. The end line itself is guarded by the checkpoint that
 * stands before it.
 */
import { type Blame, blameOf } from "./blame.ts";
import type { End, SignerFacts, TapeEvent, TapeHeader } from "./format.ts";
import { HashedSource } from "./hashed-source.ts";
import { encodeEvent } from "./jsonl.ts";
import { decodeLine } from "./jsonl-decode.ts";
import { crcLinesMax, LineCrcs } from "./line-crcs.ts";
import { type DamagedItem, type ReadOptions, readTape, type TapeItem } from "./reader.ts";
import { type Claim, type Verifier, verifierOf } from "./signature.ts";

/** What a tape is found to be; `unfinished` means its writer was stopped, and what is `proved` is. */
export type TapeState = "complete" | "unfinished" | "damaged" | "altered";

export interface TapeReport {
  readonly state: TapeState;
  /** The first line that is damaged or altered; absent when there is none. */
  readonly line?: number;
  /** Why `line` is named. */
  readonly why?: string;
  /** Lines read, the header included. */
  readonly lines: number;
  readonly bytes: number;
  /** JSON-RPC messages; a batch counts as one. */
  readonly messages: number;
  /** What is odd without being wrong. */
  readonly notes: readonly string[];
  /** Every line up to this one, counted from 1, is what was written; 0 when no checkpoint proves any. */
  readonly proved: number;
  /** Who the header says has signed. */
  readonly signer?: SignerFacts;
  /** Checkpoints and ends whose signature fits; those of a way of signing that is not known do not count. */
  readonly signatures: number;
}

/** Reads the whole source. Throws what {@link readTape} throws when it is no tape at all. */
export async function checkTape(
  source: AsyncIterable<Uint8Array>,
  options?: ReadOptions,
): Promise<TapeReport> {
  const hashed = new HashedSource(source);
  const check = new Check(hashed);
  for await (const item of readTape(hashed, options)) check.see(item);
  return check.report();
}

interface Fault extends Blame {
  readonly state: "damaged" | "altered";
}

class Check {
  readonly #source: HashedSource;
  readonly #notes: string[] = [];
  readonly #crcs = new LineCrcs(crcLinesMax);
  #signer: SignerFacts | undefined;
  #verifier: Verifier | undefined;
  #signatures = 0;
  #fault: Fault | undefined;
  /** The line of the last checkpoint, or of the header. */
  #from = 1;
  #proved = 0;
  #marksHaveCrc = false;
  #lines = 0;
  #messages = 0;
  #lastAt = 0;
  #backwards = 0;
  #ended: number | undefined;
  #torn = false;
  /** The time of the checkpoint in the line before, which the end must repeat. */
  #markAt: number | undefined;

  constructor(source: HashedSource) {
    this.#source = source;
  }

  see(item: TapeItem): void {
    this.#lines++;
    if (item.kind === "header") this.#seeHeader(item.header);
    else {
      if (this.#ended !== undefined) this.#find("damaged", item.line, "it stands after the end of the tape");
      this.#source.passed(item.offset);
      if (item.kind === "event") this.#seeEvent(item.event, item.line, item.offset, item.bytes!);
      else if (item.torn) this.#seeTorn(item);
      else this.#find("damaged", item.line, item.why);
    }
    this.#crcs.addBare(item.bytes!);
  }

  report(): TapeReport {
    if (this.#backwards > 0) this.#notes.push(`time runs backwards on ${this.#backwards} lines`);
    if (this.#torn) this.#notes.push("the last line is torn: the writer was stopped in the middle of it");
    const whole = this.#ended !== undefined && this.#source.endsWithLine;
    if (this.#ended !== undefined && !whole) this.#notes.push("the last line has no line end");
    const { state, line, why } = this.#fault ?? { state: whole ? "complete" : "unfinished" };
    return {
      state,
      ...(line !== undefined && { line, why: why ?? "" }),
      lines: this.#lines,
      bytes: this.#source.bytes,
      messages: this.#messages,
      notes: this.#notes,
      proved: state === "complete" ? this.#lines : this.#proved,
      ...(this.#signer && { signer: this.#signer }),
      signatures: this.#signatures,
    };
  }

  #seeHeader(header: TapeHeader): void {
    this.#signer = header.signer;
    this.#verifier = verifierOf(header);
  }

  #seeEvent(event: TapeEvent, line: number, offset: number, bytes: Uint8Array): void {
    const { payload } = event;
    if (event.at < this.#lastAt) this.#backwards++;
    this.#lastAt = Math.max(this.#lastAt, event.at);
    if (payload.kind === "msg") this.#messages++;
    else if (payload.kind === "mark") this.#seeCheckpoint("mark", payload.mark, line, offset);
    else if (payload.kind === "end") this.#seeEnd(event, payload.end, line, offset, bytes);
    else if (payload.kind === "other") this.#seeOther(payload.json, line, offset);
    this.#markAt = payload.kind === "mark" ? event.at : undefined;
  }

  #seeCheckpoint(kind: "mark" | "end", claim: Claim, line: number, offset: number): void {
    if (this.#undecided) this.#judge(kind, claim, line, offset);
    if (kind === "mark" && claim.crc !== undefined) this.#marksHaveCrc = true;
    this.#crcs.clear();
    this.#from = line;
  }

  /** Nothing was found yet, or what was found may turn out to be another line's fault. */
  get #undecided(): boolean {
    const fault = this.#fault;
    return !fault || fault.orOwn !== undefined || (fault.state === "damaged" && fault.line >= this.#from);
  }

  #judge(kind: "mark" | "end", claim: Claim, line: number, offset: number): void {
    const unsigned = this.#verifier?.(kind, claim);
    if (this.#verifier && unsigned === undefined) this.#signatureFits();
    const blame = blameOf(claim, {
      line,
      offset,
      sha256: this.#source.digestAt(offset),
      from: this.#from,
      crcs: this.#crcs.bytes(),
      demandsCrc: this.#marksHaveCrc,
      unsigned,
      headerProved: this.#proved > 0,
    });
    if (blame) this.#blame(blame);
    else if (!this.#fault) this.#proved = line - 1;
  }

  /** A signature that fits proves what the header says of the signer: then it was not the header that was changed. */
  #signatureFits(): void {
    this.#signatures++;
    if (this.#fault?.orOwn) this.#fault = { state: "altered", ...this.#fault.orOwn };
  }

  /** A line that does not read may be what a change above it has left: the checksums know. */
  #blame(blame: Blame): void {
    const { state, line } = this.#fault ?? {};
    const above = state === "damaged" && line! >= this.#from && blame.line < line!;
    if (!this.#fault || above) this.#fault = { state: "altered", ...blame };
  }

  #seeEnd(event: TapeEvent, end: End, line: number, offset: number, bytes: Uint8Array): void {
    const again = this.#ended !== undefined;
    this.#ended ??= line;
    if (again) return;
    this.#seeCheckpoint("end", end, line, offset);
    const spelled = encodeEvent(event).subarray(0, -1);
    if (Buffer.compare(spelled, bytes) !== 0)
      this.#find("altered", line, "it is not spelled as a writer spells it");
    else if (this.#markAt !== undefined && this.#markAt !== event.at)
      this.#find("altered", line, "its time is not that of the checkpoint before it");
  }

  /** A checkpoint or an end whose key was changed: nothing else knows the hash of all lines before it. */
  #seeOther(json: string, line: number, offset: number): void {
    if (json.length > checkpointCharsMax || !json.includes('"sha256"')) return;
    const { sha256 } = JSON.parse(json) as { sha256?: unknown };
    if (sha256 === this.#source.digestAt(offset))
      this.#find("altered", line, "it is a checkpoint or the end, under another key");
  }

  /** A line is torn when its file was cut; an end that has more behind it than its line end was not. */
  #seeTorn({ line, bytes }: DamagedItem): void {
    this.#torn = true;
    const decoded = decodeLine(bytes.subarray(0, -1));
    if ("event" in decoded && decoded.event.payload.kind === "end") {
      this.#torn = false;
      this.#find("altered", line, "its line end is another character");
    }
  }

  #find(state: "damaged" | "altered", line: number, why: string): void {
    this.#fault ??= { state, line, why };
  }
}

/** The longest text of a checkpoint that is looked for under another key, in characters. */
const checkpointCharsMax = 8192;
