// What the tape tests share: short ways to make events and tapes, and JSON texts of every odd kind.
import fc from "fast-check";
import { ReelwireError } from "../../src/base/index.ts";
import { Message } from "../../src/protocol/index.ts";
import {
  readTape,
  type TapeEvent,
  type TapeHeader,
  type TapeItem,
  TapeWriter,
} from "../../src/tape/index.ts";

export const header: TapeHeader = { reelwire: 1, id: "t-1", startedAt: "2026-11-20T08:11:00.123456Z" };

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const textOf = (bytes: Uint8Array): string =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
export const message = (text: string): Message => new Message(utf8(text));

/** An event with a message in it. */
export function sent(at: number, dir: "c2s" | "s2c", text: string, more: Partial<TapeEvent> = {}): TapeEvent {
  return { at, dir, payload: { kind: "msg", message: message(text) }, ...more };
}

/** A source that gives these bytes in chunks of this size. */
export async function* chunked(bytes: Uint8Array, size = 65536): AsyncGenerator<Uint8Array, void, void> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.slice(i, i + size);
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A tape of these events, complete unless told otherwise. */
export function tapeOf(
  events: readonly TapeEvent[],
  options: { end?: boolean; header?: TapeHeader } = {},
): Uint8Array {
  const chunks: Uint8Array[] = [];
  const writer = new TapeWriter(
    { write: (bytes) => void chunks.push(bytes.slice()) },
    options.header ?? header,
  );
  for (const event of events) writer.write(event);
  if (options.end === false) writer.flush();
  else writer.end(events.at(-1)?.at ?? 0);
  return new Uint8Array(Buffer.concat(chunks));
}

/** An item in one line, as a dialogue shows it. */
export function shown(item: TapeItem): string {
  if (item.kind === "header") return `${item.line} header ${item.header.id}`;
  if (item.kind === "damaged") return `${item.line} ${item.torn ? "torn" : "damaged"}: ${item.why}`;
  const { at, dir, payload } = item.event;
  const said = payload.kind === "msg" ? payload.message.text : "";
  return [item.line, `@${at}`, dir, payload.kind, said]
    .filter((part) => part !== undefined && part !== "")
    .join(" ");
}

export async function read(bytes: Uint8Array, chunkBytes = 65536): Promise<string[]> {
  return (await collect(readTape(chunked(bytes, chunkBytes)))).map(shown);
}

/** The code of the error that this ends with. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ReelwireError) return error.code;
    throw error;
  }
  return "no error";
}

const odd = [
  "12345678901234567890",
  "1e400",
  "-0",
  "1.0",
  "1E+2",
  "0.10",
  "-1e-400",
  "9007199254740993",
  "true",
  "null",
];
const scalar = fc.oneof(
  fc.constantFrom(...odd),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
);
const escapes = [
  "\\ud800",
  "\\udc00x",
  "\\u0000",
  "\\/",
  "\\\\",
  '\\"',
  "\\n",
  "\\u00e9",
  "é",
  "\u2028",
  "🙂",
  '\\"msg\\":',
  "}",
  "{",
  ",",
];
const stringText = fc
  .array(
    fc.oneof(
      fc.constantFrom(...escapes),
      fc.string({ maxLength: 6 }).map((s) => JSON.stringify(s).slice(1, -1)),
    ),
    { maxLength: 5 },
  )
  .map((parts) => `"${parts.join("").toWellFormed()}"`);
const keyText = fc.oneof(
  stringText,
  fc.constantFrom('"__proto__"', '"id"', '"msg"', '"at"', '"a"', '"a"', '"constructor"'),
);

/** JSON texts with odd numbers, escapes, duplicate keys and blanks from this alphabet. */
export function jsonTexts(
  blanks: readonly string[] = ["", "", "", " ", "\t", "\r", "  "],
): fc.Arbitrary<string> {
  const blank = fc.constantFrom(...blanks);
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthIdentifier: "json" },
      scalar,
      stringText,
      list("[", "]", tie("value"), blank),
      list(
        "{",
        "}",
        fc.tuple(keyText, blank, blank, tie("value")).map(([k, a, b, v]) => `${k}${a}:${b}${v}`),
        blank,
      ),
    ),
  }));
  return fc.tuple(blank, value, blank).map((parts) => parts.join(""));
}

function list(
  open: string,
  close: string,
  item: fc.Arbitrary<string>,
  blank: fc.Arbitrary<string>,
): fc.Arbitrary<string> {
  const spaced = fc.tuple(blank, item, blank).map((parts) => parts.join(""));
  return fc
    .tuple(fc.array(spaced, { maxLength: 4, depthIdentifier: "json" }), blank)
    .map(([items, inside]) => open + (items.length === 0 ? inside : items.join(",")) + close);
}
