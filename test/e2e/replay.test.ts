/**
 * The recorded conversation again, from the tape alone: recorded with one set of ids and tokens from a server that is
 * then gone, replayed with others. What the recording defines is compared byte for byte.
 */
import { describe, expect, it } from "vitest";
import { recorded, type Script } from "./harness/replay-run.ts";
import { eras, type Id, type Talk, voices } from "./harness/replay-talk.ts";

const others = [voices.now, voices.far, voices.shifted];
const eachEra = eras.map((era) => ({ era }));

describe.each(eachEra)("vector 1: progress, $era", ({ era }) => {
  const script: Script = async (talk) => {
    await talk.open();
    await talk.call("progress", { steps: 3 }, { progress: true });
    await talk.call("progress", { steps: 12 }, { progress: true });
    await talk.call("progress", { steps: 3 }, { progress: true });
  };

  it("comes with the new token, complete and before its result", async () => {
    const run = await recorded(script, era);
    for (const voice of others) await run.expectSame(script, { voice });
  });

  it("overlapping calls each get their own", async () => {
    const both: Script = async (talk) => {
      await talk.open();
      const first = await talk.start("progress", { steps: 5 }, { progress: true });
      const second = await talk.start("progress", { steps: 4 }, { progress: true });
      await Promise.all([talk.answer(first), talk.answer(second)]);
    };
    const run = await recorded(both, era);
    for (const voice of others) await run.expectSame(both, { voice });
  });

  it("is not sent to a client that asks for none", async () => {
    const run = await recorded(script, era);
    const { lines, exit, stderr } = await run.replay(async (talk) => {
      await talk.open();
      await talk.call("progress", { steps: 3 });
      await talk.call("progress", { steps: 12 }, { progress: true });
    });
    expect(lines.filter((line) => line.includes("notifications/progress"))).toHaveLength(12);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });
});

