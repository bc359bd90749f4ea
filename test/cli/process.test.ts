/** The real thing, as a process: what streams, pipes and signals make of it. */
import { spawn } from "node:child_process";
import {
  copyFileSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { bin, finished, start } from "./call.ts";
import { complete, everything, folder, handshake, manyCalls, unfinished } from "./tapes.ts";

const run = (cwd: string, ...argv: readonly string[]) => finished(start(argv, { cwd }));

async function bigTape(cwd: string, calls: number): Promise<void> {
  await pipeline(Readable.from(manyCalls(calls)), createWriteStream(join(cwd, "big.tape.jsonl")));
}

describe("the command", () => {
  it.each([
    ["scan", "."],
    ["replay", "a.tape.jsonl"],
    ["record", "--", "node"],
  ])("%s, where the working directory was removed under it", async (...words) => {
    const gone = join(folder(), "gone");
    mkdirSync(gone);
    const script = 'rmdir "$PWD" && exec "$@"';
    const child = spawn("/bin/sh", ["-c", script, "sh", process.execPath, bin, ...words], { cwd: gone });
    child.stdin.end();
    const { status, stdout, stderr } = await finished(child);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^error RW1012 .*\n {2}fix .*\n$/);
  });

  it("prints results on stdout and exits as the contract says", async () => {
    const cwd = folder({
      "a.tape.jsonl": complete(everything),
      "b.tape.jsonl": unfinished(handshake),
      "c.tape.jsonl": "text",
    });
    expect(await run(cwd, "show", "a.tape.jsonl")).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringContaining("tools/call slow"),
    });
    expect(await run(cwd, "validate", "a.tape.jsonl")).toMatchObject({ status: 0 });
    expect(await run(cwd, "validate", "b.tape.jsonl")).toMatchObject({ status: 1, stderr: "" });
    expect(await run(cwd, "validate", "c.tape.jsonl")).toMatchObject({ status: 6, stdout: "" });
    expect(await run(cwd, "show", "nope")).toMatchObject({ status: 6, stdout: "" });
    expect(await run(cwd, "show", "--nope")).toMatchObject({ status: 2, stdout: "" });
    expect(await run(cwd)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("usage:"),
    });
    expect(await run(cwd, "--help")).toMatchObject({
      status: 0,
      stderr: "",
      stdout: expect.stringContaining("usage:"),
    });
  }, 60_000);

  it("ends quietly when the reader of stdout goes away", async () => {
    const cwd = folder();
    await bigTape(cwd, 30_000);
    for (const argv of [
      ["show", "big.tape.jsonl"],
      ["show", "big.tape.jsonl", "--json"],
      ["show", "big.tape.jsonl", "--all"],
    ]) {
      const child = start(argv, { cwd });
      const outcome = finished(child);
      child.stdout?.once("data", () => child.stdout?.destroy());
      expect(await outcome).toMatchObject({ status: 0, stderr: "" });
    }
  }, 60_000);

  it("prints while it reads: the first rows come before the tape ends", async () => {
    const cwd = folder();
    await bigTape(cwd, 100_000);
    const child = start(["show", "big.tape.jsonl"], { cwd });
    const outcome = finished(child);
    const first = await new Promise<string>((resolve) =>
      child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString())),
    );
    expect(first).toContain("tools/call t1 ");
    expect(first).not.toContain("calls ");
    const { status, stdout } = await outcome;
    expect(status).toBe(0);
    expect(stdout).toContain("100000 (100000 ok)");
  }, 60_000);

  it.skipIf(process.platform === "win32")(
    "is stopped by Ctrl-C with 130, and a conversion leaves nothing",
    async () => {
      const cwd = folder();
      await bigTape(cwd, 200_000);
      const child = start(["convert", "big.tape.jsonl", "out.vcr"], { cwd });
      const outcome = finished(child);
      while (!readdirSync(cwd).some((name) => name.endsWith(".draft")))
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill("SIGINT");
      expect(await outcome).toMatchObject({ status: 130, stdout: "", stderr: "" });
      expect(readdirSync(cwd)).toEqual(["big.tape.jsonl"]);
    },
    60_000,
  );

  it("holds no more of a long tape than of a short one", async () => {
    const cwd = folder();
    await bigTape(cwd, 200_000);
    writeFileSync(
      join(cwd, "peak.mjs"),
      "process.on('exit', () => process.stderr.write(String(process.resourceUsage().maxRSS)));\n",
    );
    const env = { NODE_OPTIONS: `--import=${join(cwd, "peak.mjs")} --max-old-space-size=64` };
    const { status, stderr } = await finished(start(["show", "big.tape.jsonl"], { cwd, env }));
    expect(status).toBe(0);
    expect(Number(stderr)).toBeLessThan(300 * 1024);
  }, 60_000);

  const explained = /usually the reason: a missing variable/;
  const built = existsSync(new URL("../../dist/cli/index.cjs", import.meta.url));

  it("explains an error from the package's documents, unbuilt", async () => {
    const root = folder();
    mkdirSync(join(root, "bin"));
    copyFileSync(bin, join(root, "bin", "reelwire.cjs"));
    symlinkSync(fileURLToPath(new URL("../../src", import.meta.url)), join(root, "src"));
    const args = [join(root, "bin", "reelwire.cjs"), "help", "RW2104"];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    expect(await finished(child)).toMatchObject({ status: 0, stdout: expect.stringMatching(explained) });
  });

  it.skipIf(!built)("explains an error from the package's documents, built", async () => {
    expect(await run(folder(), "help", "RW2104")).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(explained),
    });
  });

  it("demonstrates itself without the server, and what it offers next exists", async () => {
    const cwd = folder();
    const { status, stdout } = await run(cwd, "demo");
    expect(status).toBe(0);
    const [, tape] = /reelwire record -o (\S+) -- node (\S+)/.exec(stdout)!;
    const [, server] = /^command {3}\S+ (\S+weather\S+)$/m.exec(stdout)!;
    expect(existsSync(server!), "the server was taken away").toBe(false);
    expect(stdout).toContain("4 calls, 4 answers, all as recorded.");
    expect(stdout).toMatch(
      /miss RW4001.*call 3 .*"Paris" at \/params\/arguments\/city, not "Rome"\n {2}exit 1/,
    );
    const [, hinted, n] = /npx reelwire show (\S+) (\d+) .*progress/.exec(stdout)!;
    expect(hinted).toBe(tape);
    expect((await run(cwd, "show", tape!, n!)).stdout).toMatch(/^progress /m);
  }, 60_000);

  it("is started by the bin of the package", () => {
    expect(bin).toMatch(/bin.reelwire\.cjs$/);
  });
});
