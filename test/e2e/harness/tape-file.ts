/**
 * Reads a tape with nothing but the format's own words, apart from the product's reader on purpose: what a test
 * finds on the tape must not depend on the code that is tested.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export type Direction = "c2s" | "s2c";

export interface TapeLine {
  readonly at: number;
  readonly dir: Direction | undefined;
  /** The payload key. */
  readonly kind: string;
  /** The payload, parsed; of a `msg` only for a look, its exact text is in `bytes`. */
  readonly value: unknown;
  /** Of `msg`, `text` and `bytes`: what was on the wire, without the line end. */
  readonly bytes: Buffer | undefined;
  /** The stream ended here without a line end. */
  readonly cut: boolean;
}

export interface TapeFile {
  readonly header: Record<string, unknown>;
  readonly lines: readonly TapeLine[];
  /** Bytes after the last line end: a torn last line. */
  readonly torn: Buffer;
  readonly ended: boolean;
}

/** Parses a tape and checks what holds for every tape; throws with the line that breaks it. */
export function readTape(path: string): TapeFile {
  const file = readFileSync(path);
  const end = file.lastIndexOf(0x0a) + 1;
  const texts = splitLines(file.subarray(0, end));
  const header = parse(texts[0] ?? Buffer.alloc(0), 1);
  if (header["reelwire"] !== 1) throw new Error(`no header: ${texts[0]?.subarray(0, 200)}`);
  const lines = texts.slice(1).map((text, n) => tapeLine(text, n + 2));
  checkTimes(lines);
  checkHashes(texts, lines);
  return { header, lines, torn: file.subarray(end), ended: lines.at(-1)?.kind === "end" };
}

/** The bytes of one direction as they were on the wire, put together again from the tape. */
export function wireOf(tape: TapeFile, dir: Direction): Buffer {
  const parts: Buffer[] = [];
  for (const line of tape.lines) {
    if (line.dir !== dir || line.bytes === undefined) continue;
    parts.push(line.bytes);
    if (!line.cut) parts.push(Buffer.from("\n"));
  }
  return Buffer.concat(parts);
}

/** Everything that the tape kept of the server's stderr. */
export function stderrOf(tape: TapeFile): string {
  return tape.lines
    .filter((line) => line.kind === "stderr")
    .map((line) => line.value)
    .join("");
}

/** The payloads of one kind, in order. */
export function payloads(tape: TapeFile, kind: string): Record<string, unknown>[] {
  return tape.lines.filter((line) => line.kind === kind).map((line) => line.value as Record<string, unknown>);
}

const envelopeKeys = new Set(["at", "conn", "ex", "dir", "sse", "cut", "on", "stray", "redacted", "sealed"]);

function tapeLine(text: Buffer, number: number): TapeLine {
  const value = parse(text, number);
  const kind = Object.keys(value).at(-1)!;
  const others = Object.keys(value).slice(0, -1);
  const strange = others.filter((key) => !envelopeKeys.has(key));
  if (strange.length > 0) throw new Error(`line ${number}: ${strange} before the payload ${kind}`);
  if (!Number.isSafeInteger(value["at"])) throw new Error(`line ${number}: at is ${value["at"]}`);
  return {
    at: value["at"] as number,
    dir: value["on"] === "stderr" ? undefined : (value["dir"] as Direction | undefined),
    kind,
    value: value[kind],
    bytes: wireBytes(text, kind, value[kind]),
    cut: value["cut"] === true,
  };
}

function wireBytes(text: Buffer, kind: string, value: unknown): Buffer | undefined {
  if (kind === "text") return Buffer.from(value as string);
  if (kind === "bytes") return Buffer.from(value as string, "base64");
  if (kind !== "msg") return undefined;
  const mark = Buffer.from(',"msg":');
  return text.subarray(text.indexOf(mark) + mark.length, text.lastIndexOf(0x7d));
}

function parse(text: Buffer, number: number): Record<string, unknown> {
  try {
    return JSON.parse(text.toString()) as Record<string, unknown>;
  } catch (error) {
    throw new Error(`line ${number} is not JSON (${(error as Error).message}): ${text.subarray(0, 200)}`);
  }
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
    lines.push(bytes.subarray(from, end));
    from = end + 1;
  }
  return lines;
}

function checkTimes(lines: readonly TapeLine[]): void {
  let last = 0;
  for (const [n, line] of lines.entries()) {
    if (line.at < last) throw new Error(`line ${n + 2}: time goes back from ${last} to ${line.at}`);
    last = line.at;
  }
}

/** `mark` and `end` hash every line before them, with line ends, and count what they cover. */
function checkHashes(texts: readonly Buffer[], lines: readonly TapeLine[]): void {
  const hash = createHash("sha256");
  let bytes = 0;
  for (const [n, text] of texts.entries()) {
    const line = n === 0 ? undefined : lines[n - 1];
    if (line?.kind === "mark" || line?.kind === "end") {
      const says = line.value as { lines: number; bytes?: number; sha256: string };
      const sha256 = hash.copy().digest("hex");
      if (says.lines !== n)
        throw new Error(`line ${n + 1}: ${line.kind} counts ${says.lines} lines, there are ${n}`);
      if (says.sha256 !== sha256)
        throw new Error(`line ${n + 1}: ${line.kind} has ${says.sha256}, not ${sha256}`);
      if (line.kind === "mark" && says.bytes !== bytes)
        throw new Error(`line ${n + 1}: mark says ${says.bytes} of ${bytes} bytes`);
    }
    hash.update(text).update("\n");
    bytes += text.length + 1;
  }
}
