/** Archives built byte by byte, honest and hostile: nothing here knows how `pack` writes them. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export interface Entry {
  readonly name: string | Uint8Array;
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly link?: string;
  /** What the header says, when it is not the truth. */
  readonly size?: string | Uint8Array;
  readonly prefix?: string;
  readonly magic?: string;
  readonly checksum?: string;
}

export function header({
  name,
  body = "",
  type = "0",
  link = "",
  size,
  prefix = "",
  magic = "ustar\0" + "00",
  checksum,
}: Entry): Buffer {
  const block = Buffer.alloc(512);
  const put = (value: string | Uint8Array, at: number) => Buffer.from(value as Uint8Array).copy(block, at);
  put(name, 0);
  put("0000644\0", 100);
  put("0000000\0", 108);
  put("0000000\0", 116);
  put(
    size ??
      `${Buffer.byteLength(body as string)
        .toString(8)
        .padStart(11, "0")}\0`,
    124,
  );
  put("00000000000\0", 136);
  put("        ", 148);
  put(type, 156);
  put(link, 157);
  put(magic, 257);
  put(prefix, 345);
  const sum = block.reduce((all, byte) => all + byte, 0);
  put(checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

export function tar(entries: readonly Entry[], end = Buffer.alloc(1024)): Buffer {
  const parts = entries.flatMap((entry) => {
    const body = Buffer.from((entry.body ?? "") as string);
    return [header(entry), body, Buffer.alloc((512 - (body.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, end]);
}

export const sha256 = (body: string | Uint8Array) => createHash("sha256").update(body).digest("hex");

export function listed(name: string, body: string | Uint8Array = "") {
  return { name, bytes: Buffer.byteLength(body as string), sha256: sha256(body) };
}

/** A manifest with these tapes; `more` goes in as text, so that it may hold any key. */
export function manifest(tapes: readonly object[], more = ""): Entry {
  const body = `{"reelwirePack":1,"tapes":${JSON.stringify(tapes)},"files":[]${more}}`;
  return { name: "box/manifest.json", body };
}

export const good = (): Entry[] => [
  manifest([listed("a.tape.jsonl", "hello\n")]),
  { name: "box/a.tape.jsonl", body: "hello\n" },
];

export const packed = (entries: readonly Entry[]) => gzipSync(tar(entries));
