/**
 * An encrypted tape is replayed as the plain one is, and nothing of it is ever readable on the disk: not in a file, not
 * in one that has no name any more.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { armor } from "age-encryption";
import { describe, expect, it } from "vitest";
import { replayTape } from "../../src/index.ts";
import { newKey } from "../peers/age.ts";
import type { RawClient } from "../peers/raw-client.ts";
import { startClient, testFolder } from "./harness/record-run.ts";
import { recorded, type Script, Stageplay } from "./harness/replay-run.ts";
import { Talk, voices } from "./harness/replay-talk.ts";
import { reelwire, replaying, root } from "./harness/ways.ts";

const secretMark = "only-for-those-who-may-read-it";

/** Answers that take several chunks of 64 KiB, each of them different. */
const script: Script = async (talk) => {
  await talk.open();
  for (let n = 0; n < 8; n++) await talk.call("big", { head: `${secretMark} ${n} `, bytes: 30_000 });
  await talk.call("big", { head: `${secretMark} long `, bytes: 300_000 });
};

/** Encrypts a tape and takes the plain one away. */
function encrypted(tape: string, recipient: string, armored = false): string {
  const [program, ...args] = [...reelwire, "encrypt", "-r", recipient, "--remove", tape];
  const ran = spawnSync(program!, args, { encoding: "utf8" });
  expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: "" });
  if (armored) writeFileSync(`${tape}.age`, armor.encode(readFileSync(`${tape}.age`)));
  return `${tape}.age`;
}

/** What can be read of the mark: in files below a folder, and in what a process holds open. */
function readable(folder: string, pid?: number): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const held = pid === undefined ? [] : readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  return [...files, ...held.filter((fd) => isFile(fd))].filter((path) =>
    readFileSync(path).includes(secretMark),
  );
}

function isFile(fd: string): boolean {
  try {
    return statSync(fd).isFile();
  } catch {
    return false;
  }
}

function nameless(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return "";
      }
    })
    .filter((name) => name.includes("(deleted)"));
}

describe.each([["binary", false] as const, ["armored", true] as const])(
  "a tape that is encrypted, %s",
  (_, armored) => {
    it("gives every byte that the plain one gives", async () => {
      const { secret, recipient } = await newKey();
      const recording = await recorded(script);
      const plain = await recording.expectSame(script);
      const tape = encrypted(recording.play.tapePath, recipient, armored);
      const sealed = await recording.play.replay(script, { env: { REELWIRE_IDENTITY: secret } }, tape);
      expect(sealed.exit).toEqual({ code: 0, signal: null });
      expect(sealed.stderr).toBe("");
      expect(sealed.stdout.equals(plain.stdout)).toBe(true);
    });
  },
);

