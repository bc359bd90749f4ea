/**
 * Vector 11: what was recorded with its secrets taken out is the same conversation again for a client that carries the
 * real ones, byte for byte; for a client that carries others it is none.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
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

/** Its answer is filled, but how base64 was spelled is told by nothing that is left of it. */
const respelled = new Set(["planted 6", "planted 11"]);
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
