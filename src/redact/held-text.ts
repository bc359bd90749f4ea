/**
 * A text that comes in pieces, redacted as if it had come at once: the end of what has come is held back while a secret
 * may go on in the next piece. What is held is bounded; whoever asks decides how long.
 */
import type { Redactor } from "./redactor.ts";

/** The most characters that are held back. */
export const heldCharactersMax = 4_096;

/** The longest private key of which the end is waited for, in characters: then the text was none. */
const keyCharactersMax = 65_536;

const begin = "-----BEGIN ";
const end = "-----END ";
const dashes = "-----";
/** A mark that is cut in two is found when the next piece comes. */
const markMax = 80;

export class HeldText {
  readonly #redactor: Redactor;
  #held = "";
  /** What was told last was let go in the middle of a line. */
  #isTorn = false;
  /** How much was left out within a private key whose beginning was told; 0: there is none. */
  #inKey = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Whether something waits to be told. */
  get waits(): boolean {
    return this.#held !== "" && this.#inKey === 0;
  }

  /** Takes a piece; returns what may be told now, redacted. */
  push(piece: string): string {
    const text = this.#outsideKey(this.#held + piece);
    const to = this.#inKey > 0 ? 0 : this.#safeEnd(text);
    this.#held = text.slice(to);
    const told = this.#told(text.slice(0, to));
    if (told === "" || !this.#isTorn) return told;
    this.#isTorn = false;
    return this.#redactor.torn(told, "start");
  }

  /** No more comes, or not soon: the rest, redacted. */
  end(): string {
    if (this.#inKey > 0) return "";
    const rest = this.#held;
    this.#held = "";
    if (rest === "") return "";
    const told = this.#told(rest);
    const whole = this.#isTorn ? this.#redactor.torn(told, "start") : told;
    this.#isTorn = true;
    return this.#redactor.torn(whole, "end");
  }

  #told(text: string): string {
    if (text === "") return "";
    if (openKey(text, true) >= 0) this.#inKey = 1;
    return this.#redactor.text(text);
  }

  /** Of a text within a private key, what comes after that. */
  #outsideKey(text: string): string {
    if (this.#inKey === 0) return text;
    const after = keyEnd(text, 0);
    if (after >= 0) {
      this.#inKey = 0;
      return text.slice(after);
    }
    const kept = text.slice(-markMax);
    this.#inKey += text.length - kept.length;
    if (this.#inKey > keyCharactersMax) this.#inKey = 0;
    return kept;
  }

  /** How much of a text may be told: whole lines, none of them within a private key, and no known value begun. */
  #safeEnd(text: string): number {
    let end = text.lastIndexOf("\n") + 1;
    for (let before = -1; before !== end; ) {
      before = end;
      end = uncutKey(text, this.#redactor.begunAt(text, end));
    }
    const open = openKey(text, false);
    const floor = text.length - heldCharactersMax;
    if (end >= floor) return end;
    // Too much is held: a blank is as good an end as a line's.
    const blank = text.indexOf(" ", floor) + 1;
    return blank > 0 && open < 0 ? blank : floor;
  }
}

/** Where a text may end so that no private key is cut: at `end`, or before the line in which the key begins. */
function uncutKey(text: string, to: number): number {
  const open = openKey(text, false);
  if (open >= 0 && open < to) return text.lastIndexOf("\n", open) + 1;
  const last = to === 0 ? -1 : text.lastIndexOf(begin, to - 1);
  const isCut = last >= 0 && lineEnd(text, last, begin) >= 0 && keyEnd(text, last) > to;
  return isCut ? text.lastIndexOf("\n", last) + 1 : to;
}

/** Where a private key begins that does not end in this text; -1 when there is none, or when it is not `sure`. */
export function openKey(text: string, sure: boolean): number {
  const last = text.lastIndexOf(begin);
  if (last < 0) return -1;
  const isKey = lineEnd(text, last, begin) >= 0;
  if (isKey) return keyEnd(text, last) >= 0 ? -1 : last;
  const isCut = text.length - last < markMax && !text.includes(dashes, last + begin.length);
  return isCut && !sure ? last : -1;
}

/** Where a private key is over, looked for from a place on; -1 when it is not. */
export function keyEnd(text: string, from: number): number {
  for (let at = text.indexOf(end, from); at >= 0; at = text.indexOf(end, at + 1)) {
    const over = lineEnd(text, at, end);
    if (over >= 0) return over;
  }
  return -1;
}

/** Where the line of a private key ends that begins here with this mark; -1 when it is another's. */
function lineEnd(text: string, at: number, mark: string): number {
  const from = at + mark.length;
  const label = text.slice(from, from + markMax);
  const over = label.indexOf(dashes);
  return over >= 0 && label.slice(0, over).includes("PRIVATE KEY") ? from + over + dashes.length : -1;
}
