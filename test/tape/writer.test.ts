// The writer: whole lines only, checkpoints when they are due, and a known state when the sink fails.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Sink, TapeWriter, type WriterOptions } from "../../src/tape/index.ts";
import { header, sent, textOf, utf8 } from "./helpers.ts";

/** A sink that keeps what it was given, and refuses while told to. */
class Shelf implements Sink {
  pieces: Uint8Array[] = [];
  full = false;
  write(bytes: Uint8Array): void {
    if (this.full) throw new Error("no space left");
    this.pieces.push(bytes.slice());
  }
  get bytes(): Uint8Array {
    return Buffer.concat(this.pieces);
  }
  get lines(): string[] {
    return textOf(this.bytes).split("\n").slice(0, -1);
  }
}

function begin(options?: WriterOptions): [TapeWriter, Shelf] {
  const shelf = new Shelf();
  return [new TapeWriter(shelf, header, options), shelf];
}

const shape = (line: string): string =>
  line.replace(/[0-9a-f]{64}/g, "…").replace(/"crc":"[\w+/=]+"/, '"crc":"…"');
const crcs = (lines: readonly string[]): string => {
  const bytes = Buffer.alloc(4 * lines.length);
  for (const [i, line] of lines.entries()) bytes.writeUInt32BE(crc32(`${line}\n`), 4 * i);
  return bytes.toString("base64");
};
const sha = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a short tape, line by line", () => {
  const [writer, shelf] = begin();
  writer.write({ at: 0, payload: { kind: "open", open: { side: "server", pid: 7 } } });
  writer.write(sent(812, "c2s", '{"id": 0}'));
  writer.end(900);
  expect(shelf.lines.map(shape)).toEqual([
    '{"reelwire":1,"id":"t-1","startedAt":"2026-11-20T08:11:00.123456Z"}',
    '{"at":0,"open":{"side":"server","pid":7}}',
    '{"at":812,"dir":"c2s","msg":{"id": 0}}',
    '{"at":900,"mark":{"lines":3,"bytes":149,"sha256":"…","crc":"…"}}',
    '{"at":900,"end":{"lines":4,"sha256":"…","crc":"…"}}',
  ]);
  const before = `${shelf.lines.slice(0, 4).join("\n")}\n`;
  expect(JSON.parse(shelf.lines[4]!).end.sha256).toBe(sha(before));
  expect(writer.endHash).toBe(sha(before));
  expect([writer.lines, writer.bytes, writer.accepted]).toEqual([5, shelf.bytes.length, shelf.bytes.length]);
});

test("nothing reaches the sink before a flush, then everything at once", () => {
  const [writer, shelf] = begin();
  writer.write(sent(1, "c2s", "{}"));
  expect([shelf.pieces.length, writer.accepted, writer.lines]).toEqual([0, 0, 2]);
  writer.flush();
  writer.flush();
  expect([shelf.pieces.length, writer.accepted === writer.bytes]).toEqual([1, true]);
});

describe("checkpoints", () => {
  const marks = (shelf: Shelf): string[] => shelf.lines.filter((line) => line.includes('"mark"'));

  test("come after so many bytes", () => {
    const [writer, shelf] = begin({ markBytes: 1000 });
    for (let i = 0; i < 100; i++) writer.write(sent(i, "c2s", `{"n":${i}}`));
    writer.flush();
    const { length } = shelf.bytes;
    expect(marks(shelf).length).toBeGreaterThan(length / 1700);
    expect(marks(shelf).length).toBeLessThan(length / 900);
  });

  test("come after so much activity, and not while nothing happens", () => {
    const [writer, shelf] = begin();
    for (const seconds of [1, 4, 5, 6, 60, 61]) writer.write(sent(seconds * 1e6, "c2s", "{}"));
    writer.flush();
    expect(marks(shelf).map((line) => JSON.parse(line).at / 1e6)).toEqual([5, 60]);
  });

  test("come after a message larger than everything", () => {
    const [writer, shelf] = begin();
    writer.write(sent(1, "c2s", JSON.stringify("x".repeat(3_000_000))));
    writer.flush();
    expect(marks(shelf)).toHaveLength(1);
  });

  test("come after so many lines, each with the checksums of all lines since the last", () => {
    const [writer, shelf] = begin();
    for (let i = 0; i < 2000; i++) writer.write(sent(i, "c2s", "{}"));
    writer.end(2000);
    const counts = marks(shelf).map((line) => Buffer.from(JSON.parse(line).mark.crc, "base64").length / 4);
    expect(counts).toEqual([513, 513, 513, 465]);
    expect(Math.max(...shelf.lines.map((line) => line.length))).toBeLessThan(4096);
  });

  test("agree with every byte before them, in any tape", () => {
    const options = { markBytes: 300, markMicros: 50, bufferBytes: 2048 };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat(4000)), { maxLength: 60 }), (steps) => {
        const [writer, shelf] = begin(options);
        let at = 0;
        for (const [wait, size] of steps)
          writer.write(sent((at += wait), "s2c", JSON.stringify("y".repeat(size))));
        writer.end(at);
        let before = "";
        let since: string[] = [];
        for (const [i, line] of shelf.lines.entries()) {
          const { mark, end } = JSON.parse(line);
          if (mark)
            expect(mark).toEqual({ lines: i, bytes: before.length, sha256: sha(before), crc: crcs(since) });
          if (end) expect(end).toEqual({ lines: i, sha256: sha(before), crc: crcs(since) });
          if (mark) since = [];
          since.push(line);
          before += `${line}\n`;
        }
        for (const piece of shelf.pieces) expect(piece.at(-1)).toBe(0x0a);
      }),
    );
  });
});

