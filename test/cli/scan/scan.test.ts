/** `scan`: what is found where, what is not looked at, how it is told, and that no secret is told with it. */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cli, type Surroundings, watch } from "../call.ts";
import { faults } from "../schemas.ts";
import { env, known, manyLines, parts, password, pin, shaped, token } from "../secrets.ts";
import { complete, folder, handshake, header, oddCall, unfinished } from "../tapes.ts";

interface Told {
  readonly files: number;
  readonly binary: number;
  readonly allowed: number;
  readonly findings: readonly {
    readonly file: string;
    readonly line: number;
    readonly pointer: string;
    readonly kind: string;
    readonly how: string;
    readonly name: string | null;
    readonly placeholder: string | null;
  }[];
  readonly skipped: readonly { readonly file: string; readonly why: string }[];
  readonly unreadable: readonly { readonly file: string }[];
}

function planted(files: Readonly<Record<string, string | Uint8Array>>): string {
  const cwd = folder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  return cwd;
}

async function scan(cwd: string, argv: readonly string[] = ["."], around: Surroundings = {}) {
  const outcome = await cli(["scan", ...argv, "--json"], { cwd, env, ...around });
  expect(faults("scan", outcome.stdout)).toEqual([]);
  for (const part of parts) expect(outcome.stdout + outcome.stderr).not.toContain(part);
  const told = JSON.parse(outcome.stdout) as Told;
  const found = told.findings.map(
    ({ file, line, pointer, kind, how }) => `${file}:${line} ${pointer} ${kind} ${how}`,
  );
  return { ...outcome, told, found };
}

const call = (args: object) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "x", arguments: args } });
const answer = (text: string) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text }] } });
const tools = JSON.stringify({
  jsonrpc: "2.0",
  id: 2,
  result: {
    tools: [{ name: "login", inputSchema: { type: "object", properties: { password: { type: "string" } } } }],
  },
});

