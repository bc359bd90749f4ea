/** Places in encrypted files are places in what they say; what is kept beside them cannot be read by anybody. */
import {
  appendFileSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { armor, Encrypter } from "age-encryption";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { unlockWith } from "../../src/runtime/index.ts";
import { Content, RandomAccess } from "../../src/tape/index.ts";
import { folder } from "../cli/tapes.ts";
import { newKey } from "../peers/age.ts";

const plain = Buffer.from(Array.from({ length: 40_000 }, (_, i) => String(i).padStart(5, "0")).join(""));

async function opened(form: string, bytes: Uint8Array = plain) {
  const key = await newKey();
  const encrypter = new Encrypter();
  encrypter.addRecipient(key.recipient);
  const sealed = await encrypter.encrypt(bytes);
  const text = armor.encode(sealed);
  const forms: Record<string, string | Uint8Array> = {
    plain: bytes,
    binary: sealed,
    armored: text,
    "armored, with CRLF": text.replaceAll("\n", "\r\n"),
    "armored, behind blanks": `\n \n${text}`,
  };
  const path = join(folder({ x: forms[form]! }), "x");
  const content = new Content(unlockWith({ named: [key.secret], cwd: "/", env: {} }));
  for await (const _ of content.bytes(path)) break;
  const access = new RandomAccess([path], content);
  access.expect(0);
  onTestFinished(() => access.close());
  return { access, path };
}

const forms = ["plain", "binary", "armored", "armored, with CRLF", "armored, behind blanks"];

describe.each(forms)("a file that is %s", (form) => {
  it("gives any piece by its place", async () => {
    const { access } = await opened(form);
    const places = [
      [0, 5],
      [65_530, 12],
      [65_536, 1],
      [1, 199_999],
      [199_995, 5],
      [131_072, 65_536],
      [7, 0],
    ] as const;
    for (const [offset, length] of places)
      expect(access.read({ file: 0, offset, length }).toString()).toBe(
        plain.subarray(offset, offset + length).toString(),
      );
    fc.assert(
      fc.property(fc.nat(plain.length), fc.nat(150_000), (offset, wanted) => {
        const length = Math.min(wanted, plain.length - offset);
        const bytes = access.read({ file: 0, offset, length });
        expect(Buffer.compare(bytes, plain.subarray(offset, offset + length))).toBe(0);
      }),
    );
  });

  it("gives nothing from behind its end", async () => {
    const { access } = await opened(form);
    for (const offset of [plain.length - 1, plain.length, plain.length + 100_000])
      expect(() => access.read({ file: 0, offset, length: 2 })).toThrow(
        expect.objectContaining({ code: "RW3016" }),
      );
  });

  it.each([65_536, 131_072])("whose content is full chunks: %i bytes", async (length) => {
    const { access } = await opened(form, plain.subarray(0, length));
    expect(access.read({ file: 0, offset: length - 10, length: 10 }).toString()).toBe(
      plain.subarray(length - 10, length).toString(),
    );
  });
});

describe.each(forms.slice(1))("a file that is %s and changes", (form) => {
  it.each<[what: string, change: (path: string) => void]>([
    ["is cut", (path) => truncateSync(path, 100_000)],
    ["is written over", (path) => writeFileSync(path, "y".repeat(500_000))],
    [
      "is changed in one byte of what is read next",
      (path) => {
        const bytes = readFileSync(path);
        const at = Math.floor(bytes.length / 2);
        bytes[at] = bytes[at] === 0x41 ? 0x42 : 0x41;
        writeFileSync(path, bytes);
        appendFileSync(path, "\n");
      },
    ],
  ])("that %s is told", async (_, change) => {
    const { access, path } = await opened(form);
    change(path);
    expect(() => access.read({ file: 0, offset: 70_000, length: 60_000 })).toThrow(
      expect.objectContaining({ code: "RW3016" }),
    );
  });
});

describe("what is kept beside", () => {
  it("comes back, whatever its length", async () => {
    const { access } = await opened("binary");
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 100 }), (pieces) => {
        const places = pieces.map((piece) => access.keep(piece));
        for (const [i, place] of places.entries())
          expect(Buffer.compare(access.read(place), pieces[i]!)).toBe(0);
      }),
    );
  });

  it.skipIf(process.platform !== "linux")("is not readable on the disk", async () => {
    const { access } = await opened("binary");
    const marker = "only for those who may read it ";
    const place = access.keep(Buffer.from(marker.repeat(20_000)));
    expect(access.read(place).subarray(0, 31).toString()).toBe(marker);
    const held = readdirSync("/proc/self/fd")
      .map((fd) => join("/proc/self/fd", fd))
      .filter((fd) => /reelwire-.*\(deleted\)$/.test(linkOf(fd)));
    expect(held.length).toBeGreaterThan(0);
    for (const fd of held) expect(readFileSync(fd).includes(marker.slice(0, 12))).toBe(false);
  });
});

function linkOf(fd: string): string {
  try {
    return readlinkSync(fd);
  } catch {
    return "";
  }
}
