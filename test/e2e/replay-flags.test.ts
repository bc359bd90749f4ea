/** What each flag of `replay` changes, seen from the client; and the variables that stand for flags. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type Replayed, recorded, type Script } from "./harness/replay-run.ts";
import type { Id, Talk } from "./harness/replay-talk.ts";

/** Of each answer to a call the text, or the code of its error. */
function told({ lines }: Replayed): (string | number)[] {
  return lines.flatMap((line) => {
    const { result, error } = JSON.parse(line) as {
      result?: { content?: [{ text: string }] };
      error?: { code: number };
    };
    return result?.content?.[0].text ?? error?.code ?? [];
  });
}

/** Calls one after the other, each with these arguments. */
const echoing =
  (...args: readonly object[]): Script =>
  async (talk) => {
    await talk.open();
    for (const each of args) await talk.call("echo", each);
  };

describe("--strict", () => {
  const script = echoing({ text: "a" }, { text: "b" }, { text: "c" });

  it("recorded calls that nobody made are findings", async () => {
    const run = await recorded(script);
    const some = await run.replay(echoing({ text: "b" }), { flags: ["--strict"] });
    expect(told(some)).toEqual(["b"]);
    expect(some.stderr).toBe("reelwire: strict: 2 recorded calls were not made: 2, 4\n");
    expect(some.exit.code).toBe(1);
    const without = await run.replay(echoing({ text: "b" }));
    expect([without.exit.code, without.stderr]).toEqual([0, ""]);
  });

  it("when all were made, in whatever order, there is nothing to say", async () => {
    const run = await recorded(script);
    await run.expectSame(script, { flags: ["--strict"] });
    const turned = await run.replay(echoing({ text: "c" }, { text: "a" }, { text: "b" }), {
      flags: ["--strict"],
    });
    expect([turned.exit.code, turned.stderr]).toEqual([0, ""]);
  });

  it("no call at all", async () => {
    const run = await recorded(script);
    const { exit, stderr } = await run.replay(async () => {}, { flags: ["--strict"] });
    expect(stderr).toContain("3 recorded calls were not made");
    expect(exit.code).toBe(1);
  });
});

describe("the order of overlapping calls", () => {
  const keys = ["a", "b", "c", "d"];
  /** Opens the calls in one order; the server answers them in its own. */
  const overlapping =
    (opened: readonly string[]): Script =>
    async (talk) => {
      await talk.open();
      const ids: Id[] = [];
      for (const key of opened) ids.push(await talk.start("hold", { key }));
      await talk.call("release", { order: ["c", "a", "d", "b"] });
      await Promise.all(ids.map((id) => talk.answer(id)));
    };

  it.each([["--speed", "0"], ["--speed", "1"], ["--speed", "2.5"], ["--strict-order"]])(
    "%s %s: is the recorded one",
    async (...flags) => {
      const run = await recorded(overlapping(keys));
      await run.expectSame(overlapping(keys), { flags: flags.filter((flag) => flag !== undefined) });
    },
  );

  it("is the recorded one too when they are opened in another", async () => {
    const run = await recorded(overlapping(keys));
    const replayed = await run.replay(overlapping(["d", "b", "a", "c"]));
    expect(told(replayed)).toEqual(["c", "a", "d", "b", "released"]);
    expect([replayed.exit.code, replayed.stderr]).toEqual([0, ""]);
  });

  it("a client that makes one call at a time is not kept waiting for the others", async () => {
    const run = await recorded(async (talk) => {
      await talk.open();
      const held = await talk.start("hold", { key: "slow" });
      await talk.call("echo", { text: "fast" });
      await talk.call("release", { order: ["slow"] });
      await talk.answer(held);
    });
    const replayed = await run.replay(async (talk) => {
      await talk.open();
      await talk.call("hold", { key: "slow" });
      await talk.call("echo", { text: "fast" });
    });
    expect(told(replayed)).toEqual(["slow", "fast"]);
    expect([replayed.exit.code, replayed.stderr]).toEqual([0, ""]);
  });

  /** Opens calls without waiting, then waits for all. */
  const atOnce =
    (...texts: readonly string[]): Script =>
    async (talk) => {
      await talk.open();
      const ids = [];
      for (const text of texts) ids.push(await talk.start("echo", { text }));
      for (const id of ids) await talk.answer(id);
    };

  it("--strict-order keeps what came first first, whoever asks first", async () => {
    const run = await recorded(echoing({ text: "one" }, { text: "two" }, { text: "three" }));
    const kept = await run.replay(atOnce("three", "two", "one"), { flags: ["--strict-order"] });
    expect(told(kept)).toEqual(["one", "two", "three"]);
    expect([kept.exit.code, kept.stderr]).toEqual([0, ""]);
  });

  it("--strict-order and a client that ends before it did what came first", async () => {
    const run = await recorded(echoing({ text: "one" }, { text: "two" }));
    const kept = await run.replay(
      async (talk) => {
        await talk.open();
        await talk.start("echo", { text: "two" });
      },
      { flags: ["--strict-order"] },
    );
    expect(told(kept)).toEqual([-31007]);
    expect(kept.exit).toEqual({ code: 1, signal: null });
  });
});

