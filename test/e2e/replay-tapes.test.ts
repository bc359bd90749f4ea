/**
 * Which files a replay takes and what becomes of it when they are unfinished, in parts, in use, or changed under its
 * hands.
 */
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until, untilGone } from "../peers/processes.ts";
import { testFolder } from "./harness/record-run.ts";
import { messageLines, recorded, type Script, Stageplay } from "./harness/replay-run.ts";
import { Talk, voices } from "./harness/replay-talk.ts";
import { readTape } from "./harness/tape-file.ts";
import { root } from "./harness/ways.ts";

/** Starts the server anew for each; the n-th says n. */
const counting =
  (calls: number): Script =>
  async (talk) => {
    await talk.open();
    for (let n = 1; n <= calls; n++) expect(await talk.call("counter")).toContain(`"${n}"`);
  };

/** The calls whose answers a tape holds. */
function answers(path: string): number {
  return readFileSync(path, "utf8").split('"content"').length - 1;
}

function answered(path: string, count: number): Promise<void> {
  return until(
    () => answers(path) === count,
    10_000,
    () => `the tape never had ${count} answers: ${readFileSync(path, "utf8")}`,
  );
}

describe("vector 13: a recording without its end", () => {
  it("of a recorder that was killed: what is there is answered, and that it is unfinished is said", async () => {
    const play = new Stageplay();
    const client = play.recorder();
    const talk = new Talk(client, "legacy", voices.before);
    await counting(3)(talk);
    await answered(play.tapePath, 3);
    client.kill("SIGKILL");
    await client.exited;
    client.child.stdin!.destroy();
    await untilGone(client.tag);
    play.takeServerAway();
    expect(readTape(play.tapePath).ended).toBe(false);
    const whole = await play.replay(counting(3));
    expect(whole.exit.code).toBe(0);
    expect(whole.stderr).toMatch(/^reelwire: the tape is unfinished: .*\n$/);
    const beyond = await play.replay(async (live) => {
      await counting(3)(live);
      expect(await live.call("counter")).toContain('"code":-31002');
    });
    expect(beyond.exit.code).toBe(1);
    expect(beyond.stderr).toContain("unfinished");
  });

  it("with a torn last line: what stands before is answered, and the line is named", async () => {
    const { play } = await recorded(counting(3));
    const text = readFileSync(play.tapePath, "utf8");
    const last = text.lastIndexOf('"dir":"s2c"');
    truncateSync(play.tapePath, Buffer.byteLength(text.slice(0, last + 30)));
    const line = text.slice(0, last).split("\n").length;
    expect(answers(play.tapePath)).toBe(2);
    const { exit, stderr } = await play.replay(async (talk) => {
      await counting(2)(talk);
      expect(await talk.call("counter"), "recorded, but its answer is torn").toContain('"code":-31003');
    });
    expect(exit.code).toBe(1);
    expect(stderr).toContain("RW4003");
    expect(stderr).toContain("unfinished");
    expect(stderr).toContain(`line ${line} `);
  });

  it("with a damaged line in the middle: the rest is answered, and the line is named", async () => {
    const { play } = await recorded(counting(3));
    const lines = readFileSync(play.tapePath, "utf8").split("\n");
    const broken = lines.findIndex((line) => line.includes('"dir":"s2c"') && line.includes('"text":"2"'));
    lines[broken] = `${lines[broken]!.slice(0, 40)}~~~`;
    writeFileSync(play.tapePath, lines.join("\n"));
    const { exit, stderr } = await play.replay(async (talk) => {
      await talk.open();
      const said = [await talk.call("counter"), await talk.call("counter"), await talk.call("counter")];
      expect(said[0]).toContain('"1"');
      expect(said.join("\n")).not.toContain('"2"');
    });
    expect(stderr).toContain(`line ${broken + 1} `);
    expect(exit.code).toBe(1);
  });
});

