import { decodeUtf8 } from "../../base/index.ts";
import type { TapeEvent } from "../../tape/index.ts";
import type { Noise } from "../../transport/index.ts";

/** The line of a tape that a line of the server's stdout becomes which is no message; the client never sees it. */
export function noiseEvent(at: number, { kind, bytes, lostBytes, cut }: Noise): TapeEvent {
  if (kind === "long") {
    const whole = bytes.length + lostBytes;
    const says = `a line of ${whole} bytes is too long for a recording and was dropped`;
    return { at, dir: "s2c", payload: { kind: "note", note: { what: "too-long", says, bytes: whole } } };
  }
  const more = [["stray", '"dropped"']] as const;
  const torn = cut ? { cut } : {};
  const text = kind === "text" ? decodeUtf8(bytes) : undefined;
  if (text === undefined) return { at, dir: "s2c", more, payload: { kind: "bytes", bytes, ...torn } };
  return { at, dir: "s2c", more, payload: { kind: "text", text, ...torn } };
}
