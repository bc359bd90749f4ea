// No byte of a tape is changed unseen, and the verdict names the very line: signed or not, in one file or in parts.
import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import {
  checkTape,
  signerOf,
  type TapeEvent,
  type TapeHeader,
  type TapeReport,
  TapeWriter,
  type WriterOptions,
} from "../../src/tape/index.ts";
import { chunked, header, sent, textOf, utf8 } from "./helpers.ts";

const key = (): KeyObject => generateKeyPairSync("ed25519").privateKey;
const signer = signerOf(key());
const stranger = signerOf(key());

/** One of every kind of line, and two bytes of UTF-8 beyond ASCII. */
const events: readonly TapeEvent[] = [
  { at: 0, payload: { kind: "open", open: { side: "server", pid: 42 } } },
  sent(10, "c2s", '{"jsonrpc":"2.0","id":0,"method":"é","params":{"n":1.0}}'),
  { at: 15, payload: { kind: "stderr", text: "said\n" } },
  { at: 20, ex: 7, dir: "s2c", payload: { kind: "other", key: "http", json: '{"status":200}' } },
  { at: 21, ex: 7, dir: "s2c", sse: { comment: "hi" }, payload: { kind: "sse" } },
  { at: 22, dir: "s2c", payload: { kind: "text", text: "noise" } },
  { at: 23, dir: "s2c", payload: { kind: "bytes", bytes: new Uint8Array([0xff, 0]) } },
  sent(30, "s2c", '{"jsonrpc":"2.0","id":0,"result":{}} \t'),
  { at: 31, payload: { kind: "note", note: { what: "w", says: "s", n: 1 } } },
  { at: 40, payload: { kind: "close", close: { side: "server", code: 0, signal: null } } },
];

function tapeOf(options: WriterOptions = {}, head: TapeHeader = header, from = events): Uint8Array {
  const chunks: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void chunks.push(bytes.slice()) };
  const writer = new TapeWriter(sink, head, { markLines: 4, ...options });
  for (const event of from) writer.write(event);
  writer.end(50);
  return new Uint8Array(Buffer.concat(chunks));
}

const signed = tapeOf({ signer });
const plain = tapeOf();
const linesOf = (tape: Uint8Array): string[] => textOf(tape).split("\n").slice(0, -1);
const joined = (lines: readonly string[]): Uint8Array => utf8(lines.map((line) => `${line}\n`).join(""));
const isMark = (line: string): boolean => line.includes('"mark"');
const check = (bytes: Uint8Array): Promise<TapeReport> => checkTape(chunked(bytes));

/** The verdict in a few words: the state and the line, or the error's code and the line that it names. */
async function verdict(bytes: Uint8Array): Promise<string> {
  try {
    const { state, line } = await check(bytes);
    return line === undefined ? state : `${state} ${line}`;
  } catch (error) {
    if (!(error instanceof ReelwireError)) throw error;
    const line = error.where.find(([label]) => label === "line")?.[1];
    return `${error.code} ${line}`;
  }
}

/** What a byte is turned into: single bits, a line end, and what means something in JSON. */
const changes: readonly ((byte: number) => number)[] = [
  (byte) => byte ^ 1,
  (byte) => byte ^ 0x20,
  (byte) => byte ^ 0x80,
  () => 0x0a,
  () => 0x20,
  () => 0x22,
  () => 0x30,
];

async function everyFlip(tape: Uint8Array): Promise<string[]> {
  const wrong: string[] = [];
  let line = 1;
  for (const [at, byte] of tape.entries()) {
    const outcomes = changes
      .map((change) => change(byte))
      .filter((changed) => changed !== byte)
      .map(async (changed) => {
        const said = await verdict(tape.with(at, changed));
        if (!/^(damaged|altered|RW300[234]) /.test(said) || !said.endsWith(` ${line}`))
          wrong.push(`byte ${at} of line ${line}, ${byte} to ${changed}: ${said}`);
      });
    await Promise.all(outcomes);
    if (byte === 0x0a) line++;
  }
  return wrong;
}

