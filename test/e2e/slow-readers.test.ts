/**
 * Clients that do not read, and servers that close a stream and live on: the recorder must neither hang, nor lose
 * what is still to be read, nor hide the end of a stream.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { lives, until } from "../peers/processes.ts";
import { testFolder } from "./harness/record-run.ts";
import { node, recording } from "./harness/ways.ts";

/**
 * Starts the recorder with a server of one line of script. Resolves with the server's pid, the first line of its
 * stderr, and with how much of the rest came in the same chunk; nothing more is read then.
 */
async function start(script: string): Promise<{ child: ChildProcess; pid: number; early: number }> {
  const front = recording(join(testFolder(), "a.tape.jsonl"));
  const server = `process.stderr.write(process.pid + "\\n", () => { ${script} })`;
  const child = spawn(front[0]!, [...front.slice(1), node, "-e", server], { stdio: "pipe" });
  const first = await new Promise<Buffer>((resolve) => {
    child.stderr!.once("data", (chunk: Buffer) => {
      child.stderr!.pause();
      resolve(chunk);
    });
  });
  const line = first.indexOf("\n") + 1;
  return { child, pid: Number.parseInt(first.toString("utf8", 0, line), 10), early: first.length - line };
}

it("a client that never reads and then asks us to end is obeyed", async () => {
  const { child, pid } = await start(
    `require("fs").writeSync(1, "{}\\n".repeat(300000)); setInterval(() => {}, 1000)`,
  );
  child.kill("SIGTERM");
  await once(child, "exit");
  expect(lives(pid)).toBe(false);
});

it("a client that writes to a server that reads no more gets a broken pipe", async () => {
  const { child } = await start(`require("fs").closeSync(0); setInterval(() => {}, 1000)`);
  const broken = once(child.stdin!, "error");
  const writing = setInterval(() => child.stdin!.write(`${"x".repeat(1000)}\n`), 5);
  const [error] = (await broken) as [NodeJS.ErrnoException];
  clearInterval(writing);
  expect(["EPIPE", "ECONNRESET"]).toContain(error.code);
  child.kill("SIGTERM");
  await once(child, "exit");
});

it("a server that closes its stdout and lives on: the client sees the end, and what came before", async () => {
  const { child, pid } = await start(
    `require("fs").writeSync(1, "{}\\n"); require("fs").closeSync(1); setInterval(() => {}, 1000)`,
  );
  let said = "";
  child.stdout!.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  await once(child.stdout!, "end");
  expect({ said, serverLives: lives(pid) }).toEqual({ said: "{}\n", serverLives: true });
  child.kill("SIGTERM");
  await once(child, "exit");
});

it("a server's stderr is whole, also when it is read only after the server has gone", async () => {
  const { child, pid, early } = await start(
    `process.stdin.destroy(); process.stderr.write("x".repeat(500000))`,
  );
  child.stdout!.resume();
  await until(
    () => !lives(pid),
    20_000,
    () => "the server is still there",
  );
  let bytes = early;
  child.stderr!.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  child.stderr!.resume();
  await once(child.stderr!, "end");
  expect(bytes).toBe(500_000);
});
