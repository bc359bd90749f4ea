/**
 * Walks one big JSON document from a stream without holding it: objects and arrays are entered, values are taken one
 * by one as their own text, without the blanks between tokens, every number and escape as it was. A value's text is
 * not yet proved to be well-formed; who uses it asks.
 */
import { isAgeDamage } from "./age-format.ts";
import { LineBuffer } from "./line-buffer.ts";
import { isBlank, JsonFault, ValueScan } from "./vcr-scan.ts";

const COMMA = 0x2c;
const COLON = 0x3a;

/** The longest key of an object that is entered, in bytes. */
const keyBytesMax = 64 * 1024;
/** What the buffer of a value keeps for the next one, in bytes. */
const keptBytesMax = 1024 * 1024;

/** Throws {@link JsonFault} for whatever is wrong. */
export class JsonCursor {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Bytes of the document before the current chunk. */
  #before = 0;
  #buffer = new LineBuffer(4096);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Where the cursor stands in the document, in bytes. */
  get offset(): number {
    return this.#before + this.#at;
  }

  /** Lets the source go; needed when the document is not read to its end. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** The next byte that is no blank, not taken, or undefined at the end of the document. */
  async peek(): Promise<number | undefined> {
    for (;;) {
      for (; this.#at < this.#chunk.length; this.#at++) {
        if (!isBlank(this.#chunk[this.#at]!)) return this.#chunk[this.#at]!;
      }
      if (!(await this.#more())) return undefined;
    }
  }

  /** Enters an object: yields each key, after which the caller takes or skips its value. */
  async *keys(): AsyncGenerator<string, void, void> {
    await this.#take(0x7b, "an object");
    if ((await this.peek()) === 0x7d) return void this.#at++;
    for (;;) {
      if ((await this.peek()) !== 0x22) throw await this.#unexpected("a key");
      const key: unknown = parsed(await this.value(keyBytesMax));
      if (typeof key !== "string") throw new JsonFault(`no key at byte ${this.offset}`);
      await this.#take(COLON, "a colon");
      yield key;
      if (await this.#last(0x7d)) return;
    }
  }

  /** Enters an array: yields before each element, which the caller takes or skips. */
  async *elements(): AsyncGenerator<void, void, void> {
    await this.#take(0x5b, "an array");
    if ((await this.peek()) === 0x5d) return void this.#at++;
    for (;;) {
      yield;
      if (await this.#last(0x5d)) return;
    }
  }

  /** Takes the next value: its text without blanks between tokens, in bytes of its own. */
  async value(bytesMax: number): Promise<Uint8Array> {
    const scan = new ValueScan(this.#buffer, bytesMax);
    await this.#run(scan);
    const text = this.#buffer.view().slice();
    this.#buffer.clear();
    if (this.#buffer.capacity > keptBytesMax) this.#buffer = new LineBuffer(4096);
    return text;
  }

  async skip(): Promise<void> {
    await this.#run(new ValueScan(undefined, 0));
  }

  async #run(scan: ValueScan): Promise<void> {
    if ((await this.peek()) === undefined) throw new JsonFault("the file ends too early", true);
    for (;;) {
      this.#at = scan.feed(this.#chunk, this.#at);
      if (scan.done) return;
      if (await this.#more()) continue;
      if (scan.atTop) return;
      throw new JsonFault("the file ends too early", true);
    }
  }

  /** After a value: false behind a comma, true behind the closing bracket. */
  async #last(close: number): Promise<boolean> {
    const next = await this.peek();
    if (next !== COMMA && next !== close) throw await this.#unexpected("a comma");
    this.#at++;
    return next === close;
  }

  async #take(byte: number, wants: string): Promise<void> {
    if ((await this.peek()) !== byte) throw await this.#unexpected(wants);
    this.#at++;
  }

  async #unexpected(wants: string): Promise<JsonFault> {
    if ((await this.peek()) === undefined) return new JsonFault("the file ends too early", true);
    return new JsonFault(`there is no well-formed JSON at byte ${this.offset}: ${wants} should stand there`);
  }

  async #more(): Promise<boolean> {
    const next = await this.#next();
    if (next.done) return false;
    const first = this.#before === 0 && this.#chunk.length === 0;
    this.#before += this.#chunk.length;
    this.#chunk = next.value;
    const marked = first && this.#chunk[0] === 0xef && this.#chunk[1] === 0xbb && this.#chunk[2] === 0xbf;
    this.#at = marked ? 3 : 0;
    return true;
  }

  /** What stands before a break of the encryption is whole. */
  async #next(): Promise<IteratorResult<Uint8Array>> {
    try {
      return await this.#source.next();
    } catch (error) {
      if (isAgeDamage(error)) throw new JsonFault(error.message);
      throw error;
    }
  }
}

function parsed(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    return undefined;
  }
}
