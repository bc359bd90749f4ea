import { isUtf8 } from "node:buffer";
import { copyOf, decodeUtf8, isJsonBytes, limits } from "../base/index.ts";
import { type Direction, type Line, LineSplitter, lineHead, Message, parseLine } from "../protocol/index.ts";
import type { Payload, TapeEvent } from "../tape/index.ts";
import { type Entry, entryKinds } from "./arena.ts";

/**
 * Turns what passed on the wire back into the events of a tape: lines from chunks, messages from lines, noise kept
 * and flagged, text from stderr. The same bytes give the same events, however they were cut.
 */
export class Assembler {
  readonly #lines: Readonly<Record<Direction, LineSplitter>>;
  /** What the gate before the client did with noise, for the flag on the tape. */
  readonly #stray: "passed" | "dropped";
  #stderrTail: Uint8Array = new Uint8Array(0);

  constructor(stray: "passed" | "dropped", messageBytesMax: number = limits.messageBytesMax) {
    this.#stray = stray;
    const lines = (): LineSplitter => new LineSplitter(messageBytesMax, { reuse: true });
    this.#lines = { c2s: lines(), s2c: lines() };
  }

  /** The events that one entry completes. They may hold views of its bytes: use them before the arena goes back. */
  *push(entry: Entry): Generator<TapeEvent, void, void> {
    const at = Math.round(entry.at);
    if (entry.kind === entryKinds.stderr) yield* this.#stderr(at, entry.bytes);
    else if (entry.kind === entryKinds.fact) yield* this.#fact(at, entry.bytes);
    else {
      const dir = entry.kind === entryKinds.c2s ? "c2s" : "s2c";
      for (const line of this.#lines[dir].push(entry.bytes)) yield this.#event(at, dir, line);
    }
  }

  /** What was still unfinished when everything ended. */
  *end(at: number): Generator<TapeEvent, void, void> {
    yield* this.#endOf("c2s", at);
    yield* this.#endOf("s2c", at);
    if (this.#stderrTail.length === 0) return;
    yield { at, payload: { kind: "bytes", bytes: this.#stderrTail, on: "stderr" } };
    this.#stderrTail = new Uint8Array(0);
  }

  *#endOf(dir: Direction, at: number): Generator<TapeEvent, void, void> {
    const line = this.#lines[dir].end();
    if (line) yield this.#event(at, dir, line);
  }

  #event(at: number, dir: Direction, line: Line): TapeEvent {
    if (line.lostBytes > 0) return tooLong(at, dir, line);
    if (line.ended && isMessage(line.bytes))
      return { at, dir, payload: { kind: "msg", message: new Message(line.bytes) } };
    const parsed = parseLine(line.bytes);
    const cut = line.ended ? {} : { cut: true };
    if (parsed.kind === "message") {
      const more = line.ended ? {} : { more: [["cut", "true"]] as const };
      return { at, dir, ...more, payload: { kind: "msg", message: parsed.message } };
    }
    const payload: Payload =
      parsed.kind === "noise"
        ? { kind: "text", text: parsed.text, ...cut }
        : { kind: "bytes", bytes: parsed.bytes, ...cut };
    return dir === "s2c" ? { at, dir, more: [["stray", this.#fateOf(line)]], payload } : { at, dir, payload };
  }

  /** What the gate did with a line that is no message: it judged the head alone, as the gate did. */
  #fateOf({ bytes, ended }: Line): string {
    const head = lineHead(bytes, 0, bytes.length, true);
    const passed = this.#stray === "passed" || (ended && head !== "noise");
    return passed ? '"passed"' : '"dropped"';
  }

  *#stderr(at: number, bytes: Uint8Array): Generator<TapeEvent, void, void> {
    const whole = this.#stderrTail.length > 0 ? Buffer.concat([this.#stderrTail, bytes]) : bytes;
    const end = Math.min(wholeCharacters(whole), unfinishedBytes(whole));
    this.#stderrTail = copyOf(whole.subarray(end));
    const part = whole.subarray(0, end);
    if (part.length === 0) return;
    const text = decodeUtf8(part);
    if (text !== undefined) yield { at, payload: { kind: "stderr", text } };
    else for (const payload of mixed(part)) yield { at, payload };
  }

  /** Facts come from our own recorder, as the payload they become; before a side's end its lines end too. */
  *#fact(at: number, bytes: Uint8Array): Generator<TapeEvent, void, void> {
    const fact = JSON.parse(Buffer.from(bytes).toString()) as Record<string, { side?: string }>;
    const [kind = ""] = Object.keys(fact);
    if (kind === "close") yield* fact[kind]?.side === "server" ? this.end(at) : this.#endOf("c2s", at);
    yield { at, payload: { kind, [kind]: fact[kind] } as unknown as Payload };
  }
}

/** A line of no text is waited for up to so many bytes: what is cut out of it may be half of a secret. */
const lineBytesMax = 4_096;

/** Where a last line begins that is not ended and is no text; the length when there is none. */
function unfinishedBytes(bytes: Uint8Array): number {
  const start = bytes.lastIndexOf(0x0a) + 1;
  const length = bytes.length - start;
  if (length === 0 || length > lineBytesMax) return bytes.length;
  const part = bytes.subarray(start);
  return isUtf8(part.subarray(0, wholeCharacters(part))) ? bytes.length : start;
}

/** Text of which not all is UTF-8: the lines that are none as bytes, the others as the text that they are. */
function* mixed(bytes: Uint8Array): Generator<Payload, void, void> {
  let from = 0;
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline < 0 ? bytes.length : newline + 1;
    if (!isUtf8(bytes.subarray(at, end))) {
      if (at > from) yield { kind: "stderr", text: decodeUtf8(bytes.subarray(from, at))! };
      yield { kind: "bytes", bytes: bytes.subarray(at, end), on: "stderr" };
      from = end;
    }
    at = end;
  }
  if (from < bytes.length) yield { kind: "stderr", text: decodeUtf8(bytes.subarray(from))! };
}

/** What `parseLine` would say, for the usual case at a third of the price. */
function isMessage(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7b && isJsonBytes(bytes) && isUtf8(bytes);
}

function tooLong(at: number, dir: Direction, line: Line): TapeEvent {
  const bytes = line.bytes.length + line.lostBytes;
  const says = `a line of ${bytes} bytes passed on the wire and is too long for the tape`;
  return { at, dir, payload: { kind: "note", note: { what: "too-long", says, bytes } } };
}

/** How many bytes end with a whole UTF-8 character: all but a started last one. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
