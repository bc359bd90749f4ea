/**
 * Writes the JSON Lines form of a tape: one event, one line. The text of a message is spliced in as it was sent and
 * stands last, so no number, escape or duplicate key is ever rewritten. Its reading half is `jsonl-decode.ts`.
 */
import { assert, decodeUtf8, encodeUtf8 } from "../base/index.ts";
import type { Payload, TapeEvent, TapeHeader } from "./format.ts";
import { LineBuffer, lineEndIn } from "./line-buffer.ts";

/** Room for everything on a line that has a fixed size: braces, addressing, keys, line end. */
const envelopeBytesMax = 192;

const LINE_END = 0x0a;
const CLOSE_BRACE = 0x7d;

/** A line's variable parts, measured before they are written. */
export interface LineParts {
  /** `,"key":` of the payload, as it is written. */
  readonly key: string;
  readonly value: Uint8Array;
  /** Whatever stands between the addressing and the payload, with its commas. */
  readonly extra: Uint8Array | undefined;
}

/** The header line of a tape, with its line end. */
export function encodeHeader(header: TapeHeader): Uint8Array {
  const { reelwire, ...rest } = header;
  return encodeUtf8(`${JSON.stringify({ reelwire, ...rest })}\n`);
}

/** One event's line, with its line end. A recorder uses {@link appendEvent} instead and makes no garbage. */
export function encodeEvent(event: TapeEvent): Uint8Array {
  const parts = linePartsOf(event);
  const buffer = new LineBuffer(lineBytesOf(parts));
  appendEvent(buffer, event, parts);
  return buffer.view();
}

/** Appends one event's line. `parts` may be given when they were measured already. */
export function appendEvent(
  buffer: LineBuffer,
  event: TapeEvent,
  parts: LineParts = linePartsOf(event),
): void {
  assert(isAddress(event), "times and addresses on a tape are non-negative integers");
  buffer.reserve(lineBytesOf(parts));
  buffer.ascii('{"at":');
  buffer.integer(event.at);
  if (event.conn !== undefined) {
    buffer.ascii(',"conn":');
    buffer.integer(event.conn);
  }
  if (event.ex !== undefined) {
    buffer.ascii(',"ex":');
    buffer.integer(event.ex);
  }
  if (event.dir !== undefined) buffer.ascii(event.dir === "c2s" ? ',"dir":"c2s"' : ',"dir":"s2c"');
  if (parts.extra !== undefined) buffer.raw(parts.extra);
  buffer.ascii(parts.key);
  buffer.raw(parts.value);
  buffer.byte(CLOSE_BRACE);
  buffer.byte(LINE_END);
}

/** Asked before anything is written, so that a fault leaves no half line behind. */
function isAddress({ at, conn, ex }: TapeEvent): boolean {
  return isNatural(at) && (conn === undefined || isNatural(conn)) && (ex === undefined || isNatural(ex));
}

function isNatural(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The most bytes that a line of these parts takes. */
export function lineBytesOf(parts: LineParts): number {
  const extraBytes = parts.extra === undefined ? 0 : parts.extra.length;
  return envelopeBytesMax + extraBytes + parts.value.length;
}

export function linePartsOf(event: TapeEvent): LineParts {
  const { payload } = event;
  if (payload.kind === "msg" && lineEndIn(payload.message.bytes) < 0) {
    return { key: ',"msg":', value: payload.message.bytes, extra: extraOf(event, "") };
  }
  if (payload.kind === "other") return partsOfOther(event, payload.key, payload.json);
  if (payload.kind === "sse") {
    return { key: ',"sse":', value: json(event.sse ?? {}), extra: extraOf({ ...event, sse: undefined }, "") };
  }
  return partsOfKnown(event, payload);
}

function partsOfKnown(event: TapeEvent, payload: Exclude<Payload, { kind: "other" | "sse" }>): LineParts {
  switch (payload.kind) {
    case "msg":
      return partsOfSpread(event, payload.message.bytes);
    case "text":
      return { key: ',"text":', value: json(payload.text), extra: extraOf(event, cutOf(payload.cut)) };
    case "bytes": {
      const flags = cutOf(payload.cut) + (payload.on === undefined ? "" : ',"on":"stderr"');
      return { key: ',"bytes":', value: base64(payload.bytes), extra: extraOf(event, flags) };
    }
    case "stderr":
      return { key: ',"stderr":', value: json(payload.text), extra: extraOf(event, "") };
    case "open":
      return { key: ',"open":', value: json(payload.open), extra: extraOf(event, "") };
    case "close":
      return { key: ',"close":', value: json(payload.close), extra: extraOf(event, "") };
    case "note":
      return { key: ',"note":', value: json(payload.note), extra: extraOf(event, "") };
    case "mark":
      return { key: ',"mark":', value: json(payload.mark), extra: extraOf(event, "") };
    case "end":
      return { key: ',"end":', value: json(payload.end), extra: extraOf(event, "") };
  }
}

/** A message over several lines cannot be spliced into one: its exact text goes into a string. */
function partsOfSpread(event: TapeEvent, bytes: Uint8Array): LineParts {
  const text = decodeUtf8(bytes);
  const extra = extraOf(event, "");
  if (text === undefined) return { key: ',"bytes":', value: base64(bytes), extra };
  return { key: ',"text":', value: json(text), extra };
}

/** A payload of another version; its key may be anything, so it does not count on the fixed room. */
function partsOfOther(event: TapeEvent, key: string, text: string): LineParts {
  const head = encodeUtf8(`,${JSON.stringify(key)}:`);
  const before = extraOf(event, "");
  const extra = new Uint8Array((before?.length ?? 0) + head.length);
  if (before !== undefined) extra.set(before);
  extra.set(head, before?.length ?? 0);
  return { key: "", value: encodeUtf8(text), extra };
}

type Extras = { readonly sse?: TapeEvent["sse"] | undefined; readonly more?: TapeEvent["more"] | undefined };

function extraOf(event: Extras, flags: string): Uint8Array | undefined {
  if (event.sse === undefined && event.more === undefined && flags === "") return undefined;
  const sse = event.sse === undefined ? "" : `,"sse":${JSON.stringify(event.sse)}`;
  const more = (event.more ?? []).map(([key, text]) => `,${JSON.stringify(key)}:${text}`).join("");
  return encodeUtf8(sse + flags + more);
}

function cutOf(cut: boolean | undefined): string {
  return cut === undefined ? "" : `,"cut":${cut}`;
}

function json(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}

function base64(bytes: Uint8Array): Uint8Array {
  return encodeUtf8(`"${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64")}"`);
}
