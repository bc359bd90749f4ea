/** Encrypted tapes on the command line: written, read by every command as the plain ones, and refused with a reason. */
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { armor } from "age-encryption";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/index.ts";
import { openTape } from "../../src/index.ts";
import { decodeHeader, TapeWriter } from "../../src/tape/index.ts";
import { type Key, needAge, newKey, runAge } from "../peers/age.ts";
import { Captured, cli, watch } from "./call.ts";
import { faults } from "./schemas.ts";
import { complete, everything, folder, handshake, header, oddCall, unfinished } from "./tapes.ts";

let me: Key;
let other: Key;
beforeAll(async () => {
  me = await newKey();
  other = await newKey();
});

/** Lines of calls whose text takes several chunks of 64 KiB. */
function long(): string[] {
  const lines = [...handshake];
  for (let i = 100; i < 160; i++) {
    const pad = String(i).repeat(2000);
    lines.push(
      `{"at":${i * 1000},"dir":"c2s","msg":{"jsonrpc":"2.0","id":${i},"method":"tools/call","params":{"name":"t","arguments":{"i":${i}}}}}`,
      `{"at":${i * 1000 + 5},"dir":"s2c","msg":{"jsonrpc":"2.0","id":${i},"result":{"content":[{"type":"text","text":"${pad}"}]}}}`,
    );
  }
  return lines;
}

const vcr = readFileSync(new URL("../tapes/one-call.vcr", import.meta.url));

/** A folder with tapes of several kinds, and an identity. */
function tapes(): string {
  return folder({
    "a.tape.jsonl": complete([...everything]),
    "open.tape.jsonl": unfinished([...handshake, ...oddCall]),
    "damaged.tape.jsonl": complete([...everything]).replace('"at":10000', '"at":x'),
    "altered.tape.jsonl": complete([...everything]).replace("Paris", "Pariz"),
    "long.tape.jsonl": complete(long()),
    "one.vcr": vcr,
    "me.key": `# me\n${me.secret}\n`,
    "other.key": `${other.secret}\n`,
    "team.txt": `# the team\n${other.recipient}\n`,
  });
}

/** The parts of a rotated recording, each a tape by itself. */
function parts(count = 3): Record<string, string> {
  const files: Record<string, string> = {};
  let previous: string | undefined;
  for (let part = 1; part <= count; part++) {
    const chunks: Uint8Array[] = [];
    const head = decodeHeader(Buffer.from(header));
    const writer = new TapeWriter(
      { write: (bytes) => void chunks.push(bytes.slice()) },
      { ...head, part, ...(previous !== undefined && { previous }) },
    );
    const lines = part === 1 ? [...handshake, ...oddCall] : call(part);
    for (const line of lines) writer.copy(Buffer.from(`${line}\n`), (JSON.parse(line) as { at: number }).at);
    writer.end(24_000);
    previous = writer.endHash;
    files[`r.${String(part).padStart(4, "0")}.tape.jsonl`] = Buffer.concat(chunks).toString();
  }
  return files;
}

function call(n: number): string[] {
  return [
    `{"at":20000,"dir":"c2s","msg":{"jsonrpc":"2.0","id":${n * 10},"method":"tools/call","params":{"name":"part${n}"}}}`,
    `{"at":21000,"dir":"s2c","msg":{"jsonrpc":"2.0","id":${n * 10},"result":{"content":[]}}}`,
  ];
}

const identity = () => ["-i", "me.key"];