describe("a recording in parts", () => {
  it("is given by its first part", async () => {
    const play = new Stageplay("run.tape.jsonl");
    const client = play.recorder(["--rotate", "3"]);
    await counting(10)(new Talk(client, "legacy", voices.before));
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    play.takeServerAway();
    const first = join(play.folder, "run.0001.tape.jsonl");
    expect(answers(first)).toBeLessThan(10);
    const { exit, stderr } = await play.replay(counting(10), {}, first);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("by the name that was asked for, is named part by part", async () => {
    const play = new Stageplay("run.tape.jsonl");
    const client = play.recorder(["--rotate", "3"]);
    await counting(7)(new Talk(client, "legacy", voices.before));
    await client.finish();
    const player = play.player();
    const exit = await player.finish();
    expect([exit.code, player.stdout.toString()]).toEqual([6, ""]);
    expect(player.stderr).toContain("RW3001");
    expect(player.stderr).toContain("run.0001.tape.jsonl");
  });
});

describe("a tape in use", () => {
  it("two replays of one tape at once know nothing of each other", async () => {
    const { play } = await recorded(counting(5));
    const [one, two] = await Promise.all([
      play.replay(counting(5)),
      play.replay(counting(5), { voice: voices.far }),
    ]);
    for (const { exit, stderr } of [one, two]) expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("of a recorder that still records: what is there is answered, and that it is unfinished is said", async () => {
    const play = new Stageplay();
    const client = play.recorder();
    const talk = new Talk(client, "legacy", voices.before);
    await counting(2)(talk);
    await answered(play.tapePath, 2);
    const { exit, stderr } = await play.replay(counting(2));
    expect([exit.code, stderr]).toEqual([0, expect.stringContaining("unfinished")]);
    // The recording goes on while a replay of it does.
    const live = play.player();
    const other = new Talk(live, "legacy", voices.now);
    await other.open();
    expect(await talk.call("counter")).toContain('"3"');
    expect(await other.call("counter")).toContain('"1"');
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(await other.call("counter")).toContain('"2"');
    expect((await live.finish()).code).toBe(0);
    messageLines(live.stdout);
  });
});

describe("a tape that changes during the replay", () => {
  /** Answers that are far from each other on the tape, so that they are read when they are asked for. */
  const bytes = 300_000;
  const heads = ["first", "second", "third", "fourth"];
  const script: Script = async (talk) => {
    await talk.open();
    for (const head of heads) await talk.call("big", { head, bytes });
  };

  it.each<[what: string, change: (path: string, folder: string) => void, goesOn: boolean]>([
    ["truncated", (path) => truncateSync(path, 400), false],
    ["emptied", (path) => truncateSync(path, 0), false],
    ["overwritten in place", (path) => writeFileSync(path, "x".repeat(statSync(path).size)), false],
    [
      "overwritten in place with a longer text",
      (path) => writeFileSync(path, "x".repeat(statSync(path).size + 9)),
      false,
    ],
    [
      "replaced by another file of its name",
      (path, folder) => {
        writeFileSync(join(folder, "other"), "another text\n");
        renameSync(join(folder, "other"), path);
      },
      true,
    ],
    ["grown, as that of a recorder does", (path) => appendFileSync(path, '{"at":99999999,"dir":"s2c"'), true],
  ])("%s", async (_what, change, goesOn) => {
    const run = await recorded(script);
    const { play } = run;
    const client = play.player();
    const talk = new Talk(client, "legacy", voices.now);
    await talk.open();
    await talk.call("big", { head: "fourth", bytes });
    change(play.tapePath, play.folder);
    for (const head of heads.slice(0, 3)) await talk.start("big", { head, bytes });
    client.end();
    const exit = await client.closed;
    const lines = messageLines(client.stdout);
    for (const line of lines.slice(1)) expect(line).toMatch(/"text":"(first|second|third|fourth)abcdefghij/);
    if (goesOn) {
      expect(lines).toHaveLength(5);
      expect(exit.code).toBe(0);
    } else {
      expect(client.stderr).toContain("RW3016");
      expect(client.stderr).not.toMatch(/\n\s+at /);
      expect(exit.code).toBe(6);
    }
  });
});

describe("a .vcr file is replayed as it is", () => {
  interface Vcr {
    session: {
      initialize_request: Request;
      initialize_response: Response;
      interactions: { request: Request; response: Response | null; notifications: object[] }[];
    };
  }
  interface Request {
    id: number | string;
    method: string;
    params?: { _meta?: { progressToken?: unknown } } | null;
  }
  interface Response {
    result?: unknown;
    error?: unknown;
  }

  it.each([
    "calculator-v1",
    "calculator-v2",
    "calculator-errors",
    "generated/py-calculator-v1",
    "generated/py-noisy-notifications-ids",
    "generated/ts-noisy",
  ])("%s", async (name) => {
    const source = join(root, "test", "tapes", "agent-vcr", `${name}.vcr`);
    const { session } = JSON.parse(readFileSync(source, "utf8")) as Vcr;
    const play = new Stageplay("a.vcr");
    copyFileSync(source, play.tapePath);
    play.takeServerAway();
    const client = play.player();
    const opening = {
      request: session.initialize_request,
      response: session.initialize_response,
      notifications: [],
    };
    for (const [n, { request, response, notifications }] of [opening, ...session.interactions].entries()) {
      const seen = messageLines(client.stdout).length;
      const { method, params } = request;
      const id = `live ${n}`;
      const progressToken = params?._meta?.progressToken === undefined ? undefined : `token ${n}`;
      const now = progressToken === undefined ? params : { ...params, _meta: { progressToken } };
      await client.message({ jsonrpc: "2.0", id, method, ...(now ? { params: now } : {}) });
      const answer = JSON.parse(await client.answer(id)) as Response;
      if (method !== "ping") expect(answer.result, `${n} ${method}`).toEqual(response?.result ?? undefined);
      if (response?.error)
        expect(answer.error).toEqual(expect.objectContaining(withoutNulls(response.error)));
      const before = messageLines(client.stdout)
        .slice(seen, -1)
        .map((line) => JSON.parse(line) as object);
      const expected = notifications.map((note) => withToken(withoutNulls(note), progressToken));
      expect(before, `what was said before ${n}`).toEqual(expected);
    }
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(client.stderr).toBe("");
  });

  it("a recorder that was stopped before anything was said has left nothing to replay", async () => {
    const source = join(root, "test", "tapes", "agent-vcr", "generated", "py-empty-session.vcr");
    const client = new Stageplay().player({}, source);
    const exit = await client.finish();
    expect([exit.code, client.stdout.toString()]).toEqual([6, ""]);
    expect(client.stderr).toContain("RW3015");
  });

  it("text that is no recording has a coded error", async () => {
    const folder = testFolder();
    for (const text of ["", "{", "{}", '{"format_version":"1.0.0"}', "[1,2]"]) {
      const path = join(folder, "a.vcr");
      writeFileSync(path, text);
      const client = new Stageplay().player({}, path);
      const exit = await client.finish();
      expect([exit.code, client.stdout.toString()], text).toEqual([6, ""]);
      expect(client.stderr, text).toMatch(/^error RW30/);
    }
  });

  function withoutNulls(value: object): object {
    return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));
  }

  function withToken(note: object, progressToken: string | undefined): object {
    const { method, params } = note as { method: string; params?: object };
    return method === "notifications/progress" ? { ...note, params: { ...params, progressToken } } : note;
  }
});
