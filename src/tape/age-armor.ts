/**
 * The armored form of an age file: base64 in lines of 64 characters between two marks. Read as a stream, and by place:
 * all lines but the last are of one length, so where a byte stands can be reckoned.
 */
import { ageDamaged, ageLimits, armorBegin, armorEnd, type Where } from "./age-format.ts";

const lineChars = 64;
const lineBytes = 48;
/** The longest line that is looked at, in bytes: a mark with blanks around it may be the first. */
const textBytesMax = ageLimits.armorBlanksMax + lineChars;

/** Where the base64 stands in its file. */
export interface ArmorPlace {
  /** The first character, in bytes from the file's beginning. */
  readonly start: number;
  /** How long a line is with its line end, in bytes. */
  readonly stride: number;
}

/** Takes the armor off a stream. `place` is known when the first bytes came out. Throws RW3404. */
export class Dearmor {
  place: ArmorPlace | undefined;
  readonly #where: Where;
  #state: "before" | "within" | "short" | "after" = "before";
  #offset = 0;
  #blanks = 0;

  constructor(where: Where) {
    this.#where = where;
  }

  async *bytes(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    let rest = Buffer.alloc(0);
    for await (const chunk of source) {
      const text = Buffer.concat([rest, chunk]);
      const end = text.lastIndexOf(0x0a) + 1;
      rest = text.subarray(end);
      if (rest.length > textBytesMax) throw this.#damaged();
      const bytes = this.#lines(text.subarray(0, end));
      if (bytes.length > 0) yield bytes;
    }
    const bytes = rest.length > 0 ? this.#lines(rest) : rest;
    if (bytes.length > 0) yield bytes;
    if (this.#state !== "after") throw ageDamaged("it was cut off, its end is missing", this.#where);
  }

  #lines(text: Buffer): Buffer {
    const decoded: Buffer[] = [];
    for (let from = 0; from < text.length; ) {
      const found = text.indexOf(0x0a, from);
      const end = found < 0 ? text.length : found + 1;
      const bytes = this.#line(text.toString("latin1", from, end));
      if (bytes) decoded.push(bytes);
      this.#offset += end - from;
      from = end;
    }
    return Buffer.concat(decoded);
  }

  #line(line: string): Buffer | undefined {
    const text = line.replace(/\r?\n$/, "");
    if (this.#state === "before" || this.#state === "after") return void this.#outside(line, text);
    if (text.trimEnd() === armorEnd) {
      this.#state = "after";
      return undefined;
    }
    if (this.#state === "short" || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw this.#damaged();
    this.place ??= { start: this.#offset, stride: line.length };
    const full = text.length === lineChars && line.length === this.place.stride && !text.endsWith("=");
    if (!full && (text.length > lineChars || text.length % 4 !== 0)) throw this.#damaged();
    if (!full) this.#state = "short";
    return Buffer.from(text, "base64");
  }

  #outside(line: string, text: string): void {
    if (this.#state === "before" && text.trim() === armorBegin) this.#state = "within";
    else if (text.trim() !== "" || (this.#blanks += line.length) > 2 * ageLimits.armorBlanksMax)
      throw this.#damaged();
  }

  #damaged() {
    return ageDamaged("its armor does not read", this.#where);
  }
}

/** Bytes by their place in the armored file, fewer when it ends; `read` gives the file's own. */
export function readArmored(
  read: (offset: number, length: number) => Buffer,
  { start, stride }: ArmorPlace,
  offset: number,
  length: number,
): Buffer {
  const first = Math.floor(offset / lineBytes);
  const lines = Math.ceil((offset + length) / lineBytes) - first;
  const text = read(start + first * stride, lines * stride);
  const decoded: Buffer[] = [];
  for (let from = 0; from < text.length; from += stride) {
    const line = text.toString("latin1", from, from + lineChars);
    const [base64 = ""] = /^[A-Za-z0-9+/]*={0,2}/.exec(line) ?? [];
    decoded.push(Buffer.from(base64, "base64"));
    if (base64.length < lineChars) break;
  }
  const skipped = offset - first * lineBytes;
  return Buffer.concat(decoded).subarray(skipped, skipped + length);
}