async function encrypted(cwd: string, ...words: string[]) {
  const { status, stderr, stdout } = await cli(["encrypt", "-r", me.recipient, ...words], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

describe("encrypt and decrypt", () => {
  it("write a tape and write it back, byte for byte, for their owner alone", async () => {
    const cwd = tapes();
    expect(await encrypted(cwd, "a.tape.jsonl", "long.tape.jsonl")).toMatch(
      /^encrypted {2}a\.tape\.jsonl\.age {2}.* kB, for 1 recipient\nencrypted {2}long\.tape\.jsonl\.age {2}/,
    );
    expect(statSync(join(cwd, "a.tape.jsonl.age")).mode & 0o777).toBe(0o600);
    for (const name of ["a.tape.jsonl", "long.tape.jsonl"]) {
      const before = readFileSync(join(cwd, name));
      rmSync(join(cwd, name));
      const { status, stdout, stderr } = await cli(["decrypt", ...identity(), `${name}.age`], { cwd });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout).toMatch(/^decrypted {2}.*\.tape\.jsonl {2}/);
      expect(readFileSync(join(cwd, name)).equals(before)).toBe(true);
      expect(statSync(join(cwd, name)).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(cwd).filter((name) => name.includes("draft"))).toEqual([]);
  });

  it("are what age writes and reads", async (context) => {
    needAge(context);
    const cwd = tapes();
    const plain = readFileSync(join(cwd, "long.tape.jsonl"));
    await encrypted(cwd, "-R", "team.txt", "long.tape.jsonl");
    for (const key of ["me.key", "other.key"])
      expect(
        runAge("age", ["-d", "-i", join(cwd, key), join(cwd, "long.tape.jsonl.age")]).equals(plain),
      ).toBe(true);
    for (const flags of [[], ["-a"]]) {
      const theirs = join(cwd, "theirs.age");
      runAge("age", ["-r", me.recipient, ...flags, "-o", theirs, join(cwd, "long.tape.jsonl")]);
      const { status } = await cli(["decrypt", "-i", "me.key", "theirs.age", "--force"], { cwd });
      expect(status).toBe(0);
      expect(readFileSync(join(cwd, "theirs")).equals(plain)).toBe(true);
      const both = [];
      for (const tape of ["long.tape.jsonl", "theirs.age"])
        both.push((await cli(["show", ...identity(), tape], { cwd })).stdout.split("\n").slice(1));
      expect(both[1]).toEqual(both[0]);
    }
  });

  it("print JSON that the schema describes", async () => {
    const cwd = tapes();
    const wrote = await encrypted(cwd, "--json", "-R", "team.txt", "a.tape.jsonl", "one.vcr");
    expect(faults("encrypt", wrote)).toEqual([]);
    expect(JSON.parse(wrote)).toMatchObject({
      files: [
        { input: "a.tape.jsonl", output: "a.tape.jsonl.age", recipients: 2, removed: false },
        { input: "one.vcr", output: "one.vcr.age" },
      ],
    });
    mkdirSync(join(cwd, "out"));
    const { stdout } = await cli(
      ["decrypt", "--json", ...identity(), "-o", "out", "a.tape.jsonl.age", "one.vcr.age"],
      {
        cwd,
      },
    );
    expect(faults("decrypt", stdout)).toEqual([]);
    expect(readFileSync(join(cwd, "out", "one.vcr")).equals(vcr)).toBe(true);
  });

  it("--remove removes the tape when its copy was read back", async () => {
    const cwd = tapes();
    const plain = readFileSync(join(cwd, "long.tape.jsonl"));
    symlinkSync(join(cwd, "long.tape.jsonl"), join(cwd, "link.tape.jsonl"));
    expect(await encrypted(cwd, "--remove", "link.tape.jsonl")).toContain("link.tape.jsonl is removed");
    expect(existsSync(join(cwd, "long.tape.jsonl"))).toBe(false);
    expect(readdirSync(cwd)).not.toContain("link.tape.jsonl");
    expect(await cli(["decrypt", ...identity(), "link.tape.jsonl.age"], { cwd })).toMatchObject({
      status: 0,
    });
    expect(readFileSync(join(cwd, "link.tape.jsonl")).equals(plain)).toBe(true);
    expect(await cli(["show", "long.tape.jsonl"], { cwd })).toMatchObject({ status: 6 });
  });

  it("a name whose tape was encrypted says where it is", async () => {
    const cwd = tapes();
    await encrypted(cwd, "--remove", "a.tape.jsonl");
    const { status, stderr } = await cli(["show", "a.tape.jsonl"], { cwd });
    expect({ status, stderr }).toMatchObject({
      status: 6,
      stderr: expect.stringContaining("a.tape.jsonl.age"),
    });
  });

  it("show their progress on a terminal, and only there", async () => {
    const cwd = tapes();
    const { stderr } = await watch(["encrypt", "-r", me.recipient, "long.tape.jsonl"], { cwd });
    expect(stderr).toContain("encrypting [");
    expect(stderr.endsWith("\r\u001b[2K")).toBe(true);
  });

  it("when they are stopped in the middle, leave nothing", async () => {
    const cwd = tapes();
    const before = readdirSync(cwd);
    expect(await stopped(["encrypt", "-r", me.recipient, "--remove", "long.tape.jsonl"], cwd)).toBe(130);
    expect(readdirSync(cwd)).toEqual(before);
    await encrypted(cwd, "--remove", "long.tape.jsonl");
    expect(await stopped(["decrypt", ...identity(), "long.tape.jsonl.age"], cwd)).toBe(130);
    expect(readdirSync(cwd).filter((name) => name.startsWith("long"))).toEqual(["long.tape.jsonl.age"]);
  });
});

/** Stops a command when it shows its progress for the first time; the files it had begun are there then. */
async function stopped(argv: readonly string[], cwd: string): Promise<number> {
  const stop = new AbortController();
  let drafts = 0;
  const onProgress = () => {
    drafts ||= readdirSync(cwd).filter((name) => name.endsWith(".draft")).length;
    stop.abort();
  };
  const { status } = await during(argv, cwd, onProgress, stop.signal);
  expect(drafts).toBe(1);
  return status;
}

/** Does something whenever a command shows its progress. */
async function during(argv: readonly string[], cwd: string, onProgress: () => void, signal?: AbortSignal) {
  let time = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (time += 1000));
  const stderr = new Captured(true);
  const stdout = new Captured(false);
  stderr._write = (chunk, _encoding, done) => {
    stderr.text += chunk;
    onProgress();
    done();
  };
  const quiet = new AbortController().signal;
  const around = { cwd, env: {}, stdin: () => Readable.from([]), stdout, stderr, signal: signal ?? quiet };
  try {
    return { status: await runCli(argv, around), stderr: stderr.text };
  } finally {
    clock.mockRestore();
  }
}

describe("--remove", () => {
  it("keeps the tape when the copy is not what was written", async () => {
    const cwd = tapes();
    const before = readFileSync(join(cwd, "long.tape.jsonl"));
    const copy = join(cwd, "long.tape.jsonl.age");
    const breakCopy = () => {
      const bytes = readFileSync(copy);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(copy, bytes);
    };
    const { status, stderr } = await during(
      ["encrypt", "-r", me.recipient, "--remove", "long.tape.jsonl"],
      cwd,
      once(breakCopy, () => existsSync(copy)),
    );
    expect({ status, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: 6, code: "RW3412" });
    expect(readFileSync(join(cwd, "long.tape.jsonl")).equals(before)).toBe(true);
  });

  it("keeps the tape when somebody still writes it", async () => {
    const cwd = tapes();
    const tape = join(cwd, "long.tape.jsonl");
    const copy = `${tape}.age`;
    const { status, stderr } = await during(
      ["encrypt", "-r", me.recipient, "--remove", "long.tape.jsonl"],
      cwd,
      once(
        () => appendFileSync(tape, "{}\n"),
        () => existsSync(copy),
      ),
    );
    expect({ status, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: 2, code: "RW3014" });
    expect(existsSync(tape)).toBe(true);
  });
});

/** Does something the first time that a condition holds. */
function once(action: () => void, when: () => boolean): () => void {
  let done = false;
  return () => {
    if (done || !when()) return;
    done = true;
    action();
  };
}

describe("recipients", () => {
  it("come from REELWIRE_RECIPIENTS when no flag names one", async () => {
    const cwd = tapes();
    const env = { REELWIRE_RECIPIENTS: `${me.recipient}, ${other.recipient}` };
    const { stdout } = await cli(["encrypt", "--json", "a.tape.jsonl"], { cwd, env });
    expect(JSON.parse(stdout)).toMatchObject({ files: [{ recipients: 2 }] });
    const flags = [
      ["-r", other.recipient],
      ["-R", "team.txt"],
    ];
    for (const flag of flags) {
      const argv = ["encrypt", "--force", ...flag, "a.tape.jsonl"];
      expect(await cli(argv, { cwd, env: { REELWIRE_RECIPIENTS: me.recipient } })).toMatchObject({
        status: 0,
      });
      const { stderr } = await cli(["show", ...identity(), "a.tape.jsonl.age"], { cwd });
      expect(stderr).toContain("RW3402");
    }
  });

  it.each<[what: string, flags: () => string[], code: string]>([
    ["nobody", () => [], "RW1005"],
    ["nobody, in several words", () => ["-r", " , "], "RW1005"],
    ["somebody who is none", () => ["-r", "age1nobody"], "RW3408"],
    ["an SSH key", () => ["-r", "ssh-ed25519"], "RW3408"],
    ["an identity", () => ["-r", me.secret], "RW3408"],
    ["a file that is missing", () => ["-R", "none.txt"], "RW3408"],
    ["a folder", () => ["-R", "."], "RW3301"],
  ])("that are %s are refused, and nothing is written", async (_, flags, code) => {
    const cwd = tapes();
    const before = readdirSync(cwd);
    const { status, stdout, stderr } = await cli(["encrypt", ...flags(), "a.tape.jsonl"], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(code);
    expect(stderr).not.toContain(me.secret.slice(20, 40));
    expect(readdirSync(cwd)).toEqual(before);
  });
});

describe("what is refused", () => {
  it.each<[what: string, argv: string[], code: string]>([
    ["an output that is there", ["encrypt", "-r", "ME", "one.vcr"], "RW3010"],
    ["a tape that is encrypted", ["encrypt", "-r", "ME", "one.vcr.age"], "RW3410"],
    ["what is no tape", ["encrypt", "-r", "ME", "me.key"], "RW3002"],
    ["a tape that is missing", ["encrypt", "-r", "ME", "none"], "RW3001"],
    [
      "one output for two tapes",
      ["encrypt", "-r", "ME", "-o", "x", "a.tape.jsonl", "long.tape.jsonl"],
      "RW1006",
    ],
    [
      "the tape itself as its output",
      ["encrypt", "-r", "ME", "--force", "-o", "a.tape.jsonl", "a.tape.jsonl"],
      "RW1006",
    ],
    ["a folder that is missing", ["encrypt", "-r", "ME", "-o", "no/x", "a.tape.jsonl"], "RW2202"],
    ["a file that is not encrypted", ["decrypt", "-i", "me.key", "-o", "x", "a.tape.jsonl"], "RW3411"],
    ["an empty file", ["decrypt", "-i", "me.key", "-o", "x", "empty"], "RW3411"],
    ["a name that says nothing", ["decrypt", "-i", "me.key", "a.tape.jsonl"], "RW1004"],
    ["an output that is there", ["decrypt", "-i", "me.key", "one.vcr.age"], "RW3010"],
    ["a repair of an encrypted tape", ["repair", "one.vcr.age"], "RW3409"],
  ])("%s", async (_, argv, code) => {
    const cwd = tapes();
    await encrypted(cwd, "one.vcr");
    writeFileSync(join(cwd, "empty"), "");
    const before = readdirSync(cwd).map((name) => [name, readFileSync(join(cwd, name)).toString("latin1")]);
    const words = argv.map((word) => (word === "ME" ? me.recipient : word));
    const { status, stdout, stderr } = await cli(words, { cwd });
    expect(stderr).toContain(code);
    expect(stdout).toBe("");
    expect(status).toBeGreaterThan(0);
    expect(readdirSync(cwd).map((name) => [name, readFileSync(join(cwd, name)).toString("latin1")])).toEqual(
      before,
    );
  });

  it("a tape that is being recorded", async () => {
    const cwd = folder({
      "x.tape.jsonl": complete([...handshake], header.replace(/\}$/, `,"recorder":{"pid":${process.pid}}}`)),
    });
    const { status, stderr } = await cli(["encrypt", "-r", me.recipient, "x.tape.jsonl"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain("RW3014");
  });
});

describe("every command reads an encrypted tape as the plain one", () => {
  const asPlain = (text: string): string => text.replaceAll(/\.age\b/g, "");

  it.each([
    "a.tape.jsonl",
    "open.tape.jsonl",
    "damaged.tape.jsonl",
    "altered.tape.jsonl",
    "long.tape.jsonl",
    "one.vcr",
  ])("%s: the verdict, the listing, the calls", async (name) => {
    const cwd = tapes();
    await encrypted(cwd, name);
    const text = armor.encode(readFileSync(join(cwd, `${name}.age`)));
    writeFileSync(join(cwd, "armored.age"), text);
    for (const argv of [
      ["validate"],
      ["validate", "--json"],
      ["show", "--filter", "method:*"],
      ["show", "--all", "--json"],
      ["show", "--all", "--raw"],
      ["show", "--stderr"],
    ]) {
      const [command, ...rest] = argv as [string, ...string[]];
      const plain = await cli([command, ...rest, name], { cwd });
      const sealed = await cli([command, ...rest, ...identity(), `${name}.age`], { cwd });
      expect({ ...sealed, stdout: asPlain(sealed.stdout) }).toEqual(plain);
      const armored = await cli([command, ...rest, ...identity(), "armored.age"], { cwd });
      expect({ ...armored, stdout: armored.stdout.replaceAll("armored.age", name) }).toEqual(plain);
    }
    const one = [
      await cli(["show", name, "2"], { cwd }),
      await cli(["show", ...identity(), `${name}.age`, "2"], { cwd }),
    ];
    expect({ ...one[1], stdout: asPlain(one[1]!.stdout), stderr: asPlain(one[1]!.stderr) }).toEqual(one[0]);
    for (const to of ["tape.jsonl", "vcr"]) {
      const made = await cli(["convert", name, `plain.${to}`], { cwd });
      const sealed = await cli(["convert", ...identity(), `${name}.age`, `sealed.${to}`], { cwd });
      expect({ ...sealed, stdout: sealed.stdout.replace("sealed", "plain") }).toEqual(made);
      expect(readFileSync(join(cwd, `sealed.${to}`), "utf8")).toBe(
        readFileSync(join(cwd, `plain.${to}`), "utf8"),
      );
    }
  });

  it("ls lists it, by its content, with an identity", async () => {
    const cwd = tapes();
    mkdirSync(join(cwd, "tapes"));
    await encrypted(cwd, "-o", "tapes", "a.tape.jsonl", "one.vcr", "open.tape.jsonl");
    copyFileSync(join(cwd, "tapes", "a.tape.jsonl.age"), join(cwd, "tapes", "unnamed"));
    writeFileSync(join(cwd, "tapes", "backup.age"), "age-encryption.org/v1\n-> x y\nAAAA\n--- AAAA\n");
    const { stdout } = await cli(["ls", ...identity(), "--json"], { cwd });
    expect(faults("ls", stdout)).toEqual([]);
    expect(JSON.parse(stdout).tapes).toMatchObject([
      { file: "tapes/a.tape.jsonl.age", state: "ended", calls: 8 },
      { file: "tapes/one.vcr.age", encoding: "vcr" },
      { file: "tapes/open.tape.jsonl.age", state: "unfinished" },
      { file: "tapes/unnamed", state: "ended" },
    ]);
    const without = JSON.parse((await cli(["ls", "--json"], { cwd, env: { XDG_CONFIG_HOME: cwd } })).stdout);
    expect(without.tapes).toMatchObject([
      { file: "tapes/a.tape.jsonl.age", state: "unreadable", error: { code: "RW3401" } },
      { file: "tapes/one.vcr.age", state: "unreadable", error: { code: "RW3401" } },
      { file: "tapes/open.tape.jsonl.age", state: "unreadable", error: { code: "RW3401" } },
    ]);
  });

  it("the library does", async () => {
    const cwd = tapes();
    await encrypted(cwd, "a.tape.jsonl");
    const calls = async (path: string, options = {}) => {
      const rows = [];
      for await (const row of (await openTape(join(cwd, path), options)).exchanges()) rows.push(row);
      return rows;
    };
    const plain = await calls("a.tape.jsonl");
    expect(await calls("a.tape.jsonl.age", { identity: join(cwd, "me.key") })).toEqual(plain);
    expect(await calls("a.tape.jsonl.age", { identity: [me.secret] })).toEqual(plain);
    await expect(calls("a.tape.jsonl.age", { identity: [other.secret] })).rejects.toMatchObject({
      code: "RW3402",
    });
  });

  it("with the identity of a flag, the environment, the project or the user", async () => {
    const cwd = tapes();
    await encrypted(cwd, "--remove", "a.tape.jsonl");
    const none = join(cwd, "none");
    const status = async (argv: string[], env: Record<string, string>, from = cwd) =>
      (await cli(["validate", ...argv, join(cwd, "a.tape.jsonl.age")], { cwd: from, env })).status;
    expect(await status([], { XDG_CONFIG_HOME: none })).toBe(6);
    expect(await status(["-i", "other.key", "-i", "me.key"], {})).toBe(0);
    for (const value of ["me.key", join(cwd, "me.key"), me.secret])
      expect(await status([], { REELWIRE_IDENTITY: value })).toBe(0);
    mkdirSync(join(cwd, "config", "reelwire"), { recursive: true });
    copyFileSync(join(cwd, "me.key"), join(cwd, "config", "reelwire", "identity.key"));
    expect(await status([], { XDG_CONFIG_HOME: join(cwd, "config") })).toBe(0);
    mkdirSync(join(cwd, ".reelwire"));
    mkdirSync(join(cwd, "src"));
    copyFileSync(join(cwd, "me.key"), join(cwd, ".reelwire", "identity.key"));
    expect(await status([], { XDG_CONFIG_HOME: none }, join(cwd, "src"))).toBe(0);
    expect(await status(["-i", join(cwd, "other.key")], {}, join(cwd, "src"))).toBe(6);
  });

  it.each<[what: string, argv: string[], env: () => Record<string, string>, code: string]>([
    ["no identity", [], () => ({}), "RW3401"],
    ["another's", ["-i", "other.key"], () => ({}), "RW3402"],
    ["another's, in the environment", [], () => ({ REELWIRE_IDENTITY: other.secret }), "RW3402"],
    ["one that is missing", ["-i", "none.key"], () => ({}), "RW3407"],
    ["one that is none", ["-i", "team.txt"], () => ({}), "RW3407"],
  ])("with %s it is refused", async (_, argv, env, code) => {
    const cwd = tapes();
    await encrypted(cwd, "a.tape.jsonl");
    const out = ["x.tape.jsonl"];
    for (const [command, words] of [
      ["show", []],
      ["validate", []],
      ["replay", []],
      ["convert", out],
      ["decrypt", ["--force"]],
    ] as const) {
      const around = { cwd, env: { XDG_CONFIG_HOME: cwd, ...env() } };
      const said = await cli([command, ...argv, "a.tape.jsonl.age", ...words], around);
      expect(said.stderr).toContain(code);
      expect(said.stdout).toBe("");
      // A command that judges many tapes calls each of them unreadable.
      expect(said.status).toBe(code === "RW3407" && command !== "validate" ? 2 : 6);
      expect(said.stderr).not.toContain(other.secret.slice(20, 40));
    }
    expect(existsSync(join(cwd, "x.tape.jsonl"))).toBe(false);
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toBe(complete([...everything]));
  });
});

describe("a rotated recording", () => {
  it("is encrypted part by part, and read whole by its first", async () => {
    const cwd = folder({ ...parts(), "me.key": me.secret });
    const plain = await cli(["show", "--all", "--raw", "r.0001.tape.jsonl"], { cwd });
    const verdict = await cli(["validate", "--json", "r.0001.tape.jsonl"], { cwd });
    const wrote = await encrypted(cwd, "--json", "--remove", "r.0001.tape.jsonl");
    expect(JSON.parse(wrote).files.map(({ output }: { output: string }) => output)).toEqual([
      "r.0001.tape.jsonl.age",
      "r.0002.tape.jsonl.age",
      "r.0003.tape.jsonl.age",
    ]);
    expect(readdirSync(cwd).filter((name) => name.endsWith(".jsonl"))).toEqual([]);
    const first = "r.0001.tape.jsonl.age";
    expect(await cli(["show", "--all", "--raw", ...identity(), first], { cwd })).toEqual(plain);
    const sealed = await cli(["validate", "--json", ...identity(), first], { cwd });
    expect({ ...sealed, stdout: sealed.stdout.replaceAll(".age", "") }).toEqual(verdict);
    expect(JSON.parse(sealed.stdout)).toMatchObject({ tapes: [{ state: "complete", parts: 3 }] });
    const listed = JSON.parse((await cli(["ls", ".", "--json", ...identity()], { cwd })).stdout);
    expect(listed.tapes).toMatchObject([{ file: first, parts: 3, state: "ended" }]);

    const { stderr } = await cli(["show", ...identity(), "r.tape.jsonl.age"], { cwd });
    expect(stderr).toContain(`name the first: ${first}`);
    const back = await cli(["decrypt", ...identity(), first, "r.0002.tape.jsonl.age"], { cwd });
    expect(back.stdout.trim().split("\n")).toHaveLength(3);
    for (const [name, text] of Object.entries(parts()))
      expect(readFileSync(join(cwd, name), "utf8")).toBe(text);
  });

  it("a part that is missing, cut or another's shows where it would stand", async () => {
    const cwd = folder({ ...parts(), "me.key": me.secret });
    await encrypted(cwd, "--remove", "r.0001.tape.jsonl");
    const second = join(cwd, "r.0002.tape.jsonl.age");
    const whole = readFileSync(second);
    const verdict = async () => {
      const { status, stdout } = await cli(["validate", ...identity(), "r.0001.tape.jsonl.age"], { cwd });
      return `${status} ${stdout}`;
    };
    rmSync(second);
    expect(await verdict()).toMatch(/^1 damaged .*part 2 \(r\.0002\.tape\.jsonl\.age\) is missing/);
    writeFileSync(second, whole.subarray(0, whole.length - 1));
    expect(await cli(["show", "--all", ...identity(), "r.0001.tape.jsonl.age"], { cwd })).toMatchObject({
      stdout: expect.stringContaining("part 2 (r.0002.tape.jsonl.age) cannot be read"),
    });
    copyFileSync(join(cwd, "r.0003.tape.jsonl.age"), second);
    expect(await verdict()).toMatch(/^1 damaged .*part 2 says that it is part 3/);
  });

  it("parts that are plain and parts that are encrypted are one recording", async () => {
    const cwd = folder({ ...parts(), "me.key": me.secret });
    const plain = await cli(["show", "--all", "--raw", "r.0001.tape.jsonl"], { cwd });
    await encrypted(cwd, "r.0002.tape.jsonl");
    expect(await cli(["show", "--all", "--raw", "r.0001.tape.jsonl"], { cwd })).toEqual(plain);
    rmSync(join(cwd, "r.0002.tape.jsonl"));
    expect(await cli(["show", "--all", "--raw", ...identity(), "r.0001.tape.jsonl"], { cwd })).toEqual(plain);
  });
});

describe("an encrypted tape that is cut or altered", () => {
  it("at every edge of a chunk: damaged behind the lines before it, never complete; decrypt writes nothing", async () => {
    const cwd = tapes();
    await encrypted(cwd, "long.tape.jsonl");
    const sealed = readFileSync(join(cwd, "long.tape.jsonl.age"));
    const size = statSync(join(cwd, "long.tape.jsonl")).size;
    const chunks = Math.ceil(size / 65_536);
    const start = sealed.length - size - chunks * 16;
    expect(chunks).toBeGreaterThan(4);
    for (let n = 0; n <= chunks; n++)
      for (const cut of [-1, 0, 1]) {
        const at = start + n * 65_552 + cut;
        if (at >= sealed.length) continue;
        writeFileSync(join(cwd, "cut.age"), sealed.subarray(0, at));
        const said = await cli(["validate", "--json", ...identity(), "cut.age"], { cwd });
        expect(faults("validate", said.stdout)).toEqual([]);
        const [verdict] = JSON.parse(said.stdout).tapes;
        if (verdict.state === "unreadable") expect([verdict.error.code, n < 2]).toEqual(["RW3404", true]);
        else {
          expect(verdict).toMatchObject({
            state: "damaged",
            why: expect.stringContaining("encrypted file is damaged"),
          });
          expect(verdict.line).toBe(verdict.lines);
        }
        expect(said.status).toBe(verdict.state === "unreadable" ? 6 : 1);
        const { status, stderr } = await cli(["decrypt", ...identity(), "cut.age"], { cwd });
        expect({ status, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: 6, code: "RW3404" });
        expect(existsSync(join(cwd, "cut"))).toBe(false);
      }
  });

  it("one byte in its last chunk: what stands before is shown, and what is not there is said", async () => {
    const cwd = tapes();
    await encrypted(cwd, "long.tape.jsonl");
    const sealed = readFileSync(join(cwd, "long.tape.jsonl.age"));
    sealed[sealed.length - 40]! ^= 1;
    writeFileSync(join(cwd, "bad.age"), sealed);
    const { stdout } = await cli(["show", ...identity(), "bad.age"], { cwd });
    expect(stdout).toContain("tools/call");
    expect(stdout).toMatch(/encrypted file is damaged: its chunk \d+ is not what was encrypted/);
    const listed = JSON.parse((await cli(["ls", ".", "--json", ...identity()], { cwd })).stdout).tapes;
    expect(listed.find(({ file }: { file: string }) => file === "bad.age")).toMatchObject({
      state: "damaged",
    });
    const made = await cli(["convert", ...identity(), "bad.age", "bad.tape.jsonl"], { cwd });
    expect(made.stderr).toContain("lost");
    const text = readFileSync(join(cwd, "bad.tape.jsonl"), "utf8").split("\n");
    const plain = readFileSync(join(cwd, "long.tape.jsonl"), "utf8").split("\n");
    expect(text.slice(0, 20)).toEqual(plain.slice(0, 20));
  });

  it("a .vcr recording too", async () => {
    const calls = Array.from({ length: 600 }, (_, i) => [
      `{"at":${i * 10 + 24_000},"dir":"c2s","msg":{"jsonrpc":"2.0","id":${i},"method":"tools/call","params":{"name":"t"}}}`,
      `{"at":${i * 10 + 24_001},"dir":"s2c","msg":{"jsonrpc":"2.0","id":${i},"result":{"content":[]}}}`,
    ]).flat();
    const cwd = folder({ "a.tape.jsonl": complete([...handshake, ...calls]), "me.key": me.secret });
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    await encrypted(cwd, "a.vcr");
    const sealed = readFileSync(join(cwd, "a.vcr.age"));
    writeFileSync(join(cwd, "cut.age"), sealed.subarray(0, sealed.length - 100));
    const { status, stdout } = await cli(["validate", "--json", ...identity(), "cut.age"], { cwd });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      tapes: [
        { state: "damaged", encoding: "vcr", why: expect.stringContaining("encrypted file is damaged") },
      ],
    });
  });
});