describe.skipIf(process.platform !== "linux")("nothing of it is readable on the disk", () => {
  async function looking(tape: string, secret: string, temporary: string): Promise<RawClient> {
    const env = { REELWIRE_IDENTITY: secret, TMPDIR: temporary };
    const client = startClient(replaying(tape), { cwd: temporary, env });
    const talk = new Talk(client, "legacy", voices.now);
    await script(talk);
    return client;
  }

  it("while it is replayed, and after", async () => {
    const { secret, recipient } = await newKey();
    const recording = await recorded(script);
    expect(readable(recording.play.folder)).toEqual([recording.play.tapePath]);
    const tape = encrypted(recording.play.tapePath, recipient);
    const temporary = testFolder();
    const client = await looking(tape, secret, temporary);
    expect(readable(temporary, client.pid)).toEqual([]);
    expect(readable(recording.play.folder)).toEqual([]);
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(readdirSync(temporary)).toEqual([]);
  });

  it("also of messages that stand in no place of the tape", async () => {
    const { secret, recipient } = await newKey();
    const recording = await recorded(script);
    const vcr = join(recording.play.folder, "x.vcr");
    const [program, ...args] = [...reelwire, "convert", recording.play.tapePath, vcr];
    expect(spawnSync(program!, args).status).toBe(0);
    const tape = encrypted(vcr, recipient);
    const temporary = testFolder();
    const client = await looking(tape, secret, temporary);
    expect(nameless(client.pid)).not.toEqual([]);
    expect(readable(temporary, client.pid)).toEqual([]);
    expect(await client.finish()).toEqual({ code: 0, signal: null });
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe("in parts", () => {
  it("all of them are replayed, each opened where it stands", async () => {
    const { secret, recipient } = await newKey();
    const counting: Script = async (talk) => {
      await talk.open();
      for (let n = 0; n < 12; n++) await talk.call("big", { head: `part ${n} `, bytes: 40_000 });
    };
    const play = new Stageplay();
    const recorder = play.recorder(["--rotate", "3"]);
    await counting(new Talk(recorder, "legacy", voices.before));
    await recorder.finish();
    play.takeServerAway();
    const first = play.tapePath.replace(/\.tape\.jsonl$/, ".0001.tape.jsonl");
    const plain = await play.replay(counting, {}, first);
    const tape = encrypted(first, recipient);
    expect(readdirSync(play.folder).filter((name) => name.endsWith(".age")).length).toBeGreaterThan(3);
    const sealed = await play.replay(counting, { env: { REELWIRE_IDENTITY: secret } }, tape);
    expect(sealed.exit.code).toBe(0);
    expect(sealed.stdout.equals(plain.stdout)).toBe(true);
  });
});

describe("in a program", () => {
  it("replayTape takes the identity", async () => {
    const { secret, recipient } = await newKey();
    const recording = await recorded(script);
    const tape = encrypted(recording.play.tapePath, recipient);
    await using replay = await replayTape(tape, { identity: secret });
    expect(await replay.unused()).not.toEqual([]);
    await expect(replayTape(tape, { identity: (await newKey()).secret })).rejects.toMatchObject({
      code: "RW3402",
    });
  });
});

describe("a tape that breaks", () => {
  it("is replayed as far as it holds, and that it does not is said", async () => {
    const { secret, recipient } = await newKey();
    const recording = await recorded(script);
    const tape = encrypted(recording.play.tapePath, recipient);
    const bytes = readFileSync(tape);
    writeFileSync(tape, bytes.subarray(0, bytes.length - 200_000));
    const beginning: Script = async (talk) => {
      await talk.open();
      await talk.call("big", { head: `${secretMark} 0 `, bytes: 30_000 });
    };
    // Strict, because only then all of it has to be read before it ends.
    const around = { env: { REELWIRE_IDENTITY: secret }, flags: ["--strict"] };
    const { exit, stderr } = await recording.play.replay(beginning, around, tape);
    expect(exit.code).toBe(1);
    expect(stderr).toMatch(/the tape is unfinished/);
    expect(stderr).toMatch(/the encrypted file is damaged: /);
  });
});

describe("without the package age-encryption", () => {
  it("what to install is said, and plain tapes are read as ever", async () => {
    const { secret, recipient } = await newKey();
    const recording = await recorded(script);
    const folder = testFolder();
    for (const name of ["bin", "dist", "package.json"])
      cpSync(join(root, name), join(folder, name), { recursive: true });
    const alone = (...argv: string[]) => {
      const env = { ...process.env, REELWIRE_IDENTITY: secret };
      return spawnSync(process.execPath, [join(folder, "bin", "reelwire.cjs"), ...argv], {
        encoding: "utf8",
        env,
      });
    };
    const { tapePath } = recording.play;
    expect(alone("validate", tapePath)).toMatchObject({ status: 0, stderr: "" });
    const wrote = alone("encrypt", "-r", recipient, tapePath);
    expect(wrote).toMatchObject({ status: 2, stdout: "" });
    expect(wrote.stderr).toMatch(/^error RW3403 .*\n[\s\S]*npm install age-encryption\n$/);
    const tape = encrypted(tapePath, recipient);
    const read = alone("show", tape);
    expect(read).toMatchObject({ status: 2, stdout: "" });
    expect(read.stderr).toMatch(/^error RW3403 /);
  });
});
