/** What the performer promises, in virtual time. */
import { describe, expect, test } from "vitest";
import type { Clock } from "../../src/base/index.ts";
import { Conversation, type Layer, type Link, type LinkEvent, relay } from "../../src/core/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { closeMsMax, run, systemClock } from "../../src/runtime/index.ts";
import { act, simulate } from "../../src/testing/index.ts";
import { memoryPair } from "../../src/transport/index.ts";

const ping = '{"id":1,"method":"ping"}';
const onRequest = (layer: Layer): Layer => {
  return function* (event, next) {
    if (event.kind === "received" && event.message.kind === "request") yield* layer(event, next);
    else yield* next(event);
  };
};

describe("time", () => {
  test("of events counts from the start of the run, and a wait lasts as long as it says", () =>
    simulate(1, async (world) => {
      const events: (string | number)[] = [];
      const slow: Layer = function* (event, next) {
        yield { kind: "write", event };
        if (event.kind === "received") yield { kind: "wait", ms: 250 };
        yield* next(event);
      };
      world.clock.advance(1000);
      const { client, server, links } = ends();
      const tape = (event: LinkEvent) => void events.push(`${event.at} ${event.port} ${event.kind}`);
      const [, heard] = await Promise.all([
        act(world, client, [{ waitMs: 10 }, { say: ping }]),
        act(world, server, [{ hear: 1 }]),
        run(new Conversation({ layers: [slow, relay()] }), links, { clock: world.clock, onWrite: tape }),
      ]);
      expect(heard.texts).toEqual([ping]);
      expect(events).toEqual([
        "0 client opened",
        "0 server opened",
        "10000 client received",
        "10000 client closed",
        "260000 server closed",
      ]);
    }));

  test("of the machine does as well", async () => {
    const { client, server, links } = ends();
    const slow = onRequest(function* (event, next) {
      yield { kind: "wait", ms: 2 };
      yield* next(event);
    });
    const waits: string[] = [];
    const clock: Clock = {
      now: systemClock.now,
      after: (ms, then) => {
        waits.push(`set ${ms}`);
        return systemClock.after(ms, () => {
          waits.push(`over ${ms}`);
          then();
        });
      },
    };
    const [, heard] = await Promise.all([
      act({ clock: systemClock }, client, [{ say: ping }]),
      act({ clock: systemClock }, server, [{ hear: 1 }]),
      run(new Conversation({ layers: [slow, relay()] }), links, { clock }),
    ]);
    expect(heard.texts).toEqual([ping]);
    expect(waits.filter((wait) => wait.endsWith(" 2"))).toEqual(["set 2", "over 2"]);
  });
});

describe("pressure", () => {
  test("of the tape holds up reading", () =>
    simulate(1, async (world) => {
      let writing = 0;
      let most = 0;
      const onWrite = async (): Promise<void> => {
        most = Math.max(most, ++writing);
        await new Promise<void>((go) => world.clock.after(5, go));
        writing--;
      };
      const tape: Layer = function* (event, next) {
        yield { kind: "write", event };
        yield* next(event);
      };
      const { client, server, links } = ends();
      const script = Array.from({ length: 50 }, () => ({ say: ping }));
      await Promise.all([
        act(world, client, script),
        act(world, server, [{ hear: 50 }]),
        run(new Conversation({ layers: [tape, relay()] }), links, { clock: world.clock, onWrite }),
      ]);
      expect(most).toBeLessThanOrEqual(3);
    }));

  test("of held events holds up reading, so that a slow answer ends nothing", () =>
    simulate(1, async (world) => {
      const asks = onRequest(function* (event, next) {
        yield { kind: "ask", question: "may it?" };
        yield* next(event);
      });
      const { client, server, links } = ends();
      const script = Array.from({ length: 100 }, () => ({ say: ping }));
      const answer = () => new Promise<void>((go) => world.clock.after(100, go));
      const conversation = new Conversation({ layers: [asks, relay()], limits: { heldEventsMax: 4 } });
      const [, heard, reason] = await Promise.all([
        act(world, client, script),
        act(world, server, [{ hear: 100 }]),
        run(conversation, links, { clock: world.clock, answer }),
      ]);
      expect([heard.texts.length, reason]).toEqual([100, "closed"]);
    }));
});

