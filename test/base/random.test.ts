import { expect, test } from "vitest";
import { seededRandom } from "../../src/base/index.ts";

test("the same seed gives the same numbers, on every machine and for ever", () => {
  const random = seededRandom(42);
  expect(Array.from({ length: 5 }, () => random.below(1_000_000))).toMatchInlineSnapshot(`
    [
      353529,
      63250,
      479946,
      341346,
      905892,
    ]
  `);
});

test("neighbouring seeds have nothing in common", () => {
  const firsts = new Set(Array.from({ length: 1000 }, (_, seed) => seededRandom(seed).next()));
  expect(firsts.size).toBe(1000);
});

test("numbers are spread evenly over [0, 1)", () => {
  const random = seededRandom(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) counts[random.below(10)]!++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

test("chances are kept: never, always, and a quarter", () => {
  const random = seededRandom(2);
  const share = (p: number) => Array.from({ length: 10_000 }, () => random.chance(p)).filter(Boolean).length;
  expect(share(0)).toBe(0);
  expect(share(1)).toBe(10_000);
  expect(Math.abs(share(0.25) - 2_500)).toBeLessThan(200);
});
