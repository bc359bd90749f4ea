/**
 * Vector 11: what was recorded with its secrets taken out is the same conversation again for a client that carries the
 * real ones, byte for byte; for a client that carries others it is none.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { replayTape } from "../../src/index.ts";
import { base64, base64Url, forbidden, secrets, values } from "./harness/planted.ts";
import { startClient } from "./harness/record-run.ts";
import { type ReplayRunOptions, type Script, Stageplay } from "./harness/replay-run.ts";
import { Talk, voices } from "./harness/replay-talk.ts";
import { recording } from "./harness/ways.ts";

const s = secrets;
const env = { PLANTED_PASSWORD: s.known, PLANTED_KEY: s.lines };
const key = { REELWIRE_REDACT_KEY: "a key of the tests, long enough" };

interface Recorded {
  readonly play: Stageplay;
  /** What the client saw when it was recorded. */
  readonly lines: readonly string[];
}

async function record(script: Script, more: Record<string, string> = {}): Promise<Recorded> {
  const play = new Stageplay();
  const argv = [...recording(play.tapePath), ...play.server];
  const client = startClient(argv, { cwd: play.folder, env: { ...env, ...more } });
  await script(new Talk(client, "legacy", voices.before));
  expect(await client.finish()).toEqual({ code: 0, signal: null });
  play.takeServerAway();
  const tape = readFileSync(play.tapePath);
  for (const [what, bytes] of forbidden) expect(tape.includes(bytes), what).toBe(false);
  return { play, lines: client.stdout.toString().trimEnd().split("\n") };
}

/** A replay where neither the environment nor the key is here unless told. */
async function again({ play }: Recorded, script: Script, options: ReplayRunOptions = {}) {
  const elsewhere = join(play.folder, "elsewhere");
  mkdirSync(elsewhere, { recursive: true });
  const { env: given = {}, ...more } = options;
  const nowhere = { XDG_CONFIG_HOME: elsewhere, HOME: elsewhere };
  return play.replay(script, { voice: voices.before, ...more, env: { ...nowhere, ...given } });
}

const withKey = ({ play }: Recorded) => ({ XDG_CONFIG_HOME: play.folder });

/** Everything a client may say, each with the name of what it shows. */
const cases: [what: string, value: unknown][] = [
  ...values((n) => `value ${n}`).map((value, n): [string, unknown] => [`planted ${n}`, value]),
  ["base64 that needs padding", [1, 2, 3].map((n) => base64(`${"a".repeat(n)} ${s.known}`))],
  ["base64 for URLs", base64Url(JSON.stringify({ password: s.named, note: "??>>" }))],
  ["a number", { password: 73914826, other: 12 }],
  ["a number in JSON in a string", JSON.stringify({ password: 73914826, other: 12 })],
  ["equal numbers", { list: [{ password: 1 }, { password: 2 }, { password: 1 }] }],
  ["an escaped slash", `log {"x":${JSON.stringify(s.known).replaceAll("/", "\\/")}}`],
];

/** Its answer is filled, but how base64 or JSON was spelled is told by nothing that is left of it. */
const respelled = new Set(["planted 6", "planted 11", "an escaped slash"]);
/** Where the environment is not known, a value in base64 or in a key is not told by its digest. */
const hidden = new Set(
  [3, 6, 7, 8, 9, 10, 11, 12].map((n) => `planted ${n}`).concat("base64 that needs padding"),
);

/** Calls with all of them; gives the answers. */
function saying(answers: string[]): Script {
  return async (talk) => {
    await talk.open();
    for (const [, value] of cases)
      answers.push(
        await talk.call("echo", { text: typeof value === "string" ? value : JSON.stringify(value), value }),
      );
  };
}

async function recordAll(more: Record<string, string> = {}) {
  const answers: string[] = [];
  return { recorded: await record(saying(answers), more), answers };
}

describe("the same calls again", () => {
  it("where key and environment are known, every byte is as it was", async () => {
    const { recorded, answers } = await recordAll();
    const live: string[] = [];
    const { stderr, exit } = await again(recorded, saying(live), { env: { ...env, ...withKey(recorded) } });
    expect({ stderr, code: exit.code }).toEqual({ stderr: "", code: 0 });
    for (const [n, [what]] of cases.entries())
      if (!respelled.has(what)) expect(live[n], what).toBe(answers[n]);
  });

  it("with the key in a variable", async () => {
    const { recorded, answers } = await recordAll(key);
    const live: string[] = [];
    const { stderr } = await again(recorded, saying(live), { env: { ...env, ...key } });
    expect(stderr).toBe("");
    for (const [n, [what]] of cases.entries())
      if (!respelled.has(what)) expect(live[n], what).toBe(answers[n]);
  });

  it("where only the key is known, the digest tells it, and the client's own words fill the answers", async () => {
    const { recorded, answers } = await recordAll();
    const live: string[] = [];
    await again(recorded, saying(live), { env: withKey(recorded) });
    for (const [n, [what]] of cases.entries())
      if (!hidden.has(what) && !respelled.has(what)) expect(live[n], what).toBe(answers[n]);
  });

  it("without the key, kind and length tell it, and placeholders stay in the answers", async () => {
    const { recorded } = await recordAll();
    const live: string[] = [];
    await again(recorded, saying(live), { env });
    const missed = cases.flatMap(([what], n) => (live[n]!.includes('"code":-31') ? [what] : []));
    expect(missed).toEqual(["planted 11"]);
    expect(live.join("")).toContain("[[rw:github-token:40:");
  });
});

