import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../src/base/index.ts";

test("time stands still until it is told to move", () => {
  const clock = new VirtualClock();
  clock.after(0, () => expect.unreachable());
  expect(clock.now()).toBe(0);
});

test("timers fire when they are due, those due at once in the order they were set", () => {
  const holds = (delays: number[]) => {
    const clock = new VirtualClock();
    const fired: { ms: number; order: number; at: number }[] = [];
    for (const [order, ms] of delays.entries())
      clock.after(ms, () => fired.push({ ms, order, at: clock.now() }));
    while (clock.step());
    const sorted = delays
      .map((ms, order) => ({ ms, order, at: ms * 1000 }))
      .sort((a, b) => a.ms - b.ms || a.order - b.order);
    expect(fired).toEqual(sorted);
  };
  fc.assert(fc.property(fc.array(fc.nat(20)), holds));
});

test("advance fires what falls due on the way, also what is set on the way", () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  clock.after(10, () => {
    fired.push(clock.now());
    clock.after(5, () => fired.push(clock.now()));
    clock.after(50, () => fired.push(clock.now()));
  });
  clock.advance(20);
  expect(fired).toEqual([10_000, 15_000]);
  expect(clock.now()).toBe(20_000);
  expect(clock.pending).toBe(1);
});

test("a cancelled timer never fires; to cancel twice, or after it fired, is nothing", () => {
  const clock = new VirtualClock();
  const cancel = clock.after(1, () => expect.unreachable());
  cancel();
  cancel();
  const late = clock.after(2, () => {});
  clock.advance(5);
  late();
  expect(clock.pending).toBe(0);
  expect(clock.step()).toBe(false);
});

test("a timer is never set for the past", () => {
  expect(() => new VirtualClock().after(-1, () => {})).toThrow("for now or later");
  expect(() => new VirtualClock().after(Number.NaN, () => {})).toThrow("for now or later");
});

test("of a hundred thousand timers each fires once, in order, but the cancelled", () => {
  const clock = new VirtualClock();
  const fired: number[] = [];
  const due = (i: number) => (i * 7919) % 100_003;
  const cancels = Array.from({ length: 100_000 }, (_, i) => clock.after(due(i), () => fired.push(due(i))));
  for (let i = 0; i < cancels.length; i += 2) cancels[i]!();
  let steps = 0;
  while (clock.step()) steps++;
  const kept = cancels.flatMap((_, i) => (i % 2 === 0 ? [] : [due(i)]));
  expect(fired).toEqual(kept.sort((a, b) => a - b));
  expect(steps).toBe(50_000);
});
