/**
 * Nothing outlives its client: whoever is killed, however deaf the server and what it started, in the end no process
 * is left. And what had been said before a signal is not lost.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { lives, tagged, until, untilGone } from "../peers/processes.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { payloads, readTape, wireOf } from "./harness/tape-file.ts";
import { nastyServer, node, recording, root } from "./harness/ways.ts";

const deaf = ["eof", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"];
/** Enough for two rounds of asking and killing on a machine that is busy. */
const goneMsMax = 20_000;
const holder = [node, join(root, "test", "peers", "holder.mjs")];

function deafFamily(name: string) {
  const folder = testFolder();
  const grandchild = join(folder, "grandchild");
  const tape = join(folder, `${name.replaceAll(" ", "-")}.tape.jsonl`);
  const env = { NASTY: JSON.stringify({ ignore: deaf, grandchild }) };
  return { folder, grandchild, tape, env, command: [...recording(tape), ...nastyServer] };
}

/** Each starts a deaf family, ends it in its own way, and returns when everything is gone. They wait side by side. */
const endings = {
  SIGTERM: (name: string) => recorderKilled(name, "SIGTERM"),
  SIGINT: (name: string) => recorderKilled(name, "SIGINT"),
  SIGHUP: (name: string) => recorderKilled(name, "SIGHUP"),
  SIGQUIT: (name: string) => recorderKilled(name, "SIGQUIT"),
  SIGKILL: (name: string) => recorderKilled(name, "SIGKILL"),
  "SIGKILL of the client": clientKilled,
  "end of input and SIGTERM, as official clients do": politeClient,
  "end of input, and the client leaves": clientLeaves,
} as const;

async function recorderKilled(name: string, signal: NodeJS.Signals): Promise<void> {
  const { folder, grandchild, tape, env, command } = deafFamily(name);
  const client = startClient(command, { cwd: folder, env, safetyMs: 28_000 });
  await client.call(1, "echo");
  const pid = Number(readFileSync(grandchild, "utf8"));
  expect(lives(pid), name).toBe(true);
  expect(tagged(client.tag).length, name).toBeGreaterThanOrEqual(3);
  client.kill(signal);
  if (signal === "SIGKILL") client.child.stdin!.destroy();
  await untilGone(client.tag, goneMsMax);
  // A process that is ending has lost its tag a moment before it is gone.
  await until(
    () => !lives(pid),
    goneMsMax,
    () => `${name}: the grandchild lives`,
  );
  expect((await client.exited).signal, name).toBe(signal === "SIGKILL" ? "SIGKILL" : null);
  if (signal !== "SIGKILL") expect(readTape(tape).ended, name).toBe(true);
}

async function clientKilled(name: string): Promise<void> {
  const { folder, grandchild, tape, env, command } = deafFamily(name);
  const client = startClient([...holder, ...command], { cwd: folder, env, safetyMs: 28_000 });
  await client.line((line) => line === "ready");
  const pid = Number(readFileSync(grandchild, "utf8"));
  client.kill("SIGKILL");
  await untilGone(client.tag, goneMsMax);
  // A process that is ending has lost its tag a moment before it is gone.
  await until(
    () => !lives(pid),
    goneMsMax,
    () => `${name}: the grandchild lives`,
  );
  expect(readTape(tape).ended, name).toBe(true);
}

async function politeClient(name: string): Promise<void> {
  const { folder, tape, env, command } = deafFamily(name);
  const client = startClient(command, { cwd: folder, env, safetyMs: 28_000 });
  await client.call(1, "echo");
  client.end();
  client.kill("SIGTERM");
  await untilGone(client.tag, goneMsMax);
  expect(readTape(tape).ended, name).toBe(true);
}

async function clientLeaves(name: string): Promise<void> {
  const { folder, tape, env, command } = deafFamily(name);
  const client = startClient([...holder, ...command], { cwd: folder, env, safetyMs: 28_000 });
  await client.line((line) => line === "ready");
  client.kill("SIGTERM");
  await untilGone(client.tag, goneMsMax);
  expect(readTape(tape).ended, name).toBe(true);
}

it("no process is left when the server ignores the end of input and every polite signal", async () => {
  const names = Object.keys(endings) as (keyof typeof endings)[];
  const ran = await Promise.allSettled(names.map((name) => endings[name](name)));
  const failed = ran.flatMap((end, n) => (end.status === "rejected" ? [`${names[n]}: ${end.reason}`] : []));
  expect(failed).toEqual([]);
});

