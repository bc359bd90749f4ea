/** A copied header with another signer: the rest of its text stays as it was, numbers and unknown keys included. */
import { decodeUtf8, encodeUtf8, MemberCursor } from "../base/index.ts";
import type { SignerFacts } from "./format.ts";

/** The header line, its line end included, without its signer, or with this one. Needs a line that reads. */
export function withSigner(line: Uint8Array, signer: SignerFacts | undefined): Uint8Array {
  const text = decodeUtf8(withoutSigner(line))!;
  if (signer === undefined) return encodeUtf8(text);
  const { alg, key } = signer;
  const brace = text.lastIndexOf("}");
  return encodeUtf8(`${text.slice(0, brace)},"signer":${JSON.stringify({ alg, key })}${text.slice(brace)}`);
}

/** The members of an object joined anew without that one; a line without it stays as it is. */
function withoutSigner(line: Uint8Array): Uint8Array {
  const cursor = new MemberCursor(line);
  const kept: Uint8Array[] = [];
  let first: number | undefined;
  let found = false;
  while (cursor.next()) {
    first ??= cursor.keyStart;
    if (cursor.is("signer")) found = true;
    else kept.push(line.subarray(cursor.keyStart, cursor.end));
  }
  if (!found) return line;
  const parts = kept.flatMap((member, i) => (i === 0 ? [member] : [comma, member]));
  return Buffer.concat([line.subarray(0, first), ...parts, line.subarray(cursor.end)]);
}

const comma = encodeUtf8(",");
