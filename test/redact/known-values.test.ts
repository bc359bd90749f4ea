/** Values of the environment: taken out wherever they stand and however they are written, and put back as they were. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filled, spellingsOf } from "../../src/redact/index.ts";
import { Needles } from "../../src/redact/needles.ts";
import { knownValuesOf } from "../../src/runtime/known-values.ts";
import {
  argumentsAfter,
  base64,
  base64Url,
  digest,
  knowing,
  messageOf,
  redactorOf,
  told,
} from "./redacting.ts";

const value = "Zyx/9&w<v ü+~1";
const percent = (text: string): string => encodeURIComponent(text);
const ascii = (text: string): string =>
  JSON.stringify(text).replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const allEscaped = "JSON with every character escaped";

/** How a value is written in a text: all of these are found. */
const forms: Record<string, (text: string) => string> = {
  plain: (text) => text,
  "JSON in text": (text) => `log: {"x":${JSON.stringify(text)}}`,
  "JSON in JSON in text": (text) => `log: ${JSON.stringify(JSON.stringify({ x: text }))}`,
  "JSON with escaped slashes": (text) => `log: ${JSON.stringify({ x: text }).replaceAll("/", "\\/")}`,
  "JSON in ASCII": (text) => `log: {"x":${ascii(text)}}`,
  "JSON for HTML": (text) =>
    `log: ${JSON.stringify(text).replace(/[<>&]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}`,
  "JSON as a whole": (text) => JSON.stringify({ x: [text] }),
  [allEscaped]: (text) =>
    `{"x":"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("")}"}`,
  percent,
  "percent in lower case": (text) => percent(text).replace(/%../g, (hex) => hex.toLowerCase()),
  "percent twice": (text) => percent(percent(text)),
  "a form": (text) => percent(text).replaceAll("%20", "+"),
  base64,
  base64Url,
  "base64 twice": (text) => base64(base64(text)),
  "base64 of JSON": (text) => base64(JSON.stringify({ x: text })),
  "base64 of percent": (text) => base64(percent(text)),
  "percent of base64": (text) => percent(base64(text)),
  "base64 in a word": (text) => `id-${base64(`ab${text}cd`)}`,
};

/** Text around the value, which moves it in base64. */
const around = fc.tuple(fc.stringMatching(/^[a-z ]{0,7}$/), fc.stringMatching(/^[a-z ]{0,7}$/));

describe("found", () => {
  it.each(Object.keys(forms))("%s", (name) => {
    const redactor = knowing(value);
    fc.assert(
      fc.property(around, ([before, after]) => {
        const text = forms[name]!(before + value + after);
        // Escapes are told in JSON only.
        const clean = redactor.text(name === allEscaped ? text : `x ${text} y`);
        for (const form of ["plain", "base64", "base64Url", "percent"])
          expect(clean).not.toContain(forms[form]!(value).replace(/=+$/, ""));
        expect(decodedOf(clean)).not.toContain(value);
        const args = argumentsAfter(redactor, { a: { b: [text] }, [text]: 1 });
        expect(decodedOf(args)).not.toContain(value);
      }),
      { numRuns: 60 },
    );
  });

  it("in every place that belongs to the protocol, too", () => {
    const redactor = knowing(value);
    const json = JSON.stringify({ after: value });
    for (const text of [value, base64(json), base64Url(json), percent(json), base64(`x${value}`)])
      for (const message of [
        { jsonrpc: "2.0", id: text, method: "tools/list", params: { cursor: text } },
        {
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "t", _meta: { progressToken: text } },
        },
        {
          jsonrpc: "2.0",
          id: 1,
          method: "initialize",
          params: { capabilities: { experimental: { [text]: {} } } },
        },
        { jsonrpc: "2.0", id: 1, method: "initialize", params: { clientInfo: { name: "x", version: text } } },
      ]) {
        const clean = redactor.message(messageOf(message), "c2s").message.text;
        expect(decodedOf(clean), JSON.stringify(message)).not.toContain(value);
      }
  });

  it("a short key, a long value, two that overlap, one that is a number", () => {
    expect(told(argumentsAfter(knowing("k8charsX"), { k8charsX: 1 }))).toBe('{"<secret>":1}');
    for (const length of [1_999, 2_001, 5_000, 100_000]) {
      const long = "L0ng-Value".repeat(10_000).slice(0, length);
      const redactor = knowing(long);
      expect(told(redactor.text(`x ${long} y`))).toBe("x <secret> y");
      expect(Buffer.from(redactor.text(base64(`x ${long} y`)), "base64").toString()).toMatch(
        /^x \[\[rw:\S+\]\] y$/,
      );
    }
    expect(told(knowing("aaaabbbb", "bbbbccccdddd").text("x aaaabbbbccccdddd y"))).toBe("x <secret> y");
    const redactor = knowing("12345678");
    const found = redactor.message(messageOf('{"a":{"b":12345678,"c":123456789,"d":12345678.0}}'), "c2s");
    expect(found.message.text).toBe('{"a":{"b":0,"c":123456789,"d":12345678.0}}');
    expect(found.numbers).toEqual([
      { pointer: "/a/b", placeholder: expect.stringMatching(/^\[\[rw:secret:8:/) },
    ]);
  });

  it("in bytes that are no UTF-8, each read as a character", () => {
    const latin1 = Buffer.concat([Buffer.from("x "), Buffer.from(value), Buffer.from([0xff])]).toString(
      "latin1",
    );
    expect(told(knowing(value).text(latin1))).toBe("x <secret>\u00ff");
  });
});

/** A text, and all that base64, percent-encoding and escapes in it say, three times over. */
function decodedOf(text: string, depth = 3): string {
  if (depth === 0) return text;
  const parts = [text];
  for (const run of text.match(/[A-Za-z0-9+/_-]{8,}/g) ?? [])
    for (let skip = 0; skip < 4; skip++)
      parts.push(decodedOf(Buffer.from(run.slice(skip), "base64").toString(), depth - 1));
  const percents = text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll("%", ""), "hex").toString(),
  );
  if (percents !== text) parts.push(decodedOf(percents, depth - 1));
  const escapes = text.replace(/\\u([0-9a-f]{4})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const slashes = escapes.replace(/\\(.)/g, "$1");
  if (slashes !== text) parts.push(decodedOf(slashes, depth - 1));
  return parts.join("\n");
}

