/**
 * Values that were one thing when recorded and are another now: a uuid that the client mints on each run, a task id
 * that it gives. Wherever a recorded one comes back in what the server said, the live one is sent.
 */
import { locate } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import type { Splice } from "./splice.ts";

/** How many values one conversation remembers; the oldest is forgotten. */
export const bindingsMax = 10_000;
/** A shorter text would be found where it is not meant. */
const boundCharsMin = 8;

export class Bindings {
  readonly #live = new Map<string, string>();

  get size(): number {
    return this.#live.size;
  }

  /** From now on `live` stands for `recorded`. Both are a string's characters or a number's text. */
  bind(recorded: string, live: string): void {
    if (recorded === live || recorded.length < boundCharsMin || !isPlain(recorded)) return;
    this.#live.delete(recorded);
    this.#live.set(recorded, live);
    if (this.#live.size <= bindingsMax) return;
    const [oldest] = this.#live.keys();
    this.#live.delete(oldest!);
  }

  /** Binds the values that two equal keys leave out, pair by pair. */
  bindAll(recorded: readonly string[], live: readonly string[]): void {
    for (const [i, value] of recorded.entries()) if (live[i] !== undefined) this.bind(value, live[i]);
  }

  /** Where bound values stand in the part of a message that carries content, with their live texts. */
  splices(message: Message): Splice[] {
    if (this.#live.size === 0) return [];
    const span = contentOf(message);
    if (!span) return [];
    const text = latin1(message.bytes, span.start, span.end);
    const found: Splice[] = [];
    for (const [recorded, live] of this.#live) {
      for (let at = text.indexOf(recorded); at >= 0; at = text.indexOf(recorded, at + recorded.length)) {
        const start = span.start + at;
        const end = start + recorded.length;
        if (!found.some((other) => other.start < end && start < other.end))
          found.push({ start, end, text: JSON.stringify(live).slice(1, -1) });
      }
    }
    return found;
  }
}

/** Only text that is spelled in one way is looked for: no quotes, backslashes, control or other characters. */
function isPlain(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text) && !/["\\/]/.test(text);
}

function contentOf(message: Message) {
  for (const key of ["result", "error", "params"]) {
    const span = locate(message.bytes, [key]);
    if (span) return span;
  }
  return undefined;
}

const latin1Decoder = new TextDecoder("latin1");

/** One character for each byte, so that places in the text are places in the bytes. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Decoder.decode(bytes.subarray(start, end));
}
