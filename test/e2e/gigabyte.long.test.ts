/** A session of a gibibyte: the recorder's memory stays bounded, and all of it is on the tape. */
import { spawn } from "node:child_process";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testFolder } from "./harness/record-run.ts";
import { nastyServer, recording } from "./harness/ways.ts";

const answerBytes = 256 * 1024;
const calls = 4096;
/** Two arenas, read buffers, a worker with its batch, V8's own. */
const megabytesMax = 250;

it("a gibibyte passes within bounded memory", async () => {
  const tape = join(testFolder(), "a.tape.jsonl");
  const argv = [...recording(tape), ...nastyServer];
  const child = spawn(argv[0]!, argv.slice(1), { stdio: ["pipe", "pipe", "inherit"] });
  let sent = 0;
  let received = 0;
  const call = (): void => {
    const params = { name: "big", arguments: { bytes: answerBytes } };
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: sent++, method: "tools/call", params })}\n`);
  };
  for (let n = 0; n < 4; n++) call();
  await new Promise<void>((resolve) => {
    let lines = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      received += chunk.length;
      for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) {
        lines++;
        if (sent < calls) call();
      }
      if (lines === calls) resolve();
    });
  });
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
  child.stdin.end();
  const code = await new Promise((resolve) => child.once("exit", resolve));
  expect(code).toBe(0);
  expect(received).toBeGreaterThan(calls * answerBytes);
  expect(peak, "megabytes at the peak").toBeLessThan(megabytesMax);
  expect(statSync(tape).size).toBeGreaterThan(received);
  expect(await lastLine(tape)).toMatch(/^\{"at":\d+,"end":\{"lines":\d+,/);
});

async function lastLine(path: string): Promise<string> {
  let text = "";
  for await (const chunk of createReadStream(path, { start: statSync(path).size - 1000 })) text += chunk;
  return text.trimEnd().split("\n").at(-1)!;
}
