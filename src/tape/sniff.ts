/** What the first bytes of a file say it is. Names and endings are never asked: a recording may be called anything. */
import { decodeLoosely, members, skipBlanks, skipValue, stringAt } from "../base/index.ts";
import { ageFormOf } from "./age-format.ts";

export type Looks = "empty" | "tape" | "vcr" | "age" | "gzip" | "zstd" | "cbor" | "json" | "text" | "binary";

/** How many bytes are enough to tell, in bytes. */
export const sniffBytesMax = 64 * 1024;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const QUOTE = 0x22;

/** `head` is the file's beginning: at least {@link sniffBytesMax} bytes, or all of it. */
export function sniff(head: Uint8Array): Looks {
  if (head.length === 0) return "empty";
  if (ageFormOf(head) !== undefined) return "age";
  if (startsWith(head, [0x1f, 0x8b])) return "gzip";
  // A zstd frame, or the skippable frame that may stand before it (RFC 8878, 3.1).
  if (startsWith(head, [0x28, 0xb5, 0x2f, 0xfd])) return "zstd";
  if ((head[0]! & 0xf0) === 0x50 && startsWith(head.subarray(1), [0x2a, 0x4d, 0x18])) return "zstd";
  const start = skipBlanks(head, startsWith(head, [0xef, 0xbb, 0xbf]) ? 3 : 0);
  if (head[start] === OPEN_BRACE) return ofObject(head, start);
  if (head[start] === OPEN_BRACKET) return "json";
  // The self-described tag, or a map, whose first byte is no character (RFC 8949).
  if (startsWith(head, [0xd9, 0xd9, 0xf7]) || (head[0]! >= 0xa0 && head[0]! <= 0xbf)) return "cbor";
  return isReadable(head) ? "text" : "binary";
}

/** What a file that is no tape should be told. */
export function hintFor(looks: Looks): string {
  switch (looks) {
    case "gzip":
    case "zstd":
      return `it is ${looks}-compressed: decompress it first`;
    case "age":
      return "it is encrypted: decrypt it first (reelwire decrypt)";
    case "cbor":
      return "it looks like a CBOR tape; this version reads the JSON Lines form, so convert it first";
    case "vcr":
      return "it looks like a .vcr recording: convert it first";
    case "json":
      return "it is JSON, but the first line of a tape is an object that begins with its format version";
    case "text":
      return "it is text; a tape begins with a header line";
    case "empty":
    case "tape":
    case "binary":
      return "it is neither a tape nor a .vcr recording";
  }
}

function ofObject(head: Uint8Array, start: number): Looks {
  const names = new Map<string, number>();
  let end = start + 1;
  for (const member of members(head, start)) {
    names.set(member.key, member.start);
    end = member.end;
  }
  addCutMember(head, end, names);
  if (names.has("reelwire")) return "tape";
  const version = names.get("format_version");
  if (version !== undefined && head[version] === QUOTE) return "vcr";
  const session = names.get("session");
  if (session !== undefined && head[session] === OPEN_BRACE) return "vcr";
  return names.keys().next().value === "metadata" ? "vcr" : "json";
}

/** The member that the head cuts through still has a name. */
function addCutMember(head: Uint8Array, end: number, names: Map<string, number>): void {
  let i = skipBlanks(head, end);
  if (head[i] === 0x2c) i = skipBlanks(head, i + 1);
  if (head[i] !== QUOTE) return;
  const keyEnd = skipValue(head, i);
  const key = keyEnd < 0 ? undefined : stringAt(head, i, keyEnd);
  const colon = skipBlanks(head, Math.max(keyEnd, 0));
  if (key !== undefined && head[colon] === 0x3a && !names.has(key))
    names.set(key, skipBlanks(head, colon + 1));
}

function startsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, i) => bytes[i] === byte);
}

function isReadable(head: Uint8Array): boolean {
  return !/[\u0000-\u0008\u000e-\u001a\ufffd]/.test(decodeLoosely(head.subarray(0, 512)).slice(0, -1));
}
