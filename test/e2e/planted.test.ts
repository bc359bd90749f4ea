/**
 * Vector 10: secrets that pass a recorder in both directions, in every form and place and however their bytes are cut,
 * are in no file at any moment, and what stands beside them is there byte for byte.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { recordTape } from "../../src/index.ts";
import { untilGone } from "../peers/processes.ts";
import type { RawClient } from "../peers/raw-client.ts";
import { environment, filesBelow, leaks, secrets, texts, values, watch } from "./harness/planted.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { readTape } from "./harness/tape-file.ts";
import { node, recording, reelwire, root } from "./harness/ways.ts";

const mark = (who: string) => (n: number) => `<${who} ${n}>`;
const wrapped = {
  request: mark("request"),
  result: mark("result"),
  error: mark("error"),
  told: mark("told"),
};
const marks = { ...wrapped, answer: mark("answer"), noise: mark("noise"), said: mark("said") };

interface Piece {
  readonly fd: 1 | 2;
  readonly text: string | Buffer;
}

/** What the server says to each line of input: everything that a server can say. */
function steps(): Piece[][] {
  const results = values(marks.result);
  const line = (message: object): Piece => ({
    fd: 1,
    text: `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`,
  });
  const said = texts(marks.said);
  const noise = texts(marks.noise);
  return results.map((value, n) => [
    line({ method: "notifications/message", params: { level: "info", data: values(marks.told)[n] } }),
    line({
      method: "notifications/progress",
      params: { progressToken: n, progress: n, message: `${secrets.known} ${secrets.form}` },
    }),
    ...(noise[n] === undefined ? [] : [{ fd: 1, text: noise[n] } as const]),
    ...(noise[n] === undefined ? [] : [{ fd: 1, text: notUtf8(noise[n]) } as const]),
    ...(said[n] === undefined ? [] : [{ fd: 2, text: said[n] } as const]),
    line({
      id: `ask ${n}`,
      method: "elicitation/create",
      params: { message: secrets.known, requestedSchema: {} },
    }),
    n % 3 === 0
      ? line({ id: n, error: { code: 1, message: `no: ${secrets.form}`, data: values(marks.error)[n] } })
      : n % 3 === 1
        ? line({
            id: n,
            result: { content: [{ type: "text", text: JSON.stringify(value) }], structuredContent: value },
          })
        : line({
            id: n,
            result: { contents: [{ uri: "x://y", text: JSON.stringify(value), _meta: value }] },
          }),
  ]);
}

/** Every line with a byte at its end that is no UTF-8. */
function notUtf8(text: string): Buffer {
  return Buffer.concat(
    text
      .trimEnd()
      .split("\n")
      .flatMap((each) => [Buffer.from(each), Buffer.from([0xff, 0x0a])]),
  );
}

/** A folder that is watched, with everything below it that a recorder may write to; and one beside it that is not. */
function place(size: number) {
  const outside = testFolder();
  const folder = testFolder();
  const home = Object.fromEntries(
    ["TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME"].map((name) => {
      const path = join(folder, name.toLowerCase());
      mkdirSync(path);
      return [name, path];
    }),
  );
  const script = join(outside, "steps.json");
  const pieces = steps().map((step) =>
    step.map(({ fd, text }) => ({ fd, size, base64: Buffer.from(text as string).toString("base64") })),
  );
  writeFileSync(script, JSON.stringify(pieces));
  writeFileSync(join(folder, "package.json"), "{}");
  return { folder, env: { ...home, ...environment, PLANTED: script } };
}

const server = [node, join(root, "test", "peers", "planted-server.mjs")];
const url = `https://host.example/?access_token=${secrets.query}`;
const command = [...server, "--api-key", secrets.flag, `--token=${secrets.flag}`, url, secrets.known];

/** Everything that a client can say, each line cut into pieces of `size` bytes. */
async function speak(client: RawClient, size: number): Promise<void> {
  const asked = values(marks.request);
  const answers = values(marks.answer);
  for (const [n, value] of asked.entries()) {
    const request = { jsonrpc: "2.0", id: n, method: "tools/call", params: { name: "t", arguments: value } };
    const whole = n % 4 === 3 ? [request] : request;
    await cut(client, `${JSON.stringify(whole)}\n`, size);
    await client.line((line) => line.startsWith(`{"jsonrpc":"2.0","id":${n},`));
    const answer = { jsonrpc: "2.0", id: `ask ${n}`, result: { action: "accept", content: answers[n] } };
    await cut(client, `${JSON.stringify(answer)}\n`, size);
  }
}

async function cut(client: RawClient, text: string, size: number): Promise<void> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) await client.send(bytes.subarray(at, at + size));
}

/** The marks of everything that was said, as often as it was said. */
function expectMarks(
  folder: string,
  names: readonly (keyof typeof marks)[],
  isKept: (n: number) => boolean = () => true,
): void {
  const tapes = filesBelow(folder).filter((path) => /\.(jsonl|vcr)$/.test(path));
  const all = Buffer.concat(tapes.map((path) => readFileSync(path))).toString();
  for (const name of names)
    for (const n of (name === "said" || name === "noise" ? texts : values)(marks[name]).keys())
      if (isKept(n) && (name === "error" ? n % 3 === 0 : name !== "result" || n % 3 > 0))
        expect(all, marks[name](n)).toContain(marks[name](n));
}

