// A recording far larger than the memory it may take. Pairs with vcr-memory.test.ts.
import { expect, test } from "vitest";
import { growthBytesMax, passThrough, writeThrough } from "./vcr-big.ts";

test("a recording of over 200 MB is read in bounded memory", async () => {
  const { bytes, messages, growth } = await passThrough(130_000);
  expect(messages).toBe(390_000);
  expect(bytes / 2).toBeGreaterThan(200e6);
  expect(growth).toBeLessThan(growthBytesMax);
});

test("a recording of over 200 MB is written in bounded memory", async () => {
  const { bytes, messages, growth } = await writeThrough(170_000);
  expect([messages, bytes > 200e6]).toEqual([170_000, true]);
  expect(growth).toBeLessThan(growthBytesMax);
});
