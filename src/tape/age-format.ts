/**
 * What an age file looks like from outside (age-encryption.org/v1): how it begins, and its header, which is read as a
 * hostile one would be written. Who may open it is not known here; `age-stream.ts` has what follows the header.
 */
import { type ErrorFacts, ReelwireError } from "../base/index.ts";
import type { ByteReader } from "./byte-reader.ts";

export const ageLimits = {
  /** The header with all its stanzas, in bytes; one recipient takes some hundred, a post-quantum one 1,700. */
  headerBytesMax: 256 * 1024,
  /** Stanzas of a header: each costs a trial with each identity. */
  stanzasMax: 200,
  /** Blanks before and behind the armor, in bytes. */
  armorBlanksMax: 1024,
} as const;

export type AgeForm = "binary" | "armored";

/** How many bytes are enough to tell, in bytes. */
export const ageHeadBytes = ageLimits.armorBlanksMax + 64;

export const armorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
export const armorEnd = "-----END AGE ENCRYPTED FILE-----";

/** Undefined when the file is not encrypted. `head` is its beginning: {@link ageHeadBytes} bytes, or all of it. */
export function ageFormOf(head: Uint8Array): AgeForm | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, ageHeadBytes)).toString(
    "latin1",
  );
  if (text.startsWith("age-encryption.org/")) return "binary";
  return text.trimStart().startsWith(armorBegin) ? "armored" : undefined;
}

export type Where = NonNullable<ErrorFacts["where"]>;

/** Takes the header, from the version's line to that of its MAC, with its line ends. Throws RW3404, RW3405, RW3406. */
export async function takeAgeHeader(bytes: ByteReader, where: Where): Promise<Uint8Array> {
  const lines: Uint8Array[] = [];
  let room: number = ageLimits.headerBytesMax;
  let stanzas = 0;
  for (;;) {
    const line = await bytes.line(room);
    if (line === undefined)
      throw tooLarge(`its header is longer than ${ageLimits.headerBytesMax} bytes`, where);
    if (line[line.length - 1] !== 0x0a) throw ageDamaged("it ends within its header", where);
    lines.push(line);
    room -= line.length;
    const text = line.toString("latin1");
    if (text.startsWith("---")) return Buffer.concat(lines);
    if (!text.startsWith("-> ")) continue;
    if (/^-> scrypt\s/.test(text)) throw new ReelwireError("RW3406", { where });
    if (++stanzas > ageLimits.stanzasMax)
      throw tooLarge(`it has more than ${ageLimits.stanzasMax} recipients`, where);
  }
}

/** The file is no longer what was encrypted: the words stand behind "the encrypted file is damaged:". */
export function ageDamaged(why: string, where: Where): ReelwireError {
  return new ReelwireError("RW3404", { with: { why }, where });
}

/** Whether a source broke off because its encryption does not hold: what it gave before is as it was encrypted. */
export function isAgeDamage(error: unknown): error is ReelwireError {
  return error instanceof ReelwireError && error.code === "RW3404";
}

function tooLarge(why: string, where: Where): ReelwireError {
  return new ReelwireError("RW3405", { with: { why }, where });
}
