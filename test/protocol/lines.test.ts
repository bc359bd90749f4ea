/** The same stream gives the same lines, whatever the chunking. */
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { LineSplitter } from "../../src/protocol/index.ts";

const lineBytesMax = 8;
const stream = fc.array(fc.constantFrom(0x0a, 0x0a, 0x0d, 0x61, 0x62, 0x00, 0xff), { maxLength: 60 });
const cuts = fc.array(fc.nat(60), { maxLength: 20 });

interface Seen {
  readonly bytes: number[];
  readonly ended: boolean;
  readonly lostBytes: number;
}

describe("for any stream and any chunking", () => {
  test("the lines are those of the stream", () => {
    const holds = (bytes: number[], at: number[]) => {
      expect(linesOf(chunks(bytes, at))).toEqual(byDefinition(bytes));
    };
    fc.assert(fc.property(stream, cuts, holds), { numRuns: 5000 });
  });

  test("a chunk may be reused once its lines are taken", () => {
    const holds = (bytes: number[], at: number[]) => {
      const splitter = new LineSplitter(lineBytesMax);
      const lines: Seen[] = [];
      const buffer = new Uint8Array(64);
      for (const chunk of chunks(bytes, at)) {
        buffer.set(chunk);
        for (const line of splitter.push(buffer.subarray(0, chunk.length))) lines.push(seen(line));
        buffer.fill(0x7a);
      }
      const last = splitter.end();
      expect([...lines, ...(last ? [seen(last)] : [])]).toEqual(byDefinition(bytes));
    };
    fc.assert(fc.property(stream, cuts, holds), { numRuns: 1000 });
  });

  test("a splitter that reuses its memory says the same lines to who takes them at once", () => {
    const holds = (bytes: number[], at: number[]) => {
      const splitter = new LineSplitter(lineBytesMax, { reuse: true });
      const lines: Seen[] = [];
      for (const chunk of chunks(bytes, at)) for (const line of splitter.push(chunk)) lines.push(seen(line));
      const last = splitter.end();
      expect([...lines, ...(last ? [seen(last)] : [])]).toEqual(byDefinition(bytes));
    };
    fc.assert(fc.property(stream, cuts, holds), { numRuns: 2000 });
  });

  test("the bytes held are those of the unfinished line, and the memory of a long one is bounded", () => {
    const splitter = new LineSplitter(4096);
    for (let i = 0; i < 100_000; i++)
      for (const _ of splitter.push(Uint8Array.of(0x61))) expect.unreachable();
    expect(splitter.heldBytes).toBe(100_000);
    const [line] = splitter.push(Uint8Array.of(0x0a));
    expect([line!.bytes.length, line!.lostBytes]).toEqual([1024, 100_000 - 1024]);
    expect(line!.bytes.buffer.byteLength).toBe(1024);
    expect(splitter.heldBytes).toBe(0);
  });
});

test("a carriage return stays in its line", () => {
  expect(linesOf([Uint8Array.from([0x61, 0x0d]), Uint8Array.from([0x0a, 0x0d, 0x0a])])).toEqual([
    { bytes: [0x61, 0x0d], ended: true, lostBytes: 0 },
    { bytes: [0x0d], ended: true, lostBytes: 0 },
  ]);
});

test("a long line in one-byte chunks is copied a few times, not once per chunk", () => {
  const splitter = new LineSplitter(Number.POSITIVE_INFINITY);
  const chunk = Uint8Array.of(0x61);
  const chunks = 200_000;
  const allocated = countAllocations();
  for (let i = 0; i < chunks; i++) for (const _ of splitter.push(chunk)) expect.unreachable();
  expect(splitter.end()!.bytes.length).toBe(chunks);
  // Doubling makes 1 + 2 + 4 + … bytes; a copy per chunk would make a hundred thousand times the line.
  expect(allocated()).toBeGreaterThanOrEqual(chunks);
  expect(allocated()).toBeLessThan(4 * chunks);
});

test("a splitter can be used again after the end", () => {
  const splitter = new LineSplitter(lineBytesMax);
  expect([...splitter.push(Uint8Array.of(0x61))]).toEqual([]);
  expect(splitter.end()?.ended).toBe(false);
  expect(splitter.end()).toBeUndefined();
  expect([...splitter.push(Uint8Array.of(0x62, 0x0a))].map(seen)).toEqual([
    { bytes: [0x62], ended: true, lostBytes: 0 },
  ]);
});

/** Counts the bytes of every array that is made by length, until the test is over. */
function countAllocations(): () => number {
  let bytes = 0;
  const construct = (target: Uint8ArrayConstructor, args: unknown[]): Uint8Array => {
    if (typeof args[0] === "number") bytes += args[0];
    return Reflect.construct(target, args) as Uint8Array;
  };
  vi.stubGlobal("Uint8Array", new Proxy(Uint8Array, { construct }));
  onTestFinished(() => void vi.unstubAllGlobals());
  return () => bytes;
}

function linesOf(list: readonly Uint8Array[]): Seen[] {
  const splitter = new LineSplitter(lineBytesMax);
  const lines = list.flatMap((chunk) => [...splitter.push(chunk)].map(seen));
  const last = splitter.end();
  return last ? [...lines, seen(last)] : lines;
}

function seen(line: { bytes: Uint8Array; ended: boolean; lostBytes: number }): Seen {
  return { bytes: [...line.bytes], ended: line.ended, lostBytes: line.lostBytes };
}

function byDefinition(bytes: readonly number[]): Seen[] {
  const lines: number[][] = [[]];
  for (const byte of bytes) {
    if (byte === 0x0a) lines.push([]);
    else lines.at(-1)!.push(byte);
  }
  const all = lines.map((line, i) => {
    const lostBytes = Math.max(0, line.length - lineBytesMax);
    return { bytes: line.slice(0, lineBytesMax), ended: i < lines.length - 1, lostBytes };
  });
  return all.filter((line) => line.ended || line.bytes.length > 0);
}

function chunks(bytes: readonly number[], at: readonly number[]): Uint8Array[] {
  const ends = [...new Set([...at.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
  return ends.map((end, i) => Uint8Array.from(bytes.slice(ends[i - 1] ?? 0, end)));
}