/** Each file of a kind, what stands in it, and where it is found. */
const table: readonly (readonly [string, string | Uint8Array, readonly string[]])[] = [
  ["plain.txt", `one\ntwo ${token}\n`, ["plain.txt:2  github-token credential"]],
  ["last-line.txt", `one\n${token}`, ["last-line.txt:2  github-token credential"]],
  ["crlf.txt", `one\r\nx ${token}\r\n`, ["crlf.txt:2  github-token credential"]],
  ["code.ts", `const password = "${password}";\n`, ["code.ts:1  secret assignment"]],
  [".env", `A=1\nDB_PASSWORD=${password}\n`, [".env:2  secret assignment"]],
  ["known.md", `a\nb ${known} c\n`, ["known.md:2  secret known"]],
  ["lines.txt", `a\n${manyLines}\nz\n`, ["lines.txt:2  secret known"]],
  [
    "twice.txt",
    `${token}\n${token} ${token}\n`,
    ["twice.txt:1  github-token credential", "twice.txt:2  github-token credential"],
  ],
  [
    "utf16.txt",
    Buffer.from(`\ufeffone\ntwo ${token}\n`, "utf16le"),
    ["utf16.txt:2  github-token credential"],
  ],
  [
    "not-utf8.txt",
    Buffer.from(`\xff\xfe1\n${token}\n`.slice(1), "latin1"),
    ["not-utf8.txt:2  github-token credential"],
  ],
  ["long.min.js", `${"a=1;".repeat(200_000)}${token};`, ["long.min.js:1  github-token credential"]],
  [
    "pretty.json",
    `{\n  "a": [1, {\n    "password": "${password}"\n  }],\n  "text": "x ${token}"\n}\n`,
    ["pretty.json:3 /a/1/password secret key", "pretty.json:5 /text github-token credential"],
  ],
  ["number.json", `{"b":1,\n"password":${pin}}`, ["number.json:2 /password secret key"]],
  [
    "nested.json",
    JSON.stringify({ a: JSON.stringify({ password }) }),
    ["nested.json:1 /a/password secret key"],
  ],
  ["key.json", `{"x":\n{"${token}":1}}`, ["key.json:2 /x/[[rw:github-token:40]] github-token credential"]],
  ["comments.json", `// no JSON\n{"password": "${password}"}\n`, ["comments.json:2 /password secret key"]],
  [
    "log.ndjson",
    `{"a":1}\n{"b":{"password":"${password}"}}\nno JSON ${token}\n`,
    ["log.ndjson:2 /b/password secret key", "log.ndjson:3  github-token credential"],
  ],
  ["schema.tape.jsonl", unfinished([...handshake, `{"at":1,"dir":"s2c","msg":${tools}}`]), []],
  [
    "a.tape.jsonl",
    unfinished(
      [
        ...handshake,
        `{"at":9300,"dir":"c2s","msg":${call({ password, other: 1 })}}`,
        `{"at":9400,"dir":"s2c","msg":${answer(`got ${token}`)}}`,
        `{"at":9500,"stderr":"tok=${token.slice(0, 20)}"}`,
        '{"at":9501,"dir":"s2c","text":"in between"}',
        `{"at":9502,"stderr":"${token.slice(20)}\\n"}`,
        `{"at":9600,"dir":"s2c","text":"noise ${token}"}`,
        `{"at":9700,"dir":"s2c","bytes":"${Buffer.from(`\xff${token}`, "latin1").toString("base64")}"}`,
        `{"at":9800,"note":{"what":"odd","says":"saw ${token}"}}`,
        `{"at":9900,"futuristic":{"password":"${password}"}}`,
        `{"at":9950,"extra":{"password":"${password}"},"dir":"s2c","msg":{"jsonrpc":"2.0","method":"x"}}`,
        `{"at":9960,"dir":"s2c","sse":{"id":"${token}"},"msg":{"jsonrpc":"2.0","method":"x"}}`,
        `rubbish ${token}`,
        `{"at":9970,"dir":"s2c","msg":${call({ pin: 1, password: pin })}}`,
      ],
      header.replace('"srv"]', `"srv","--api-key","${password}"]`),
    ),
    [
      "a.tape.jsonl:1 /server/command/3 secret flag",
      "a.tape.jsonl:6 /msg/params/arguments/password secret key",
      "a.tape.jsonl:7 /msg/result/content/0/text github-token credential",
      "a.tape.jsonl:8 /stderr github-token credential",
      "a.tape.jsonl:11 /text github-token credential",
      "a.tape.jsonl:12 /bytes github-token credential",
      "a.tape.jsonl:13 /note/says github-token credential",
      "a.tape.jsonl:14 /futuristic/password secret key",
      "a.tape.jsonl:15 /extra/password secret key",
      "a.tape.jsonl:16 /sse/id github-token credential",
      "a.tape.jsonl:17  github-token credential",
      "a.tape.jsonl:18 /msg/params/arguments/password secret key",
    ],
  ],
  [
    "called-anything",
    unfinished([`{"at":1,"dir":"c2s","msg":${call({ password })}}`]),
    ["called-anything:2 /msg/params/arguments/password secret key"],
  ],
  [
    "later.tape.jsonl",
    `{"reelwire":9,"id":"x","startedAt":"2026-01-01T00:00:00Z"}\n{"at":1,"msg":{"password":"${password}"}}\n`,
    ["later.tape.jsonl:2 /msg/password secret key"],
  ],
  ["cut.tape.jsonl", `{"reelwire":1,"x":"${token}`, ["cut.tape.jsonl:1  github-token credential"]],
];

const { privateKey } = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

