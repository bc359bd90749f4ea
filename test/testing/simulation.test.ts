/** A simulation is worth what it says when something is wrong. */
import { expect, test } from "vitest";
import { parseMessage } from "../../src/protocol/index.ts";
import { eachSeed, faultyLink, simulate } from "../../src/testing/index.ts";
import { memoryPair } from "../../src/transport/index.ts";

test("a failure names its seed, and the seed reproduces it", async () => {
  const unlucky = async ({ random }: { random: { chance(p: number): boolean } }) => {
    if (random.chance(0.05)) throw new Error("bad luck");
  };
  const failure = await eachSeed({ count: 1000 }, unlucky).catch((error: Error) => error);
  expect(failure?.message).toMatch(/^seed \d+: bad luck$/);
  const seed = Number(/\d+/.exec(failure!.message)![0]);
  await expect(simulate(seed, unlucky)).rejects.toThrow(`seed ${seed}: bad luck`);
});

test("standing still is an error, not a timeout", async () => {
  await expect(simulate(1, () => new Promise(() => {}))).rejects.toThrow("seed 1: stands still");
});

test("virtual hours take no time", async () => {
  const hours = await simulate(1, async ({ clock }) => {
    await new Promise<void>((go) => clock.after(3_600_000 * 24, go));
    return clock.now() / 3.6e9;
  });
  expect(hours).toBe(24);
});

test("a line that is cut is noise, and never half a message", () =>
  eachSeed({ count: 300 }, async ({ clock, random }) => {
    const [near, far] = memoryPair();
    const noise: string[] = [];
    const onNoise = (bytes: Uint8Array) => noise.push(new TextDecoder().decode(bytes));
    const text = '{"id":1,"method":"a long enough line to be cut somewhere"}';
    const link = faultyLink(near, {
      clock,
      random,
      faults: { delayMsMax: 5, splitChance: 0.5, dropChance: 1 },
      onNoise,
    });
    await link.send(parseMessage(text)!);
    const heard: string[] = [];
    for await (const message of far) heard.push(message.text);
    expect([...heard, ...noise].every((line) => text.startsWith(line))).toBe(true);
    expect(heard.every((line) => line === text)).toBe(true);
  }));
