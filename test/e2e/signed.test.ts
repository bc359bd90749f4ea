/** Recordings are signed by the key that is configured, and a broken key costs the signature, not the recording. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startClient, testFolder } from "./harness/record-run.ts";
import { payloads, readTape } from "./harness/tape-file.ts";
import { nastyServer, recording, reelwire } from "./harness/ways.ts";

const [node, ...reelwireArgs] = reelwire as [string, ...string[]];

const newPem = (): string =>
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

/** A project with a key of its own, which it trusts. */
function project(): { cwd: string; say: (...argv: string[]) => { status: number | null; text: string } } {
  const cwd = testFolder();
  mkdirSync(join(cwd, ".reelwire"));
  const say = (...argv: string[]) => {
    const env = { ...process.env, NO_COLOR: "1", XDG_CONFIG_HOME: cwd };
    const { status, stdout, stderr } = spawnSync(node, [...reelwireArgs, ...argv], {
      cwd,
      env,
      encoding: "utf8",
    });
    return { status, text: stdout + stderr };
  };
  say("keys", "sign");
  say("keys", "trust", ".reelwire/sign.pub", "--name", "me");
  return { cwd, say };
}

async function record(cwd: string, flags: readonly string[] = [], env: Record<string, string> = {}) {
  const tape = join(cwd, "a.tape.jsonl");
  const client = startClient([...recording(tape, flags), ...nastyServer], { cwd, env });
  for (let id = 0; id < 4; id++) await client.call(id, "echo", { text: `said ${id}` });
  const exit = await client.finish();
  return { tape, exit, stderr: client.stderr };
}

describe("a recording of a project with a key", () => {
  it("is signed, and what is changed in it is named", async () => {
    const { cwd, say } = project();
    const { tape } = await record(cwd);
    const fine = say("validate", tape, "--signed");
    expect([fine.status, fine.text]).toEqual([
      0,
      expect.stringMatching(/^complete .*; signed by me \(SHA256:/),
    ]);
    const text = readFileSync(tape, "utf8");
    const line = text.slice(0, text.indexOf("said 2")).split("\n").length;
    writeFileSync(tape, text.replace("said 2", "sayd 2"));
    const changed = say("validate", tape);
    expect([changed.status, changed.text]).toEqual([
      1,
      expect.stringMatching(new RegExp(`^altered .*line ${line}:`)),
    ]);
  });

  it("is signed in every part", async () => {
    const { cwd, say } = project();
    await record(cwd, ["--rotate", "2"]);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".tape.jsonl")).length).toBeGreaterThan(1);
    const checked = say("validate", "a.0001.tape.jsonl", "--signed");
    expect([checked.status, checked.text]).toEqual([0, expect.stringContaining("signed by me")]);
  });

  it("is not signed when that is not wanted", async () => {
    const { cwd, say } = project();
    const { tape } = await record(cwd, ["--sign", "off"]);
    expect(say("validate", tape)).toMatchObject({ status: 0, text: expect.stringContaining("; not signed") });
  });
});

describe("a key from elsewhere", () => {
  it.each<[string, string[], Record<string, string>]>([
    ["that --sign names", ["--sign", "other.key"], {}],
    ["whose file the environment names", [], { REELWIRE_SIGN_KEY: "other.key" }],
    ["that the environment holds", [], { REELWIRE_SIGN_KEY: newPem().replaceAll("\n", "\\n") }],
  ])("%s comes before the project's", async (_, flags, env) => {
    const { cwd, say } = project();
    writeFileSync(join(cwd, "other.key"), newPem());
    const { tape } = await record(cwd, flags, env);
    const checked = say("validate", tape);
    expect([checked.status, checked.text]).toEqual([0, expect.stringContaining("(not in trusted.json)")]);
  });

  it("of the user signs where the project has none", async () => {
    const cwd = testFolder();
    mkdirSync(join(cwd, "reelwire"));
    writeFileSync(join(cwd, "reelwire/sign.key"), newPem());
    const { tape } = await record(cwd);
    expect(readTape(tape).header).toMatchObject({ signer: { alg: "ed25519" } });
  });
});

describe("a broken key", () => {
  it("that was found costs the signature: the tape says so, and stderr once", async () => {
    const { cwd, say } = project();
    writeFileSync(join(cwd, ".reelwire/sign.key"), "nonsense");
    const { tape, exit, stderr } = await record(cwd);
    expect(exit.code).toBe(0);
    expect(
      stderr.split("\n").filter((line) => line.startsWith("reelwire: the tape is not signed")),
    ).toHaveLength(1);
    expect(payloads(readTape(tape), "note")).toMatchObject([{ what: "unsigned", code: "RW3302" }]);
    expect(say("validate", tape)).toMatchObject({ status: 0, text: expect.stringContaining("; not signed") });
  });

  it.each([
    ["nowhere", "RW3301"],
    ["nonsense", "RW3302"],
  ])("that was named (%s) stops everything before the server starts", async (name, code) => {
    const cwd = testFolder();
    writeFileSync(join(cwd, "nonsense"), "nonsense");
    const argv = [
      "record",
      "-o",
      "a.tape.jsonl",
      "--sign",
      name,
      "--",
      node,
      "-e",
      "fs.writeFileSync('ran', '')",
    ];
    const { status, stdout, stderr } = spawnSync(node, [...reelwireArgs, ...argv], { cwd, encoding: "utf8" });
    expect([status, stdout, stderr]).toEqual([2, "", expect.stringContaining(code)]);
    expect([existsSync(join(cwd, "ran")), existsSync(join(cwd, "a.tape.jsonl"))]).toEqual([false, false]);
  });

  it("--sign and a .vcr file contradict each other", async () => {
    const cwd = testFolder();
    const argv = ["record", "-o", "a.vcr", "--sign", "k", "--", node];
    const { status, stderr } = spawnSync(node, [...reelwireArgs, ...argv], { cwd, encoding: "utf8" });
    expect([status, stderr]).toEqual([2, expect.stringContaining("RW1006")]);
  });
});
