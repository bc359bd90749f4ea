/**
 * Secrets in every form and place that a recording meets, and the search for them afterwards: in the raw bytes of every
 * file, as they are, escaped, percent-encoded, and in base64 at each alignment. Made when they are needed: no scanner
 * shall find them here. Apart from the product's own search on purpose.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const secrets = {
  /** Known from the environment; characters that every encoding changes. */
  known: ["Kn0wn/ü+&V4", "lue~x <y>"].join(""),
  /** Known from the environment; of several lines. */
  lines: ["f1rstL1neOfAKey0", "sec0ndL2neOfAKey", "th1rdL3neOfAKey+"].join("\n"),
  /** Known only by its form. */
  form: `${"ghp"}_${"Q7w8E9r0".repeat(4)}Tt55`,
  /** Known only by the name before it. */
  named: ["n4medBy", "Its0wnKey"].join(""),
  header: ["h34derS", "3cretValue"].join(""),
  query: ["u9rlS", "3cretValue"].join(""),
  flag: ["fl4gS", "3cretValue"].join(""),
  number: "73914826",
} as const;

const s = secrets;

/** The variables of the recorder that hold the known ones. */
export const environment = { PLANTED_PASSWORD: s.known, PLANTED_KEY: s.lines };

/** Values with secrets in them, whoever says them and wherever. The marks beside them have to stay. */
export function values(mark: (n: number) => string): unknown[] {
  const inner = { password: s.named, note: s.known, list: [s.form, { "X-Api-Key": s.header }] };
  const json = JSON.stringify(inner);
  const url = `https://host.example/a?b=1&access_token=${s.query}&c=${encodeURIComponent(s.known)}#d`;
  const made: unknown[] = [
    { note: `it is ${s.known} and ${s.form}` },
    inner,
    [[inner]],
    { [s.form]: 1, [`key ${s.known}`]: 2, [s.lines]: 3 },
    { json, twice: JSON.stringify({ json }), thrice: JSON.stringify({ a: JSON.stringify({ json }) }) },
    { text: `log: ${json}\nlog: ${JSON.stringify(json)}` },
    { base64: base64(json), url: base64Url(json), bare: base64(json).replace(/=+$/, "") },
    ...[0, 1, 2, 3].map((n) => ({ base64: base64(`${"x".repeat(n)}${s.known}${"y".repeat(n)}`) })),
    { twice: base64(base64(json)), form: base64(`token is ${s.form}`) },
    { blob: base64(Buffer.concat([Buffer.from([0, 255, 1]), Buffer.from(s.known), Buffer.from([0, 1])])) },
    { url, percent: encodeURIComponent(json), again: encodeURIComponent(encodeURIComponent(s.known)) },
    { text: `see ${url} and https://u:p@host/?sig=${s.query}` },
    { text: `GET / HTTP/1.1\r\nAuthorization: Bearer ${s.header}\r\nCookie: a=1; b=${s.header}\r\n\r\n` },
    { text: `curl -H "X-Api-Key: ${s.header}" --token ${s.flag} ${url}` },
    {
      headers: [
        { name: "Authorization", value: `Bearer ${s.header}` },
        { value: s.header, name: "Cookie" },
      ],
    },
    { args: ["--api-key", s.flag, `--token=${s.flag}`, "--verbose"] },
    { password: Number(s.number), nested: JSON.stringify({ pin: 1, password: Number(s.number) }) },
    { credentials: { user: s.named, deep: [[{ password: s.named }]] } },
    { text: `PASSWORD=${s.named}\nexport API_KEY='${s.named}'\npassword: "${s.named}"\n${s.lines}` },
    { properties: { password: s.named }, exact: [12345678901234567890n, "1e400"].map(String) },
  ];
  return made.map((value, n) => ({ mark: mark(n), value, after: `and ${mark(n)} after` }));
}

/** Texts of a stream, with a mark before and after each. */
export function texts(mark: (n: number) => string): string[] {
  const made = [
    `connecting with password=${s.named} to the host`,
    `Authorization: Bearer ${s.header}`,
    `env: PLANTED_KEY=${s.lines}`,
    `it is ${s.known} and ${s.form}`,
    `{"password":"${s.named}","token":"${s.named}"}`,
    `config ${base64(`{"password":"${s.named}"} ${s.known}`)}`,
    `open https://host.example/?access_token=${s.query}`,
    `started with --token ${s.flag} -v`,
    `got ${JSON.stringify(JSON.stringify({ a: JSON.stringify({ password: s.named, note: s.known }) }))} twice`,
    `sent ${JSON.stringify(`GET / HTTP/1.1\r\nCookie: a=1; b=${s.header}\r\n`)} {`,
  ];
  return made.map((text, n) => `${mark(n)}\n${text}\n${mark(n)} after\n`);
}

export function base64(data: string | Buffer): string {
  return Buffer.from(data as string).toString("base64");
}

export function base64Url(data: string): string {
  return Buffer.from(data).toString("base64url");
}

/** What no file may hold: every spelling of every secret, with the secret's name. */
export const forbidden: readonly (readonly [what: string, bytes: Buffer])[] = Object.entries(secrets).flatMap(
  ([name, secret]) => {
    const escaped = JSON.stringify(secret).slice(1, -1);
    const spellings = [secret, escaped, JSON.stringify(escaped).slice(1, -1), encodeURIComponent(secret)];
    const lines = secret.includes("\n") ? secret.split("\n") : [];
    const cores = [0, 1, 2].flatMap((before) => {
      const bytes = Buffer.from(secret);
      const whole = base64(Buffer.concat([Buffer.alloc(before), bytes]));
      const core = whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
      return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
    });
    return [...new Set([...spellings, ...lines, ...cores])].map((text) => [name, Buffer.from(text)] as const);
  },
);

/** The files below a folder that hold a secret, and which. */
export function leaks(folder: string): string[] {
  return filesBelow(folder).flatMap((path) => {
    const bytes = Buffer.concat([Buffer.from(`${path}\n`), readIfThere(path)]);
    return forbidden.flatMap(([what, secret]) => {
      const at = bytes.indexOf(secret);
      if (at < 0) return [];
      return [`${what} in ${path}: ${bytes.subarray(Math.max(0, at - 120), at + 60)}`];
    });
  });
}

export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch {
    // Folders come and go.
    return [];
  }
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** Looks through a folder again and again until it is stopped; then says what it ever saw. */
export function watch(folder: string): () => string[] {
  const seen = new Set<string>();
  let turn: NodeJS.Immediate | undefined;
  const look = (): void => {
    for (const leak of leaks(folder)) seen.add(leak);
    turn = setImmediate(look);
  };
  look();
  return () => {
    clearImmediate(turn);
    for (const leak of leaks(folder)) seen.add(leak);
    return [...seen];
  };
}
