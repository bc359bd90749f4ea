// Repair: what was whole stays byte for byte, what was lost is said, the original is never in danger.
import {
  chmodSync,
  linkSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkTape, type RepairReport, repairTape } from "../../src/tape/index.ts";
import { moduleAsOther, otherUserMissing } from "../peers/other-user.ts";
import { chunked, codeOf, read, sent, tapeOf, textOf, utf8 } from "./helpers.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tape-"));
  path = join(folder, "a.tape.jsonl");
});
afterEach(() => rmSync(folder, { recursive: true }));

const events = [
  sent(10, "c2s", '{"id": 1.0}'),
  sent(20, "s2c", '{"id":1,"x":1e400}'),
  sent(30, "c2s", '{"id":2}'),
];
const whole = tapeOf(events);
const lines = textOf(whole).split("\n").slice(0, -1);
const joined = (all: readonly string[]): Uint8Array => utf8(all.map((line) => `${line}\n`).join(""));

async function repaired(
  bytes: Uint8Array,
): Promise<{ report: RepairReport; told: string[]; notes: string[] }> {
  writeFileSync(path, bytes);
  const report = await repairTape(path);
  const after = readFileSync(path);
  expect((await checkTape(chunked(after))).state).toBe("complete");
  if (report.original !== undefined) expect(readFileSync(report.original)).toEqual(Buffer.from(bytes));
  const notes = textOf(after)
    .split("\n")
    .filter((line) => line.includes('"note"'));
  return { report, told: (await read(after)).filter((item) => item.includes("msg")), notes };
}

const messages = ['2 @10 c2s msg {"id": 1.0}', '3 @20 s2c msg {"id":1,"x":1e400}', '4 @30 c2s msg {"id":2}'];

test("a complete tape is left alone", async () => {
  const { report } = await repaired(whole);
  expect(report).toEqual({ changed: false, droppedLines: 0, droppedBytes: 0 });
  expect(readdirSync(folder)).toEqual(["a.tape.jsonl"]);
});

test("a missing end is written", async () => {
  const { report, told, notes } = await repaired(tapeOf(events, { end: false }));
  expect(report).toEqual({ changed: true, droppedLines: 0, droppedBytes: 0, original: `${path}.orig` });
  expect(told).toEqual(messages);
  expect(notes).toEqual([
    '{"at":30,"note":{"what":"repaired","says":"the tape had no end; what could be read was kept, and this end was written by the repair","was":"unfinished","droppedLines":0,"droppedBytes":0}}',
  ]);
  expect(readdirSync(folder).sort()).toEqual(["a.tape.jsonl", "a.tape.jsonl.orig"]);
});

test("a torn last line is dropped", async () => {
  const { report, told, notes } = await repaired(joined(lines.slice(0, 4)).subarray(0, -9));
  expect([report.droppedLines, report.droppedBytes]).toEqual([1, lines[3]!.length - 8]);
  expect(told).toEqual(messages.slice(0, 2));
  expect(JSON.parse(notes[0]!).note).toEqual({
    what: "dropped",
    says: "the last line was cut in the middle and is dropped",
    line: 4,
    bytes: lines[3]!.length - 8,
  });
});

test("a damaged line in the middle becomes a note in its place", async () => {
  const { report, told, notes } = await repaired(
    joined(lines.with(2, '{"at":20,"dir":"s2c","msg":{"id":1,')),
  );
  expect([report.droppedLines, report.droppedBytes]).toEqual([1, 35]);
  expect(told).toEqual([messages[0], messages[2]]);
  expect(notes[0]).toContain('{"at":10,"note":{"what":"dropped"');
  expect(JSON.parse(notes[1]!).note).toMatchObject({
    what: "repaired",
    was: "damaged",
    line: 3,
    droppedLines: 1,
  });
});

test("an altered tape keeps its lines and says that it was altered", async () => {
  const { told, notes } = await repaired(joined(lines.with(1, lines[1]!.replace("1.0", "2.0"))));
  expect(told[0]).toBe('2 @10 c2s msg {"id": 2.0}');
  expect(JSON.parse(notes.at(-1)!).note).toMatchObject({ what: "repaired", was: "altered", line: 2 });
});

test("lines behind the end are kept before the new one", async () => {
  const { told } = await repaired(joined([...lines, '{"at":99,"dir":"c2s","msg":{"late":1}}']));
  expect(told.at(-1)).toBe('5 @99 c2s msg {"late":1}');
});