describe("what is found", () => {
  it("a private key over several lines is one, by the line of its beginning", async () => {
    const files = {
      "id.pem": `x\n${privateKey}y\n`,
      "k.yaml": `a: |\n${privateKey.replace(/^/gm, "  ")}\n`,
      "k.json": JSON.stringify({ a: privateKey }),
    };
    const { told } = await scan(planted(files));
    expect(told.findings.map(({ file, line, kind }) => [file, line, kind])).toEqual([
      ["id.pem", 2, "private-key"],
      ["k.json", 1, "private-key"],
      ["k.yaml", 2, "private-key"],
    ]);
  });

  it.each(table)("%s", async (name, content, expected) => {
    const { status, told, found } = await scan(planted({ [name]: content }));
    expect(found.map(shaped)).toEqual(expected);
    expect({ status, files: told.files }).toEqual({ status: expected.length === 0 ? 0 : 1, files: 1 });
  });

  it("a .vcr recording, by the line of the interaction", async () => {
    const cwd = planted({
      "a.tape.jsonl": complete([...handshake, oddCall[0]!.replace("Paris", token), oddCall[4]!]),
    });
    expect((await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd })).status).toBe(0);
    const { told } = await scan(cwd, ["a.vcr"]);
    expect(told.findings).toMatchObject([{ pointer: "/params/arguments/city", kind: "github-token" }]);
    expect(told.findings[0]!.line).toBeGreaterThan(1);
  });

  it("what a .vcr recording holds beside its calls, too; a schema in it is no leak", async () => {
    const list = '{"at":10000,"dir":"c2s","msg":{"jsonrpc":"2.0","id":2,"method":"tools/list"}}';
    const tape = complete([
      ...handshake,
      list,
      `{"at":10100,"dir":"s2c","msg":${tools}}`,
      oddCall[0]!,
      oddCall[4]!,
    ]);
    const cwd = planted({ "a.tape.jsonl": tape });
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    expect((await scan(cwd, ["a.vcr"])).found).toEqual([]);
    const vcr = JSON.parse(readFileSync(join(cwd, "a.vcr"), "utf8")) as {
      metadata: object;
      session: { interactions: object[] };
    };
    Object.assign(vcr.metadata, { password });
    Object.assign(vcr.session.interactions[0]!, { comment: `saw ${token}` });
    writeFileSync(join(cwd, "b.vcr"), JSON.stringify(vcr, null, 2));
    expect((await scan(cwd, ["b.vcr"])).found.map((each) => each.replace(/:\d+ /, " ")).sort()).toEqual([
      "b.vcr /metadata/password secret key",
      "b.vcr /session/interactions/0/comment github-token credential",
    ]);
  });

  it("whatever holds the secrets, none is told", async () => {
    const secret = fc.constantFrom(token, password, known, String(pin));
    const name = fc.oneof(secret, fc.constantFrom("password", "a", "x-api-key", "token"), fc.string());
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        secret,
        fc.string(),
        secret.map((each) => `Authorization: Bearer ${each}`),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(name, tie("value"), { maxKeys: 3 }),
        tie("value").map((each) => JSON.stringify(each)),
      ),
    }));
    const form = fc.constantFrom("json", "jsonl", "txt", "ts", "tape.jsonl");
    const argv = fc.constantFrom(["--json"], ["--format", "sarif"], [], ["--second-opinion"]);
    await fc.assert(
      fc.asyncProperty(value, form, argv, async (each, ending, more) => {
        const json = JSON.stringify(each);
        const text =
          ending === "tape.jsonl" ? unfinished([`{"at":1,"dir":"c2s","msg":{"params":${json}}}`]) : json;
        const { stdout, stderr } = await cli(["scan", ".", ...more], {
          cwd: planted({ [`f.${ending}`]: text }),
          env,
        });
        for (const part of [token.slice(4, 14), token.slice(-10), known.slice(6)])
          expect(stdout + stderr).not.toContain(part);
      }),
      { numRuns: 200 },
    );
  });

  it("all of them at once, in the order of names, and in text", async () => {
    const cwd = planted(Object.fromEntries(table.map(([name, content]) => [`d/${name}`, content])));
    const { status, stdout, stderr } = await cli(["scan", "d"], { cwd, env });
    const count = table.reduce((sum, [, , found]) => sum + found.length, 0);
    expect({ status, stderr }).toEqual({ status: 1, stderr: `${count} secrets, ${table.length} files\n` });
    expect(stdout.trimEnd().split("\n")).toHaveLength(count);
    expect(shaped(stdout)).toContain(
      "d/.env:2  secret, found by assignment DB_PASSWORD; `reelwire redact` would put [[rw:secret:16]] there\n",
    );
    for (const part of parts) expect(stdout + stderr).not.toContain(part);
  });

  it("a line without end is looked at in pieces that overlap, each secret told once", async () => {
    const filler = "x y ".repeat(40_000);
    for (const cut of [0, 8, 20, 36, 40]) {
      const before = filler.repeat(2).slice(0, 256 * 1024 - cut);
      const cwd = planted({ "a.txt": `${before}${token} ${filler}` });
      expect((await scan(cwd)).found).toEqual(["a.txt:1  github-token credential"]);
    }
  });

  it("the parts of a rotated recording, when the first is named", async () => {
    const one = (n: number, line: string) =>
      unfinished([line], header.replace('"name"', `"part":${n},"name"`));
    const cwd = planted({
      "r.0001.tape.jsonl": one(1, '{"at":1,"stderr":"fine\\n"}'),
      "r.0002.tape.jsonl": one(2, `{"at":1,"stderr":"${token}\\n"}`),
    });
    const { told, found } = await scan(cwd, ["r.0001.tape.jsonl"]);
    expect({ files: told.files, found }).toEqual({
      files: 2,
      found: ["r.0002.tape.jsonl:2 /stderr github-token credential"],
    });
  });

  it("what redact puts there is what scan said", async () => {
    const cwd = planted({ "a.tape.jsonl": unfinished([...handshake, `{"at":1,"stderr":"${token}\\n"}`]) });
    const { told } = await scan(cwd);
    await cli(["redact", "a.tape.jsonl", "-o", "b.tape.jsonl"], { cwd, env });
    const clean = await cli(["show", "b.tape.jsonl", "--stderr"], { cwd });
    expect(clean.stdout).toContain(told.findings[0]!.placeholder);
    expect((await scan(cwd, ["b.tape.jsonl"])).status).toBe(0);
  });

  it("rules of a project's own", async () => {
    const cwd = planted({ "a.txt": "ACME-12345678\n", "rules.json": '{"patterns":["ACME-[0-9]{8}"]}' });
    expect((await scan(cwd, ["a.txt"])).status).toBe(0);
    expect((await scan(cwd, ["a.txt", "--rules", "rules.json"])).found).toEqual(["a.txt:1  secret rule"]);
  });
});

