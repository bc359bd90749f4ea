import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/index.ts";
import { type Credential, credentialKind, detectors, findCredentials } from "../../src/redact/index.ts";
import { credentials, type Example } from "./credentials.ts";

const root = join(import.meta.dirname, "../..");
const examples = credentials(seededRandom(2026));

describe("every kind", () => {
  it("has an example, and a name that a placeholder can hold", () => {
    const kinds = [...new Set(detectors.map(({ kind }) => kind))].sort();
    expect([...new Set(examples.map(({ kind }) => kind))].sort()).toEqual(kinds);
    expect(kinds.filter((kind) => !/^[a-z0-9-]+$/.test(kind))).toEqual([]);
  });

  it.each(examples.map((example, index) => ({ ...example, index })))(
    "is found: $kind ($index)",
    ({ kind, value, text }) => {
      expect(said(text)).toEqual([`${kind}: ${value}`]);
      if (value === text) expect(credentialKind(value)).toBe(kind);
    },
  );

  it("is found in other values too, whatever chance made", () => {
    for (let seed = 0; seed < 50; seed++)
      for (const { kind, value, text } of credentials(seededRandom(seed)))
        expect(said(text), text).toEqual([`${kind}: ${value}`]);
  });
});

describe("wherever it stands", () => {
  const example = fc.constantFrom(...examples);
  const before = fc.constantFrom(
    "",
    " ",
    '"',
    "'",
    ",",
    "\n",
    "=",
    ":",
    "/",
    "(",
    "\\n",
    "\\t",
    '\\"',
    "\\u0022",
    "%3D",
    "%20",
    "\u001b[31m",
    "\u001b[1;32m",
    "é",
    "…",
  );
  const after = fc.constantFrom(
    "",
    " ",
    '"',
    "'",
    ",",
    "\n",
    ":",
    ")",
    "\\n",
    '\\"',
    "\\u0022",
    "%20",
    "\u001b[0m",
    "]",
    "…",
  );

  it("between the characters that surround values", () => {
    fc.assert(
      fc.property(
        fc.string(),
        before,
        example,
        after,
        fc.string(),
        (head, left, { text, value, kind }, right, tail) => {
          const whole = `${head} ${left}${text}${right} ${tail}`;
          const start = head.length + 1 + left.length + text.indexOf(value);
          expect(findCredentials(whole)).toContainEqual({ kind, start, end: start + value.length });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("in the text of a JSON message, also when that is a text in another", () => {
    for (const { text, value } of examples) {
      const once = JSON.stringify({ arguments: { note: `use ${text} here`, list: [text] } });
      const twice = JSON.stringify({ content: [{ type: "text", text: once }] });
      for (const whole of [once, twice]) expect(redacted(whole), text).not.toContain(value);
    }
  });

  it("several, in order and without overlaps", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            example.map(({ text }) => text),
            fc.string(),
            before,
            after,
          ),
        ),
        (parts) => {
          const whole = parts.join("");
          let end = 0;
          for (const found of findCredentials(whole)) {
            expect(found.start).toBeGreaterThanOrEqual(end);
            expect(found.end).toBeGreaterThan(found.start);
            end = found.end;
          }
          expect(end).toBeLessThanOrEqual(whole.length);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("two that overlap leave nothing of either", () => {
    // Longer than the part of a setting that is looked at.
    const token = exampleOf("aws-session-token");
    const text = `https://h/?user=a&pass${"word="}b/${token}&x=1`;
    const [found, ...others] = findCredentials(text);
    expect(others).toEqual([]);
    expect(text.slice(found!.end)).toBe("&x=1");
  });

  it("not inside a longer word", () => {
    for (const { text, value, kind } of examples.filter(
      ({ text, value }) => text === value && !value.startsWith("-"),
    )) {
      expect(said(`x${text}`), kind).not.toContain(`${kind}: ${value}`);
    }
  });
});

describe("a text that was redacted", () => {
  it("holds nothing more, and stays as it is", () => {
    const parts = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...examples).map(({ text }) => text) },
      fc.string(),
      fc.constantFrom(" ", "\n", '"', ",", ";", "/", "\\n", "&", "=", "://", "@", ":"),
    );
    fc.assert(
      fc.property(fc.array(parts), (all) => {
        const once = redacted(all.join(" "));
        expect(said(once)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    "[[rw:sk-proj-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1:8:0a1b2c3d]]",
    "postgres://u:[[rw:url-password:8:0a1b2c3d]]@h",
    "postgres://[[rw:user:8:0a1b2c3d]]:[[rw:url-password:8:0a1b2c3d]]@h",
    "https://[[rw:github-token:40:0a1b2c3d]]@github.com/a/b",
    "jdbc:mysql://h/d?user=a&password=[[rw:connection-password:8:0a1b2c3d]]&ssl=1",
    "aws_secret_access_key = [[rw:aws-secret-access-key:40:0a1b2c3d]]",
    "-----BEGIN PRIVATE KEY-----\n[[rw:private-key:1704:0a1b2c3d]]",
  ])("is left alone: %s", (text) => {
    expect(said(text)).toEqual([]);
  });

  it("is left alone, but not the password behind it", () => {
    expect(said(["postgres://[[rw:user:8:0a1b2c3d]]:", "@h"].join("hunter2"))).toEqual([
      "url-password: hunter2",
    ]);
  });
});

describe("passwords in URLs and connection strings", () => {
  it.each([
    ["postgres://app:{}@db/x", "hunter2"],
    ["mongodb+srv://app:{}@a.example,b.example:27017/?w=1", "hunter2"],
    ["redis://:{}@cache:6379/0", "hunter2"],
    ["postgres://app:{}@db/x", "a/b?c#d=="],
    ["amqps://app:{}@[::1]/x", "/hunter+2"],
    ["amqp://u:{}@h", "p%40ss"],
    ["mysql://u:{}@h:3306/d", "p@ss:word"],
    ["https://oauth2:{}@[::1]/", "x"],
    [String.raw`{"url":"https:\/\/u:{}@h\/p"}`, "hunter2"],
    ["clone https://u:{}@h.example/a.git, then", "hunter2"],
    ["postgres://u:{}@h", "$ecret"],
    [`postgres://u:{}@\${HOST}/x`, "hunter2"],
    ["jdbc:sqlserver://h:1433;databaseName=d;user=sa;password={};encrypt=true", "hunter2"],
    ["Data Source=h;Initial Catalog=d;User ID=sa;Pwd={};", "hunter2"],
    ["Server=h; Uid=a; Pwd={}", "hunter2"],
    ["https://h/login?user=a&password={}", "hunter2#top"],
  ])("%s with %s", (template, password) => {
    // Whole URLs with passwords stand in no file.
    const text = template.replace("{}", () => password);
    expect(said(text).map((line) => line.slice(line.indexOf(":") + 2))).toEqual([password]);
  });

  it.each([
    "https://user@host/path",
    "ssh://git@github.com:22/a/b.git",
    "git+ssh://git@github.com:a/b.git",
    "http://localhost:8080/users/@me",
    "http://[::1]:8080/@scope/pkg",
    "https://cdn.example:443/npm/@scope/pkg@1.2.3",
    "see http://localhost:3000,me@example.com",
    "postgres://localhost:5432/db?user=a@b",
    "jdbc:mysql://localhost:3306/db?user=a@b",
    "mongodb://a:27017,b:27017/db?appName=@c",
    `postgres://u:\${PASS}@h/d`,
    "postgres://u:$PASS@h/d",
    `postgres://u:\${process.env.PASS}@h/d`,
    `postgres://\${user}:\${pass}@\${host}:\${port}/d`,
    "postgres://u:{password}@h",
    "postgres://{user}:{{ password }}@h",
    "postgres://u:<password>@h",
    "postgres://u:***@h",
    "postgres://u:xxxx@h",
    "postgres://u:[password]@h",
    "postgres://u:%s@h",
    "postgres://u:%(password)s@h",
    "postgres://u:your-password@h",
    '"postgres://" + user + ":" + password + "@" + host',
    "postgres://user:@host",
    "connect(host=host, user=user, password=password)",
    "const password=read(); let a; password=b;",
    "if (a?password=b:c) password=d",
    `jdbc:mysql://h/d?user=u&password=\${PASS}`,
    '"jdbc:mysql://h/d?password=" + password',
  ])("not %s", (text) => {
    expect(said(text)).toEqual([]);
  });

  it("a token as a password is what it is by itself, so that it gets the same placeholder everywhere", () => {
    const token = exampleOf("github-token");
    expect(said(`https://x-access-token:${token}@github.com/a/b`)).toEqual([`github-token: ${token}`]);
    expect(said(`https://${token}:${["hunter", 2].join("")}@github.com`)).toEqual([
      `github-token: ${token}`,
      "url-password: hunter2",
    ]);
  });
});

describe("private keys", () => {
  const begin = (label: string) => `-----BEGIN ${label}-----`;
  const end = (label: string) => `-----END ${label}-----`;
  const line = `M${"IIEvQ".repeat(12)}aB3`;

  it("reach to the end of the text when they are cut", () => {
    for (const cut of [
      `\n${line}`,
      `\n${line}\n${line.slice(9)}`,
      "\nMII",
      `\n${line}\n${end("EC PRIV").slice(0, 9)}`,
    ]) {
      const text = `key: ${begin("EC PRIVATE KEY")}${cut}`;
      expect(findCredentials(text)).toEqual([{ kind: "private-key", start: 5, end: text.length }]);
    }
  });

  it("end where they end, and before the next block", () => {
    const key = `${begin("PRIVATE KEY")}\n${line}\n${end("PRIVATE KEY")}`;
    const certificate = `${begin("CERTIFICATE")}\n${line}\n${end("CERTIFICATE")}`;
    expect(said(`${certificate}\n${key}\n${certificate}`)).toEqual([`private-key: ${key}`]);
    expect(said(`${key}${key}`)).toEqual([`private-key: ${key}`, `private-key: ${key}`]);
    const cut = `${begin("PRIVATE KEY")}\n${line}\n`;
    expect(said(`${cut}${certificate}`)).toEqual([`private-key: ${cut}`]);
  });

  it("also where somebody spoiled the END line", () => {
    for (const spoiled of ["-----END PRIVATE KEYx", "-----ENDx", "----- END PRIVATE KEY-----", "-----end"])
      expect(said(`${begin("PRIVATE KEY")}\n${line}\n${spoiled}`).join(), spoiled).toContain(line);
  });

  it("with headers, inside a service account's JSON, and put together by a program", () => {
    const encrypted = `${begin("RSA PRIVATE KEY")}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n${line}\n${end("RSA PRIVATE KEY")}`;
    const account = JSON.stringify({
      private_key: `${begin("PRIVATE KEY")}\n${line}\n${end("PRIVATE KEY")}\n`,
      id: "7",
    });
    const program = `${begin("PRIVATE KEY")}\\n" +\n  "${line}\\n" +\n  "${end("PRIVATE KEY")}`;
    expect(said(encrypted)).toEqual([`private-key: ${encrypted}`]);
    expect(redacted(account)).toMatch(/^\{"private_key":"\[\[.*\]\]\\n","id":"7"\}$/);
    expect(said(`x = "${program}";`)).toEqual([`private-key: ${program}`]);
  });

  it("not public keys, certificates or the words", () => {
    for (const text of [
      `${begin("PUBLIC KEY")}\n${line}\n${end("PUBLIC KEY")}`,
      `${begin("CERTIFICATE")}\n${line}\n${end("CERTIFICATE")}`,
      `A key starts with ${begin("PRIVATE KEY")} and ends with ${end("PRIVATE KEY")}.`,
      `if (text.startsWith("${begin("PRIVATE KEY")}")) return createPrivateKeyFromTextAndPassphrase(text);`,
      `"${begin("PRIVATE KEY")}\\n" + key + "\\n${end("PRIVATE KEY")}"`,
      `${begin("PRIVATE KEY")}\n...\n${end("PRIVATE KEY")}`,
      `${begin("PRIVATE KEY")}\n<your key here>\n${end("PRIVATE KEY")}`,
    ])
      expect(said(text), text).toEqual([]);
  });
});

describe("what is no credential stays untouched", () => {
  const hex = (count: number) =>
    Array.from({ length: count }, (_, i) => ((i * 7 + 3) % 16).toString(16)).join("");
  const base64 = (count: number) => Buffer.from(hex(count * 2), "hex").toString("base64");

  it.each([
    ["prose", "The secret key to good sleep is a quiet room; ask-me anything, re: tokens and pass-words."],
    ["UUIDs", "0192a4c1-7e5b-7c3d-9a11-5f0b6c2d8e01 key: 9f1c6a2e-0b5d-4c1e-8f3a-2d7b9e6c5a41"],
    ["digests", `sha1 ${hex(40)} sha256:${hex(64)} md5=${hex(32)} secret_key_sha1: ${hex(40)}`],
    ["a commit", `commit ${hex(40)}\nMerge: ${hex(7)} ${hex(9)}`],
    ["dates", "2026-11-20T08:11:00.123456Z 2026-11-20 08:11:00+01:00"],
    ["a PNG", `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${base64(3000)}`],
    ["a JPEG", `/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJ${base64(3000)}`],
    ["integrity", `"integrity": "sha512-${base64(64)}", "sha1-${base64(20)}"`],
    ["a cursor", `{"nextCursor":"eyJvZmZzZXQiOjUwLCJsaW1pdCI6NTB9","cursor":"${base64(90)}"}`],
    [
      "a schema",
      '{"type":"object","properties":{"apiKey":{"type":"string","pattern":"^sk-[A-Za-z0-9]{48}$"}}}',
    ],
    ["paths", "/home/me/src/sk-learn/key-value/hf_models/npm_modules/pat/SG.md C:\\new\\token\\npm_cache"],
    ["URLs", `https://example.com:8443/a/b?id=${hex(32)}&sort=-us10&cursor=${hex(64)}#sig=abc`],
    [
      "code",
      "const key = tokens.sk_test ?? hf_hub_download(model_id); npm_config_registry=x; secret_key = getSecretKeyFromEnvironmentVariable42();",
    ],
    [
      "a message",
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get","_meta":{"progressToken":"tok-1"}}}',
    ],
    [
      "placeholders",
      "sk-... xxxx your-api-key-here sk-your-api-key-here-please-replace-me-now AKIA... ghp_<token> $GITHUB_TOKEN",
    ],
    [
      "filling",
      `ghp_${"x".repeat(36)} AKIA${"X".repeat(16)} sk-${"x".repeat(48)} hf_${"0".repeat(34)} xoxb-your-token-here`,
    ],
    ["identifiers", `AC${hex(32)} pk_live_${hex(24)} price_${hex(24)} arn:aws:iam::123456789012:user/x`],
    ["names", "primary-key-column key-0 disk-usage task-sk-1 cio@example.com patience.txt EAAB SK1234 dapi"],
  ])("%s", (_, text) => {
    expect(said(text)).toEqual([]);
    expect(said(JSON.stringify(JSON.stringify(text)))).toEqual([]);
  });

  it("ordinary words, in any order", () => {
    const words = fc.lorem({ maxCount: 100, mode: "sentences" });
    fc.assert(fc.property(words, (text) => said(text).length === 0));
  });

  it("random bytes in base64, hex and base64url", () => {
    const random = seededRandom(7);
    const bytes = Uint8Array.from({ length: 1_000_000 }, () => random.below(256));
    for (const encoding of ["base64", "hex", "base64url"] as const)
      expect(said(Buffer.from(bytes).toString(encoding)), encoding).toEqual([]);
  });

  it("a program in base64, with its runs of zeros", () => {
    const bytes = readFileSync(process.execPath).subarray(0, 6_000_000);
    expect(said(bytes.toString("base64"))).toEqual([]);
  });

  it("code, documents, schemas and a lock file", () => {
    const files = ["package-lock.json", "docs/architecture.md", "node_modules/zod/v4/core/schemas.js"];
    const folders = ["src/base", "src/protocol", "src/redact", "test/redact", "schema"];
    const inFolders = folders.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) =>
        join(folder, name),
      ),
    );
    const paths = [...files, ...inFolders.filter((path) => /\.(ts|json)$/.test(path))];
    const found = paths.flatMap((path) =>
      said(readFileSync(join(root, path), "utf8")).map((one) => `${path} ${one}`),
    );
    expect(found).toEqual([]);
  });
});

/** What was found in a text, readable: kind and secret. */
function said(text: string): string[] {
  return findCredentials(text).map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);
}

/** As the stage before the tape does it, without its key. */
function redacted(text: string): string {
  const put = (whole: string, { kind, start, end }: Credential) => {
    const length = Math.ceil((end - start) / 8) * 8;
    return `${whole.slice(0, start)}[[rw:${kind}:${length}:0a1b2c3d]]${whole.slice(end)}`;
  };
  return findCredentials(text).reverse().reduce(put, text);
}

function exampleOf(kind: string): string {
  return examples.find((example: Example) => example.kind === kind)!.value;
}