describe("the end", () => {
  test("comes by a signal, closes both links, and cancels what waits", () =>
    simulate(1, async (world) => {
      const stop = new AbortController();
      const waits: Layer = function* () {
        yield { kind: "wait", ms: 1e9 };
      };
      const { client, server, links } = ends();
      world.clock.after(30, () => stop.abort());
      const running = run(new Conversation({ layers: [waits] }), links, {
        clock: world.clock,
        signal: stop.signal,
      });
      const [reason, heard] = await Promise.all([
        running,
        act(world, client, [{ say: ping }, { hear: 1 }]),
        act(world, server, []),
      ]);
      expect([reason, heard.ended]).toEqual(["stopped", { reason: "stopped" }]);
      expect(world.clock.pending).toBe(0);
      expect(world.clock.now()).toBe(30_000);
    }));

  test("comes at once by a signal that was given before", () =>
    simulate(1, async ({ clock }) => {
      const conversation = new Conversation({ layers: [relay()] });
      expect(await run(conversation, ends().links, { clock, signal: AbortSignal.abort() })).toBe("stopped");
    }));

  const failures: Record<string, Layer> = {
    layer: onRequest(() => {
      throw new TypeError("our mistake: layer");
    }),
    tape: onRequest(function* (event) {
      yield { kind: "write", event };
    }),
    "tape at the start": function* (event) {
      if (event.kind === "opened") yield { kind: "write", event };
    },
    answer: onRequest(function* () {
      yield { kind: "ask", question: 1 };
    }),
    port: onRequest(function* () {
      yield { kind: "send", port: "our mistake", message: parseMessage("{}")! };
    }),
  };
  const whens = ["at once", "later"];

  test.each(Object.keys(failures).flatMap((what) => whens.map((when) => [what, when])))(
    "comes when the %s fails %s, which the run says",
    (what, when) =>
      simulate(1, async (world) => {
        const mistake = () => {
          if (when === "later") return Promise.reject(new TypeError("our mistake"));
          throw new TypeError("our mistake");
        };
        const { client, server, links } = ends();
        const conversation = new Conversation({ layers: [failures[what!]!, relay()] });
        const running = run(conversation, links, { clock: world.clock, onWrite: mistake, answer: mistake });
        const acting = [act(world, client, [{ say: ping }, { hear: 1 }]), act(world, server, [{ hear: 1 }])];
        await expect(running).rejects.toThrow("our mistake");
        await Promise.all(acting);
      }),
  );

  test("does not wait for ever for a link that does not close", () =>
    simulate(1, async (world) => {
      const { client, links } = ends();
      const stuck: Link = { ...wrapped(links.server), close: () => new Promise(() => {}) };
      const running = run(
        new Conversation({ layers: [relay()] }),
        { client: links.client, server: stuck },
        {
          clock: world.clock,
          signal: AbortSignal.abort(),
        },
      );
      await Promise.all([running, act(world, client, [])]);
      expect(world.clock.now()).toBe(closeMsMax * 1000);
    }));

  test("of a link that throws against its contract is a closed side with the reason", () =>
    simulate(1, async (world) => {
      const { client, links } = ends();
      const broken: Link = {
        ...wrapped(links.server),
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("torn")) }),
      };
      const running = run(
        new Conversation({ layers: [relay()] }),
        { client: links.client, server: broken },
        { clock: world.clock },
      );
      const [heard] = await Promise.all([act(world, client, [{ hear: 1 }]), running]);
      expect(heard.ended).toEqual({ reason: "torn" });
    }));
});

test("the clock of the machine cancels, and counts whole microseconds", async () => {
  const fired: string[] = [];
  systemClock.after(1, () => fired.push("cancelled"))();
  await new Promise<void>((go) => systemClock.after(2, go));
  expect(fired).toEqual([]);
  const marks = [
    Math.floor(performance.now() * 1000),
    systemClock.now(),
    Math.floor(performance.now() * 1000),
  ];
  expect(marks).toEqual(marks.toSorted((a, b) => a - b));
  expect(marks.every(Number.isInteger)).toBe(true);
});

function ends(): { client: Link; server: Link; links: { client: Link; server: Link } } {
  const [client, nearClient] = memoryPair();
  const [server, nearServer] = memoryPair();
  return { client, server, links: { client: nearClient, server: nearServer } };
}

function wrapped(link: Link): Link {
  return {
    send: (m) => link.send(m),
    close: (f) => link.close(f),
    [Symbol.asyncIterator]: () => link[Symbol.asyncIterator](),
  };
}
