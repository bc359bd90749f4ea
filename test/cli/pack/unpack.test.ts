/** A pack is a stranger's file: what it may hold, what happens to everything else, and what is left behind then. */
import { createWriteStream, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packLimits } from "../../../src/cli/pack/limits.ts";
import { faultOfName, nameBytesMax, nameKey, plainName } from "../../../src/cli/pack/names.ts";
import { unpack } from "../../../src/cli/pack/unpack.ts";
import { cli } from "../call.ts";
import { faults } from "../schemas.ts";
import { folder } from "../tapes.ts";
import { type Entry, good, header, listed, manifest, packed, tar } from "./archives.ts";

const codeOf = (text: string) => /RW\d+/.exec(text)?.[0];

describe("a pack as it should be", () => {
  it("becomes a folder of its own name, and says what is in it", async () => {
    const cwd = folder({ "box.rwpack.tgz": packed(good()) });
    const { status, stdout, stderr } = await cli(["unpack", "box.rwpack.tgz"], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toBe("unpacked  box  1 tape, 6 B\n  box/a.tape.jsonl\n");
    expect(readdirSync(cwd).sort()).toEqual(["box", "box.rwpack.tgz"]);
    expect(readdirSync(join(cwd, "box")).sort()).toEqual(["a.tape.jsonl", "manifest.json"]);
    expect(readFileSync(join(cwd, "box/a.tape.jsonl"), "utf8")).toBe("hello\n");
  });

  it("prints one object with --json, and goes where -o says", async () => {
    const cwd = folder({ "p.tgz": packed(good()) });
    const { status, stdout } = await cli(["unpack", "p.tgz", "-o", "there", "--json"], { cwd });
    expect(status).toBe(0);
    expect(faults("unpack", stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({ file: "p.tgz", dir: "there", tapes: ["a.tape.jsonl"] });
    expect(readdirSync(join(cwd, "there")).sort()).toEqual(["a.tape.jsonl", "manifest.json"]);
  });

  it("overwrites nothing without --force, and with it only the files of the pack", async () => {
    const cwd = folder({ "p.tgz": packed(good()), precious: "1" });
    mkdirSync(join(cwd, "box"));
    writeFileSync(join(cwd, "box/a.tape.jsonl"), "mine\n");
    writeFileSync(join(cwd, "box/other"), "mine too\n");
    const refused = await cli(["unpack", "p.tgz"], { cwd });
    expect(refused).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("RW3010") });
    expect(readFileSync(join(cwd, "box/a.tape.jsonl"), "utf8")).toBe("mine\n");
    expect((await cli(["unpack", "p.tgz", "--force"], { cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, "box/a.tape.jsonl"), "utf8")).toBe("hello\n");
    expect(readFileSync(join(cwd, "box/other"), "utf8")).toBe("mine too\n");
    expect(await cli(["unpack", "p.tgz", "-o", "precious"], { cwd })).toMatchObject({ status: 2 });
    expect(readFileSync(join(cwd, "precious"), "utf8")).toBe("1");
    expect(readdirSync(cwd).sort()).toEqual(["box", "p.tgz", "precious"]);
  });

  it("a link that waits under a file's name is replaced, not followed", async () => {
    const cwd = folder({ "p.tgz": packed(good()), victim: "untouched" });
    mkdirSync(join(cwd, "box"));
    symlinkSync(join(cwd, "victim"), join(cwd, "box/a.tape.jsonl"));
    expect((await cli(["unpack", "p.tgz", "--force"], { cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, "victim"), "utf8")).toBe("untouched");
    expect(readFileSync(join(cwd, "box/a.tape.jsonl"), "utf8")).toBe("hello\n");
  });

  it("keys of a prototype in the manifest are keys like any other", async () => {
    const odd = ',"__proto__":{"files":[{"name":"x"}]},"constructor":{"prototype":{"name":"y"}},"toString":1';
    const entries = [manifest([listed("a.tape.jsonl", "hello\n")], odd), good()[1]!];
    const cwd = folder({ "p.tgz": packed(entries) });
    expect((await cli(["unpack", "p.tgz"], { cwd })).status).toBe(0);
    expect(Object.hasOwn(Object.prototype, "files")).toBe(false);
    const bare = '{"__proto__":{"reelwirePack":1,"tapes":[],"files":[]}}';
    writeFileSync(join(cwd, "q.tgz"), packed([{ name: "q/manifest.json", body: bare }]));
    expect(await cli(["unpack", "q.tgz"], { cwd })).toMatchObject({ status: 6 });
  });
});

/** Each is refused with its code, and nothing is left of it. */
const hello = listed("a.tape.jsonl", "hello\n");
const tape: Entry = { name: "box/a.tape.jsonl", body: "hello\n" };
const hostile: readonly (readonly [string, string, readonly Entry[]])[] = [
  ["a path that leads up", "RW3508", [manifest([hello]), { ...tape, name: "box/../a.tape.jsonl" }]],
  ["a path that leads up at once", "RW3508", [manifest([hello]), { ...tape, name: "../a.tape.jsonl" }]],
  ["an absolute path", "RW3508", [manifest([hello]), { ...tape, name: "/a.tape.jsonl" }]],
  ["a deeper path", "RW3508", [manifest([hello]), { ...tape, name: "box/x/a.tape.jsonl" }]],
  ["no folder", "RW3508", [manifest([hello]), { ...tape, name: "a.tape.jsonl" }]],
  ["another folder", "RW3508", [manifest([hello]), { ...tape, name: "bin/a.tape.jsonl" }]],
  ["a folder called ..", "RW3508", [{ ...manifest([hello]), name: "../manifest.json" }]],
  ["a folder called .", "RW3508", [{ ...manifest([hello]), name: "./manifest.json" }]],
  ["a hidden folder", "RW3508", [{ ...manifest([hello]), name: ".git/manifest.json" }]],
  ["a backslash", "RW3508", [manifest([listed("..\\x")]), { name: "box/..\\x" }]],
  ["a drive letter", "RW3508", [manifest([listed("C:x")]), { name: "box/C:x" }]],
  ["a stream of a file", "RW3508", [manifest([listed("x:y")]), { name: "box/x:y" }]],
  ["a device", "RW3508", [manifest([listed("nul.jsonl")]), { name: "box/nul.jsonl" }]],
  ["a control character", "RW3508", [manifest([listed("a\u001b[2Jb")]), { name: "box/a\u001b[2Jb" }]],
  ["text turned around", "RW3508", [manifest([listed("a\u202eb")]), { name: "box/a\u202eb" }]],
  ["something behind a NUL", "RW3508", [manifest([hello]), { ...tape, name: "box/a.tape.jsonl\0x" }]],
  [
    "a name that is no UTF-8",
    "RW3508",
    [manifest([hello]), { ...tape, name: Buffer.from([0x62, 0x2f, 0xff]) }],
  ],
  ["a name in the manifest that leads up", "RW3508", [manifest([{ ...hello, name: "../a" }])]],
  [
    "two names that are one on some systems",
    "RW3508",
    [manifest([hello, { ...hello, name: "A.tape.jsonl" }])],
  ],
  ["a second manifest", "RW3508", [manifest([{ ...hello, name: "MANIFEST.json" }])]],
  ["a symbolic link", "RW3508", [manifest([hello]), { ...tape, body: "", type: "2", link: "/etc/passwd" }]],
  ["a hard link", "RW3508", [manifest([hello]), { ...tape, body: "", type: "1", link: "box/manifest.json" }]],
  ["a device file", "RW3508", [manifest([hello]), { ...tape, body: "", type: "3" }]],
  ["a pipe", "RW3508", [manifest([hello]), { ...tape, body: "", type: "6" }]],
  ["a folder entry", "RW3508", [manifest([hello]), { name: "box/", type: "5" }]],
  ["a plain file with a link's target", "RW3508", [manifest([hello]), { ...tape, link: "/etc/passwd" }]],
  [
    "an extended header",
    "RW3508",
    [manifest([hello]), { name: "box/x", type: "x", body: "20 path=/etc/passwd\n" }],
  ],
  [
    "a long name of another kind",
    "RW3508",
    [manifest([hello]), { name: "././@LongLink", type: "L", body: "/etc/x" }],
  ],
  ["a sparse file", "RW3508", [manifest([hello]), { ...tape, type: "S" }]],
  ["a prefix", "RW3506", [manifest([hello]), { ...tape, prefix: "/etc" }]],
  ["a file that nobody listed", "RW3508", [manifest([]), tape]],
  ["a file twice", "RW3508", [manifest([hello]), tape, tape]],
  ["a manifest twice", "RW3508", [manifest([hello]), manifest([hello]), tape]],
  ["a listed file that is missing", "RW3509", [manifest([hello, { ...hello, name: "b.tape.jsonl" }]), tape]],
  ["another text of the same length", "RW3509", [manifest([hello]), { ...tape, body: "hullo\n" }]],
  ["another length", "RW3509", [manifest([hello]), { ...tape, body: "hello!\n" }]],
  ["no manifest first", "RW3506", [tape, manifest([hello])]],
  ["nothing", "RW3506", []],
  ["a manifest that is no JSON", "RW3506", [{ name: "box/manifest.json", body: "{" }]],
  ["a manifest that is a list", "RW3506", [{ name: "box/manifest.json", body: "[]" }]],
  ["a manifest nested without end", "RW3506", [{ name: "box/manifest.json", body: "[".repeat(200_000) }]],
  ["a version that is a text", "RW3506", [{ name: "box/manifest.json", body: '{"reelwirePack":"1"}' }]],
  ["a later version", "RW3510", [{ name: "box/manifest.json", body: '{"reelwirePack":2}' }]],
  [
    "tapes that are no list",
    "RW3506",
    [{ name: "box/manifest.json", body: '{"reelwirePack":1,"tapes":{}}' }],
  ],
  ["a hash that is none", "RW3506", [manifest([{ ...hello, sha256: "0" }])]],
  ["a size below nothing", "RW3506", [manifest([{ ...hello, bytes: -1 }])]],
  ["a size that is no number", "RW3506", [manifest([hello]), { ...tape, size: "zzz" }]],
  [
    "a size in binary",
    "RW3506",
    [manifest([hello]), { ...tape, size: Buffer.from([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6]) }],
  ],
  ["a checksum that is wrong", "RW3506", [manifest([hello]), { ...tape, checksum: "000000\0 " }]],
  ["another magic", "RW3506", [manifest([hello]), { ...tape, magic: "ustar  \0" }]],
  ["a huge file, as it says", "RW3507", [manifest([hello]), { ...tape, size: "77777777777\0" }]],
  ["a huge manifest, as it says", "RW3507", [{ ...manifest([hello]), size: "00200000000\0" }]],
];

describe("a pack that means harm", () => {
  it.each(hostile)("%s: %s", async (_what, code, entries) => {
    const cwd = folder({ "p.tgz": packed(entries) });
    const { status, stdout, stderr } = await cli(["unpack", "p.tgz"], { cwd });
    expect({ status, stdout, code: codeOf(stderr) }).toEqual({ status: 6, stdout: "", code });
    expect(stderr).not.toMatch(/[\u001b\u202e]/);
    expect(readdirSync(cwd)).toEqual(["p.tgz"]);
  });

  const whole = tar(good());
  it.each<[string, Buffer]>([
    ["no gzip", whole],
    ["text", Buffer.from("hello\n")],
    ["empty", Buffer.alloc(0)],
    ["an empty gzip", gzipSync("")],
    ["a cut gzip", gzipSync(whole).subarray(0, -9)],
    ["a tar without its end", gzipSync(whole.subarray(0, -1024))],
    ["a tar cut in a file", gzipSync(whole.subarray(0, 1536 + 3))],
    ["a tar cut in a header", gzipSync(whole.subarray(0, 1200))],
    ["something behind the end", gzipSync(Buffer.concat([whole, header({ name: "box/x" })]))],
  ])("%s is no pack", async (_what, bytes) => {
    const cwd = folder({ "p.tgz": bytes });
    const { status, stdout, stderr } = await cli(["unpack", "p.tgz"], { cwd });
    expect({ status, stdout, code: codeOf(stderr) }).toEqual({ status: 6, stdout: "", code: "RW3506" });
    expect(readdirSync(cwd)).toEqual(["p.tgz"]);
  });

  it("any byte that is changed is noticed, or changes nothing that is unpacked", async () => {
    const bytes = tar(good());
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(bytes);
        changed[at] = changed[at]! ^ change;
        const cwd = folder({ "p.tgz": gzipSync(changed) });
        const { status } = await cli(["unpack", "p.tgz", "-o", "out"], { cwd });
        if (status !== 0) {
          expect(readdirSync(cwd)).toEqual(["p.tgz"]);
          return;
        }
        // The hash guards the tape; what the manifest says beside names, sizes and hashes is only text.
        const names = readdirSync(join(cwd, "out")).filter((name) => name !== "manifest.json");
        expect(names.map((name) => readFileSync(join(cwd, "out", name), "utf8"))).toEqual(["hello\n"]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("limits, applied while reading", () => {
  const options = (cwd: string, limits: object) => ({
    cwd,
    signal: new AbortController().signal,
    replace: false,
    limits: { ...packLimits, ...limits },
  });

  it.each<[string, object]>([
    ["entries", { entriesMax: 1 }],
    ["bytes of one file", { entryBytesMax: 5 }],
    ["bytes of all", { allBytesMax: 1000 }],
    ["bytes of the manifest", { manifestBytesMax: 10 }],
    ["growth", { ratioFreeBytes: 0, ratioMax: 2 }],
  ])("%s", async (_what, limits) => {
    const cwd = folder({ "p.tgz": packed(good()) });
    await expect(unpack(join(cwd, "p.tgz"), options(cwd, limits))).rejects.toMatchObject({ code: "RW3507" });
    expect(readdirSync(cwd)).toEqual(["p.tgz"]);
    await unpack(join(cwd, "p.tgz"), options(cwd, {}));
    expect(readdirSync(cwd).sort()).toEqual(["box", "p.tgz"]);
  });

  it("a bomb of ten gigabytes stops at the limit", async () => {
    const cwd = folder();
    const file = join(cwd, "bomb.tgz");
    const zeros = Buffer.alloc(1024 * 1024);
    // As large as the limits let it begin: what stands behind is never read.
    const entry = { name: "box/a.tape.jsonl", size: `${(3 * 1024 ** 3).toString(8)}\0` };
    const told = { name: "a.tape.jsonl", bytes: 3 * 1024 ** 3, sha256: "0".repeat(64) };
    const plain = function* () {
      yield tar([manifest([told])], Buffer.alloc(0));
      yield header(entry);
      for (let i = 0; i < 200; i++) yield zeros;
    };
    await pipeline(Readable.from(plain()), createGzip({ level: 9 }), createWriteStream(file));
    const { status, stdout, stderr } = await cli(["unpack", "bomb.tgz"], { cwd });
    expect({ status, stdout, code: codeOf(stderr) }).toEqual({ status: 6, stdout: "", code: "RW3507" });
    expect(readdirSync(cwd)).toEqual(["bomb.tgz"]);
  });

  it("Ctrl-C leaves nothing", async () => {
    const cwd = folder({ "p.tgz": packed(good()) });
    const stop = new AbortController();
    const stopped = cli(["unpack", "p.tgz"], { cwd, signal: stop.signal });
    stop.abort();
    expect(await stopped).toMatchObject({ status: 130, stdout: "", stderr: "" });
    expect(readdirSync(cwd)).toEqual(["p.tgz"]);
  });
});

describe("names", () => {
  it.each(["a.tape.jsonl", "weather-2.tape.jsonl", "README.txt", "ü.tape.jsonl", "console.jsonl", "a..b"])(
    "%s is plain",
    (name) => expect(faultOfName(name)).toBeUndefined(),
  );

  it.each([
    "",
    ".",
    "..",
    ".env",
    "a.",
    "a ",
    " a",
    "-rf",
    "a/b",
    "a\\b",
    "/a",
    "C:",
    "c:a",
    "con",
    "CON.txt",
    "Aux",
    "com1.x",
    "LPT9",
    "nul .txt",
    "com\u00b9",
    "a\0b",
    "a\nb",
    "a\u202eb",
    "a\u200bb",
    "\ud800",
    "a*",
    "a?",
    'a"',
    "a<",
    "a|",
    "x".repeat(nameBytesMax + 1),
    "é".repeat(nameBytesMax / 2 + 1),
  ])("%j is not", (name) => expect(faultOfName(name)).toBeTypeOf("string"));

  it("whatever a tape is called, its name in a pack is plain and its own", () => {
    const taken = new Set<string>();
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("con", "../x", "", "a".repeat(90))),
        (wanted) => {
          const before = taken.size;
          const name = plainName(wanted, ".tape.jsonl", taken);
          expect(faultOfName(name)).toBeUndefined();
          expect(taken.has(nameKey(name)) && taken.size === before + 1).toBe(true);
        },
      ),
    );
  });
});
