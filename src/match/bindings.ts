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
  /** In the order of binding. */
  readonly #live = new Map<string, string>();
  /** The recorded ones by how they begin, so that a message is gone over once, however many there are. */
  readonly #byHead = new Map<string, string[]>();
  readonly #tasks = new Map<string, string>();

  get size(): number {
    return this.#live.size;
  }

  /** Nothing is another value than when it was recorded. */
  get isEmpty(): boolean {
    return this.#live.size === 0 && this.#tasks.size === 0;
  }

  /** From now on `live` stands for `recorded`. Both are a string's characters or a number's text. */
  bind(recorded: string, live: string): void {
    if (recorded.length < boundCharsMin || !isPlain(recorded)) return;
    if (this.#live.has(recorded)) this.#forget(recorded);
    if (recorded === live) return;
    this.#live.set(recorded, live);
    const alike = this.#byHead.get(headOf(recorded));
    if (alike) alike.push(recorded);
    else this.#byHead.set(headOf(recorded), [recorded]);
    if (this.#live.size > bindingsMax) this.#forget(this.#live.keys().next().value!);
  }

  /** The same for a task's id, which is looked for under its name, however short it is. */
  bindTask(recorded: string, live: string): void {
    this.bind(recorded, live);
    this.#tasks.delete(recorded);
    if (recorded === live) return;
    this.#tasks.set(recorded, live);
    if (this.#tasks.size > bindingsMax) this.#tasks.delete(this.#tasks.keys().next().value!);
  }

  /** Binds the values that two equal keys leave out, pair by pair. */
  bindAll(recorded: readonly string[], live: readonly string[]): void {
    for (const [i, value] of recorded.entries()) if (live[i] !== undefined) this.bind(value, live[i]);
  }

  /** Where bound values stand, as whole words, in the part of a message that carries content, with their live texts. */
  splices(message: Message): Splice[] {
    if (this.isEmpty) return [];
    const span = contentOf(message);
    if (!span) return [];
    const text = latin1(message.bytes, span.start, span.end);
    const tasks = this.#taskSplices(text, span.start);
    return this.#live.size === 0 ? tasks : [...tasks, ...this.#wordSplices(text, span.start)];
  }

  #wordSplices(text: string, start: number): Splice[] {
    const found: Splice[] = [];
    for (const { at, inString } of wordStarts(text)) {
      if (start + at < (found.at(-1)?.end ?? 0)) continue;
      const recorded = this.#at(text, at);
      if (recorded === undefined) continue;
      const live = liveText(text, at, recorded, this.#live.get(recorded)!, inString);
      if (live !== undefined)
        found.push({ start: start + at, end: start + at + recorded.length, text: live });
    }
    return found;
  }

  #taskSplices(text: string, start: number): Splice[] {
    if (this.#tasks.size === 0) return [];
    return [...text.matchAll(taskId)].flatMap((found) => {
      const live = this.#tasks.get(found[2]!);
      const at = start + found.index + found[1]!.length;
      return live === undefined ? [] : [{ start: at, end: at + found[2]!.length, text: inJson(live) }];
    });
  }

  /** The longest recorded value that stands here as a whole word. */
  #at(text: string, at: number): string | undefined {
    let longest: string | undefined;
    for (const recorded of this.#byHead.get(text.slice(at, at + boundCharsMin)) ?? []) {
      if (longest !== undefined && longest.length >= recorded.length) continue;
      const end = at + recorded.length;
      const whole = !(isWord(text.charCodeAt(end - 1)) && isWord(text.charCodeAt(end)));
      if (whole && text.startsWith(recorded, at)) longest = recorded;
    }
    return longest;
  }

  #forget(recorded: string): void {
    this.#live.delete(recorded);
    const alike = this.#byHead.get(headOf(recorded))!.filter((other) => other !== recorded);
    if (alike.length > 0) this.#byHead.set(headOf(recorded), alike);
    else this.#byHead.delete(headOf(recorded));
  }
}

function headOf(recorded: string): string {
  return recorded.slice(0, boundCharsMin);
}

/** Places of a JSON text where a word may begin; never within an escape. */
function* wordStarts(text: string): Generator<{ at: number; inString: boolean }, void, void> {
  let inString = false;
  let inWord = false;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === BACKSLASH) {
      at += text.charCodeAt(at + 1) === LETTER_U ? 5 : 1;
      inWord = false;
      continue;
    }
    if (c === QUOTE) inString = !inString;
    const word = isWord(c);
    if (!(inWord && word)) yield { at, inString };
    inWord = word;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** Outside of strings only a number stands for a number, and only for all of it. */
function liveText(
  text: string,
  at: number,
  recorded: string,
  live: string,
  inString: boolean,
): string | undefined {
  if (inString) return inJson(live);
  const end = at + recorded.length;
  const whole = !/[-+.\w]/.test(text.charAt(at - 1)) && !/[-+.\w]/.test(text.charAt(end));
  return whole && isNumber(recorded) && isNumber(live) ? live : undefined;
}

/** The member that names a task, up to its text, and its text, which holds no escape; not one within a text. */
const taskId = /((?<!\\)"taskId"[ \t\r\n]*:[ \t\r\n]*")([^"\\]*)(?=")/g;

function inJson(characters: string): string {
  return JSON.stringify(characters).slice(1, -1);
}

function isNumber(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text);
}

function isWord(c: number): boolean {
  return (c >= 0x30 && c <= 0x39) || ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a);
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