describe("the helpers of a server that ends by itself", () => {
  it("a grandchild that holds the pipes open is ended too, and does not hold us up", async () => {
    const folder = testFolder();
    const grandchild = join(folder, "grandchild");
    const tape = join(folder, "a.tape.jsonl");
    const client = startClient([...recording(tape), ...nastyServer], {
      cwd: folder,
      env: { NASTY: JSON.stringify({ grandchild }) },
    });
    await client.call(1, "echo");
    client.end();
    expect(await client.closed).toEqual({ code: 0, signal: null });
    await untilGone(client.tag, goneMsMax);
    expect(readTape(tape).ended).toBe(true);
  });
});

describe("a signal right after the last word", () => {
  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s after the end of input loses nothing of what was sent",
    async (signal) => {
      const folder = testFolder();
      const tape = join(folder, "a.tape.jsonl");
      const client = startClient([...recording(tape), ...nastyServer], { cwd: folder });
      await client.call(1, "echo");
      const last = Array.from(
        { length: 200 },
        (_, n) => `{"jsonrpc":"2.0","method":"notifications/x","params":{"n":${n}}}\n`,
      ).join("");
      await client.send(last);
      client.end();
      client.kill(signal);
      await client.closed;
      const kept = readTape(tape);
      expect(kept.ended).toBe(true);
      expect(wireOf(kept, "c2s").toString().endsWith(last)).toBe(true);
      expect(wireOf(kept, "s2c").equals(client.stdout)).toBe(true);
      await untilGone(client.tag, goneMsMax);
    },
  );

  it("a server that answers SIGTERM with a last message is heard, and its own code is ours", async () => {
    const folder = testFolder();
    const tape = join(folder, "a.tape.jsonl");
    const goodbye = '{"jsonrpc":"2.0","method":"notifications/goodbye"}';
    const script = `process.on("SIGTERM", () => process.stdout.write('${goodbye}\\n', () => process.exit(9)));
      process.stdin.once("data", () => process.stdout.write('{"jsonrpc":"2.0","id":1,"result":{}}\\n')).resume();
      setInterval(() => {}, 1 << 30);`;
    const client = startClient([...recording(tape), node, "-e", script], { cwd: folder });
    await client.message({ jsonrpc: "2.0", id: 1, method: "ping" });
    await client.answer(1);
    client.kill("SIGTERM");
    expect(await client.closed).toEqual({ code: 9, signal: null });
    expect(client.stdout.toString()).toContain(goodbye);
    expect(wireOf(readTape(tape), "s2c").toString()).toContain(goodbye);
  });

  it("a client that reads no more does not keep us, and the server learns of it", async () => {
    const folder = testFolder();
    const tape = join(folder, "a.tape.jsonl");
    const client = startClient([...recording(tape), ...nastyServer], { cwd: folder });
    await client.call(1, "echo");
    client.child.stdout!.destroy();
    await client.message({
      jsonrpc: "2.0",
      id: 2,
      method: "tools/call",
      params: { name: "big", arguments: { bytes: 3_000_000 } },
    });
    client.end();
    await client.exited;
    await untilGone(client.tag, goneMsMax);
    expect(payloads(readTape(tape), "close").some((close) => close["side"] === "client")).toBe(true);
  });
});

it("a slow client gets everything, however late it reads", async () => {
  const folder = testFolder();
  const tape = join(folder, "a.tape.jsonl");
  const stdinLog = join(folder, "stdin");
  const env = { NASTY: JSON.stringify({ stdinLog }) };
  const client = startClient([...recording(tape), ...nastyServer], { cwd: folder, env });
  await client.call(1, "echo");
  client.child.stdout!.pause();
  await client.message({
    jsonrpc: "2.0",
    id: 2,
    method: "tools/call",
    params: { name: "big", arguments: { bytes: 5_000_000 } },
  });
  await until(
    () => readFileSync(stdinLog, "utf8").includes('"big"'),
    10_000,
    () => "the server did not get the call",
  );
  client.end();
  client.child.stdout!.resume();
  expect(await client.closed).toEqual({ code: 0, signal: null });
  expect(client.stdout.length).toBeGreaterThan(5_000_000);
  expect(wireOf(readTape(tape), "s2c").equals(client.stdout)).toBe(true);
});