describe("put back", () => {
  const spellings = new Map(spellingsOf({ name: "x", value }).map((text) => [digest(text), text]));
  const secretOf = ({ digest: of }: { readonly digest: string }): string | undefined => spellings.get(of);
  /** Of the others, what stands in their place does not tell how they were spelled. */
  const exact = Object.keys(forms).filter(
    (name) =>
      ![
        allEscaped,
        "JSON with escaped slashes",
        "JSON in ASCII",
        "percent twice",
        "percent of base64",
        "base64 twice",
        "base64Url",
        "base64 in a word",
      ].includes(name),
  );

  it.each(exact)("%s, byte for byte", (name) => {
    const redactor = knowing(value);
    fc.assert(
      fc.property(around, ([before, after]) => {
        const message = messageOf({ a: { b: [`${before} ${forms[name]!(before + value + after)} `] } });
        const clean = redactor.message(message, "s2c").message;
        expect(clean.text).not.toBe(message.text);
        expect(filled(clean, secretOf).text).toBe(message.text);
      }),
      { numRuns: 60 },
    );
  });
});

describe("the search", () => {
  /** An alphabet so small that values overlap and repeat. */
  const word = fc.stringMatching(/^[ab\u00e9]{8,12}$/);

  it("finds what a naive one finds first, at every place", () => {
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 5 }),
        fc.stringMatching(/^[ab\u00e9 ]{0,60}$/),
        (values, text) => {
          const needles = new Needles(values.map((each) => ({ name: "x", value: each })));
          const first = Math.min(...values.map((each) => text.indexOf(each)).filter((at) => at >= 0));
          const [hit] = needles.find(text);
          expect(hit?.start).toBe(first === Number.POSITIVE_INFINITY ? undefined : first);
          expect(needles.test(text)).toBe(hit !== undefined);
          let rest = text;
          for (const { start, end } of needles.find(text))
            rest = rest.slice(0, start) + "#".repeat(end - start) + rest.slice(end);
          for (const each of values) expect(rest).not.toContain(each);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it("a value of several lines is begun where its beginning stands at the end", () => {
    const needles = new Needles([{ name: "x", value: "one\ntwo\nthree" }]);
    for (const [text, at] of [
      ["say one\ntw", 4],
      ["say one\n", 4],
      ["one\ntwo\nthree", 13],
      ["none", 1],
      ["x", 1],
      ["", 0],
    ] as const)
      expect(needles.begunAt(text), text).toBe(at);
  });
});

describe("which values of an environment", () => {
  it.each<[name: string, value: string, found: string | undefined]>([
    ["DB_PASSWORD", "hunter2x", "hunter2x"],
    ["DB_PASSWORD", " hunter2x\n", "hunter2x"],
    ["DB_PASSWORD", "short", undefined],
    [
      "SSH_KEY",
      "-----BEGIN\nabcdefgh1234567\n two words 12345678\n",
      "-----BEGIN\nabcdefgh1234567\n two words 12345678",
    ],
    ["DB_PASSWORD", "password", undefined],
    ["DATABASE_URL", ["postgres://u", "s3cretpw@host/db"].join(":"), "s3cretpw"],
    ["DATABASE_URL", ["postgres://u", "s3cret%40pw@host/db"].join(":"), "s3cret@pw"],
    ["DATABASE_URL", ["postgres://postgres", "postgres@localhost/postgres"].join(":"), undefined],
    ["DATABASE_URL", "postgres://host/db", undefined],
    ["SECRET_FILE", "/run/secrets/x1234", undefined],
    ["AUTH_TOKEN", "https://example.com/token", undefined],
    ["PATH", "/usr/bin:/bin", undefined],
    ["MAX_TOKENS", "40960000", undefined],
    ["PUBLIC_KEY", "ssh-ed25519 AAAA", undefined],
    ["REELWIRE_REDACT_KEY", "0123456789abcdef0123", undefined],
  ])("%s=%j", (name, given, found) => {
    expect(knownValuesOf({ [name]: given }).map((each) => each.value)).toEqual(
      found === undefined ? [] : [found],
    );
  });
});

it("the lines of a value that could be a key are known by themselves, too", () => {
  const lines = [
    "-----BEGIN X-----",
    "MIIEabcdefgh12345678",
    "x = words here 12345678",
    "Qabcdefgh12345678==",
  ];
  const found = knownValuesOf({ MY_KEY: lines.join("\n") });
  expect(found.map((each) => each.value)).toEqual([lines.join("\n"), lines[1], lines[3]]);
});

it("a redactor without an environment takes none of it", () => {
  expect(redactorOf().text(`x ${value} y`)).toBe(`x ${value} y`);
});
