import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { hashOf } from "../../src/match/hash.ts";
import { Column, KeyTable, none } from "../../src/match/index.ts";

function chain(table: KeyTable, key: string): number[] {
  const found: number[] = [];
  for (let event = table.first(hashOf(key)); event !== none; event = table.after(event)) found.push(event);
  return found;
}

describe("hashes", () => {
  it("are two unsigned words, the same each time", () => {
    for (const text of ["", "a", "\ud800", "x".repeat(10_000)]) {
      expect(hashOf(text)).toEqual(hashOf(text));
      for (const word of hashOf(text))
        expect(word >= 0 && word < 2 ** 32 && Number.isInteger(word)).toBe(true);
    }
  });

  it("tell keys apart that differ in little", () => {
    const keys = new Set<string>();
    for (let i = 0; i < 50_000; i++) {
      keys.add(`tools/call {"arguments":{"n":i${i}e0}}`);
      keys.add(`tools/call {"arguments":{"n":i${i}e1}}`);
      keys.add(`${i % 10}${String.fromCharCode(i)}${String.fromCharCode(i >> 3)}`);
    }
    const hashes = new Set([...keys].map((key) => hashOf(key).join()));
    expect(keys.size - hashes.size).toBe(0);
  });

  it("spread over few slots by either word", () => {
    for (const word of [0, 1] as const) {
      const slots = new Uint32Array(64);
      for (let i = 0; i < 64_000; i++) slots[hashOf(`tools/call ${i}`)[word] & 63]!++;
      expect(Math.min(...slots)).toBeGreaterThan(700);
      expect(Math.max(...slots)).toBeLessThan(1300);
    }
  });
});

describe("key tables", () => {
  it("know nothing at first", () => {
    const table = new KeyTable();
    expect([table.first(hashOf("a")), table.after(0), table.after(1e6)]).toEqual([none, none, none]);
  });

  it("keep each key's events in their order while they grow", () => {
    const table = new KeyTable();
    const many = 20_000;
    for (let event = 0; event < many; event++) table.add(hashOf(`key ${event % 7_000}`), event);
    for (const at of [0, 1, 5_999, 6_000, 6_999])
      expect(chain(table, `key ${at}`)).toEqual(
        [at, at + 7_000, at + 14_000].filter((event) => event < many),
      );
    expect(table.first(hashOf("key 7000"))).toBe(none);
  });

  it("hold a long chain of one key, with event 0 in it", () => {
    const table = new KeyTable();
    const events = Array.from({ length: 5_000 }, (_, i) => i * 3);
    for (const event of events) table.add(hashOf(""), event);
    expect(chain(table, "")).toEqual(events);
  });

  test("any keys in any order, as a map of lists would", () => {
    const keys = fc.array(fc.stringMatching(/^[ab]{0,3}$/), { maxLength: 3_000 });
    const holds = (all: string[]) => {
      const table = new KeyTable();
      const lists = new Map<string, number[]>();
      for (const [event, key] of all.entries()) {
        table.add(hashOf(key), event);
        lists.set(key, [...(lists.get(key) ?? []), event]);
      }
      for (const [key, events] of lists) expect(chain(table, key)).toEqual(events);
      expect(chain(table, "c")).toEqual([]);
    };
    fc.assert(fc.property(keys, holds), { numRuns: 100 });
  });
});

describe("columns", () => {
  it("grow, and are empty where nothing was set", () => {
    const column = Column.events();
    column.set(1_000_000, 7);
    expect([column.get(0), column.get(999_999), column.get(1_000_000), column.get(5_000_000)]).toEqual([
      none,
      none,
      7,
      none,
    ]);
    const numbers = Column.numbers();
    numbers.set(300, 2 ** 52);
    expect([numbers.get(299), numbers.get(300), numbers.get(1e9)]).toEqual([0, 2 ** 52, 0]);
    const bytes = Column.bytes();
    bytes.set(256, 255);
    expect([bytes.get(255), bytes.get(256)]).toEqual([0, 255]);
  });
});
