// Reading and writing .vcr does not hold the file: the quick proof. The long one is vcr-memory.long.test.ts.
import { expect, test } from "vitest";
import { growthBytesMax, passThrough, writeThrough } from "./vcr-big.ts";

test("a recording of over 20 MB is read, twice, in bounded memory", async () => {
  const { bytes, messages, growth } = await passThrough(13_000);
  expect(messages).toBe(39_000);
  expect(bytes / 2).toBeGreaterThan(20e6);
  expect(growth).toBeLessThan(growthBytesMax);
});

test("a recording of over 10 MB is written in bounded memory", async () => {
  const { bytes, messages, growth } = await writeThrough(10_000);
  expect([messages, bytes > 10e6]).toEqual([10_000, true]);
  expect(growth).toBeLessThan(growthBytesMax);
});
