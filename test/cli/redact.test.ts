/** `redact`: an old tape without its secrets, everything else as it was, and nothing left of the original in place. */
import { linkSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cli, watch } from "./call.ts";
import { faults } from "./schemas.ts";
import { env, known, parts, password, pin, shaped, token } from "./secrets.ts";
import { complete, everything, folder, handshake, header, oddCall, unfinished } from "./tapes.ts";

const run = (cwd: string, ...argv: string[]) => cli(["redact", ...argv], { cwd, env });
const text = (...path: string[]) => readFileSync(join(...path), "utf8");
/** The lines of a tape but for those that its writer makes. */
const linesOf = (tape: string) => tape.split("\n").filter((line) => !/^\{"at":\d+,"(mark|end)":/.test(line));

const head = header.replace('"srv"]', `"srv","--api-key","${password}"]`).replace('"smoke"', `"${token}"`);
const call = `{"at":9300,"dir":"c2s","msg":{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":{ "password" : "${password}","n":1.0,"big":12345678901234567890,"dup":1,"dup":2}}}}`;
const lines = [
  ...handshake,
  call,
  `{"at":9350,"stderr":"tok=${token.slice(0, 20)}"}`,
  `{"at":9400,"dir":"s2c","msg":{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"got ${token} and ${known}"}]}}}`,
  `{"at":9450,"stderr":"${token.slice(20)} bye\\n"}`,
  `{"at":9500,"x":{"password":"${password}"},"sse":{"id":"${token}"},"dir":"s2c","msg":{"jsonrpc":"2.0","method":"n","params":{"password":${pin}}}}`,
  `{"at":9600,"dir":"s2c","text":"noise ${token}"}`,
  `{"at":9700,"dir":"s2c","bytes":"${Buffer.from(`\xff${token}\xfe`, "latin1").toString("base64")}"}`,
  `{"at":9800,"note":{"what":"odd","says":"saw ${token}"}}`,
  `{"at":9900,"futuristic":{"of":"later","password":"${password}","n":1.0}}`,
];
/** What the lines become; placeholders by their shape. */
const gh = "[[rw:github-token:40]]";
const pw = "[[rw:secret:16]]";
const cleaned = [
  ...handshake,
  call.replace(password, pw),
  `{"at":9350,"stderr":"tok=${gh} bye\\n"}`,
  `{"at":9400,"dir":"s2c","msg":{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"got ${gh} and [[rw:secret:24]]"}]}}}`,
  `{"at":9500,"dir":"s2c","sse":{"id":"${gh}"},"x":{"password":"${pw}"},"redacted":[{"at":"/params/password","as":"[[rw:secret:8]]"}],"msg":{"jsonrpc":"2.0","method":"n","params":{"password":0}}}`,
  `{"at":9600,"dir":"s2c","text":"noise ${gh}"}`,
  "bytes",
  `{"at":9800,"note":{"what":"odd","says":"saw ${gh}"}}`,
  `{"at":9900,"futuristic":{"of":"later","password":"${pw}","n":1.0}}`,
  `{"at":24000,"note":{"what":"redacted","says":"13 values were taken out","kinds":{"github-token":7,"secret":6}}}`,
];

describe("redact", () => {
  it("takes the secrets out of every line, whatever it is, and leaves the rest as it was spelled", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(lines, head) });
    const { status, stdout, stderr } = await run(cwd, "a.tape.jsonl");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n")[0]).toBe(
      "redacted  a.redacted.tape.jsonl  13 values taken out: 7 github-token, 6 secret",
    );
    const tape = text(cwd, "a.redacted.tape.jsonl");
    for (const part of parts) expect(tape + stdout).not.toContain(part);
    // Each message from which something was taken out is sealed: what it says was put together here.
    const seal = /,"sealed":"[0-9a-f]{16}"/g;
    const sealed = linesOf(tape).filter((line) => line.includes('"sealed"'));
    expect(sealed.length).toBeGreaterThan(2);
    for (const line of sealed) expect(line).toContain("[[rw:");
    const [first, ...rest] = linesOf(shaped(tape.replaceAll(seal, ""))).filter((line) => line !== "");
    const closing = rest.map((line) =>
      line.replace(/^\{"at":\d+,"note":\{"what":"redacted"/, '{"at":24000,"note":{"what":"redacted"'),
    );
    expect(closing.map((line) => (line.includes('"bytes":') ? "bytes" : line))).toEqual(cleaned);
    const bytes = /"bytes":"([^"]+)"/.exec(tape)![1]!;
    expect(shaped(Buffer.from(bytes, "base64").toString("latin1"))).toBe(`\xff${gh}\xfe`);
    expect(first).toBe(
      header
        .replace('"srv"]', `"srv","--api-key","${pw}"]`)
        .replace('"smoke"', `"${gh}"`)
        .replace(/\}$/, ',"redaction":{"preset":"standard","count":13,"key":"KEY","env":["WEATHER_SECRET"]}}')
        .replace("KEY", /"key":"([0-9a-f]{8})"/.exec(tape)![1]!),
    );
    expect((await cli(["validate", "a.redacted.tape.jsonl"], { cwd })).status).toBe(0);
    expect((await cli(["scan", "a.redacted.tape.jsonl"], { cwd, env })).status).toBe(0);
    expect(text(cwd, "a.tape.jsonl")).toBe(complete(lines, head));
  });

  it("lists every one with --json, by its place", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(lines, head) });
    const { stdout } = await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl", "--json");
    expect(faults("redact", stdout)).toEqual([]);
    const told = JSON.parse(stdout) as { removed: { line: number; call: number | null; pointer: string }[] };
    expect(told).toMatchObject({
      input: "a.tape.jsonl",
      output: "b.tape.jsonl",
      count: 13,
      dropped: 0,
      more: 0,
    });
    expect(told.removed.map(({ line, call: n, pointer }) => [line, n, pointer])).toEqual([
      [1, null, "/tags/suite"],
      [1, null, "/server/command/3"],
      [6, 2, "/msg/params/arguments/password"],
      [7, null, "/stderr"],
      [8, 2, "/msg/result/content/0/text"],
      [8, 2, "/msg/result/content/0/text"],
      [10, null, "/msg/params/password"],
      [10, null, "/sse/id"],
      [10, null, "/x/password"],
      [11, null, "/text"],
      [12, null, "/bytes"],
      [13, null, "/note/says"],
      [14, null, "/futuristic/password"],
    ]);
    for (const part of parts) expect(stdout).not.toContain(part);
  });

  it("changes nothing the second time", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(lines, head) });
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    const { stdout } = await run(cwd, "b.tape.jsonl", "-o", "c.tape.jsonl");
    expect(stdout).toContain("nothing was taken out");
    expect(text(cwd, "c.tape.jsonl")).toBe(text(cwd, "b.tape.jsonl"));
  });

  it("of a tape without secrets changes nothing but what the header says of redaction", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect(linesOf(text(cwd, "b.tape.jsonl")).slice(1)).toEqual(linesOf(complete(everything)).slice(1));
    expect(text(cwd, "b.tape.jsonl").split("\n")[0]).toContain('"future":12345678901234567890,"redaction":{');
  });

  it("adds to what was taken out before: numbers of one line are one list", async () => {
    const line = `{"at":1,"dir":"s2c","redacted":[{"at":"/params/pin","as":"[[rw:secret:8:00000000]]"}],"msg":{"jsonrpc":"2.0","method":"n","params":{"pin":0,"password":${pin}}}}`;
    const cwd = folder({ "a.tape.jsonl": complete([line]) });
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect(shaped(text(cwd, "b.tape.jsonl"))).toContain(
      '"redacted":[{"at":"/params/pin","as":"[[rw:secret:8]]"},{"at":"/params/password","as":"[[rw:secret:8]]"}],"msg"',
    );
    expect((await cli(["validate", "b.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("a note of an earlier cleaning counts no secrets, and one that only looks like it is cleaned", async () => {
    const note = '{"at":1,"note":{"what":"redacted","says":"3 values were taken out","kinds":{"secret":3}}}';
    const forged = `{"at":2,"note":{"what":"redacted","says":"3 values were taken out","kinds":{"${token}":3}}}`;
    const cwd = folder({ "a.tape.jsonl": complete([note, forged]) });
    expect((await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl")).stdout).toContain(
      "1 value taken out: 1 github-token",
    );
    expect(text(cwd, "b.tape.jsonl").split("\n")[1]).toBe(note);
    expect(text(cwd, "b.tape.jsonl")).not.toContain(token);
  });

  it("what a key that stands twice hides is found, and gone", async () => {
    const line = `{"at":1,"note":{"what":"odd","says":"${token}","says":"nothing"}}`;
    const cwd = folder({ "a.tape.jsonl": complete([line]) });
    expect((await cli(["scan", "a.tape.jsonl"], { cwd, env })).stdout).toContain(
      "a.tape.jsonl:2  /note/says  github-token",
    );
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect(text(cwd, "b.tape.jsonl")).not.toContain(token);
  });

  it("stderr in pieces: one text is put where the first piece stood, other pieces stay where they are", async () => {
    const pieces = [
      "a ",
      "b\\n",
      `x ${token.slice(0, 5)}`,
      token.slice(5, 30),
      `${token.slice(30)} y\\n`,
      "cut",
    ];
    const tape = pieces.map((piece, i) => `{"at":${i + 1},"stderr":"${piece}"}`);
    const other = '{"at":3,"conn":2,"stderr":"another "}';
    const cwd = folder({ "a.tape.jsonl": complete([...tape.slice(0, 3), other, ...tape.slice(3)]) });
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect(linesOf(shaped(text(cwd, "b.tape.jsonl"))).slice(1, 6)).toEqual([
      '{"at":1,"stderr":"a "}',
      '{"at":2,"stderr":"b\\n"}',
      `{"at":3,"stderr":"x ${gh} y\\n"}`,
      other,
      '{"at":6,"stderr":"cut"}',
    ]);
  });

  it("a known value that is said over several notifications is found, however long apart", async () => {
    const piece = (at: number, id: number, data: string) =>
      `{"at":${at},"dir":"s2c","msg":{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","n":1.0,"data":"${data}"}}}`.replace(
        "info",
        id === 1 ? "info" : "debug",
      );
    const between = '{"at":2,"dir":"s2c","text":"in between"}';
    const tape = [piece(1, 1, `x ${known.slice(0, 9)}`), between, piece(9_000_000, 1, `${known.slice(9)} y`)];
    const cwd = folder({ "a.tape.jsonl": complete(tape) });
    const found = await cli(["scan", "a.tape.jsonl"], { cwd, env });
    expect(shaped(found.stdout)).toBe(
      "a.tape.jsonl:4  /msg  secret, found by known; `reelwire redact` would put [[rw:secret:24]] there\n",
    );
    await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect(linesOf(shaped(text(cwd, "b.tape.jsonl"))).slice(1, 4)).toEqual([
      piece(1, 1, "x [[rw:secret:24]]"),
      between,
      piece(9_000_000, 1, " y"),
    ]);
  });

  it("what stands in a checkpoint beside its sums is found", async () => {
    const tape = complete(handshake).replace('"mark":{', `"mark":{"odd":"${token}",`);
    const cwd = folder({ "a.tape.jsonl": tape });
    expect((await cli(["scan", "a.tape.jsonl"], { cwd, env })).stdout).toContain("/mark/odd  github-token");
    expect((await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl")).stdout).toContain("1 value taken out");
    expect(text(cwd, "b.tape.jsonl")).not.toContain(token);
  });

  it("old signatures go, and with a key of ours it is signed anew", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(lines, head), "package.json": "{}" });
    expect((await cli(["keys", "sign"], { cwd, env })).status).toBe(0);
    await cli(["convert", "a.tape.jsonl", "signed.tape.jsonl"], { cwd, env });
    expect(text(cwd, "signed.tape.jsonl")).toContain('"signer"');
    const { status, stderr } = await run(cwd, "signed.tape.jsonl", "-o", "b.tape.jsonl");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: expect.stringContaining("it is signed anew by"),
    });
    expect((await cli(["validate", "b.tape.jsonl"], { cwd, env })).stdout).toMatch(/^complete .*signed/);
    await cli(["pack", "b.tape.jsonl"], { cwd, env });
    await cli(["unpack", "b.rwpack.tgz"], { cwd });
    expect(text(cwd, "b", "b.tape.jsonl")).not.toMatch(/"signer"|"sig"/);
  });

  it("leaves damaged lines out and says which; an end that was missing too", async () => {
    const cwd = folder({ "a.tape.jsonl": `${unfinished([...handshake, `rubbish ${token}`])}{"at":1,"di` });
    const { status, stderr } = await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "2 damaged lines left out; notes on the tape say which\n",
    });
    const tape = text(cwd, "b.tape.jsonl");
    expect(tape).not.toContain(token);
    expect(tape).toContain(
      '"note":{"what":"dropped","says":"a line was damaged and is left out: it is not one JSON object","line":6,',
    );
    expect(tape).toContain('"note":{"what":"unfinished"');
    expect((await cli(["validate", "b.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("a .vcr recording becomes a tape, and that is said", async () => {
    const cwd = folder({
      "a.tape.jsonl": complete([...handshake, oddCall[0]!.replace("Paris", token), oddCall[4]!]),
    });
    await cli(["convert", "a.tape.jsonl", "old.vcr"], { cwd });
    const { status, stdout, stderr } = await run(cwd, "old.vcr");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "the .vcr recording is written as a tape\n" });
    expect(stdout).toContain("old.redacted.tape.jsonl");
    expect(text(cwd, "old.redacted.tape.jsonl")).not.toContain(token);
    expect((await cli(["validate", "old.redacted.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("rules of a project's own", async () => {
    const cwd = folder({
      "a.tape.jsonl": complete(['{"at":1,"stderr":"ACME-12345678\\n"}']),
      "r.json": '{"patterns":["ACME-[0-9]{8}"]}',
    });
    await run(cwd, "a.tape.jsonl", "--rules", "r.json");
    expect(text(cwd, "a.redacted.tape.jsonl")).toContain('"preset":"custom"');
    expect(text(cwd, "a.redacted.tape.jsonl")).not.toContain("ACME");
  });
});

/** Two parts of one recording; an answer in the second belongs to a request in the first. */
function rotated(): Record<string, string> {
  const ask = '{"at":9300,"dir":"c2s","msg":{"jsonrpc":"2.0","id":7,"method":"tools/list"}}';
  const tools = `{"at":1,"dir":"s2c","msg":{"jsonrpc":"2.0","id":7,"result":{"tools":[{"name":"x","inputSchema":{"properties":{"password":{"default":"${password}"}}}}]}}}`;
  const first = complete(
    [...handshake, `{"at":9250,"stderr":"${token}\\n"}`, ask],
    header.replace('"name"', '"part":1,"name"'),
  );
  const { end } = JSON.parse(first.trim().split("\n").at(-1)!) as { end: { sha256: string } };
  const head2 = header.replace('"name"', `"part":2,"previous":"${end.sha256}","name"`);
  return {
    "r.0001.tape.jsonl": first,
    "r.0002.tape.jsonl": complete([tools, `{"at":2,"stderr":"${known}\\n"}`], head2),
  };
}

describe("a rotated recording", () => {
  it("becomes one tape", async () => {
    const cwd = folder(rotated());
    const { status, stdout } = await run(cwd, "r.0001.tape.jsonl");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^redacted {2}r\.redacted\.tape\.jsonl {2}2 values taken out/);
    const tape = text(cwd, "r.redacted.tape.jsonl");
    expect(tape).not.toMatch(/"part"|"previous"/);
    for (const secret of [token, known]) expect(tape).not.toContain(secret);
    expect((await cli(["validate", "r.redacted.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("stays what it is in place: each part anew, and they still hang together", async () => {
    const cwd = folder(rotated());
    const { status } = await run(cwd, "r.0001.tape.jsonl", "--in-place");
    expect(status).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(["r.0001.tape.jsonl", "r.0002.tape.jsonl"]);
    const [one, two] = ["r.0001.tape.jsonl", "r.0002.tape.jsonl"].map((name) => text(cwd, name));
    expect(one).toContain('"says":"1 value was taken out","kinds":{"github-token":1}');
    expect(two).toContain('"says":"1 value was taken out","kinds":{"secret":1}');
    expect(`${one}${two}`).not.toContain(token);
    expect(`${one}${two}`).not.toContain(known);
    const valid = await cli(["validate", "r.0001.tape.jsonl"], { cwd });
    expect(valid).toMatchObject({ status: 0, stdout: expect.stringContaining("2 parts") });
    const again = await run(cwd, "r.0001.tape.jsonl", "--in-place");
    expect(again.stdout).toContain("nothing was taken out");
    expect([text(cwd, "r.0001.tape.jsonl"), text(cwd, "r.0002.tape.jsonl")]).toEqual([one, two]);
  });
});

describe("in place", () => {
  it("replaces the tape, keeps its mode and no copy, and goes through a link", async () => {
    const cwd = folder({ "real.tape.jsonl": complete(lines, head) });
    symlinkSync("real.tape.jsonl", join(cwd, "link.tape.jsonl"));
    const { mode } = statSync(join(cwd, "real.tape.jsonl"));
    expect((await run(cwd, "link.tape.jsonl", "--in-place")).status).toBe(0);
    expect(readdirSync(cwd).sort()).toEqual(["link.tape.jsonl", "real.tape.jsonl"]);
    expect(statSync(join(cwd, "real.tape.jsonl")).mode).toBe(mode);
    for (const part of parts) expect(text(cwd, "real.tape.jsonl")).not.toContain(part);
    expect((await cli(["validate", "real.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("says what still holds the original", async () => {
    const cwd = folder({ "a.tape.jsonl": unfinished(lines) });
    await cli(["repair", "a.tape.jsonl"], { cwd, env });
    linkSync(join(cwd, "a.tape.jsonl"), join(cwd, "b"));
    const { status, stderr } = await run(cwd, "a.tape.jsonl", "--in-place");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        "a.tape.jsonl has another name (a hard link) that still holds the original\n" +
        "a.tape.jsonl.orig still holds the original\n",
    });
  });

  it("says in its help that no copy is kept", async () => {
    expect((await cli(["help", "redact"])).stdout).toMatch(/--in-place keeps no copy of the original/);
  });
});

describe("what is refused leaves everything as it was", () => {
  const running = unfinished(handshake).replace(
    '"reelwire":1,',
    `"reelwire":1,"recorder":{"pid":${process.pid}},`,
  );
  it.each<[readonly string[], number, string]>([
    [["running.tape.jsonl"], 2, "RW3014"],
    [["running.tape.jsonl", "--in-place"], 2, "RW3014"],
    [["a.tape.jsonl", "--in-place", "-o", "b.tape.jsonl"], 2, "RW1006"],
    [["a.tape.jsonl", "-o", "a.tape.jsonl"], 2, "RW1006"],
    [["a.tape.jsonl", "-o", "b.vcr"], 2, "RW1006"],
    [["a.tape.jsonl", "-o", "there"], 2, "RW3010"],
    [["a.tape.jsonl", "-o", "no/such/b.tape.jsonl"], 2, "RW2202"],
    [["a.tape.jsonl", "--rules", "gone.json"], 2, "RW3201"],
    [["text"], 6, "RW3002"],
    [["gone"], 6, "RW3001"],
    [[], 2, "RW1005"],
  ])("%j", async (argv, exit, code) => {
    const files = {
      "a.tape.jsonl": complete(lines),
      "running.tape.jsonl": running,
      there: "mine",
      text: "text\n",
    };
    const cwd = folder(files);
    const { status, stdout, stderr } = await run(cwd, ...argv);
    expect({ status, stdout, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: exit, stdout: "", code });
    for (const part of parts) expect(stderr).not.toContain(part);
    expect(readdirSync(cwd).sort()).toEqual(Object.keys(files).sort());
    for (const [name, content] of Object.entries(files)) expect(text(cwd, name)).toBe(content);
  });

  it.each([["--in-place"], ["-o", "b.tape.jsonl"]])("Ctrl-C with %s %s", async (...argv) => {
    const cwd = folder({ "a.tape.jsonl": complete(lines) });
    const stop = new AbortController();
    const stopped = cli(["redact", "a.tape.jsonl", ...argv], { cwd, env, signal: stop.signal });
    stop.abort();
    expect(await stopped).toEqual({ status: 130, stdout: "", stderr: "" });
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
    expect(text(cwd, "a.tape.jsonl")).toBe(complete(lines));
  });

  it("a full output with --force is replaced", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(lines), there: "mine" });
    expect((await run(cwd, "a.tape.jsonl", "-o", "there", "--force")).status).toBe(0);
    expect(text(cwd, "there")).toContain('"reelwire":1');
  });
});

describe("whatever stands on a tape", () => {
  const secret = fc.constantFrom(token, password, known);
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    secret.map((each) => `x ${each} y`),
    fc.record({ password: fc.oneof(secret, fc.integer(), fc.jsonValue({ maxDepth: 1 })) }),
  );
  const line = fc.oneof(
    fc.record({ msg: fc.record({ jsonrpc: fc.constant("2.0"), id: fc.nat(3), result: value }) }),
    fc.record({
      msg: fc.record({
        jsonrpc: fc.constant("2.0"),
        id: fc.nat(3),
        method: fc.constantFrom("tools/call", "tools/list", "x"),
        params: value,
      }),
    }),
    fc.record({ text: fc.oneof(secret, fc.string()) }),
    fc.record({
      stderr: fc.oneof(
        secret,
        fc.string(),
        secret.map((each) => each.slice(0, 9)),
        secret.map((each) => `${each.slice(9)}\n`),
      ),
    }),
    fc.record({ note: fc.record({ what: fc.string(), says: fc.oneof(secret, fc.string()), kinds: value }) }),
    fc.record({ odd: value }),
    fc.record({ extra: value, msg: value }),
  );

  it("the result validates, is clean, and stays what it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (all) => {
        const tape = all.map((each, i) =>
          JSON.stringify({ at: i, conn: i % 2, dir: i % 3 ? "c2s" : "s2c", ...each }),
        );
        const cwd = folder({ "a.tape.jsonl": unfinished(tape) });
        expect((await run(cwd, "a.tape.jsonl", "-o", "b.tape.jsonl")).status).toBe(0);
        expect((await cli(["validate", "b.tape.jsonl"], { cwd })).status).toBe(0);
        expect(await cli(["scan", "b.tape.jsonl"], { cwd, env })).toMatchObject({ status: 0, stdout: "" });
        await run(cwd, "b.tape.jsonl", "-o", "c.tape.jsonl");
        expect(text(cwd, "c.tape.jsonl")).toBe(text(cwd, "b.tape.jsonl"));
        expect(text(cwd, "b.tape.jsonl")).not.toContain(token);
      }),
      { numRuns: 50 },
    );
  });

  it("moves a bar on long work", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `{"at":${i},"stderr":"${"word ".repeat(20)}\\n"}`);
    const cwd = folder({ "a.tape.jsonl": unfinished(many) });
    const { stderr } = await watch(["redact", "a.tape.jsonl"], { cwd, env });
    expect(stderr).toMatch(/redacting \[[#.]+\] \d+%/);
  });
});
