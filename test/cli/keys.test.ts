/** `keys`, and what `validate` says of signatures. */
import { execFileSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeHeader, signerOf, type TapeSigner, TapeWriter } from "../../src/tape/index.ts";
import { cli } from "./call.ts";
import { faults } from "./schemas.ts";
import { folder, handshake, header, oddCall, unfinished } from "./tapes.ts";

/** A project and a user of this test's own. */
function place(): { cwd: string; env: Record<string, string>; user: string } {
  const cwd = folder();
  mkdirSync(join(cwd, ".git"));
  const config = folder();
  return { cwd, env: { XDG_CONFIG_HOME: config }, user: join(config, "reelwire") };
}

function signedTape(signer: TapeSigner | undefined, head = header, lines = handshake): string {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const headerLine = Buffer.from(`${head}\n`);
  const writer = new TapeWriter(sink, decodeHeader(Buffer.from(head)), { headerLine, signer, markLines: 3 });
  for (const line of lines) writer.copy(Buffer.from(`${line}\n`), (JSON.parse(line) as { at: number }).at);
  writer.end(24_000);
  return Buffer.concat(parts).toString();
}

const privateKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;
const pemOf = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();
const keyOf = (cwd: string): string => readFileSync(join(cwd, ".reelwire/sign.pub"), "utf8").trim();
const json = async (argv: readonly string[], around: { cwd: string; env: Record<string, string> }) => {
  const { stdout } = await cli([...argv, "--json"], around);
  expect(faults(argv[0]!, stdout)).toEqual([]);
  return JSON.parse(stdout);
};

