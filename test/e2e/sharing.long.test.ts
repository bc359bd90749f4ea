/** `redact` and `pack` as processes: a full disk and Ctrl-C leave the original and nothing else. */

import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, finished, start } from "../cli/call.ts";
import { env, token } from "../cli/secrets.ts";
import { folder, header } from "../cli/tapes.ts";
import { fullDisks } from "./harness/full-disk.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { nastyServer, recording, replaying } from "./harness/ways.ts";

const room = 256 * 1024;

/** Lines that do not compress, with a secret in each. */
function* longTape(lines: number): Generator<string> {
  yield `${header}\n`;
  let seed = 1;
  for (let i = 0; i < lines; i++) {
    let noise = "";
    while (noise.length < 400)
      noise += `${((seed = (seed * 48_271) % 2_147_483_647) % 46_656).toString(36)} `;
    yield `{"at":${i},"dir":"s2c","text":"${token} ${noise}"}\n`;
  }
}

const output = { redact: "out.tape.jsonl", pack: "out.rwpack.tgz" } as const;
type Command = keyof typeof output;
const commands = Object.keys(output) as Command[];

describe.each(fullDisks)("$name", (disk) => {
  const why = disk.missing === undefined ? "fills" : `cannot be tried here: ${disk.missing}`;

  it.skipIf(disk.missing !== undefined).each(commands)(`${why} while %s writes`, async (command) => {
    const cwd = folder({ "a.tape.jsonl": [...longTape(4000)].join("") });
    const [small, kept] = [join(cwd, "small"), join(cwd, "kept")];
    for (const each of [small, kept]) mkdirSync(each);
    const words = [process.execPath, bin, command, "a.tape.jsonl", "-o", join(small, output[command])];
    const [program, ...argv] = [...disk.front(room, small, kept), ...words];
    const child = spawn(program!, argv, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { status, stdout, stderr } = await finished(child);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("RW2202");
    expect([...readdirSync(small), ...readdirSync(kept)]).toEqual([]);
    expect(readdirSync(cwd).sort()).toEqual(["a.tape.jsonl", "kept", "small"]);
  });
});

describe("from a recording to a stranger and back", () => {
  it("a recording is clean, a pack of it is, and what was packed replays", async () => {
    const cwd = testFolder();
    const client = startClient([...recording(join(cwd, "a.tape.jsonl")), ...nastyServer], { cwd, env });
    const live = await client.call(1, "echo", { text: `the token is ${token}`, password: "swordfish-42" });
    await client.finish();
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toMatch(/\[\[rw:github-token:40:/);
    const told = (argv: readonly string[]) => finished(start(argv, { cwd, env }));
    expect(await told(["scan", "a.tape.jsonl"])).toMatchObject({ status: 0, stdout: "" });
    expect(await told(["pack", "a.tape.jsonl", "--json"])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('"removed":0'),
    });
    expect((await told(["unpack", "a.rwpack.tgz"])).status).toBe(0);
    expect(JSON.stringify(live)).toContain(token);
    const replay = startClient(replaying(join(cwd, "a", "a.tape.jsonl")), { cwd, env });
    // The client's own secret fills the placeholder of the answer again.
    expect(await replay.call(1, "echo", { text: `the token is ${token}`, password: "swordfish-42" })).toEqual(
      live,
    );
    expect((await replay.finish()).code).toBe(0);
  });
});

const limit = fullDisks.find(({ name }) => name === "a limit on file size")!;

it.skipIf(limit.missing !== undefined)(
  "in place, the original stays when there is no room for another",
  async () => {
    const text = [...longTape(4000)].join("");
    const cwd = folder({ "a.tape.jsonl": text });
    const [program, ...argv] = [
      ...limit.front(room, cwd, cwd),
      process.execPath,
      bin,
      "redact",
      "a.tape.jsonl",
      "--in-place",
    ];
    const child = spawn(program!, argv, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(await finished(child)).toMatchObject({ status: 2, stdout: "" });
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toBe(text);
  },
);

describe("Ctrl-C", () => {
  it.each<[string, readonly string[]]>([
    ["redact", ["redact", "a.tape.jsonl", "-o", "out.tape.jsonl"]],
    ["redact --in-place", ["redact", "a.tape.jsonl", "--in-place"]],
    ["pack", ["pack", "a.tape.jsonl"]],
  ])("in the middle of %s", async (_what, argv) => {
    const cwd = folder();
    const text = [...longTape(60_000)].join("");
    writeFileSync(join(cwd, "a.tape.jsonl"), text);
    const child = start(argv, { cwd, env });
    const ended = finished(child);
    // It has begun to write when its draft is there.
    while (readdirSync(cwd).length === 1 && child.exitCode === null) await new Promise(setImmediate);
    child.kill("SIGINT");
    expect(await ended).toEqual({ status: 130, stdout: "", stderr: "" });
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toBe(text);
  });

  it("in the middle of unpack", async () => {
    const cwd = folder();
    writeFileSync(join(cwd, "a.tape.jsonl"), [...longTape(60_000)].join(""));
    expect((await finished(start(["pack", "a.tape.jsonl"], { cwd, env }))).status).toBe(0);
    const child = start(["unpack", "a.rwpack.tgz"], { cwd, env });
    const ended = finished(child);
    while (readdirSync(cwd).length === 2 && child.exitCode === null) await new Promise(setImmediate);
    child.kill("SIGINT");
    const { status } = await ended;
    // It may have been done before the signal came.
    expect([0, 130]).toContain(status);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".draft"))).toEqual([]);
    expect(existsSync(join(cwd, "a"))).toBe(status === 0);
  });
});
