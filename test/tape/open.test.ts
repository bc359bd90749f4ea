// Opening by content, and a rotated recording as one tape: with its gaps, exchanged parts and foreign parts.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReelwireError } from "../../src/base/index.ts";
import { openTapeFile, type TapeEvent, type TapeHeader, TapeWriter } from "../../src/tape/index.ts";
import { moduleAsOther, otherUserMissing } from "../peers/other-user.ts";
import { codeOf, collect, header, sent, shown, tapeOf, textOf, utf8 } from "./helpers.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "tape-"))));
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const dialogue = async (path: string): Promise<string[]> => {
  const all = await collect((await openTapeFile(path)).items());
  return all.map((item) => ("part" in item && item.part !== undefined ? `p${item.part} ` : "") + shown(item));
};

const small = tapeOf([sent(10, "c2s", "{}")]);

describe("by content, not by name", () => {
  test("a tape with any name", async () => {
    const opened = await openTapeFile(file("whatever.bin", small));
    expect([opened.encoding, opened.header.id, opened.files.length]).toEqual(["jsonl", "t-1", 1]);
    for (let again = 0; again < 2; again++) expect((await collect(opened.items())).length).toBe(4);
  });

  test("a .vcr called a tape", async () => {
    const vcr =
      '{"format_version":"1.0.0","metadata":{"recorded_at":"2026-01-01T00:00:00Z"},"session":{"interactions":[]}}';
    const opened = await openTapeFile(file("a.tape.jsonl", utf8(vcr)));
    expect([opened.encoding, opened.header.startedAt]).toEqual(["vcr", "2026-01-01T00:00:00.000000Z"]);
    expect((await collect(opened.items())).map((item) => item.kind)).toEqual(["header", "event", "event"]);
  });

  test.each([
    ["gzip", gzipSync(small), "RW3002"],
    ["nothing", new Uint8Array(0), "RW3008"],
    ["text", utf8("hello"), "RW3002"],
    ["a .vcr without a session", utf8('{"format_version":"1.0.0","metadata":{}}'), "RW3007"],
    ["a damaged header", utf8('{"reelwire":1,'), "RW3004"],
  ])("%s", async (_, bytes, code) => {
    const path = file("x", bytes);
    const error = (await openTapeFile(path).catch((fault: unknown) => fault)) as ReelwireError;
    expect([error.code, error.where[0]]).toEqual([code, ["file", path]]);
  });
});

describe("a file that cannot be read", () => {
  test("is missing, is a folder, is behind a file", async () => {
    const path = file("a", small);
    const table = [
      [join(folder, "none"), /no such file/],
      [folder, /folder/],
      [join(path, "b"), /not a folder/],
    ] as const;
    for (const [where, hint] of table) {
      const error = (await openTapeFile(where).catch((fault: unknown) => fault)) as ReelwireError;
      expect([error.code, error.exit, error.where]).toEqual(["RW3001", 6, [["file", where]]]);
      expect(error.fix).toMatch(hint);
    }
  });

  test("may not be read", (context) => {
    const missing = otherUserMissing();
    if (missing !== undefined) context.skip(missing);
    const path = file("a", small);
    chmodSync(path, 0);
    chmodSync(folder, 0o755);
    const ran = moduleAsOther(
      `const { openTapeFile } = await from("src/tape/index.ts");
      const error = await openTapeFile(${JSON.stringify(path)}).catch((fault) => fault);
      console.log(JSON.stringify([error.code, error.fix]));`,
      folder,
    );
    expect(ran).toEqual({ status: 0, stderr: "", stdout: expect.any(String) });
    expect(JSON.parse(ran.stdout)).toEqual(["RW3001", "you have no permission to read it"]);
  });
});

/** The parts of a rotated recording, each with these events. */
function parts(
  events: readonly (readonly TapeEvent[])[],
  change: (header: TapeHeader) => TapeHeader = (same) => same,
): Uint8Array[] {
  let previous: string | undefined;
  return events.map((all, i) => {
    const pieces: Uint8Array[] = [];
    const told = change({ ...header, part: i + 1, ...(previous === undefined ? {} : { previous }) });
    const writer = new TapeWriter({ write: (bytes) => void pieces.push(bytes.slice()) }, told);
    for (const event of all) writer.write(event);
    writer.end(all.at(-1)!.at);
    previous = writer.endHash;
    return new Uint8Array(Buffer.concat(pieces));
  });
}