describe("keys", () => {
  it("makes a key of the project that only its owner reads, and never replaces it by accident", async () => {
    const { cwd, env } = place();
    const made = await cli(["keys", "sign"], { cwd, env });
    expect(made).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("made .reelwire/sign.key  SHA256:"),
    });
    const path = join(cwd, ".reelwire/sign.key");
    const pem = readFileSync(path, "utf8");
    expect(pem).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect([statSync(path).mode & 0o777, statSync(join(cwd, ".reelwire")).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
    expect(readFileSync(join(cwd, ".reelwire/.gitignore"), "utf8")).toBe("*.key\n");
    const again = await cli(["keys", "sign"], { cwd, env });
    expect(again).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("RW3306") });
    expect(readFileSync(path, "utf8")).toBe(pem);
    const before = keyOf(cwd);
    expect(await json(["keys", "sign", "--force"], { cwd, env })).toMatchObject({ path });
    expect(readFileSync(path, "utf8")).not.toBe(pem);
    expect(keyOf(cwd)).not.toBe(before);
  });

  it("git sees the public files and no key", async () => {
    const { cwd, env } = place();
    rmSync(join(cwd, ".git"), { recursive: true });
    execFileSync("git", ["init", "-q"], { cwd });
    await cli(["keys", "sign"], { cwd, env });
    const seen = execFileSync("git", ["status", "--porcelain", "-uall"], { cwd, encoding: "utf8" });
    expect(seen.trim().split("\n").sort()).toEqual(["?? .reelwire/.gitignore", "?? .reelwire/sign.pub"]);
  });

  it("makes a key of the user, also where no project is", async () => {
    const { env, user } = place();
    const cwd = folder();
    const outside = await cli(["keys", "sign"], { cwd: "/", env });
    expect(outside).toMatchObject({ status: 2, stderr: expect.stringContaining("RW3307") });
    expect(await json(["keys", "sign", "--user"], { cwd, env })).toMatchObject({
      path: join(user, "sign.key"),
    });
  });

  it("lists what there is and nothing secret", async () => {
    const { cwd, env, user } = place();
    expect(await cli(["keys"], { cwd, env })).toMatchObject({
      status: 0,
      stdout: "",
      stderr: expect.stringContaining("reelwire keys sign"),
    });
    await cli(["keys", "sign"], { cwd, env });
    await cli(["keys", "sign", "--user"], { cwd, env });
    await cli(["keys", "trust", ".reelwire/sign.pub", "--name", "me"], { cwd, env });
    const secret = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3I=";
    writeFileSync(join(cwd, ".reelwire/redact.key"), secret, { mode: 0o600 });
    const told = (await json(["keys"], { cwd, env })) as { keys: Record<string, unknown>[] };
    expect(
      told.keys.map(({ kind, from, place, used, fault, name }) => [kind, from, place, used, fault, name]),
    ).toEqual([
      ["sign", "project", join(cwd, ".reelwire/sign.key"), true, null, null],
      ["sign", "user", join(user, "sign.key"), false, null, null],
      ["redact", "project", join(cwd, ".reelwire/redact.key"), true, null, null],
      ["trusted", "project", join(cwd, ".reelwire/trusted.json"), true, null, "me"],
    ]);
    const { stdout } = await cli(["keys"], { cwd, env });
    expect(stdout).toMatch(/^sign +SHA256:\S+ +\.reelwire\/sign\.key \(project\)$/m);
    expect(stdout).toMatch(/^sign .* another comes first$/m);
    const files = [
      secret,
      ...[cwd, user].map((at) => join(at, at === cwd ? ".reelwire/sign.key" : "sign.key")),
    ];
    const secrets = files.map((file) =>
      existsSync(file) ? readFileSync(file, "utf8").split("\n")[1]! : file,
    );
    for (const each of secrets) expect(JSON.stringify(told) + stdout).not.toContain(each);
  });

  it("says what is wrong with a key", async () => {
    const { cwd, env } = place();
    mkdirSync(join(cwd, ".reelwire"));
    const path = join(cwd, ".reelwire/sign.key");
    const fault = async () =>
      ((await json(["keys"], { cwd, env })) as { keys: { fault: string }[] }).keys[0]!.fault;
    writeFileSync(path, "nonsense", { mode: 0o600 });
    expect(await fault()).toContain("no private key in PEM form");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    writeFileSync(path, pemOf(rsa));
    expect(await fault()).toContain("a key for rsa");
    writeFileSync(path, rsa.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }));
    expect(await fault()).toContain("passphrase");
    writeFileSync(path, pemOf(privateKey()));
    expect((await cli(["keys", "sign"], { cwd, env })).stderr).toContain("--force");
    chmodSync(path, 0o644);
    expect(await fault()).toContain("chmod 600");
  });

  it("trusts a file or a text, under a name that is one key's alone", async () => {
    const { cwd, env } = place();
    const [a, b] = [signerOf(privateKey()).key, privateKey()];
    expect(await json(["keys", "trust", a, "--name", "alice"], { cwd, env })).toMatchObject({
      changed: true,
    });
    expect(await json(["keys", "trust", a, "--name", "alice"], { cwd, env })).toMatchObject({
      changed: false,
    });
    writeFileSync(join(cwd, "b.pem"), publicPem(b));
    const taken = await cli(["keys", "trust", "b.pem", "--name", "alice"], { cwd, env });
    expect(taken).toMatchObject({ status: 2, stderr: expect.stringContaining("RW3305") });
    await cli(["keys", "trust", "b.pem", "--name", "__proto__"], { cwd, env });
    const file = () => readFileSync(join(cwd, ".reelwire/trusted.json"), "utf8");
    expect(JSON.parse(file())).toEqual(JSON.parse(`{"alice":"${a}","__proto__":"${signerOf(b).key}"}`));
    await cli(["keys", "trust", "b.pem", "--name", "alice", "--force"], { cwd, env });
    expect(JSON.parse(file())).toEqual({ alice: signerOf(b).key });
  });

  it.each([
    [["keys", "frobnicate"], "RW1004"],
    [["keys", "trust"], "RW1005"],
    [["keys", "sign", "more"], "RW1010"],
    [["keys", "trust", "no-such-file"], "RW3301"],
    [["keys", "trust", "private.pem", "--user"], "RW1006"],
    [["keys", "trust", "private.pem", "--name="], "RW1004"],
    [["keys", "trust", "private.pem"], "sign.pub beside it"],
    [["keys", "trust", "rsa.pem"], "RW3302"],
  ])("%j is refused with %s", async (argv, says) => {
    const { cwd, env } = place();
    writeFileSync(join(cwd, "private.pem"), pemOf(privateKey()));
    writeFileSync(
      join(cwd, "rsa.pem"),
      publicPem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey),
    );
    const { status, stdout, stderr } = await cli(argv, { cwd, env });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(says);
  });
});

