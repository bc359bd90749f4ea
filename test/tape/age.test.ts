/** age files as bytes: what was encrypted is what comes out, whole and in order, or a coded error; never anything else. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { armor, Decrypter, Encrypter } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { locksFor, unlockWith } from "../../src/runtime/index.ts";
import { Content, encryptedBytes } from "../../src/tape/index.ts";
import { folder } from "../cli/tapes.ts";
import { type Key, needAge, newKey, runAge } from "../peers/age.ts";
import { chunked } from "./helpers.ts";

const chunk = 64 * 1024;
const sealedChunk = chunk + 16;

let key: Key;
let other: Key;
beforeAll(async () => {
  key = await newKey();
  other = await newKey();
});

const unlock = () => unlockWith({ named: [key.secret], cwd: "/", env: {} });

/** Bytes that differ everywhere, so that nothing can change places unseen. */
function content(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return bytes;
}

async function encrypt(bytes: Uint8Array, sizes: readonly number[] = [50_000]): Promise<Buffer> {
  const lock = await (await locksFor([key.recipient]))();
  const parts: Uint8Array[] = [];
  async function* source() {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!;
      yield bytes.subarray(at, at + size);
      at += size;
    }
  }
  for await (const part of encryptedBytes(lock, source())) parts.push(part);
  return Buffer.concat(parts);
}

interface Read {
  readonly bytes: Buffer;
  readonly code: string | undefined;
  readonly encrypted: boolean;
}

/** What comes out of a file, and the code of the error that ended it. */
async function read(path: string, by = unlock()): Promise<Read> {
  const parts: Uint8Array[] = [];
  const opened = new Content(by);
  const read = (code?: string): Read => ({
    bytes: Buffer.concat(parts),
    code,
    encrypted: code !== undefined || opened.sealOf(path) !== undefined,
  });
  try {
    for await (const part of opened.bytes(path)) parts.push(part);
  } catch (error) {
    if (error instanceof ReelwireError) return read(error.code);
    throw error;
  }
  return read();
}

/** Reads a file of these bytes. */
async function readBytes(bytes: Uint8Array, by = unlock()): Promise<Read> {
  const path = join(folder({ "x.age": bytes }), "x.age");
  return read(path, by);
}

const sizes = [0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 2 * chunk + 1, 200_000];