const said = ["request", "result", "error", "told", "answer", "noise", "said"] as const;

describe("after a recording", () => {
  it.each<[what: string, size: number, flags: string[]]>([
    ["as it comes", 1 << 20, []],
    ["in pieces of 997 bytes", 997, []],
    ["in pieces of 13 bytes", 13, []],
    ["byte by byte", 1, []],
    ["in parts", 1 << 20, ["--rotate", "4KB"]],
    ["with a filter", 61, ["--capture", "method:tools/*"]],
  ])(
    "%s",
    async (_, size, flags) => {
      const { folder, env } = place(size);
      const stop = watch(folder);
      const labels = [
        "--tag",
        `label=${secrets.form}`,
        "--name",
        `x ${secrets.known}`,
        "--session-id",
        secrets.form,
      ];
      const given = ["--env", `GIVEN_TOKEN=${secrets.named}`, ...labels];
      const argv = [...recording(join(folder, "run.tape.jsonl"), [...given, ...flags]), ...command];
      const client = startClient(argv, { cwd: folder, env, safetyMs: 60_000 });
      await speak(client, size);
      expect(await client.finish()).toEqual({ code: 0, signal: null });
      expect(stop()).toEqual([]);
      if (!flags.includes("--rotate")) readTape(join(folder, "run.tape.jsonl"));
      expectMarks(folder, flags.includes("--capture") ? ["request", "result", "error"] : said);
    },
    90_000,
  );
});

describe("at any moment", () => {
  it("of a recorder that is killed", async () => {
    const random = seededRandom(10);
    for (let round = 0; round < 4; round++) {
      const { folder, env } = place(1 + random.below(200));
      const argv = [...recording(join(folder, "run.tape.jsonl")), ...command];
      const client = startClient(argv, { cwd: folder, env, safetyMs: 60_000 });
      const stop = watch(folder);
      const last = random.below(values(marks.request).length - 1);
      client
        .line((line) => line.startsWith(`{"jsonrpc":"2.0","id":${last},`))
        .then(
          () => client.kill("SIGKILL"),
          () => {},
        );
      await speak(client, 1 + random.below(200)).catch(() => {});
      await client.exited;
      client.child.stdin!.destroy();
      await untilGone(client.tag);
      expect(stop(), `killed after ${last}`).toEqual([]);
    }
  }, 120_000);
});

describe("other ways to record", () => {
  it("as a .vcr file: no trace of the tape before it", async () => {
    const { folder, env } = place(1 << 20);
    const stop = watch(folder);
    const argv = [...recording(join(folder, "run.vcr"), ["--format", "vcr"]), ...command];
    const client = startClient(argv, { cwd: folder, env, safetyMs: 60_000 });
    await speak(client, 1 << 20);
    expect((await client.finish()).code).toBe(0);
    expect(stop()).toEqual([]);
    expect(filesBelow(folder).filter((path) => path.endsWith(".vcr"))).toHaveLength(1);
    // That format has no batches.
    expectMarks(folder, ["request", "result", "error"], (n) => n % 4 !== 3);
  }, 90_000);

  it("where the recorder chooses the name", async () => {
    const { folder, env } = place(1 << 20);
    const stop = watch(folder);
    const client = startClient([...reelwire, "record", "--", ...command], { cwd: folder, env });
    await speak(client, 1 << 20);
    expect((await client.finish()).code).toBe(0);
    expect(stop()).toEqual([]);
    expectMarks(folder, said);
  }, 90_000);

  it("in a program", async () => {
    const { folder, env } = place(1 << 20);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const stop = watch(folder);
    const [program, ...args] = command;
    const recordingOf = await recordTape({
      server: { command: program!, args, cwd: folder, env: { ...env, GIVEN_TOKEN: secrets.named } },
      out: join(folder, "run.tape.jsonl"),
      tags: { label: secrets.form },
    });
    const transport = recordingOf.transport();
    await transport.start();
    for (const [n, value] of values(marks.request).entries()) {
      const answered = new Promise<void>((resolve) => {
        transport.onmessage = (message) => {
          if ("id" in message && message.id === n) resolve();
        };
      });
      await transport.send({
        jsonrpc: "2.0",
        id: n,
        method: "tools/call",
        params: { name: "t", arguments: value },
      });
      await answered;
    }
    await recordingOf.stop();
    expect(stop()).toEqual([]);
    expectMarks(folder, ["request", "result", "error", "told", "said"]);
  }, 90_000);
});

it("the search would find each of them", () => {
  const folder = testFolder();
  const all = [...values(String), ...texts(String)];
  for (const [n, value] of all.entries()) {
    writeFileSync(join(folder, `${n}`), typeof value === "string" ? value : JSON.stringify(value));
    expect(leaks(join(folder)).length, JSON.stringify(value)).toBeGreaterThan(0);
    writeFileSync(join(folder, `${n}`), "");
  }
});