test("a tape of which only the header is left", async () => {
  expect((await repaired(utf8(`${lines[0]}\n`))).told).toEqual([]);
  expect((await repaired(utf8(lines[0]!))).told).toEqual([]);
});

test("unknown lines, unknown keys and odd spelling stay as they were", async () => {
  const odd = ['{ "at" : 40 ,"later":[1.0],"msg": {"a":1} }', '{"at":50,"new":{"n":12345678901234567890}}'];
  await repaired(joined([...lines.slice(0, 2), ...odd]));
  expect(textOf(readFileSync(path)).split("\n").slice(0, 4)).toEqual([...lines.slice(0, 2), ...odd]);
});

test("the header keeps its spelling", async () => {
  const spelled = `{ "reelwire":1, "id":"x","startedAt":"2026-11-20T08:11:00Z","big":12345678901234567890 }`;
  await repaired(utf8(`${spelled}\n`));
  expect(textOf(readFileSync(path)).split("\n")[0]).toBe(spelled);
});

describe("the original", () => {
  test("never replaces one that is there", async () => {
    writeFileSync(`${path}.orig`, "mine");
    writeFileSync(`${path}.orig.2`, "mine too");
    const { report } = await repaired(joined(lines.slice(0, 3)));
    expect(report.original).toBe(`${path}.orig.3`);
    expect(readFileSync(`${path}.orig`, "utf8")).toBe("mine");
  });

  test("is reached through a link, and the link stays one", async () => {
    const link = join(folder, "link");
    writeFileSync(path, joined(lines.slice(0, 3)));
    symlinkSync(path, link);
    expect((await repairTape(link)).original).toBe(`${path}.orig`);
    expect(readFileSync(link)).toEqual(readFileSync(path));
  });

  test("keeps its rights", async () => {
    writeFileSync(path, joined(lines.slice(0, 3)), { mode: 0o600 });
    await repairTape(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("is not touched through another name that it has", async () => {
    writeFileSync(path, joined(lines.slice(0, 3)));
    linkSync(path, join(folder, "other"));
    await repairTape(path);
    expect(readFileSync(join(folder, "other"))).toEqual(Buffer.from(joined(lines.slice(0, 3))));
  });

  test("stays when it cannot be repaired", async () => {
    for (const [bytes, code] of [
      ["", "RW3008"],
      ['{"reelwire":1\n{}', "RW3004"],
      ["hello", "RW3002"],
    ] as const) {
      writeFileSync(path, bytes);
      expect(await codeOf(repairTape(path))).toBe(code);
      expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual([bytes, ["a.tape.jsonl"]]);
    }
  });

  test("stays when the folder lets nothing be written", (context) => {
    const missing = otherUserMissing();
    if (missing !== undefined) context.skip(missing);
    const bytes = joined(lines.slice(0, 3));
    writeFileSync(path, bytes);
    chmodSync(path, 0o666);
    chmodSync(folder, 0o555);
    const ran = moduleAsOther(
      `const { repairTape } = await from("src/tape/index.ts");
      console.log(await repairTape(${JSON.stringify(path)}).then(() => "repaired", (fault) => fault.code));`,
      folder,
    );
    chmodSync(folder, 0o700);
    expect(ran).toEqual({ status: 0, stderr: "", stdout: "RW3012\n" });
    expect(readdirSync(folder)).toEqual(["a.tape.jsonl"]);
    expect(readFileSync(path)).toEqual(Buffer.from(bytes));
  });

  test("is missing", async () => {
    expect(await codeOf(repairTape(join(folder, "none")))).toBe("RW3001");
  });
});

test("any cut and any change is repaired to a complete tape, twice gives the same", async () => {
  const edit = fc.record({
    at: fc.integer({ min: lines[0]!.length + 1, max: whole.length }),
    cut: fc.nat(60),
    put: fc.uint8Array({ maxLength: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(edit, { maxLength: 3 }),
      fc.nat(whole.length - lines[0]!.length - 1),
      async (edits, keep) => {
        const bytes = [...whole.subarray(0, lines[0]!.length + 1 + keep)];
        for (const { at, cut, put } of edits) bytes.splice(Math.min(at, bytes.length), cut, ...put);
        rmSync(folder, { recursive: true });
        folder = mkdtempSync(join(tmpdir(), "tape-"));
        path = join(folder, "a.tape.jsonl");
        await repaired(new Uint8Array(bytes));
        expect((await repairTape(path)).changed).toBe(false);
      },
    ),
    { numRuns: 100 },
  );
});