function publicPem(key: KeyObject): string {
  return createPublicKey(key).export({ type: "spki", format: "pem" }).toString();
}

describe("validate and signatures", () => {
  const mine = privateKey();
  const signer = signerOf(mine);
  const stranger = signerOf(privateKey());

  async function trusting(name: string) {
    const around = place();
    await cli(["keys", "trust", signer.key, "--name", name], around);
    return around;
  }

  it("says who signed, and demands it", async () => {
    const around = await trusting("al\u001b[31mice");
    const { cwd } = around;
    writeFileSync(join(cwd, "mine"), signedTape(signer));
    writeFileSync(join(cwd, "theirs"), signedTape(stranger));
    writeFileSync(join(cwd, "plain"), signedTape(undefined));
    writeFileSync(join(cwd, "my.pub"), `${signer.key}\n`);
    const rows: [argv: string[], exit: number, says: RegExp][] = [
      [["mine"], 0, /^complete .*; signed by alice \(SHA256:\S+\)$/m],
      [["theirs"], 0, /^complete .*; signed by SHA256:\S+ \(not in trusted\.json\)$/m],
      [["plain"], 0, /^complete .*; not signed$/m],
      [["mine", "--signed"], 0, /signed by alice \(SHA256:\S+\)$/m],
      [["theirs", "--signed"], 1, /not in trusted.json\), but a signature by a trusted key is demanded/],
      [["plain", "--signed"], 1, /not signed, but a signature by a trusted key is demanded/],
      [["mine", "--key", "my.pub"], 0, /signed by alice/],
      [["mine", "--key", stranger.key], 1, /but a signature by SHA256:\S+ is demanded/],
      [["theirs", "--key", stranger.key], 0, /signed by SHA256/],
      [["theirs", "--key", stranger.key, "--signed"], 1, /is demanded/],
      [["plain", "--key", signer.key], 1, /but a signature by alice is demanded/],
    ];
    for (const [argv, exit, says] of rows) {
      const { status, stdout } = await cli(["validate", ...argv], around);
      expect([status, stdout], argv.join(" ")).toEqual([exit, expect.stringMatching(says)]);
      const { tapes } = await json(["validate", ...argv], around);
      const demanded = argv.some((word) => word.startsWith("--"));
      expect(tapes[0].accepted, argv.join(" ")).toBe(demanded ? exit === 0 : null);
    }
    const bad = await cli(["validate", "mine", "--key", "nope"], around);
    expect(bad).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("RW3301") });
  });

  it("a changed tape is altered at its line; one that was stopped says up to where it is proved", async () => {
    const around = await trusting("me");
    const { cwd } = around;
    const tape = signedTape(signer, header, [...handshake, ...oddCall]);
    writeFileSync(join(cwd, "changed"), tape.replace("Weather", "Whether"));
    const changed = await cli(["validate", "changed", "--signed"], around);
    expect(changed.status).toBe(1);
    expect(changed.stdout).toMatch(
      /^altered .*line 4: it is not what was written.*header names me \S+ as its signer$/m,
    );
    const { tapes } = await json(["validate", "changed"], around);
    expect(tapes[0]).toMatchObject({
      state: "altered",
      line: 4,
      partFile: null,
      signature: { state: "bad" },
    });
    const cut = tape.split("\n").slice(0, 8).join("\n");
    writeFileSync(join(cwd, "cut"), `${cut}\n{"at":1`);
    const torn = await cli(["validate", "cut"], around);
    expect([torn.status, torn.stdout]).toEqual([
      1,
      expect.stringMatching(/^unfinished .*proved up to line 4; signed by me/),
    ]);
    const head = `${tape.slice(0, tape.indexOf("\n"))}\n`;
    writeFileSync(join(cwd, "begun"), head);
    const begun = await json(["validate", "begun", "--signed"], around);
    expect(begun.tapes[0]).toMatchObject({ proved: 0, signature: { state: "unproved" }, accepted: false });
    writeFileSync(join(cwd, "old"), unfinished(handshake));
    expect((await cli(["validate", "old"], around)).stdout).toMatch(
      /no checkpoint proves a line of it; not signed/,
    );
  });

  it("names the part, and parts that others have signed", async () => {
    const around = await trusting("me");
    const first = signedTape(signer, header.replace('"name"', '"part":1,"name"'));
    const previous = /"end":\{"lines":\d+,"sha256":"(\w+)"/.exec(first)![1];
    const second = header.replace('"name"', `"part":2,"previous":"${previous}","name"`);
    const write = (n: number, text: string) => writeFileSync(join(around.cwd, `r.000${n}.tape.jsonl`), text);
    write(1, first);
    write(2, signedTape(signer, second, oddCall));
    expect(await cli(["validate", "r.0001.tape.jsonl", "--signed"], around)).toMatchObject({ status: 0 });
    write(2, signedTape(signer, second, oddCall).replace("Paris", "Pariz"));
    const changed = await cli(["validate", "r.0001.tape.jsonl"], around);
    expect(changed.stdout).toMatch(/line 2 of r\.0002\.tape\.jsonl: it is not what was written/);
    const { tapes } = await json(["validate", "r.0001.tape.jsonl"], around);
    expect(tapes[0]).toMatchObject({ line: 2, partFile: "r.0002.tape.jsonl", parts: 2 });
    write(2, signedTape(stranger, second, oddCall));
    const mixed = await cli(["validate", "r.0001.tape.jsonl", "--signed"], around);
    expect([mixed.status, mixed.stdout]).toEqual([
      1,
      expect.stringContaining("its parts are not signed by one key"),
    ]);
    write(2, signedTape(signer, second.replace(previous!, "0".repeat(64)), oddCall));
    const exchanged = await json(["validate", "r.0001.tape.jsonl"], around);
    expect(exchanged.tapes[0]).toMatchObject({ state: "damaged", line: 1, partFile: "r.0002.tape.jsonl" });
  });

  it("names the part and the line of any byte that was changed", async () => {
    const around = place();
    const first = signedTape(signer, header.replace('"name"', '"part":1,"name"'), handshake.slice(0, 2));
    const previous = /"end":\{"lines":\d+,"sha256":"(\w+)"/.exec(first)![1];
    const second = header.replace('"name"', `"part":2,"previous":"${previous}","name"`);
    const files = [first, signedTape(signer, second, handshake.slice(2))].map((text) => Buffer.from(text));
    const names = files.map((_, i) => `r.000${i + 1}.tape.jsonl`);
    const [a, b] = names.map((name) => join(around.cwd, name)) as [string, string];
    writeFileSync(a, files[0]!);
    writeFileSync(b, files[1]!);
    expect((await json(["validate", names[0]!], around)).tapes[0].state).toBe("complete");
    const wrong: string[] = [];
    for (const [i, bytes] of files.entries()) {
      for (let at = 0; at < bytes.length; at += 17) {
        const changed = Buffer.from(bytes);
        changed[at] = changed[at] === 0x0a ? 0x30 : at % 2 === 0 ? 0x0a : changed[at]! ^ 1;
        writeFileSync(i === 0 ? a : b, changed);
        const line = bytes.subarray(0, at).toString("latin1").split("\n").length;
        const [said] = (await json(["validate", names[0]!], around)).tapes;
        const inError = Object.fromEntries(
          (said.error?.where ?? []).map((fact: { label: string; value: string }) => [fact.label, fact.value]),
        );
        // A first part that does not say that it is one is read alone.
        const file = said.error ? inError.file.split("/").at(-1) : (said.partFile ?? names[0]);
        if (said.state === "complete" || file !== names[i] || Number(inError.line ?? said.line) !== line)
          wrong.push(`byte ${at} of ${names[i]}, line ${line}: ${JSON.stringify(said)}`);
      }
      writeFileSync(i === 0 ? a : b, bytes);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it("a list of trust that is none is an error only when trust is demanded", async () => {
    const around = await trusting("me");
    writeFileSync(join(around.cwd, ".reelwire/trusted.json"), '{"me":"no key"}');
    writeFileSync(join(around.cwd, "mine"), signedTape(signer));
    const lenient = await cli(["validate", "mine"], around);
    expect(lenient).toMatchObject({ status: 0, stderr: expect.stringContaining("RW3304") });
    expect(lenient.stdout).toContain("not in trusted.json");
    expect(await cli(["validate", "mine", "--signed"], around)).toMatchObject({ status: 2, stdout: "" });
  });

  it("a header that does not read is named as line 1", async () => {
    const around = place();
    writeFileSync(join(around.cwd, "a"), signedTape(signer).replace('"ed25519"', "7"));
    const { status, stderr } = await cli(["validate", "a"], around);
    expect([status, stderr]).toEqual([6, expect.stringMatching(/RW3004[\s\S]*line +1\n/)]);
  });
});

describe("tapes made from tapes", () => {
  const stranger = signerOf(privateKey());

  it("convert leaves foreign signatures out and signs with the own key", async () => {
    const { cwd, env } = place();
    writeFileSync(join(cwd, "in"), signedTape(stranger, header, oddCall));
    const bare = await cli(["convert", "in", "a.tape.jsonl"], { cwd, env });
    expect(bare.stderr).toMatch(/was signed by SHA256:\S+; it is not signed any more\n/);
    const text = readFileSync(join(cwd, "a.tape.jsonl"), "utf8");
    expect(text.split("\n")[0], "the header is the same text again").toBe(header);
    expect(text).not.toContain('"sig"');
    await cli(["keys", "sign"], { cwd, env });
    const again = await cli(["convert", "in", "b.tape.jsonl"], { cwd, env });
    expect(again.stderr).toMatch(/it is signed anew by SHA256:\S+\n/);
    const { tapes } = await json(["validate", "a.tape.jsonl", "b.tape.jsonl"], { cwd, env });
    expect(tapes).toMatchObject([
      { state: "complete", signature: { state: "none" } },
      { state: "complete", signature: { state: "good", key: keyOf(cwd) } },
    ]);
    const vcr = await cli(["convert", "in", "c.vcr"], { cwd, env });
    expect(vcr.stderr).toContain("it is not signed any more");
    const signedVcr = await cli(["validate", "c.vcr", "--key", keyOf(cwd)], { cwd, env });
    expect([signedVcr.status, signedVcr.stdout]).toEqual([1, expect.stringContaining("not signed, but")]);
  });

  it("repair does too, and its note names who had signed", async () => {
    const { cwd, env } = place();
    await cli(["keys", "sign"], { cwd, env });
    writeFileSync(join(cwd, "a"), signedTape(stranger, header, oddCall).replace("Paris", "Pariz"));
    const repaired = await cli(["repair", "a"], { cwd, env });
    expect(repaired.stderr).toMatch(/was signed by SHA256:\S+; it is signed anew by SHA256:/);
    const { tapes } = await json(["validate", "a"], { cwd, env });
    expect(tapes[0]).toMatchObject({ state: "complete", signature: { state: "good", key: keyOf(cwd) } });
    expect(readFileSync(join(cwd, "a"), "utf8")).toContain(`"wasSignedBy":"${stranger.key}"`);
  });

  it("a key that cannot be used is told, and the tape is made all the same", async () => {
    const { cwd, env } = place();
    mkdirSync(join(cwd, ".reelwire"));
    writeFileSync(join(cwd, ".reelwire/sign.key"), "nonsense");
    writeFileSync(join(cwd, "in"), signedTape(undefined));
    const { status, stderr } = await cli(["convert", "in", "a.tape.jsonl"], { cwd, env });
    expect([status, stderr]).toEqual([
      0,
      expect.stringMatching(/^reelwire: the tape is not signed: .*RW3302/),
    ]);
  });
});