describe("what is looked at", () => {
  it("every file below a folder, but for git's, installed packages, links and what is no text", async () => {
    const cwd = planted({
      "a/b/c.txt": token,
      ".hidden/d.txt": token,
      ".git/e.txt": token,
      "node_modules/f.txt": token,
      "a/node_modules/g.txt": token,
      "binary.bin": Buffer.concat([Buffer.from(token), Buffer.from([0])]),
      "late-nul.bin": Buffer.concat([Buffer.from(`${token}\n`), Buffer.alloc(9000, 0x20), Buffer.from([0])]),
      "elsewhere/h.txt": token,
    });
    symlinkSync(join(cwd, "elsewhere"), join(cwd, "a", "link"));
    symlinkSync(join(cwd, "elsewhere", "h.txt"), join(cwd, "a", "file-link"));
    symlinkSync(cwd, join(cwd, "a", "circle"));
    const { found, told, stderr } = await scan(cwd);
    expect(found.map((each) => each.split(":")[0])).toEqual([
      ".hidden/d.txt",
      "a/b/c.txt",
      "elsewhere/h.txt",
      "late-nul.bin",
    ]);
    expect(told.binary).toBe(1);
    expect(stderr).toBe("4 secrets, 4 files, 1 binary file not looked at\n");
    expect((await scan(cwd, ["a/link"])).found).toHaveLength(1);
  });

  it("each file once, however it is named", async () => {
    const cwd = planted({ "a/b.txt": token });
    expect((await scan(cwd, ["a", "a/b.txt", ".", "./a/../a"])).told.files).toBe(1);
  });

  it("a compressed or encrypted tape and a pack are named as not looked at", async () => {
    const cwd = planted({
      "a.tape.jsonl.gz": Buffer.from([0x1f, 0x8b, 8, 0]),
      "b.tape.cbor": Buffer.from([0xd9, 0]),
      "c.tape.jsonl.age": "age-encryption.org/v1\n-> X25519 x\ny\n--- z\n",
      "d.rwpack.tgz": Buffer.from([0x1f, 0x8b, 8, 0]),
    });
    const { status, told, stderr } = await scan(cwd);
    expect({ status, skipped: told.skipped.map(({ file }) => file) }).toEqual({
      status: 0,
      skipped: ["a.tape.jsonl.gz", "b.tape.cbor", "c.tape.jsonl.age", "d.rwpack.tgz"],
    });
    expect(stderr).toContain("skipped  a.tape.jsonl.gz");
  });

  it("a path that cannot be read is an error, and everything else is looked at all the same", async () => {
    const cwd = planted({ "a.txt": token });
    const { status, told, stderr } = await scan(cwd, ["gone.txt", "a.txt"]);
    expect({
      status,
      found: told.findings.length,
      unreadable: told.unreadable.map(({ file }) => file),
    }).toEqual({
      status: 6,
      found: 1,
      unreadable: ["gone.txt"],
    });
    expect(stderr).toContain("RW3001");
  });

  it.each<[readonly string[], number, string]>([
    [[], 2, "RW1005"],
    [["--staged", "a.txt"], 2, "RW1006"],
    [["a.txt", "--json", "--format", "sarif"], 2, "RW1006"],
    [["a.txt", "--format", "xml"], 2, "RW1004"],
    [["a.txt", "--allow", "gone.json"], 6, "RW3001"],
    [["a.txt", "--rules", "gone.json"], 2, "RW3201"],
  ])("%j is refused", async (argv, exit, code) => {
    const cwd = planted({ "a.txt": token });
    const { status, stdout, stderr } = await cli(["scan", ...argv], { cwd, env });
    expect({ status, stdout, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: exit, stdout: "", code });
  });

  it("moves a bar on long work, stops at Ctrl-C", async () => {
    const cwd = planted({ "a.txt": "nothing here\n".repeat(100_000) });
    expect((await watch(["scan", "."], { cwd, env })).stderr).toMatch(/scanning [\d.]+ MB/);
    const stop = new AbortController();
    const stopped = cli(["scan", "."], { cwd, env, signal: stop.signal });
    stop.abort();
    expect(await stopped).toEqual({ status: 130, stdout: "", stderr: "" });
  });
});

