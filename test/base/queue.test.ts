import fc from "fast-check";
import { expect, test } from "vitest";
import { Queue } from "../../src/base/index.ts";

test("behaves as an array does, whatever is pushed and shifted", () => {
  const holds = (pushes: boolean[]) => {
    const queue = new Queue<number>(Number.POSITIVE_INFINITY);
    const model: number[] = [];
    pushes.forEach((push, i) => {
      if (push) queue.push(i);
      if (push) model.push(i);
      else expect(queue.shift()).toBe(model.shift());
      expect([queue.length, queue.peek()]).toEqual([model.length, model[0]]);
    });
  };
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 200 }), holds));
});

test("a long life does not let it grow", () => {
  const queue = new Queue<number>(10);
  for (let i = 0; i < 100_000; i++) {
    queue.push(i);
    if (i >= 5) expect(queue.shift()).toBe(i - 5);
  }
  expect(queue.length).toBe(5);
});

test("is asked first whether it is full", () => {
  const queue = new Queue<number>(1);
  queue.push(1);
  expect(queue.full).toBe(true);
  expect(() => queue.push(2)).toThrow("asked first");
});
