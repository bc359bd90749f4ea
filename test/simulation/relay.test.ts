/**
 * Random conversations over bad lines, through the conversation and its performer, in virtual time. Each seed is one
 * world; a failure names it, and `simulate(seed, …)` with the same body reproduces it.
 */
import { describe, expect, test } from "vitest";
import { Conversation, type Layer, relay } from "../../src/core/index.ts";
import { run } from "../../src/runtime/index.ts";
import {
  act,
  eachSeed,
  type Faults,
  faultyLink,
  type Heard,
  randomScript,
  type World,
} from "../../src/testing/index.ts";
import { memoryPair } from "../../src/transport/index.ts";

const bad: Faults = {
  delayMsMax: 30,
  splitChance: 0.3,
  mergeChance: 0.2,
  pauseChance: 0.03,
  pauseMsMax: 500,
};
const linesMax = 15;

describe("a relay over bad lines", () => {
  test("delivers every message once, in order, its bytes unchanged", () =>
    eachSeed({ count: 1500 }, async (world) => {
      const pairs = Array.from({ length: 1 + world.random.below(3) }, (_, i) =>
        converse(world, `${i}`, bad, [relay()]),
      );
      for (const { said, heard, reason } of await Promise.all(pairs)) {
        expect(heard.server.texts).toEqual(said.client);
        expect(heard.client.texts).toEqual(said.server);
        expect(reason).toBe("closed");
      }
    }));

  test("keeps the order behind layers that ask and wait", () =>
    eachSeed({ count: 700 }, async (world) => {
      const { said, heard } = await converse(world, "0", bad, [sleepy(world), relay()]);
      expect(heard.server.texts).toEqual(said.client);
      expect(heard.client.texts).toEqual(said.server);
    }));

  test("in lane exchange loses nothing and keeps the order of each exchange", () =>
    eachSeed({ count: 500 }, async (world) => {
      const { said, heard } = await converse(world, "0", bad, [sleepy(world), relay()], { lane: "exchange" });
      expect(heard.server.texts.toSorted()).toEqual(said.client.toSorted());
      expect(heard.client.texts.toSorted()).toEqual(said.server.toSorted());
    }));

  test("that drop ends both sides, having delivered the beginning", () =>
    eachSeed({ count: 1000 }, async (world) => {
      const { said, heard } = await converse(world, "0", { ...bad, dropChance: 0.05 }, [relay()]);
      // Seed 836 cuts a line just before the blank at its end: still the whole message.
      expect(trimmed(said.client.slice(0, heard.server.texts.length))).toEqual(trimmed(heard.server.texts));
      expect(trimmed(said.server.slice(0, heard.client.texts.length))).toEqual(trimmed(heard.client.texts));
    }));

  test("that stammer are passed on as they are", () =>
    eachSeed({ count: 300 }, async (world) => {
      const { said, heard } = await converse(world, "0", { ...bad, duplicateChance: 0.2 }, [relay()]);
      expect(once(heard.server.texts)).toEqual(said.client);
      expect(once(heard.client.texts)).toEqual(said.server);
    }));

  test("stopped at any moment ends, having delivered the beginning", () =>
    eachSeed({ count: 500 }, async (world) => {
      const stop = new AbortController();
      world.clock.after(world.random.below(1000), () => stop.abort());
      const { said, heard, reason } = await converse(world, "0", bad, [sleepy(world), relay()], {
        signal: stop.signal,
      });
      expect(said.client.slice(0, heard.server.texts.length)).toEqual(heard.server.texts);
      expect(["closed", "stopped"]).toContain(reason);
    }));

  test("is the same again for the same seed", async () => {
    const once: unknown[] = [];
    const again: unknown[] = [];
    for (const list of [once, again]) {
      await eachSeed({ count: 20 }, async (world) => {
        const written: unknown[] = [];
        const tape: Layer = function* (event, next) {
          yield { kind: "write", event };
          yield* next(event);
        };
        const onWrite = (event: { at: number; kind: string }) => void written.push([event.at, event.kind]);
        await converse(world, "0", { ...bad, dropChance: 0.02 }, [tape, relay()], { onWrite });
        list.push(written);
      });
    }
    expect(again).toEqual(once);
  });
});

interface Extra {
  readonly lane?: "exchange";
  readonly signal?: AbortSignal;
  readonly onWrite?: (event: { at: number; kind: string }) => void;
}

interface Played {
  readonly said: { readonly client: string[]; readonly server: string[] };
  readonly heard: { readonly client: Heard; readonly server: Heard };
  readonly reason: string;
}

/** One client and one server, each behind its own bad line, and the conversation between them. */
async function converse(
  world: World,
  name: string,
  faults: Faults,
  layers: Layer[],
  extra: Extra = {},
): Promise<Played> {
  const { clock, random } = world;
  const [clientEnd, client] = memoryPair();
  const [serverEnd, server] = memoryPair();
  const scripts = [
    randomScript(random, `c${name}`, linesMax),
    randomScript(random, `s${name}`, linesMax),
  ] as const;
  const { lane, ...rest } = extra;
  const conversation = new Conversation({ layers, ...(lane && { lane }) });
  const links = {
    client: faultyLink(client, { clock, random, faults }),
    server: faultyLink(server, { clock, random, faults }),
  };
  const answer = (question: unknown) =>
    new Promise((go) => clock.after(random.below(40), () => go(question)));
  const [atClient, atServer, reason] = await Promise.all([
    act(world, clientEnd, scripts[0]),
    act(world, serverEnd, scripts[1]),
    run(conversation, links, { clock, answer, ...rest }),
  ]);
  const [saidByClient, saidByServer] = scripts.map((script) =>
    script.flatMap((line) => ("say" in line ? [line.say] : [])),
  );
  return {
    said: { client: saidByClient!, server: saidByServer! },
    heard: { client: atClient, server: atServer },
    reason,
  };
}

/** Asks, waits, or does neither, by chance. */
function sleepy({ random }: World): Layer {
  return function* (event, next) {
    if (random.chance(0.3)) yield { kind: "wait", ms: random.below(100) };
    if (random.chance(0.3)) yield { kind: "ask", question: event.kind };
    yield* next(event);
  };
}

function once(texts: readonly string[]): string[] {
  return texts.filter((text, i) => text !== texts[i - 1]);
}

function trimmed(texts: readonly string[]): string[] {
  return texts.map((text) => text.trim());
}