describe("every byte of every line, changed in many ways, is found in its line", () => {
  test("of a signed tape", async () => {
    expect(linesOf(signed).filter(isMark).length).toBeGreaterThanOrEqual(3);
    expect(await check(signed)).toMatchObject({ state: "complete", signatures: 4, proved: 15 });
    expect(await everyFlip(signed)).toEqual([]);
  }, 60_000);

  test("of a tape that is not signed", async () => {
    expect(await verdict(plain)).toBe("complete");
    expect(await everyFlip(plain)).toEqual([]);
  }, 60_000);

  test("of the shortest tapes", async () => {
    expect(await everyFlip(tapeOf({ signer }, header, []))).toEqual([]);
    expect(await everyFlip(tapeOf({}, header, []))).toEqual([]);
  }, 60_000);

  test("of a part of a rotated recording", async () => {
    const part = { ...header, part: 2, previous: "0".repeat(64) };
    expect(await everyFlip(tapeOf({ signer }, part, events.slice(0, 2)))).toEqual([]);
  }, 60_000);

  test("of a copied header and lines with blanks at their ends", async () => {
    const chunks: Uint8Array[] = [];
    const sink = { write: (bytes: Uint8Array) => void chunks.push(bytes.slice()) };
    const headerLine = utf8(`{"reelwire":1,"id":"t-1","startedAt":"2026-11-20T08:11:00.123456Z"} \n`);
    const writer = new TapeWriter(sink, header, { headerLine, signer });
    writer.copy(utf8('{"at":1,"stderr":"x"} \r\n'), 1);
    writer.copy(utf8('{"at":2,"dir":"c2s","msg":{} } \n'), 2);
    writer.end(3);
    expect(await everyFlip(new Uint8Array(Buffer.concat(chunks)))).toEqual([]);
  }, 60_000);
});

/** Lines as other writers may spell them, and lines of later versions. */
const oddLines = [
  '{"at":1,"dir":"c2s","msg":{"id":1 } } \t\r',
  ' { "at" : 1 , "stderr":"x" } ',
  '{"at":1,"stderr":"é\\n"}',
  '{"at":1,"http":{"sha256":"abc"}}',
  '{"at":1,"later":"x","note":{"what":"w","says":"s"}}',
  '{"at":1,"bytes":"/w=="}',
];

test("of any tape, signed or not, any byte changed to any other is found in its line", async () => {
  const shape = fc.record({
    lines: fc.array(fc.constantFrom(...oddLines), { maxLength: 12 }),
    markLines: fc.integer({ min: 1, max: 6 }),
    bufferBytes: fc.constantFrom(1, 100_000),
    blanks: fc.constantFrom("", " ", "  "),
    isSigned: fc.boolean(),
    places: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
    byte: fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x20, 0x22), fc.nat(255)),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ lines, blanks, isSigned, places, byte, ...options }) => {
      const chunks: Uint8Array[] = [];
      const sink = { write: (bytes: Uint8Array) => void chunks.push(bytes.slice()) };
      const headerLine = utf8(`${JSON.stringify(header)}${blanks}\n`);
      const writer = new TapeWriter(sink, header, {
        ...options,
        headerLine,
        ...(isSigned && { signer }),
      });
      for (const line of lines) writer.copy(utf8(`${line}\n`), 1);
      writer.end(1);
      const tape = new Uint8Array(Buffer.concat(chunks));
      expect(await verdict(tape)).toBe("complete");
      for (const place of places.map((each) => each % tape.length)) {
        if (tape[place] === byte) continue;
        const line = 1 + tape.subarray(0, place).filter((each) => each === 0x0a).length;
        expect(await verdict(tape.with(place, byte))).toMatch(
          new RegExp(`^(damaged|altered|RW300[234]) ${line}$`),
        );
      }
    }),
    { numRuns: 200 },
  );
}, 60_000);

test("a tape that was cut anywhere is unfinished, and what a checkpoint covers is proved", async () => {
  const start = signed.indexOf(0x0a) + 1;
  const marks = linesOf(signed).flatMap((line, i) => (isMark(line) ? [i] : []));
  for (let cut = start; cut < signed.length; cut++) {
    const report = await check(signed.subarray(0, cut));
    expect([report.state, report.line], `cut at ${cut}`).toEqual(["unfinished", undefined]);
    const whole = linesOf(signed.subarray(0, cut + 1)).length;
    if (whole === linesOf(signed).length) expect(report.proved).toBe(whole - 1);
    else expect(report.proved).toBe(Math.max(0, ...marks.filter((mark) => mark < whole)));
  }
});

describe.each([
  ["signed", signed],
  ["not signed", plain],
])("whole lines of a tape that is %s", (_, tape) => {
  const lines = linesOf(tape);

  test("a line that was taken out is missed where it stood", async () => {
    for (let i = 1; i < lines.length - 1; i++)
      expect(await verdict(joined(lines.toSpliced(i, 1))), lines[i]).toBe(`altered ${i + 1}`);
    expect(await verdict(joined(lines.slice(0, -1)))).toBe("unfinished");
    expect(await verdict(joined(lines.slice(1)))).toBe("RW3002 1");
  });

  test("of a line that stands twice the second is named", async () => {
    for (let i = 1; i < lines.length - 1; i++)
      expect(await verdict(joined(lines.toSpliced(i, 0, lines[i]!))), lines[i]).toBe(`altered ${i + 2}`);
    expect(await verdict(joined([...lines, lines.at(-1)!]))).toBe(`damaged ${lines.length + 1}`);
    expect(await verdict(joined(lines.toSpliced(1, 0, lines[0]!)))).toMatch(/^(damaged|altered) 2$/);
  });

  test("of two lines that changed places the first is named", async () => {
    for (let i = 1; i < lines.length - 2; i++) {
      const swapped = lines.toSpliced(i, 2, lines[i + 1]!, lines[i]!);
      expect(await verdict(joined(swapped)), lines[i]).toBe(`altered ${i + 1}`);
    }
    const last = lines.length - 2;
    const swapped = lines.toSpliced(last, 2, lines[last + 1]!, lines[last]!);
    expect(await verdict(joined(swapped))).toBe(`altered ${last + 1}`);
  });

  test("a foreign line is named", async () => {
    for (let i = 1; i < lines.length; i++)
      expect(await verdict(joined(lines.toSpliced(i, 0, '{"at":5,"stderr":"foreign"}')))).toMatch(
        new RegExp(`^(altered|damaged) ${i + 1}$`),
      );
  });
});

