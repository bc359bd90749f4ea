/**
 * Private keys that come a line at a time, each line a text of its own, as a server prints them on stdout by mistake: what
 * stands between the first line and the last is part of the key, whatever it looks like.
 */
import { keyEnd, openKey } from "./held-text.ts";
import type { Redactor } from "./redactor.ts";

/** A longer key is none. */
const linesMax = 1_000;
const begin = ["-----BEGIN", "PRIVATE KEY-----"].join(" ");

export class KeyLines {
  readonly #redactor: Redactor;
  /** Lines since a key began; 0: there is none. */
  #lines = 0;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  line(text: string): string {
    if (this.#lines === 0) {
      if (openKey(text, true) >= 0) this.#lines = 1;
      return this.#redactor.text(text);
    }
    const end = keyEnd(text, 0);
    this.#lines = end >= 0 || this.#lines >= linesMax ? 0 : this.#lines + 1;
    const [part, rest] = end >= 0 ? [text.slice(0, end), text.slice(end)] : [text, ""];
    const key = this.#redactor.text(`${begin}\n${part}`);
    // One placeholder, or nothing at all where the line is no key material.
    return (key.startsWith(begin) ? "" : key) + this.#redactor.text(rest);
  }
}
