/** The first pass over a tape that becomes a `.vcr` file: its header, and the handshake that must stand before the calls. */
import { encodeUtf8, ReelwireError } from "../base/index.ts";
import { Message } from "../protocol/index.ts";
import type { TapeHeader } from "./format.ts";
import type { TapeItem } from "./reader.ts";

export interface Handshake {
  readonly header: TapeHeader;
  /** The conversation that is written: that of the first `initialize`, or else of the first message. */
  readonly conn: number;
  readonly request: Message | undefined;
  readonly response: Message | undefined;
}

/** Reads until the handshake is found, or to the end when there is none. */
export async function findHandshake(items: AsyncIterable<TapeItem>): Promise<Handshake> {
  let header: TapeHeader | undefined;
  let firstConn: number | undefined;
  let found: { conn: number; request: Message } | undefined;
  for await (const item of items) {
    if (item.kind === "header") header = item.header;
    if (item.kind !== "event" || item.event.payload.kind !== "msg") continue;
    const { conn = 0, dir, payload } = item.event;
    firstConn ??= conn;
    if (found === undefined && dir === "c2s" && isInitialize(payload.message))
      found = { conn, request: copyOf(payload.message) };
    else if (found?.conn === conn && dir === "s2c" && answers(payload.message, found.request)) {
      return { header: demand(header), ...found, response: copyOf(payload.message) };
    }
  }
  const conn = found?.conn ?? firstConn ?? 0;
  return { header: demand(header), conn, request: found?.request, response: undefined };
}

export function isInitialize(message: Message): boolean {
  return message.kind === "request" && message.method === "initialize";
}

export function answers(message: Message, request: Message): boolean {
  return message.kind === "response" && message.idKey === request.idKey;
}

/** What stands in the place of a handshake that never was; the original recorder writes the same. */
export const placeholder = {
  request: new Message(encodeUtf8('{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}')),
  response: (id: string): Message =>
    new Message(encodeUtf8(`{"jsonrpc":"2.0","id":${id},"result":{"capabilities":{}}}`)),
} as const;

function copyOf(message: Message): Message {
  return new Message(new Uint8Array(message.bytes));
}

function demand(header: TapeHeader | undefined): TapeHeader {
  if (header === undefined) throw new ReelwireError("RW3008");
  return header;
}