describe("a sink that fails", () => {
  test("leaves what was taken to be offered again, and counts what was accepted", () => {
    const [writer, shelf] = begin();
    writer.write(sent(1, "c2s", '{"n":1}'));
    writer.flush();
    const { accepted } = writer;
    writer.write(sent(2, "c2s", '{"n":2}'));
    shelf.full = true;
    expect(() => writer.flush()).toThrow("no space left");
    expect(() => writer.flush()).toThrow("no space left");
    expect(writer.accepted).toBe(accepted);
    shelf.full = false;
    writer.end(3);
    expect(shelf.lines.map(shape).slice(1, 3)).toEqual([
      '{"at":1,"dir":"c2s","msg":{"n":1}}',
      '{"at":2,"dir":"c2s","msg":{"n":2}}',
    ]);
    expect(JSON.parse(shelf.lines.at(-1)!).end.sha256).toBe(sha(`${shelf.lines.slice(0, -1).join("\n")}\n`));
  });

  test("an event that was refused is not on the tape; memory does not grow", () => {
    const [writer, shelf] = begin({ bufferBytes: 8192 });
    shelf.full = true;
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      try {
        writer.write(sent(i, "c2s", `{"n":${i}}`));
      } catch {
        refused++;
      }
    }
    const { lines, bytes } = writer;
    expect([refused > 800, bytes <= 8192]).toEqual([true, true]);
    shelf.full = false;
    writer.flush();
    expect([shelf.lines.length, shelf.bytes.length]).toEqual([lines, bytes]);
  });

  test("a large message that was refused is not counted", () => {
    const [writer, shelf] = begin({ bufferBytes: 4096 });
    writer.flush();
    const { lines, bytes } = writer;
    shelf.full = true;
    expect(() => writer.write(sent(1, "c2s", JSON.stringify("x".repeat(10_000))))).toThrow();
    expect([writer.lines, writer.bytes, writer.accepted]).toEqual([lines, bytes, bytes]);
  });
});

describe("programmer errors", () => {
  test("nothing is written after the end, and the end comes once", () => {
    const [writer] = begin();
    writer.end(1);
    expect(() => writer.write(sent(2, "c2s", "{}"))).toThrow("must hold");
    expect(() => writer.copy(utf8("{}\n"), 1)).toThrow("must hold");
    expect(() => writer.end(2)).toThrow("must hold");
  });

  test("checkpoints are the writer's own, times are counts, a copied line is one line", () => {
    const [writer] = begin();
    expect(() => writer.write({ at: 1, payload: { kind: "end", end: { lines: 1, sha256: "" } } })).toThrow(
      "must hold",
    );
    expect(() => writer.write(sent(-1, "c2s", "{}"))).toThrow("must hold");
    expect(() => writer.write(sent(0.5, "c2s", "{}"))).toThrow("must hold");
    expect(() => writer.copy(utf8("{}"), 1)).toThrow("must hold");
    expect(() => writer.copy(utf8("{}\n{}\n"), 1)).toThrow("must hold");
  });
});

test("the end is never before what happened last", () => {
  const [writer, shelf] = begin();
  writer.write(sent(500, "c2s", "{}"));
  writer.end(3);
  expect(JSON.parse(shelf.lines.at(-1)!).at).toBe(500);
});
