/** Reads regular expressions as texts: those that stand in a source file, and how far one can look. */

/** Every literal of a source, in order. Comments and texts are skipped, so nothing in them is taken for one. */
export function literalsOf(source: string): RegExp[] {
  const found: RegExp[] = [];
  let before = "";
  for (let i = 0; i < source.length; ) {
    const rest = source.slice(i, i + 2);
    if (rest === "//") i = endOf(source, "\n", i);
    else if (rest === "/*") i = endOf(source, "*/", i);
    else if ("\"'`".includes(source[i]!)) [i, before] = [quotedEnd(source, i), '"'];
    else if (
      source[i] === "/" &&
      (!/[\w)\]"}]/.test(before) || /\b(?:return|typeof|case)\s+$/.test(source.slice(0, i)))
    ) {
      const end = expressionEnd(source, i);
      const flags = /^[a-z]*/.exec(source.slice(end))![0];
      found.push(new RegExp(source.slice(i + 1, end - 1), flags));
      i = end + flags.length;
    } else {
      if (/\S/.test(source[i]!)) before = source[i]!;
      i++;
    }
  }
  return found;
}

function endOf(source: string, mark: string, from: number): number {
  const at = source.indexOf(mark, from + 2);
  return at < 0 ? source.length : at + mark.length;
}

function quotedEnd(source: string, from: number): number {
  let i = from + 1;
  while (source[i] !== source[from] && i < source.length) i += source[i] === "\\" ? 2 : 1;
  return i + 1;
}

function expressionEnd(source: string, from: number): number {
  let isClass = false;
  for (let i = from + 1; ; i++) {
    if (i >= source.length || source[i] === "\n")
      throw new Error(`No expression ends: ${source.slice(from, i)}`);
    if (source[i] === "\\") i++;
    else if (source[i] === "[") isClass = true;
    else if (source[i] === "]") isClass = false;
    else if (source[i] === "/" && !isClass) return i + 1;
  }
}

/** How many characters an attempt may look at: `failing` when it finds nothing, `found` when it does. */
export interface Reach {
  readonly failing: number;
  readonly found: number;
}

/**
 * The reach of an expression. An attempt that finds nothing may stop anywhere, except in a repetition that ends the
 * expression: as soon as that has its least count, there is a match. What follows such a repetition must be optional.
 */
export function reachOf(source: string): Reach {
  const pieces = new Pieces(source);
  const found = pieces.alternatives();
  return {
    failing: found === Number.POSITIVE_INFINITY ? new Pieces(leastAtEnd(source)).alternatives() : found,
    found,
  };
}

/** The expression with the least count of its last, unlimited repetition: in each alternative, when nothing follows. */
function leastAtEnd(source: string): string {
  const lastGroupEnds = /\)(?:=\{0,\d\})?$/.test(source);
  const atEnd = /(\]|\\\w)\{(\d+),\}(?=\)*(?:=\{0,\d\})?$)/g;
  const inAlternative = /(\]|\\\w)\{(\d+),\}(?=\|[^()]*\)(?:=\{0,\d\})?$|\|[^()]*\)\)$)/g;
  const least = source.replaceAll(atEnd, "$1{$2}");
  return lastGroupEnds ? least.replaceAll(inAlternative, "$1{$2}") : least;
}

/** A reader that adds lengths up. */
class Pieces {
  #at = 0;
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  alternatives(): number {
    let longest = 0;
    for (;;) {
      longest = Math.max(longest, this.#sequence());
      if (this.#source[this.#at] !== "|") return longest;
      this.#at++;
    }
  }

  #sequence(): number {
    let sum = 0;
    while (this.#at < this.#source.length && !"|)".includes(this.#source[this.#at]!)) {
      const length = this.#piece();
      sum += length === 0 ? 0 : length * this.#most();
    }
    return sum;
  }

  #piece(): number {
    const rest = this.#source.slice(this.#at);
    if ("^$".includes(rest[0]!)) return this.#skip(1, 0);
    if (rest[0] === "\\") return this.#skip(2, 1);
    if (rest[0] === "[") return this.#skip(/^\[(?:\\[\s\S]|[^\]\\])*\]/.exec(rest)![0].length, 1);
    if (rest[0] !== "(") return this.#skip(1, 1);
    const opening = /^\((?:\?(?:[:=!]|<[=!]))?/.exec(rest)![0];
    this.#at += opening.length;
    const length = this.alternatives();
    this.#at++;
    // What is looked at beside the match is looked at all the same; nothing here is longer than a few characters.
    return length;
  }

  #most(): number {
    const quantifier = /^(?:\{(\d+)(,(\d*))?\}|[*+?])/.exec(this.#source.slice(this.#at));
    if (quantifier === null) return 1;
    this.#at += quantifier[0].length;
    if (quantifier[0] === "?") return 1;
    if (quantifier[1] === undefined || quantifier[3] === "") return Number.POSITIVE_INFINITY;
    return Number(quantifier[3] ?? quantifier[1]);
  }

  #skip(characters: number, length: number): number {
    this.#at += characters;
    return length;
  }
}
