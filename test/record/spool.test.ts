import { describe, expect, it } from "vitest";
import { entryKinds, readArena } from "../../src/record/index.ts";
import { arenaBytes, arenasMax, chunkBytesMax, Spool } from "../../src/record/spool.ts";

describe("the arenas between the wire and the writer", () => {
  const chunk = new Uint8Array(chunkBytesMax);
  const perArena = Math.floor(arenaBytes / (chunkBytesMax + 16));

  it("pauses when the writer has all, never grows, and goes on when one comes back", () => {
    const out: { buffer: ArrayBuffer; used: number }[] = [];
    let room = 0;
    const spool = new Spool(
      (buffer, used) => out.push({ buffer, used }),
      () => room++,
    );
    const put = (): boolean => spool.put(0, entryKinds.c2s, chunk);
    for (let i = 1; i < perArena * arenasMax; i++) expect(put(), `chunk ${i}`).toBe(true);
    expect(put(), "the last is full and none is back").toBe(false);
    expect(out).toHaveLength(arenasMax - 1);
    spool.giveBack(out[0]!.buffer);
    expect(room).toBe(1);
    expect(out, "the full one went out at once").toHaveLength(arenasMax);
    expect(put()).toBe(true);
    spool.end();
    expect(new Set(out.map(({ buffer }) => buffer)).size, "and no other memory was used").toBe(arenasMax);
  });

  it("does not hand over while the writer has all others: what comes then still has a place", () => {
    const out: ArrayBuffer[] = [];
    const spool = new Spool(
      (buffer) => out.push(buffer),
      () => {},
    );
    for (let i = 1; i < arenasMax; i++) {
      spool.put(i, entryKinds.s2c, Buffer.from("a"));
      expect(spool.flush()).toBe(true);
    }
    spool.put(2, entryKinds.s2c, Buffer.from("b"));
    expect(spool.flush()).toBe(false);
    expect(spool.put(3, entryKinds.s2c, Buffer.from("c"))).toBe(true);
    spool.end();
    expect(out).toHaveLength(arenasMax);
  });

  it("gives back what was put: times, kinds, bytes, whatever their length", () => {
    const out: { at: number; kind: number; text: string }[] = [];
    const spool = new Spool(
      (buffer, used) => {
        for (const { at, kind, bytes } of readArena(buffer, used))
          out.push({ at, kind, text: bytes.toString() });
      },
      () => {},
    );
    const texts = Array.from({ length: 20 }, (_, i) => "x".repeat(i));
    for (const [i, text] of texts.entries()) spool.put(i + 0.5, entryKinds.stderr, Buffer.from(text));
    spool.flush();
    expect(out).toEqual(texts.map((text, i) => ({ at: i + 0.5, kind: entryKinds.stderr, text })));
  });

  it("lets the sources go on when the writer is gone", () => {
    let room = 0;
    const spool = new Spool(
      () => {},
      () => room++,
    );
    while (spool.put(0, entryKinds.c2s, chunk));
    spool.abandon();
    expect(room).toBe(1);
  });
});