describe("a rotated recording", () => {
  const three = parts([
    [sent(10, "c2s", '{"id":1,"method":"m"}')],
    [sent(20, "s2c", '{"id":1,"result":{}}')],
    [sent(30, "c2s", "{}")],
  ]);
  const put = (all: readonly (Uint8Array | undefined)[]): string => {
    mkdirSync(join(folder, "r"), { recursive: true });
    for (const [i, bytes] of all.entries()) if (bytes) file(`r/run.000${i + 1}.tape.jsonl`, bytes);
    file("r/other.0002.tape.jsonl", small);
    return join(folder, "r", "run.0001.tape.jsonl");
  };

  test("is one tape: one header, one end", async () => {
    expect(await dialogue(put(three))).toEqual([
      "1 header t-1",
      'p1 2 @10 c2s msg {"id":1,"method":"m"}',
      "p1 3 @10 mark",
      'p2 2 @20 s2c msg {"id":1,"result":{}}',
      "p2 3 @20 mark",
      "p3 2 @30 c2s msg {}",
      "p3 3 @30 mark",
      "p3 4 @30 end",
    ]);
    expect((await openTapeFile(put(three))).files).toHaveLength(3);
  });

  const faults: [name: string, all: (Uint8Array | undefined)[], says: string][] = [
    [
      "a part is missing",
      [three[0], undefined, three[2]],
      "p2 1 damaged: part 2 (run.0002.tape.jsonl) is missing",
    ],
    [
      "a part was changed and finished again",
      [three[0], parts([[sent(1, "c2s", "{}")], [sent(2, "c2s", "{}")]])[1], three[2]],
      "p2 1 damaged: part 2 does not continue part 1 as it is now",
    ],
    [
      "a part was cut",
      [three[0]!.subarray(0, -100), three[1], three[2]],
      "p2 1 damaged: part 1 has no end, though part 2 follows it",
    ],
    [
      "a part of another recording",
      [three[0], parts([[sent(1, "c2s", "{}")]], (told) => ({ ...told, id: "t-9" }))[0], three[2]],
      "p2 1 damaged: part 2 (run.0002.tape.jsonl) belongs to another recording",
    ],
    [
      "a part that is no tape",
      [three[0], utf8("hello"), three[2]],
      "p2 1 damaged: part 2 (run.0002.tape.jsonl) cannot be read: the file is not a recording",
    ],
    [
      "a part under another number",
      [three[0], three[2], undefined],
      "p2 1 damaged: part 2 says that it is part 3",
    ],
  ];

  test.each(faults)("%s: it says so and reads on", async (_, all, says) => {
    const told = await dialogue(put(all));
    expect(told.filter((line) => line.includes("damaged"))).toContain(says);
    if (all[2]) expect(told).toContain("p3 2 @30 c2s msg {}");
  });

  test("that lost its last parts is unfinished, not wrong", async () => {
    expect((await dialogue(put([three[0]]))).at(-1)).toBe("4 @10 end");
  });

  test("can be read from a later part on", async () => {
    put(three);
    const told = await dialogue(join(folder, "r", "run.0002.tape.jsonl"));
    expect(told.filter((line) => line.includes("msg"))).toEqual([
      'p2 2 @20 s2c msg {"id":1,"result":{}}',
      "p3 2 @30 c2s msg {}",
    ]);
    expect(told.some((line) => line.includes("damaged"))).toBe(false);
  });

  test("whose parts count time from their own start goes on in one time", async () => {
    const own = parts([[sent(10, "c2s", "{}")], [sent(10, "c2s", "{}")]], (told) =>
      told.part === 2 ? { ...told, startedAt: "2026-11-20T08:11:02.123456Z" } : told,
    );
    expect((await dialogue(put(own))).filter((line) => line.includes("msg"))).toEqual([
      "p1 2 @10 c2s msg {}",
      "p2 2 @2000010 c2s msg {}",
    ]);
  });
});

test("a tape that only has the name of a part is one file", async () => {
  const path = file("a.0001.tape.jsonl", small);
  file("a.0002.tape.jsonl", small);
  expect(await codeOf(openTapeFile(path))).toBe("no error");
  expect((await openTapeFile(path)).files).toEqual([path]);
  expect(textOf(small)).not.toContain('"part"');
});