const echo = (value: unknown) => (talk: Talk) => talk.call("echo", { text: "the answer", value });

describe("never another call's answer", () => {
  it("another secret is a miss, with the key", async () => {
    const recorded = await record(async (talk) => {
      await talk.open();
      await echo({ password: s.named })(talk);
    });
    const { exit } = await again(
      recorded,
      async (talk) => {
        await talk.open();
        for (const other of ["An0therSecretOfIt", s.named.slice(1), "", `${s.named} `])
          expect(await echo({ password: other })(talk), other).toContain('"code":-31001');
        expect(await echo({ password: s.named })(talk)).toContain("the answer");
      },
      { env: { ...env, ...withKey(recorded) } },
    );
    expect(exit.code).toBe(1);
  });

  it.each<[what: string, one: unknown, other: unknown]>([
    ["by name", { password: s.named }, { password: [...s.named].reverse().join("") }],
    ["a number", { password: 73914826 }, { password: 73914827 }],
    ["in base64", base64(`password=${s.named}`), base64(`password=${[...s.named].reverse().join("")}`)],
  ])("two that differ only in a secret, without the key: %s", async (_, one, other) => {
    const recorded = await record(async (talk) => {
      await talk.open();
      await echo(one)(talk);
      await echo(other)(talk);
    });
    const { exit } = await again(recorded, async (talk) => {
      await talk.open();
      for (const value of [one, other]) expect(await echo(value)(talk)).toContain('"code":-31008');
    });
    expect(exit.code).toBe(1);
    const known = await again(
      recorded,
      async (talk) => {
        await talk.open();
        for (const value of [other, one]) expect(await echo(value)(talk)).toContain("the answer");
      },
      { env: withKey(recorded) },
    );
    expect(known.exit.code).toBe(0);
  });
});

describe("what a client says of it later", () => {
  it("the placeholder that it was given stands for the secret", async () => {
    const script: Script = async (talk) => {
      await talk.open();
      const answer = await talk.call("echo", { text: `password=${s.named}` });
      const [, said] = /password=([^"]+)"/.exec(answer)!;
      await talk.call("echo", { text: "logged in", password: said });
    };
    const recorded = await record(script);
    for (const where of [withKey(recorded), {}]) {
      const { exit, lines } = await again(recorded, script, { env: where });
      expect(exit.code).toBe(0);
      expect(lines.at(-1)).toContain("logged in");
    }
  });

  it("again and again, by --repeat last, known to the environment or by its digest alone", async () => {
    const script: Script = async (talk) => {
      await talk.open();
      await echo({ note: s.known })(talk);
    };
    const recorded = await record(script);
    for (const where of [{ ...env, ...withKey(recorded) }, withKey(recorded)]) {
      const { exit } = await again(
        recorded,
        async (talk) => {
          await talk.open();
          for (let n = 0; n < 3; n++) expect(await echo({ note: s.known })(talk)).toContain("the answer");
        },
        { env: where, flags: ["--repeat", "last"] },
      );
      expect(exit.code).toBe(0);
    }
  });

  it("an answer to a question of the server", async () => {
    const script: Script = async (talk) => {
      await talk.open();
      const params = {
        message: `for ${s.known}`,
        requestedSchema: { properties: { password: { type: "string" } } },
      };
      const id = await talk.start("ask", { id: "q", method: "elicitation/create", params });
      const asked = await talk.asked("elicitation/create");
      await talk.reply(asked, { action: "accept", content: { password: s.named, note: s.known } });
      await talk.answer(id);
    };
    const recorded = await record(script);
    const { stderr, lines } = await again(recorded, script, { env: { ...env, ...withKey(recorded) } });
    expect(stderr).toBe("");
    expect(lines).toEqual(recorded.lines);
  });
});

it("what only the server said is filled from the environment, else it stays a placeholder", async () => {
  const script: Script = async (talk) => {
    await talk.open();
    await talk.call("env", { name: "PLANTED_PASSWORD" });
  };
  const recorded = await record(script);
  expect(JSON.parse(recorded.lines.at(-1)!)).toMatchObject({ result: { content: [{ text: s.known }] } });
  const known = await again(recorded, script, { env: { ...env, ...withKey(recorded) } });
  expect(known.lines).toEqual(recorded.lines);
  const unknown = await again(recorded, script, { env: withKey(recorded) });
  expect(unknown.lines.at(-1)).toMatch(/"text":"\[\[rw:secret:24:[0-9a-f]{8}\]\]"/);
});

it("a program replays it in the same way", async () => {
  const recorded = await record(async (talk) => {
    await talk.open();
    await echo({ note: s.known, password: 73914826 })(talk);
  });
  vi.stubEnv("PLANTED_PASSWORD", s.known);
  vi.stubEnv("XDG_CONFIG_HOME", recorded.play.folder);
  onTestFinished(() => void vi.unstubAllEnvs());
  await using replay = await replayTape(recorded.play.tapePath);
  const client = new Client({ name: "tests", version: "1" });
  await client.connect(replay.transport());
  const args = { text: "the answer", value: { note: s.known, password: 73914826 } };
  const answer = await client.callTool({ name: "echo", arguments: args });
  expect(answer.content).toEqual([{ type: "text", text: "the answer" }]);
  await client.close();
});