describe("--ignore", () => {
  it("leaves a part of requests out; * is any key", async () => {
    const run = await recorded(
      echoing({
        text: "x",
        now: 1,
        items: [
          { id: 1, n: 1 },
          { id: 2, n: 2 },
        ],
      }),
    );
    const live = {
      text: "x",
      now: 2,
      items: [
        { id: 8, n: 1 },
        { id: 9, n: 2 },
      ],
    };
    const flags = ["--ignore", "/params/arguments/now", "--ignore", "/params/arguments/items/*/id"];
    const ignoring = await run.replay(echoing(live), { flags });
    expect([told(ignoring), ignoring.exit.code, ignoring.stderr]).toEqual([["x"], 0, ""]);
    const half = await run.replay(echoing(live), { flags: flags.slice(0, 2) });
    expect([told(half), half.exit.code]).toEqual([[-31001], 1]);
    expect(half.stderr).toContain("/params/arguments/items/0/id");
  });

  it("an ignored part may be missing, here or there", async () => {
    const run = await recorded(echoing({ text: "x" }, { text: "y", now: 1 }));
    const flags = ["--ignore", "/params/arguments/now"];
    const replayed = await run.replay(echoing({ text: "x", now: 5 }, { text: "y" }), { flags });
    expect([told(replayed), replayed.stderr]).toEqual([["x", "y"], ""]);
  });
});

describe("--volatile", () => {
  it("uuid: any is as good as the recorded one, and the live one comes back", async () => {
    const run = await recorded(echoing({ text: randomUUID() }, { text: randomUUID() }));
    const live = [randomUUID(), randomUUID()];
    const script = echoing(...live.map((text) => ({ text })));
    const replayed = await run.replay(script, { flags: ["--volatile", "uuid"] });
    expect(told(replayed)).toEqual(live);
    expect([replayed.exit.code, replayed.stderr]).toEqual([0, ""]);
    const without = await run.replay(script);
    expect(told(without)).toEqual([-31001, -31001]);
  });

  it("uuid: it also comes back in what is asked and told later", async () => {
    const then = randomUUID();
    const now = randomUUID();
    const mentioning =
      (uuid: string): Script =>
      async (talk) => {
        await talk.open();
        const params = { message: `about ${uuid}`, requestedSchema: { id: uuid } };
        const call = await talk.start("ask", { id: 5, method: "elicitation/create", params, uuid });
        const asked = await talk.asked("elicitation/create");
        await talk.reply(asked, { action: "accept" });
        await talk.answer(call);
      };
    const run = await recorded(async (talk) => {
      await talk.call("echo", { text: then });
      await mentioning(then)(talk);
    });
    const replayed = await run.replay(
      async (talk) => {
        expect(await talk.call("echo", { text: now })).toContain(now);
        await mentioning(now)(talk);
      },
      { flags: ["--volatile", "uuid", "--ignore", "/params/arguments/params/message"] },
    );
    expect(replayed.stdout.toString()).not.toContain(then);
    expect(replayed.lines.find((line) => line.includes("elicitation/create"))).toContain(`about ${now}`);
    expect([replayed.exit.code, replayed.stderr]).toEqual([0, ""]);
  });

  it("iso-time and epoch: a time is as good as another, a text is not", async () => {
    const run = await recorded(echoing({ text: "a", at: "2026-01-02T03:04:05Z", ms: 1767323045000 }));
    const flags = ["--volatile", "iso-time", "--volatile", "epoch"];
    const later = { text: "a", at: "2031-11-12T13:14:15.678+02:00", ms: 1944000000000 };
    const replayed = await run.replay(echoing(later, { ...later, at: "tomorrow" }), { flags });
    expect(told(replayed)).toEqual(["a", -31001]);
  });
});

