/**
 * Vector 14: stdout carries protocol and nothing else, on every path on which a replay does not begin, is stopped or
 * meets a client that is no client; people are told on stderr, and the exit code says whose fault it was.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RawClient } from "../peers/raw-client.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { messageLines, recorded, type Script, Stageplay } from "./harness/replay-run.ts";
import { reelwire } from "./harness/ways.ts";

const initialize = (id: number, protocolVersion: unknown, more: object = {}) => ({
  jsonrpc: "2.0",
  id,
  method: "initialize",
  params: { protocolVersion, capabilities: {}, ...more },
});

async function run(args: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const client = startClient([...reelwire, "replay", ...args], { cwd, env });
  client.message(initialize(0, "2025-11-25"));
  const exit = await client.finish();
  return { ...exit, stdout: client.stdout.toString(), stderr: client.stderr };
}

/** A tape of a few lines, as the recorder writes them. */
function writeTape(path: string, messages: readonly object[]): void {
  const header = { reelwire: 1, id: "x", startedAt: "2026-01-01T00:00:00.000000Z", writer: "test" };
  const lines = messages.map((msg, at) => ({ at, dir: "id" in msg && "result" in msg ? "s2c" : "c2s", msg }));
  writeFileSync(path, [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(""));
}

describe("vector 14: usage errors: exit 2, stdout empty", () => {
  it.each<[name: string, args: string[], says: string]>([
    ["no tape", [], "RW1005"],
    ["two tapes", ["a", "b"], "RW1010"],
    ["an unknown flag", ["a", "--nope"], "RW1003"],
    ["a flag without its value", ["a", "--match"], "RW1004"],
    ["a strategy that does not exist", ["a", "--match", "telepathy"], "RW1004"],
    ["a policy that does not exist", ["a", "--repeat", "often"], "RW1004"],
    ["a miss policy that does not exist", ["a", "--on-miss", "invent"], "RW1004"],
    ["an answer policy that does not exist", ["a", "--answers", "guess"], "RW1004"],
    ["a class that does not exist", ["a", "--volatile", "everything"], "RW1004"],
    ["a pointer that is none", ["a", "--ignore", "params"], "RW1004"],
    ["a pointer with a bad escape", ["a", "--ignore", "/params/~2"], "RW1004"],
    ["a speed that is none", ["a", "--speed", "fast"], "RW1004"],
    ["a negative speed", ["a", "--speed=-1"], "RW1004"],
    ["--match exact and --ignore", ["a", "--match", "exact", "--ignore", "/params/x"], "RW1006"],
    ["--match method and --volatile", ["a", "--match", "method", "--volatile", "uuid"], "RW1006"],
    ["--match sequential and --ignore", ["a", "--match", "sequential", "--ignore", "/params/x"], "RW1006"],
  ])("%s", async (_name, args, says) => {
    const ended = await run(args, testFolder());
    expect(ended).toMatchObject({ code: 2, signal: null, stdout: "" });
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it("a bad value in the environment", async () => {
    const ended = await run(["a"], testFolder(), { REELWIRE_REPEAT: "often" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("vector 14: what is no tape to replay: exit 6, stdout empty", () => {
  const lsp = { processId: 1, rootUri: null, capabilities: {} };
  const acp = { protocolVersion: 1, clientCapabilities: { fs: { readTextFile: true } } };
  const discover = (id: string) => ({ jsonrpc: "2.0", id, method: "server/discover", params: {} });

  it.each<[name: string, make: (path: string) => void, says: string]>([
    ["a file that is not there", () => {}, "RW3001"],
    ["a folder", (path) => mkdirSync(path), "RW3001"],
    ["an empty file", (path) => writeFileSync(path, ""), "RW3008"],
    ["text", (path) => writeFileSync(path, "shopping: milk, eggs\n"), "RW3002"],
    ["JSON that is no recording", (path) => writeFileSync(path, '{"name":"package"}\n'), "RW3002"],
    ["bytes", (path) => writeFileSync(path, Buffer.from([0x1f, 0x8b, 0, 1, 2, 0xff, 0x0a])), "RW3002"],
    ["a tape of a later format", (path) => writeFileSync(path, '{"reelwire":99,"id":"x"}\n'), "RW3003"],
    ["a tape without a message", (path) => writeTape(path, []), "RW3015"],
    [
      "a tape of notifications",
      (path) => writeTape(path, [{ jsonrpc: "2.0", method: "notifications/x" }]),
      "RW3015",
    ],
    ["a probe's tape", (path) => writeTape(path, [discover("server-discover-probe-1")]), "RW3015"],
    [
      "a language server's",
      (path) =>
        writeTape(path, [
          initialize(0, undefined, lsp),
          { jsonrpc: "2.0", id: 0, result: { capabilities: { hoverProvider: true } } },
          { jsonrpc: "2.0", id: 1, method: "textDocument/hover", params: {} },
        ]),
      "RW3017",
    ],
    [
      "an agent client protocol's",
      (path) =>
        writeTape(path, [
          initialize(0, 1, acp),
          { jsonrpc: "2.0", id: 1, method: "session/new", params: {} },
        ]),
      "RW3017",
    ],
    [
      "another protocol's",
      (path) => writeTape(path, [{ jsonrpc: "2.0", id: 1, method: "eth_blockNumber", params: [] }]),
      "RW3017",
    ],
  ])("%s", async (_name, make, says) => {
    const folder = testFolder();
    make(join(folder, "a.tape.jsonl"));
    const ended = await run(["a.tape.jsonl"], folder);
    expect(ended).toMatchObject({ code: 6, signal: null, stdout: "" });
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it("the file that a replay refuses is left as it was", async () => {
    const folder = testFolder();
    writeFileSync(join(folder, "a.tape.jsonl"), "shopping: milk, eggs\n");
    await run(["a.tape.jsonl"], folder);
    expect(readFileSync(join(folder, "a.tape.jsonl"), "utf8")).toBe("shopping: milk, eggs\n");
  });
});

const script: Script = async (talk) => {
  await talk.open();
  await talk.call("echo", { text: "hello" });
  const call = await talk.start("ask", { id: 7, method: "elicitation/create", params: { message: "sure?" } });
  await talk.reply(await talk.asked("elicitation/create"), { action: "accept" });
  await talk.answer(call);
};

const echo = (id: unknown) => ({
  jsonrpc: "2.0",
  id,
  method: "tools/call",
  params: { name: "echo", arguments: { text: "hello" } },
});

describe("vector 14: however it ends, only whole lines of protocol", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("%s before, during and after a call", async (signal) => {
    const { play } = await recorded(script);
    for (const moment of ["before", "asked", "after"]) {
      const client = play.player();
      await client.message(initialize(0, "2025-11-25"));
      await client.answer(0);
      if (moment === "after") await client.message(echo(1)).then(() => client.answer(1));
      if (moment === "asked") {
        const params = {
          name: "ask",
          arguments: { id: 7, method: "elicitation/create", params: { message: "sure?" } },
        };
        await client.message({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
        await client.line((line) => line.includes("elicitation/create"));
      }
      client.kill(signal);
      expect(await client.closed, moment).toEqual({ code: 0, signal: null });
      expect(client.stderr).toBe("");
      expect(messageLines(client.stdout)).toHaveLength(moment === "before" ? 1 : 2);
    }
  });

  it("SIGTERM as soon as it has started", async () => {
    const { play } = await recorded(script);
    const client = play.player();
    client.kill("SIGTERM");
    await client.closed;
    expect(client.stdout).toHaveLength(0);
  });

  it("an input that is closed at once", async () => {
    const { play } = await recorded(script);
    const client = play.player();
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect([client.stdout.toString(), client.stderr]).toEqual(["", ""]);
  });

  it("an input that ends while the server waits for an answer", async () => {
    const { play } = await recorded(script);
    const { lines, exit, stderr } = await play.replay(async (talk) => {
      await talk.open();
      await talk.start("ask", { id: 7, method: "elicitation/create", params: { message: "sure?" } });
      await talk.asked("elicitation/create");
    });
    expect(lines).toHaveLength(2);
    expect([exit.code, stderr]).toEqual([0, ""]);
  });

  it("calls that were sent before the input ended are answered", async () => {
    const { play } = await recorded(script);
    const client = play.player();
    await client.send(`${JSON.stringify(initialize(0, "2025-11-25"))}\n${JSON.stringify(echo(1))}`);
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(messageLines(client.stdout)).toHaveLength(2);
  });

  it("a client that closes its end of stdout", async () => {
    const { play } = await recorded(script);
    const client = play.player({ flags: ["--repeat", "last"] });
    await client.message(initialize(0, "2025-11-25"));
    await client.answer(0);
    client.child.stdout!.destroy();
    for (let id = 1; id <= 100; id++) await client.message(echo(id));
    client.end();
    expect(await client.exited).toEqual({ code: 0, signal: null });
    expect(client.stderr).toBe("");
  });

  // A reader that goes away is no failure (`| head`), but what was found before stays found.
  it("a client that closes its end of stdout after a miss", async () => {
    const { play } = await recorded(script);
    const client = play.player({ flags: ["--repeat", "last"] });
    await client.message({ ...echo(1), params: { name: "never", arguments: {} } });
    await client.answer(1);
    client.child.stdout!.destroy();
    for (let id = 2; id <= 100; id++) await client.message(echo(id));
    client.end();
    expect((await client.exited).code).toBe(1);
  });
});

describe("vector 14: a client that sends what is no message", () => {
  const noise: readonly (readonly [name: string, bytes: string | Buffer])[] = [
    ["text", "hello?\n"],
    ["a blank line", "\n  \n\r\n"],
    ["broken JSON", '{"jsonrpc":"2.0","id":5,"method":\n'],
    ["a number", "42\n"],
    ["a string", '"text"\n'],
    ["null", "null\n"],
    ["not UTF-8", Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])],
    ["an empty object", "{}\n"],
    ["an empty batch", "[]\n"],
    ["a batch of nothing", "[1,null,[]]\n"],
    ["an answer that nobody asked for", '{"jsonrpc":"2.0","id":99,"result":{}}\n'],
    ["an error without an id", '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"what?"}}\n'],
    ["a request with id null", '{"jsonrpc":"2.0","id":null,"method":"tools/list"}\n'],
    ["a request without parameters", '{"jsonrpc":"2.0","method":"notifications/cancelled"}\n'],
    ["parameters that are no object", '{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}\n'],
    ["a nest", `${"[".repeat(100_000)}\n`],
  ];

  async function goesOn(client: RawClient, bytes: string | Buffer): Promise<void> {
    await client.send(bytes);
    await client.message(echo("after"));
    expect(await client.answer("after")).toContain('"text":"hello"');
  }

  it.each(noise)("%s: what comes after is answered", async (_name, bytes) => {
    const { play } = await recorded(script);
    const client = play.player();
    await client.message(initialize(0, "2025-11-25"));
    await goesOn(client, bytes);
    const exit = await client.finish();
    for (const line of messageLines(client.stdout)) expect(line).toMatch(/"(result|error)":/);
    expect(exit.signal).toBeNull();
    expect(exit.code).toBeLessThanOrEqual(1);
    expect(client.stderr).not.toMatch(/\n\s+at |RW9001/);
  });

  it("is told on stderr, and how much of it is limited", async () => {
    const { play } = await recorded(script);
    const client = play.player();
    await client.message(initialize(0, "2025-11-25"));
    await goesOn(client, "garbage\n".repeat(1000));
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(client.stderr).toContain("no message");
    expect(client.stderr.split("\n").length).toBeLessThan(10);
  });

  it("a batch of calls is answered call by call", async () => {
    const { play } = await recorded(script);
    const client = play.player({ flags: ["--repeat", "last"] });
    await client.send(`${JSON.stringify([initialize(0, "2025-03-26"), echo("a"), echo("b")])}\n`);
    await Promise.all([client.answer("a"), client.answer("b")]);
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(messageLines(client.stdout)).toHaveLength(3);
  });
});

it("vector 14: noise of the recorded server is not replayed", async () => {
  const noisy: Script = async (talk) => {
    await talk.open();
    await talk.call("noise", { kind: ["banner", "dotenv", "notUtf8", "brokenJson", "escapes"] });
    await talk.call("stderr", { text: "said on stderr\n" });
  };
  const run = await recorded(noisy, "legacy", { banner: "banner", stderrAtStart: "starting\n" });
  const { lines, exit, stderr } = await run.replay(noisy);
  expect(lines).toHaveLength(3);
  expect([exit.code, stderr]).toEqual([0, ""]);
});

it("a tape in a folder that cannot be entered through a file", async () => {
  const { play } = await recorded(script);
  const inside = join(play.tapePath, "a.tape.jsonl");
  const client = new Stageplay().player({}, inside);
  const exit = await client.finish();
  expect([exit.code, client.stdout.toString()]).toEqual([6, ""]);
  expect(client.stderr).toContain("RW3001");
});

describe("rules of a project that print", () => {
  it("print on stderr", async () => {
    const folder = testFolder();
    writeFileSync(
      join(folder, "rules.mjs"),
      `console.log("loaded"); process.stdout.write("raw\\n");
       export default { keys: ["pin"] };`,
    );
    writeTape(join(folder, "a.tape.jsonl"), [
      initialize(0, "2025-11-25"),
      { jsonrpc: "2.0", id: 0, result: { protocolVersion: "2025-11-25", capabilities: {} } },
    ]);
    const tape = join(folder, "a.tape.jsonl");
    const redaction = '"redaction":{"preset":"custom","count":0,"key":"00000000"}';
    writeFileSync(tape, readFileSync(tape, "utf8").replace('"writer"', `${redaction},"writer"`));
    const ended = await run([tape, "--redact", "rules.mjs"], folder);
    expect(ended.stdout).toBe(
      '{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25","capabilities":{}}}\n',
    );
    expect(ended.stderr).toMatch(/^loaded\nraw\n/);
  });
});