describe("a checkpoint of another tape", () => {
  const others = Array.from({ length: 10 }, (_, i) => sent(i, "c2s", `{"id":${i}}`));
  const otherId = { ...header, id: "t-22" };
  const foreignTo = (other: Uint8Array, tape = signed): Promise<string[]> =>
    Promise.all(
      linesOf(tape).flatMap((line, i) =>
        isMark(line) ? [verdict(joined(linesOf(tape).with(i, linesOf(other)[i]!)))] : [],
      ),
    );
  const own = linesOf(signed).flatMap((line, i) => (isMark(line) ? [`altered ${i + 1}`] : []));

  test("with other lines", async () => {
    expect(await foreignTo(tapeOf({ signer }, otherId, others))).toEqual(own);
    expect(await foreignTo(tapeOf({}, otherId, others), plain)).toEqual(own);
  });

  test("with the same lines, but for its id", async () => {
    expect(await foreignTo(tapeOf({ signer }, otherId))).toEqual(own);
  });

  test("signed by another", async () => {
    expect(await foreignTo(tapeOf({ signer: stranger }))).toEqual(own);
  });
});

describe("a tape that somebody wrote anew", () => {
  const changed = events.with(1, sent(10, "c2s", '{"jsonrpc":"2.0","id":0,"method":"evil"}'));

  test("without the key it is not signed by it", async () => {
    expect(await check(tapeOf({}, header, changed))).toMatchObject({ state: "complete", signatures: 0 });
    const forged = await check(tapeOf({ signer: stranger }, header, changed));
    expect([forged.state, forged.signer?.key]).toEqual(["complete", stranger.key]);
  });

  test("the old signatures do not fit the new hashes", async () => {
    const { alg } = signer;
    const forger = { alg, key: signer.key, sign: (message: Uint8Array) => stranger.sign(message) };
    const forged = tapeOf({ signer: forger }, header, changed);
    expect(await check(forged)).toMatchObject({
      state: "altered",
      line: linesOf(forged).findIndex(isMark) + 1,
      why: "its signature does not fit",
      signatures: 0,
    });
  });

  test("the old header with hashes of another, and nothing signed", async () => {
    const named = { ...header, signer: { alg: signer.alg, key: signer.key } };
    const lines = linesOf(tapeOf({ headerLine: utf8(`${JSON.stringify(header)}\n`) }));
    const before = joined([JSON.stringify(named), ...lines.slice(1, 5)]);
    const sha256 = createHash("sha256").update(before).digest("hex");
    const end = `{"at":99,"end":{"lines":5,"sha256":"${sha256}"}}\n`;
    const forged = new Uint8Array(Buffer.concat([before, utf8(end)]));
    expect(await verdict(forged)).toBe("altered 6");
  });
});

test("a way of signing that this version does not know is not judged", async () => {
  const later = { alg: "ml-dsa", key: "AAAA", sign: () => new Uint8Array(3) };
  expect(await check(tapeOf({ signer: later }))).toMatchObject({
    state: "complete",
    signer: { alg: "ml-dsa" },
    signatures: 0,
  });
});

test("checkpoints without checksums name the lines between which the change is", async () => {
  const old = ['{"reelwire":1,"id":"t-1","startedAt":"2026-11-20T08:11:00.123456Z"}'];
  const proof = (): string =>
    `"lines":${old.length},"bytes":${joined(old).length},"sha256":"${createHash("sha256").update(joined(old)).digest("hex")}"`;
  const say = (n: number): void => {
    for (let i = 0; i < n; i++) old.push(`{"at":${old.length},"stderr":"x"}`);
  };
  say(2);
  old.push(`{"at":9,"mark":{${proof()}}}`);
  say(3);
  old.push(`{"at":9,"mark":{${proof()}}}`);
  say(1);
  old.push(`{"at":9,"end":{${proof()}}}`);
  expect(await verdict(joined(old))).toBe("complete");
  const changed = old.with(5, '{"at":5,"stderr":"y"}');
  expect(await check(joined(changed))).toMatchObject({
    state: "altered",
    line: 8,
    why: "its hash is not that of the lines before it; the change is in lines 4 to 7",
    proved: 3,
  });
});