describe.each(eachEra)("vector 2: cancellation, $era", ({ era }) => {
  /** Starts two calls that only a cancellation ends, and takes them back in an order of its own. */
  const cancelling =
    (started: readonly string[], cancelled: readonly string[]): Script =>
    async (talk) => {
      await talk.open();
      const ids = new Map<string, Id>();
      for (const key of started) ids.set(key, await talk.start("slow", { key }));
      for (const key of cancelled) {
        await talk.cancel(ids.get(key)!);
        await talk.client.line((line) => line.includes(`"cancelled":"${key}"`));
      }
      await talk.call("echo", { text: "after" });
    };
  const script = cancelling(["first", "second", "third"], ["second", "first", "third"]);

  it("a live id cancels the right recorded call", async () => {
    const run = await recorded(script, era);
    for (const voice of others) await run.expectSame(script, { voice });
  });

  it("whatever order they are made and taken back in", async () => {
    const run = await recorded(script, era);
    const { lines, exit, stderr } = await run.replay(
      cancelling(["third", "first", "second"], ["third", "first", "second"]),
    );
    expect(
      lines.filter((line) => line.includes('"id":')),
      "no answer to a cancelled call",
    ).toHaveLength(2);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("a call that was answered when recorded, cancelled now, gets nothing; the others go on", async () => {
    const run = await recorded(async (talk) => {
      await talk.open();
      const held = await talk.start("hold", { key: "a" });
      await talk.call("release", { order: ["a"] });
      await talk.answer(held);
      await talk.call("echo", { text: "after" });
    }, era);
    const { lines, exit, stderr } = await run.replay(async (talk) => {
      await talk.open();
      await talk.cancel(await talk.start("hold", { key: "a" }));
      await talk.call("release", { order: ["a"] });
      await talk.call("echo", { text: "after" });
    });
    expect(lines.filter((line) => line.includes('"text":"a"'))).toEqual([]);
    expect(lines.at(-1)).toContain("after");
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("of an id that nobody uses is nothing", async () => {
    const run = await recorded(async (talk) => {
      await talk.open();
      await talk.call("echo", { text: "x" });
    }, era);
    await run.expectSame(async (talk) => {
      await talk.open();
      for (const id of [0, "0", "never", 1e15]) await talk.cancel(id);
      await talk.call("echo", { text: "x" });
    });
  });
});

describe("vector 3: the server asks with an id that the client uses too", () => {
  const asking = (ids: readonly Id[]): Script => {
    return async (talk) => {
      await talk.open();
      for (const [n, id] of ids.entries()) {
        const call = await talk.start("ask", {
          id,
          method: "elicitation/create",
          params: { message: "sure?" },
        });
        await talk.reply(await talk.asked("elicitation/create", n + 1), {
          action: "accept",
          content: { n },
        });
        expect(await talk.answer(call)).toContain(`\\"n\\":${n}`);
      }
    };
  };

  it.each<{ ids: Id[] }>([
    { ids: ["same"] },
    { ids: [0] },
    { ids: [""] },
    { ids: ["1"] },
    { ids: ["same", 0, "same", ""] },
  ])("ids $ids", async ({ ids }) => {
    const script = asking(ids);
    const run = await recorded(script);
    for (const voice of [voices.before, ...others]) await run.expectSame(script, { voice });
  });

  it("an id that the server used twice is used once now, because the client may hold the first still open", async () => {
    const script = asking([0, 0, 0]);
    const run = await recorded(script);
    const { lines, exit, stderr } = await run.replay(script);
    const ids = lines
      .filter((line) => line.includes("elicitation/create"))
      .map((line) => (JSON.parse(line) as { id: Id }).id);
    expect(ids[0]).toBe(0);
    expect(new Set(ids).size).toBe(3);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });
});

describe("vector 4: elicitation", () => {
  const elicit = { id: 7, method: "elicitation/create", params: { message: "sure?" } };
  const answering =
    (...actions: readonly string[]): Script =>
    async (talk) => {
      await talk.open();
      for (const [n, action] of actions.entries()) {
        const call = await talk.start("ask", elicit);
        const id = await talk.asked("elicitation/create", n + 1);
        await talk.reply(id, { action });
        await talk.answer(call);
      }
    };

  it.each(["accept", "decline", "cancel"])("the result follows the answer: %s", async (action) => {
    const run = await recorded(answering(action));
    await run.expectSame(async (talk) => {
      await talk.open();
      const call = await talk.start("ask", elicit);
      const id = await talk.asked("elicitation/create");
      for (let n = 0; n < 3; n++) await talk.settled();
      const head = `"id":${JSON.stringify(call)},`;
      expect(talk.client.stdout.toString(), "before the client has answered").not.toContain(head);
      await talk.reply(id, { action });
      expect(await talk.answer(call)).toContain(action);
    });
  });

  it("another answer goes the way of the equal call that was answered so", async () => {
    const run = await recorded(answering("accept", "decline", "cancel"));
    const { lines, exit, stderr } = await run.replay(answering("cancel", "accept", "decline"));
    const results = lines.flatMap((line) => /\\"action\\":\\"(\w+)\\"/.exec(line)?.[1] ?? []);
    expect(results).toEqual(["cancel", "accept", "decline"]);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("ask: another answer without such a call goes on as recorded, flagged on the wire and on stderr", async () => {
    const run = await recorded(answering("accept"));
    const { lines, exit, stderr } = await run.replay(answering("decline"));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      result: {
        content: [{ text: '{"action":"accept"}' }],
        _meta: { "reelwire/inexact": { why: "answer", pointer: "/result/action" } },
      },
    });
    expect(stderr).toMatch(/^reelwire: inexact: .*"accept".*\/result\/action.*"decline".*\n$/);
    expect(exit.code).toBe(0);
  });

  it("compare: another answer without such a call is a miss", async () => {
    const run = await recorded(answering("accept"));
    await run.expectSame(answering("accept"), { flags: ["--answers", "compare"] });
    const { lines, exit, stderr } = await run.replay(answering("decline"), {
      flags: ["--answers", "compare"],
    });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      id: "now-1",
      error: { code: -31005, data: { reelwire: { code: "RW4005", kind: "answer" } } },
    });
    expect(stderr).toContain("RW4005");
    expect(exit.code).toBe(1);
  });

  it("recorded: nobody is asked", async () => {
    const run = await recorded(answering("accept", "decline"));
    const { lines, exit, stderr } = await run.replay(
      async (talk) => {
        await talk.open();
        expect(await talk.call("ask", elicit)).toContain("accept");
        expect(await talk.call("ask", elicit)).toContain("decline");
      },
      { flags: ["--answers", "recorded"] },
    );
    expect(lines.filter((line) => line.includes("elicitation/create"))).toEqual([]);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("an error for an answer, and a client that cancels instead of answering", async () => {
    const run = await recorded(answering("accept"));
    const refused = await run.replay(async (talk) => {
      await talk.open();
      const call = await talk.start("ask", elicit);
      const id = await talk.asked("elicitation/create");
      await talk.client.send(`{"jsonrpc":"2.0","id":${id},"error":{"code":-32601,"message":"no"}}\n`);
      await talk.answer(call);
    });
    expect(refused.stderr).toContain("inexact");
    const cancelled = await run.replay(async (talk) => {
      await talk.open();
      const call = await talk.start("ask", elicit);
      await talk.asked("elicitation/create");
      await talk.cancel(call);
      await talk.settled();
    });
    expect(cancelled.lines.filter((line) => line.includes('"id":"now-1"'))).toEqual([]);
    expect([cancelled.exit.code, cancelled.stderr]).toEqual([0, ""]);
  });
});

describe("vector 6: initialize again, ids start again", () => {
  const rounds =
    (...counts: readonly number[]): Script =>
    async (talk) => {
      for (const [round, calls] of counts.entries()) {
        await talk.open();
        for (let n = 0; n < calls; n++) await talk.call("counter");
        if (round < counts.length - 1) await talk.call("echo", { text: `end of ${round}` });
      }
    };

  it("each round has its own answers", async () => {
    const run = await recorded(rounds(2, 3));
    for (const voice of others) await run.expectSame(rounds(2, 3), { voice });
  });

  it("ids that really start again", async () => {
    const run = await recorded(rounds(1, 1));
    const starting = { name: "ids that start again", id: (n: number) => n % 3, token: (n: number) => n };
    const { lines } = await run.replay(
      async (talk) => {
        await talk.open();
        await talk.call("counter");
        await talk.call("echo", { text: "end of 0" });
        await talk.send("initialize", { protocolVersion: "2025-11-25", capabilities: {} });
        await talk.start("counter");
        await talk.client.line((line) => line.includes('"text":"2"'));
      },
      { voice: starting },
    );
    expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([0, 1, 2, 0, 1]);
    expect(lines[4]).toContain('"text":"2"');
  });

  it("the next round does not give what belongs to the first", async () => {
    const run = await recorded(rounds(2, 1));
    const { lines, exit } = await run.replay(async (talk) => {
      await talk.open();
      expect(await talk.call("counter")).toContain('"1"');
      await talk.open();
      expect(await talk.call("counter")).toContain('"3"');
      expect(await talk.call("counter")).toContain('"error"');
    });
    expect(lines.join("\n")).not.toContain('"text":"2"');
    expect(exit.code).toBe(1);
  });

  it("once more than recorded: the policy decides", async () => {
    const run = await recorded(rounds(1, 1));
    const third = (text: string): Script => {
      return async (talk) => {
        await rounds(1, 1)(talk);
        expect(await talk.request("initialize", { protocolVersion: "2025-11-25" })).toContain(text);
      };
    };
    const refused = await run.replay(third('"code":-31006'));
    expect(refused.exit.code).toBe(1);
    expect(refused.stderr).toContain("RW4006");
    for (const repeat of ["last", "cycle"])
      await run.replay(third("nasty-server"), { flags: ["--repeat", repeat] });
  });
});

describe.each(eachEra)("vector 7: never recorded, $era", ({ era }) => {
  const script: Script = async (talk) => {
    await talk.open();
    await talk.call("echo", { text: "Paris", units: { kind: "C" } });
    await talk.call("counter");
  };

  it.each<{ what: string; ask: (talk: Talk) => Promise<string>; pointer: string | null; nearest: string }>([
    {
      what: "arguments",
      ask: (talk) => talk.call("echo", { text: "Rome", units: { kind: "C" } }),
      pointer: "/params/arguments/text",
      nearest: "echo",
    },
    {
      what: "an argument within an argument",
      ask: (talk) => talk.call("echo", { text: "Paris", units: { kind: "F" } }),
      pointer: "/params/arguments/units/kind",
      nearest: "echo",
    },
    {
      what: "one argument more",
      ask: (talk) => talk.call("echo", { text: "Paris", units: { kind: "C" }, more: null }),
      pointer: "/params/arguments/more",
      nearest: "echo",
    },
    {
      what: "a tool",
      ask: (talk) => talk.call("ekko", { text: "Paris", units: { kind: "C" } }),
      pointer: "/params/name",
      nearest: "echo",
    },
    { what: "a method", ask: (talk) => talk.request("resources/list"), pointer: null, nearest: "" },
  ])("$what", async ({ ask, pointer, nearest }) => {
    const run = await recorded(script, era);
    const { lines, exit, stderr } = await run.replay(async (talk) => {
      await talk.open();
      await ask(talk);
    });
    const { id, error } = JSON.parse(lines.at(-1)!) as {
      id: Id;
      error: { code: number; message: string; data: { reelwire: Record<string, unknown> } };
    };
    expect(id).toBe("now-1");
    expect(error.code).toBe(-31001);
    expect(error.data.reelwire).toMatchObject({ code: "RW4001", kind: "unknown", recorded: 0 });
    if (pointer === null) expect(error.data.reelwire).not.toHaveProperty("nearest");
    else expect(error.data.reelwire["nearest"]).toMatchObject({ target: nearest, difference: { pointer } });
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toContain("RW4001");
    if (pointer !== null) expect(stderr).toContain(pointer);
    expect(exit).toEqual({ code: 1, signal: null });
    expect(lines, "the handshake and the error").toHaveLength(2);
  });

  it("what is asked afterwards is answered as if nothing had been missed", async () => {
    const run = await recorded(script, era);
    const { lines } = await run.replay(async (talk) => {
      await talk.open();
      await talk.call("counter", { never: true });
      expect(await talk.call("echo", { text: "Paris", units: { kind: "C" } })).toContain('"text":"Paris"');
      await talk.call("echo", { text: "Paris", units: { kind: "K" } });
      expect(await talk.call("counter")).toContain('"text":"1"');
    });
    expect(lines.filter((line) => line.includes('"error"'))).toHaveLength(2);
  });
});

describe.each(eachEra)("vector 8: the same call answered differently, $era", ({ era }) => {
  const calls =
    (...texts: readonly string[]): Script =>
    async (talk) => {
      await talk.open();
      for (const text of texts) expect(await talk.call("counter", { same: 1 })).toContain(text);
    };

  it.each<{ flags: string[]; texts: string[]; code: number }>([
    { flags: [], texts: ['"1"', '"2"', '"code":-31002', '"code":-31002'], code: 1 },
    { flags: ["--repeat", "error"], texts: ['"1"', '"2"', '"code":-31002'], code: 1 },
    { flags: ["--repeat", "last"], texts: ['"1"', '"2"', '"2"', '"2"'], code: 0 },
    { flags: ["--repeat", "cycle"], texts: ['"1"', '"2"', '"1"', '"2"', '"1"'], code: 0 },
  ])("$flags", async ({ flags, texts, code }) => {
    const run = await recorded(calls('"1"', '"2"'), era);
    const { exit, stderr } = await run.replay(calls(...texts), { flags });
    expect(exit.code).toBe(code);
    if (code === 0) expect(stderr).toBe("");
    else expect(stderr).toMatch(/RW4002.*recorded 2 times/);
  });
});

describe("vector 16: input_required and its retry", () => {
  const accept = { confirm: { action: "accept", content: { sure: true } } };
  const stateOf = (line: string): string =>
    (JSON.parse(line) as { result: { requestState: string } }).result.requestState;
  const retry = (talk: Talk, requestState: string, inputResponses: unknown = accept, rounds = 1) =>
    talk.call("rounds", { rounds }, { params: { inputResponses, requestState } });
  const operation =
    (rounds: number, inputResponses: unknown = accept): Script =>
    async (talk) => {
      await talk.open();
      let line = await talk.call("rounds", { rounds });
      for (let n = 0; n < rounds; n++) line = await retry(talk, stateOf(line), inputResponses, rounds);
      expect(line).toContain('"content"');
    };

  it.each([1, 3])("%i rounds are one operation", async (rounds) => {
    const run = await recorded(operation(rounds), "modern");
    for (const voice of others) await run.expectSame(operation(rounds), { voice });
  });

  it("two operations side by side go on with their own states", async () => {
    const both: Script = async (talk) => {
      await talk.open();
      const a = stateOf(await talk.call("rounds", { rounds: 1 }));
      const b = stateOf(await talk.call("rounds", { rounds: 1 }));
      expect(a).not.toBe(b);
      expect(await retry(talk, b, { confirm: { action: "decline" } })).toContain("decline");
      expect(await retry(talk, a)).toContain("accept");
    };
    const run = await recorded(both, "modern");
    await run.expectSame(both);
  });

  it("an unknown requestState is a miss, and so is one that was used", async () => {
    const run = await recorded(operation(1), "modern");
    const { lines, exit, stderr } = await run.replay(async (talk) => {
      await talk.open();
      expect(await retry(talk, "round 1 of operation 1")).toContain('"code":-31004');
      const state = stateOf(await talk.call("rounds", { rounds: 1 }));
      expect(await retry(talk, `${state}0`)).toContain('"code":-31004');
      expect(await retry(talk, state)).toContain('"content"');
      expect(await retry(talk, state)).toContain('"error"');
    });
    expect(lines.filter((line) => line.includes('"content"'))).toHaveLength(1);
    expect(stderr).toContain("RW4004");
    expect(exit.code).toBe(1);
  });

  it("another answer follows the policy", async () => {
    const run = await recorded(operation(1), "modern");
    const decline = { confirm: { action: "decline" } };
    const asked = await run.replay(operation(1, decline));
    expect(asked.lines.at(-1)).toContain("reelwire/inexact");
    expect(asked.stderr).toContain("inexact");
    expect(asked.exit.code).toBe(0);
    const compared = await run.replay(
      async (talk) => {
        await talk.open();
        const state = stateOf(await talk.call("rounds", { rounds: 1 }));
        expect(await retry(talk, state, decline)).toContain('"code":-31005');
      },
      { flags: ["--answers", "compare"] },
    );
    expect(compared.exit.code).toBe(1);
    const skipped = await run.replay(
      async (talk) => {
        await talk.open();
        expect(await talk.call("rounds", { rounds: 1 })).toContain("accept");
      },
      { flags: ["--answers", "recorded"] },
    );
    expect([skipped.exit.code, skipped.stderr]).toEqual([0, ""]);
  });
});