describe("what was encrypted comes out", () => {
  it("any bytes, in any pieces", async () => {
    const path = join(folder(), "x.age");
    const length = fc.oneof(fc.nat(2000), fc.constantFrom(...sizes), fc.nat(3 * chunk));
    const pieces = fc.array(fc.integer({ min: 1, max: 2 * chunk }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(length, pieces, async (length, pieces) => {
        const bytes = content(length);
        writeFileSync(path, await encrypt(bytes, pieces));
        const { bytes: out, code } = await read(path);
        expect(code).toBeUndefined();
        expect(out.equals(bytes)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each(sizes)("%i bytes, by the package too, both ways", async (length) => {
    const bytes = content(length);
    const decrypter = new Decrypter();
    decrypter.addIdentity(key.secret);
    expect(Buffer.from(await decrypter.decrypt(await encrypt(bytes))).equals(bytes)).toBe(true);
    const encrypter = new Encrypter();
    encrypter.addRecipient(other.recipient);
    encrypter.addRecipient(key.recipient);
    const theirs = await encrypter.encrypt(bytes);
    expect((await readBytes(theirs)).bytes.equals(bytes)).toBe(true);
    for (const text of [
      armor.encode(theirs),
      armor.encode(theirs).replaceAll("\n", "\r\n"),
      ` \n\n${armor.encode(theirs)}\n  \n`,
      armor.encode(theirs).trimEnd(),
    ]) {
      const { bytes: out, code } = await readBytes(Buffer.from(text));
      expect(code).toBeUndefined();
      expect(out.equals(bytes)).toBe(true);
    }
  });

  it.for(sizes)("%i bytes, by the tool too, both ways", async (length, context) => {
    needAge(context);
    const cwd = folder({ "key.txt": `${key.secret}\n`, plain: content(length) });
    const ours = await encrypt(content(length));
    expect(runAge("age", ["-d", "-i", join(cwd, "key.txt")], ours).equals(content(length))).toBe(true);
    for (const flags of [[], ["-a"]]) {
      const theirs = runAge("age", ["-r", key.recipient, ...flags, join(cwd, "plain")]);
      const { bytes, code } = await readBytes(theirs);
      expect(code).toBeUndefined();
      expect(bytes.equals(content(length))).toBe(true);
    }
  });

  it("a post-quantum identity opens what is for it", async () => {
    const age = await import("age-encryption");
    const secret = await age.generateHybridIdentity();
    const recipient = await age.identityToRecipient(secret);
    const lock = await (await locksFor([key.recipient, recipient]))();
    const parts: Uint8Array[] = [];
    for await (const part of encryptedBytes(lock, chunked(content(1000)))) parts.push(part);
    const mixed = Buffer.concat(parts);
    for (const each of [secret, key.secret]) {
      const { bytes } = await readBytes(mixed, unlockWith({ named: [each], cwd: "/", env: {} }));
      expect(bytes.equals(content(1000))).toBe(true);
    }
  });

  it("no two files share a key or a nonce", async () => {
    const next = await locksFor([key.recipient]);
    const [a, b] = [await next(), await next()];
    expect(Buffer.compare(a.fileKey, b.fileKey)).not.toBe(0);
    const firsts = await Promise.all([encrypt(content(10)), encrypt(content(10))]);
    expect(firsts[0]!.equals(firsts[1]!)).toBe(false);
  });
});

describe("a file that is not what was written", () => {
  const whole = content(2 * chunk + 20_000);

  it("cut anywhere, gives whole chunks of what was there, and says so", async () => {
    for (const plain of [whole, content(2 * chunk), content(0)]) {
      const sealed = await encrypt(plain);
      const header = sealed.indexOf("\n---") + 1;
      const payload = sealed.indexOf("\n", header) + 1;
      const edges = [22, 30, header, header + 10, payload, payload + 16];
      for (let at = payload + 16; at < sealed.length; at += sealedChunk) edges.push(at, at + 16);
      edges.push(sealed.length);
      for (const edge of edges)
        for (const cut of [edge - 1, edge, edge + 1]) {
          if (cut >= sealed.length || cut < 21) continue;
          const { bytes, code } = await readBytes(sealed.subarray(0, cut));
          expect({ cut, code }).toEqual({ cut, code: "RW3404" });
          expect(bytes.length % chunk).toBe(0);
          expect(bytes.equals(plain.subarray(0, bytes.length))).toBe(true);
          expect(bytes.length).toBeLessThan(Math.max(1, plain.length));
        }
    }
  });

  it("with any bit of its header or nonce changed, gives nothing", async () => {
    const sealed = await encrypt(content(100));
    const path = join(folder(), "x.age");
    const opener = unlock();
    for (let at = 0; at < sealed.length; at++) {
      const bits = at % 8 === 0 ? [0, 1, 2, 3, 4, 5, 6, 7] : [at % 8];
      for (const bit of bits) {
        const changed = Buffer.from(sealed);
        changed[at]! ^= 1 << bit;
        writeFileSync(path, changed);
        const { bytes, code, encrypted } = await read(path, opener);
        if (!encrypted) expect(bytes.equals(changed)).toBe(true);
        else {
          expect(["RW3402", "RW3404", "RW3406"]).toContain(code);
          expect(bytes.length).toBe(0);
        }
      }
    }
  });

  it("with any byte of its content changed, gives what stands before", async () => {
    const sealed = await encrypt(whole);
    const start = sealed.length - whole.length - 3 * 16;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: start, max: sealed.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, mask) => {
          const changed = Buffer.from(sealed);
          changed[at]! ^= mask;
          const { bytes, code } = await readBytes(changed);
          expect(code).toBe("RW3404");
          const held = Math.floor((at - start) / sealedChunk) * chunk;
          expect(bytes.equals(whole.subarray(0, held))).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("with chunks that changed places, are missing, or follow the last", async () => {
    const sealed = await encrypt(whole);
    const start = sealed.length - whole.length - 3 * 16;
    const head = sealed.subarray(0, start);
    const [a, b, c] = [0, 1, 2].map((i) =>
      sealed.subarray(start + i * sealedChunk, start + (i + 1) * sealedChunk),
    );
    for (const parts of [
      [b, a, c],
      [a, c],
      [b, c],
      [a, a, b, c],
      [a, b, c, c],
      [a, b, c, Buffer.from("x")],
      [c],
    ]) {
      const { bytes, code } = await readBytes(Buffer.concat([head, ...parts.map((part) => part!)]));
      expect(code).toBe("RW3404");
      expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
    }
  });

  it.each<[what: string, change: (text: string) => string]>([
    ["cut", (text) => text.slice(0, 500)],
    ["cut at a line", (text) => text.slice(0, text.indexOf("\n", 500) + 1)],
    ["without its end", (text) => text.replace(/-----END.*\n/, "")],
    ["with a character that is none", (text) => text.replace(/\n(.)/, "\n!")],
    ["with a line that is too long", (text) => text.replace("\n", "\nAAAA")],
    ["with a short line within", (text) => text.replace(/^(.{64})\n(.{64})/m, "$1\n$2\nAAAA")],
    ["with line ends of two kinds", (text) => text.replace(/(\n.{64}\n.{64})\n/, "$1\r\n")],
    ["with something behind it", (text) => `${text}more`],
    ["with endless blanks behind it", (text) => text + " \n".repeat(5000)],
  ])("armor %s", async (_, change) => {
    const text = armor.encode(await encrypt(content(1000)));
    expect((await readBytes(Buffer.from(text))).code).toBeUndefined();
    expect((await readBytes(Buffer.from(change(text)))).code).toMatch(/RW340[24]/);
  });
});

it("no bytes behind the first line do anything but give a coded error", async () => {
  const path = join(folder(), "x.age");
  const opener = unlock();
  const token = fc.constantFrom(
    "-> ",
    "X25519 ",
    "scrypt ",
    "--- ",
    "\n",
    "AAAA",
    "=",
    " ",
    "\u0000",
    "\r",
    "A".repeat(64),
    "A".repeat(43),
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 40 }).map((parts) => parts.join("")),
  );
  const begin = fc.constantFrom(
    "age-encryption.org/v1\n",
    "age-encryption.org/",
    "-----BEGIN AGE ENCRYPTED FILE-----\n",
  );
  await fc.assert(
    fc.asyncProperty(begin, text, async (first, rest) => {
      writeFileSync(path, first + rest);
      const { bytes, code } = await read(path, opener);
      expect(code).toMatch(/^RW340[2-6]$/);
      expect(bytes.length).toBe(0);
    }),
    { numRuns: 500 },
  );
});

describe("a hostile header", () => {
  const first = "age-encryption.org/v1\n";
  const stanza = "-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\nAAAA\n";
  it.each<[what: string, text: () => string, code: string]>([
    ["one line of 20 MB", () => `${first}${"A".repeat(20_000_000)}`, "RW3405"],
    ["a million stanzas", () => first + stanza.repeat(1_000_000), "RW3405"],
    ["more stanzas than fit", () => first + "-> x y\n\n".repeat(201), "RW3405"],
    ["a body of 20 MB", () => `${first}-> x y\n${`${"A".repeat(64)}\n`.repeat(300_000)}`, "RW3405"],
    ["a million short lines", () => first + "\n".repeat(1_000_000), "RW3405"],
    [
      "a passphrase, a year of work",
      () => `${first}-> scrypt AAAAAAAAAAAAAAAAAAAAAA 62\nAAAA\n--- AAAA\n`,
      "RW3406",
    ],
    ["a passphrase behind a recipient", () => `${first}${stanza}-> scrypt A 62\nAAAA\n--- AAAA\n`, "RW3406"],
    ["no recipient", () => `${first}--- AAAA\n`, "RW3402"],
    ["recipients that nobody knows", () => `${first}-> x y\nAAAA\n--- AAAA\n`, "RW3402"],
    ["a later version", () => "age-encryption.org/v2\n-> x y\nAAAA\n--- AAAA\n", "RW3404"],
    ["nothing behind the first line", () => first, "RW3404"],
    ["a stanza that is none", () => `${first}-> X25519\nAAAA\n--- AAAA\n`, "RW3404"],
    ["bytes that are no text", () => `${first}-> \u00ff\n\u0000\n--- AAAA\n`, "RW3404"],
  ])("%s", async (_, text, code) => {
    const said = await readBytes(Buffer.from(text(), "latin1"));
    expect({ code: said.code, length: said.bytes.length }).toEqual({ code, length: 0 });
  });

  it("of a real file with a passphrase is refused before any work is done", async () => {
    const encrypter = new Encrypter();
    encrypter.setPassphrase("open sesame");
    encrypter.setScryptWorkFactor(4);
    const said = await readBytes(await encrypter.encrypt(content(10)));
    expect({ code: said.code, length: said.bytes.length }).toEqual({ code: "RW3406", length: 0 });
  });

  it("of a million stanzas is read no further than its limit", async () => {
    const path = join(folder({ x: first + stanza.repeat(1_000_000) }), "x");
    const before = process.memoryUsage().rss;
    expect((await read(path)).code).toBe("RW3405");
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    expect(readFileSync(path).length).toBeGreaterThan(50_000_000);
  });
});