describe("--allow", () => {
  const files = { "a.txt": `${token}\n`, "b.json": `{"password":"${password}"}`, "c.txt": `pass ${token}\n` };

  it("takes placeholders, digests and places", async () => {
    const cwd = planted(files);
    const { told } = await scan(cwd, ["a.txt", "b.json", "c.txt"]);
    const whole = told.findings[0]!.placeholder!;
    const digest = whole.slice(-10, -2);
    const lists: readonly (readonly [unknown, readonly string[]])[] = [
      [[], ["a.txt", "b.json", "c.txt"]],
      [[whole], ["b.json"]],
      [[digest], ["b.json"]],
      [[{ file: "a.txt", pointer: "" }], ["b.json", "c.txt"]],
      [[{ file: "b.json", pointer: "/password" }], ["a.txt", "c.txt"]],
      [[{ file: "b.json", pointer: "/other" }], ["a.txt", "b.json", "c.txt"]],
      [[digest, { file: "b.json", pointer: "/password" }], []],
    ];
    for (const [list, left] of lists) {
      writeFileSync(join(cwd, "allow.json"), JSON.stringify(list));
      const outcome = await scan(cwd, ["a.txt", "b.json", "c.txt", "--allow", "allow.json"]);
      expect(outcome.told.findings.map(({ file }) => file)).toEqual(left);
      expect(outcome.told.allowed).toBe(3 - left.length);
      expect(outcome.status).toBe(left.length === 0 ? 0 : 1);
    }
  });

  it.each([
    ["no JSON", "{"],
    ["no list", "{}"],
    ["a text that is no placeholder", '["x"]'],
    ["a number", "[1]"],
    ["null", "[null]"],
    ["a place without its pointer", '[{"file":"a.txt"}]'],
    ["a place by its prototype", '[{"__proto__":{"file":"a.txt","pointer":""}}]'],
  ])("%s is refused, and nothing is allowed", async (_what, text) => {
    const cwd = planted({ ...files, "allow.json": text });
    const { status, stdout, stderr } = await cli(["scan", ".", "--allow", "allow.json"], { cwd, env });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("RW3501");
  });
});