describe("--match", () => {
  it("exact: what is left out by default counts", async () => {
    const asking =
      (token: Id): Script =>
      async (talk) => {
        await talk.open();
        const params = { _meta: { progressToken: token } };
        await talk.call("echo", { text: "x" }, { params });
      };
    const run = await recorded(asking("one"));
    const other = await run.replay(asking("two"), { flags: ["--match", "exact"] });
    expect([told(other), other.exit.code]).toEqual([[-31001], 1]);
    const same = await run.replay(asking("one"), { flags: ["--match", "exact"] });
    expect([told(same), same.exit.code]).toEqual([["x"], 0]);
    const byDefault = await run.replay(asking("two"));
    expect([told(byDefault), byDefault.exit.code]).toEqual([["x"], 0]);
  });

  it("method: the n-th call gets the n-th answer, whatever it says", async () => {
    const run = await recorded(echoing({ text: "one" }, { text: "two" }));
    const replayed = await run.replay(echoing({ text: "x" }, { text: "one" }, { text: "two" }), {
      flags: ["--match", "method"],
    });
    expect([told(replayed), replayed.exit.code]).toEqual([["one", "two", -31002], 1]);
  });

  it.each(["subset", "fuzzy"])(
    "%s: a request may say less than the recorded one, never more",
    async (match) => {
      const run = await recorded(echoing({ text: "x", deep: { a: 1, b: 2 }, list: [1, 2] }));
      const flags = ["--match", match, "--repeat", "last"];
      const less = await run.replay(echoing({ text: "x" }, { deep: { b: 2 } }, { list: [1, 2] }, {}), {
        flags,
      });
      expect([told(less), less.exit.code]).toEqual([["x", "x", "x", "x"], 0]);
      const more = await run.replay(echoing({ more: 1 }, { deep: { b: 3 } }, { list: [1] }), { flags });
      expect([told(more), more.exit.code]).toEqual([[-31001, -31001, -31001], 1]);
    },
  );

  it("sequential: the next recorded call, which must have the same method", async () => {
    const run = await recorded(async (talk) => {
      await talk.open();
      await talk.call("echo", { text: "one" });
      await talk.request("tools/list");
      await talk.call("echo", { text: "two" });
    });
    const flags = ["--match", "sequential"];
    const inOrder = await run.replay(
      async (talk) => {
        await talk.open();
        await talk.call("echo", { text: "anything" });
        await talk.request("tools/list");
        await talk.call("other", {});
      },
      { flags },
    );
    expect([told(inOrder), inOrder.exit.code]).toEqual([["one", "two"], 0]);
    const outOfOrder = await run.replay(
      async (talk) => {
        await talk.open();
        await talk.call("echo", { text: "one" });
        await talk.call("echo", { text: "two" });
      },
      { flags },
    );
    expect(outOfOrder.lines.join("\n")).not.toContain("two");
    expect(outOfOrder.exit.code).toBe(1);
  });
});

describe("--on-miss nearest", () => {
  const flags = ["--on-miss", "nearest"];

  it("gives the nearest answer of the same tool, flagged on the wire and on stderr", async () => {
    const run = await recorded(echoing({ text: "Paris", units: "C" }, { text: "Oslo", units: "F" }));
    const { lines, exit, stderr } = await run.replay(echoing({ text: "Paris", units: "K" }), { flags });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      id: "now-1",
      result: {
        content: [{ text: "Paris" }],
        _meta: { "reelwire/inexact": { why: "nearest", call: 2, pointer: "/params/arguments/units" } },
      },
    });
    expect(stderr).toMatch(/^reelwire: inexact: .*echo.*\/params\/arguments\/units.*\n$/);
    expect(exit.code).toBe(0);
  });

  it("an exact answer carries no flag", async () => {
    const script = echoing({ text: "Paris", units: "C" });
    const run = await recorded(script);
    await run.expectSame(script, { flags });
  });

  it("another tool or method stays a miss", async () => {
    const run = await recorded(echoing({ text: "Paris" }));
    const replayed = await run.replay(
      async (talk: Talk) => {
        await talk.open();
        await talk.call("ekko", { text: "Paris" });
        await talk.request("resources/list");
      },
      { flags },
    );
    expect([told(replayed), replayed.exit.code]).toEqual([[-31001, -31001], 1]);
  });
});

describe("variables stand for flags", () => {
  it.each<{ env: Record<string, string>; flags?: string[]; texts: (string | number)[] }>([
    { env: {}, texts: ["1", "2", -31002] },
    { env: { REELWIRE_REPEAT: "last" }, texts: ["1", "2", "2"] },
    { env: { REELWIRE_REPEAT: "cycle" }, texts: ["1", "2", "1"] },
    { env: { REELWIRE_REPEAT: "cycle" }, flags: ["--repeat", "last"], texts: ["1", "2", "2"] },
  ])("$env $flags", async ({ env, flags = [], texts }) => {
    const counting =
      (count: number): Script =>
      async (talk) => {
        await talk.open();
        for (let n = 0; n < count; n++) await talk.call("counter");
      };
    const run = await recorded(counting(2));
    expect(told(await run.replay(counting(3), { env, flags }))).toEqual(texts);
  });

  it("REELWIRE_MATCH, REELWIRE_ON_MISS, REELWIRE_STRICT", async () => {
    const run = await recorded(echoing({ text: "one" }, { text: "two" }));
    const method = await run.replay(echoing({ text: "x" }), { env: { REELWIRE_MATCH: "method" } });
    expect(told(method)).toEqual(["one"]);
    const nearest = await run.replay(echoing({ text: "x" }), { env: { REELWIRE_ON_MISS: "nearest" } });
    expect(told(nearest)).toEqual(["one"]);
    const strict = await run.replay(echoing({ text: "one" }), { env: { REELWIRE_STRICT: "1" } });
    expect(strict.exit.code).toBe(1);
  });
});
