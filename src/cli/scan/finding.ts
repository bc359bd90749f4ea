/** What a scan tells about one leak: where it is and what would stand there, never what it is. */
import type { ReelwireError } from "../../base/index.ts";

export interface Finding {
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** JSON Pointer within the line of a tape or of JSON Lines, within a JSON document, within a `.vcr` message; "" in text. */
  readonly pointer: string;
  /** `github-token`, `secret`, …; for a second opinion the rule that found it. */
  readonly kind: string;
  /** How it was found; `secretlint` for a second opinion. */
  readonly how: string;
  /** The key, header, flag, rule or environment variable by which it was found. */
  readonly name?: string;
  /** What `redact` puts there; a second opinion has none. */
  readonly placeholder?: string;
}

/** A file that was not looked at, or not to its end. */
export interface Skipped {
  readonly file: string;
  readonly why: string;
}

/** One that should have been looked at and could not be read. */
export interface Unreadable {
  readonly file: string;
  readonly error: ReelwireError;
}

/** A file, or a blob that git holds, as a scan reads it. */
export interface Source {
  /** Relative to the working directory, with `/`. */
  readonly file: string;
  readonly bytes: number;
  /** From the beginning, each time; one at a time. Throws RW3001. */
  open(): AsyncIterable<Uint8Array>;
}

/** What was found in all of them, within bounds. */
export class Findings {
  readonly list: Finding[] = [];
  readonly skipped: Skipped[] = [];
  readonly unreadable: Unreadable[] = [];
  /** Findings beyond those that are listed. */
  more = 0;
  /** Findings that the user's list allows. */
  allowed = 0;
  files = 0;
  binary = 0;
  readonly #isAllowed: (finding: Finding) => boolean;

  constructor(isAllowed: (finding: Finding) => boolean = () => false) {
    this.#isAllowed = isAllowed;
  }

  add(finding: Finding): void {
    if (this.#isAllowed(finding)) this.allowed++;
    else if (this.list.length < findingsMax) this.list.push(finding);
    else this.more++;
  }

  /** Puts those from there on, which are of one file, in the order of their lines. */
  sortFrom(index: number): void {
    const last = this.list.splice(index).sort((a, b) => a.line - b.line);
    for (const finding of last) this.list.push(finding);
  }

  get count(): number {
    return this.list.length + this.more;
  }
}

/** How many are listed; the rest is counted. */
export const findingsMax = 10_000;

const placeholderForm = /^\[\[rw:[^\]]*:([0-9a-f]{8})\]\]$/;

/** The digest in a placeholder: the same secret under the same key has the same one everywhere. */
export function digestOf(placeholder: string): string | undefined {
  return placeholderForm.exec(placeholder)?.[1];
}
