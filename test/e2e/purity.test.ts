/**
 * stdout carries protocol and nothing else, on every path that ends before or during a conversation; people are told
 * on stderr; the exit code says whose fault it was.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startClient, testFolder } from "./harness/record-run.ts";
import { nastyServer, node, recording, reelwire } from "./harness/ways.ts";

async function run(argv: readonly string[], cwd: string, env: Record<string, string> = {}) {
  const client = startClient(argv, { cwd, env });
  client.end();
  const exit = await client.closed;
  return { ...exit, stdout: client.stdout.toString(), stderr: client.stderr };
}

/** One path: flags after `record`, what must be on stderr. */
const usage: readonly (readonly [name: string, args: readonly string[], says: string])[] = [
  ["an unknown flag", ["--nope", "--", "x"], "RW1003"],
  ["a flag without its value", ["-o"], "RW1004"],
  ["a value outside its choices", ["--stray", "maybe", "--", "x"], "RW1004"],
  ["no command", [], "RW1005"],
  ["no command after --", ["--"], "RW1005"],
  ["a tag without a value", ["--tag", "x", "--", "x"], "RW1004"],
  ["a demanded variable that is not set", ["--env", "SURELY_NOT_SET", "--", "x"], "RW1007"],
  ["a filter that does not parse", ["--capture", "tool:(", "--", "x"], "RW1008"],
  ["a filter field that does not exist", ["--capture", "nofield:1", "--", "x"], "RW1009"],
  ["a rotation that is none", ["--rotate", "soon", "--", "x"], "RW1004"],
];

describe("vector 14: usage errors: exit 2, stdout empty", () => {
  it.each(usage)("%s", async (_name, args, says) => {
    const folder = testFolder();
    const ended = await run([...reelwire, "record", ...args], folder);
    expect(ended).toMatchObject({ code: 2, signal: null, stdout: "" });
    expect(ended.stderr).toContain(says);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it("a bad value in the environment", async () => {
    const ended = await run([...reelwire, "record", "--", "x"], testFolder(), { REELWIRE_STRAY: "maybe" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("vector 14: a server that cannot be started: exit 4, stdout empty, no tape left", () => {
  it("a command that is not there", async () => {
    const folder = testFolder();
    const ended = await run([...recording(join(folder, "a.tape.jsonl")), "surely-no-such-command"], folder);
    expect(ended).toMatchObject({ code: 4, stdout: "" });
    expect(ended.stderr).toContain("RW2101");
    expect(() => readFileSync(join(folder, "a.tape.jsonl"))).toThrow();
  });

  it("a file that may not be executed, and a folder", async () => {
    const folder = testFolder();
    writeFileSync(join(folder, "plain.txt"), "no program", { mode: 0o644 });
    for (const command of [join(folder, "plain.txt"), folder]) {
      const ended = await run([...recording(join(folder, "a.tape.jsonl")), command], folder);
      expect(ended).toMatchObject({ code: 4, stdout: "" });
      expect(ended.stderr).toContain("RW2102");
    }
  });
});

describe("vector 14: an output that cannot be had: exit 2, stdout empty, the server never starts", () => {
  async function refused(tape: string, folder: string): Promise<string> {
    const argvFile = join(folder, "started");
    const ended = await run([...recording(tape), ...nastyServer], folder, {
      NASTY: JSON.stringify({ argvFile }),
    });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(() => readFileSync(argvFile)).toThrow();
    return ended.stderr;
  }

  it("below a file, in a folder that is not there, a folder itself", async () => {
    const folder = testFolder();
    writeFileSync(join(folder, "file"), "");
    mkdirSync(join(folder, "inner.tape.jsonl"));
    expect(await refused(join(folder, "file", "a.tape.jsonl"), folder)).toContain("RW2202");
    expect(await refused(join(folder, "missing", "a.tape.jsonl"), folder)).toContain("RW2202");
    expect(await refused(join(folder, "inner.tape.jsonl"), folder)).toMatch(/RW220[12]/);
  });

  it("a file of another run is left as it was, and --force is named", async () => {
    const folder = testFolder();
    const tape = join(folder, "a.tape.jsonl");
    writeFileSync(tape, "somebody's notes\n");
    const said = await refused(tape, folder);
    expect(said).toContain("RW2201");
    expect(said).toContain("--force");
    expect(readFileSync(tape, "utf8")).toBe("somebody's notes\n");
    const forced = await run([...recording(tape, ["--force"]), ...nastyServer], folder);
    expect(forced).toMatchObject({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(tape, "utf8")).toMatch(/^\{"reelwire":1,/);
  });
});

describe("vector 14: signals and crashes: only whole protocol lines", () => {
  const lines = (stdout: Buffer): unknown[] => {
    expect(stdout.length === 0 || stdout.at(-1) === 0x0a).toBe(true);
    return stdout
      .toString()
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as unknown);
  };

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s before, during and after a call", async (signal) => {
    const folder = testFolder();
    for (const moment of ["before", "during", "after"]) {
      const client = startClient([...recording(join(folder, `${moment}.tape.jsonl`)), ...nastyServer], {
        cwd: folder,
      });
      if (moment !== "before") await client.call(1, "echo");
      if (moment === "during") void client.call(2, "drip", { text: "slow ".repeat(2000) }).catch(() => {});
      if (moment === "during") await client.received(400);
      if (moment === "after") client.end();
      client.kill(signal);
      await client.closed;
      expect(lines(client.stdout).length).toBeGreaterThanOrEqual(moment === "before" ? 0 : 1);
    }
  });

  it("a server that crashes with a stack trace", async () => {
    const folder = testFolder();
    const crash = "process.stdin.once('data', () => { throw new Error('crashed on purpose') })";
    const client = startClient([...recording(join(folder, "a.tape.jsonl")), node, "-e", crash], {
      cwd: folder,
    });
    await client.message({ jsonrpc: "2.0", id: 1, method: "ping" });
    expect(await client.closed).toEqual({ code: 1, signal: null });
    expect(client.stdout).toHaveLength(0);
    expect(client.stderr).toContain("crashed on purpose");
  });
});
