/** Walks over the text of a filter: blanks, bare runs and quoted runs, with the column for errors. */
import { ReelwireError } from "../base/index.ts";
import type { Glob } from "./glob.ts";

/** How much of a filter an error quotes, in characters. */
const quotedCharsMax = 200;

/** Characters that end a bare run wherever they stand. */
const structure = /[\s()"|]/;

export class Scanner {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get done(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    return this.text[this.at] ?? "";
  }

  take(char: string): boolean {
    if (this.peek() !== char || char === "") return false;
    this.at++;
    return true;
  }

  skipBlanks(): void {
    while (!this.done && /\s/.test(this.peek())) this.at++;
  }

  /** The characters up to the next blank, parenthesis, quote, bar or one of `also`; may be empty. */
  bare(also = ""): string {
    const start = this.at;
    while (!this.done && !structure.test(this.peek()) && !also.includes(this.peek())) this.at++;
    return this.text.slice(start, this.at);
  }

  /** A quoted run, its opening quote next: `\"` and `\\` stand for the character, other backslashes for themselves. */
  quoted(): string {
    const start = this.at++;
    let value = "";
    while (!this.done) {
      const c = this.text[this.at++]!;
      if (c === '"') return value;
      const escaped = c === "\\" && (this.peek() === '"' || this.peek() === "\\");
      value += escaped ? this.text[this.at++]! : c;
    }
    throw this.fault(start, "the quote is not closed");
  }

  /** A bare or quoted word. */
  word(also = ""): string {
    return this.peek() === '"' ? this.quoted() : this.bare(also);
  }

  /** One alternative of a value: bare and quoted runs side by side; a bare `*` stands for anything. */
  glob(): Glob | undefined {
    const start = this.at;
    const pieces = [""];
    for (;;) {
      const before = this.at;
      if (this.peek() === '"') pieces[pieces.length - 1] += this.quoted();
      else pushBare(pieces, this.bare());
      if (this.at === before) break;
    }
    return this.at === start ? undefined : pieces;
  }

  fault(at: number, why: string): ReelwireError {
    const text = this.text.length > quotedCharsMax ? `${this.text.slice(0, quotedCharsMax)}…` : this.text;
    return new ReelwireError("RW1008", { with: { column: at + 1, why }, where: [["filter", text]] });
  }
}

/** Adds a bare run; stars side by side are one star, also across quoted runs that are empty. */
function pushBare(pieces: string[], run: string): void {
  const [first = "", ...rest] = run.split("*");
  pieces[pieces.length - 1] += first;
  for (const piece of rest) {
    if (pieces.length > 1 && pieces[pieces.length - 1] === "") pieces[pieces.length - 1] = piece;
    else pieces.push(piece);
  }
}
