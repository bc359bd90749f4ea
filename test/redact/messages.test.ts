/** What holds for any message: redacted twice is once, the shape stays, and what holds no secret is the same object. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/protocol/index.ts";
import {
  argumentsAfter,
  base64,
  digest,
  digestUnder,
  githubToken,
  knowing,
  messageOf,
  redactorOf,
  told,
} from "./redacting.ts";

const known = "Kn0wn/ü+ value";
const redactor = () => knowing(known);
const secretTexts = [
  ...[known, `it is ${known}`, githubToken, `password=${known}x`, `Authorization: Bearer ${githubToken}`],
  ...[base64(`{"token":"abc"}`), base64(known), JSON.stringify({ password: "abc", pin: [1, known] })],
  ...[
    encodeURIComponent(`a b ${known}`),
    "https://x/?access_token=abc%20d",
    "--token abc",
    "Cookie: a=1; b=2",
  ],
  ...["[[rw:secret:8:00000000]]", "x [[rw:secret:8:00000000]] y", `[[rw:secret:8:00000000]]${known}`],
];
const plainTexts = ["", "a", "it rains", "[", "{}", "%41", "a=b", "a: b", "2026-01-01", "\\u0041", "é😀"];
const keys = ["a", "text", "name", "value", "list", "__proto__", "properties", "_meta"];
const secretKeys = ["password", "apiKey", "credentials", "token", known];

const scalars = [
  "12345678901234567890",
  "1e400",
  "1.0",
  "-0",
  "0",
  "73914826",
  "true",
  "null",
  '"\\ud800"',
  '"\\/"',
];

/** Any JSON, with secrets or without; keys may repeat. */
function jsonOf(texts: readonly string[], names: readonly string[]) {
  return fc.letrec<{ json: string }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(...texts).map((text) => JSON.stringify(text)),
      fc.constantFrom(...scalars),
      fc.array(tie("json"), { maxLength: 4 }).map((all) => `[${all.join(", ")}]`),
      fc
        .array(fc.tuple(fc.constantFrom(...names), tie("json")), { maxLength: 4 })
        .map((all) => `{${all.map(([name, value]) => `${JSON.stringify(name)} :${value}`).join(",")}}`),
    ),
  })).json;
}

const withSecrets = jsonOf([...secretTexts, ...plainTexts], [...keys, ...secretKeys]);
const without = jsonOf(plainTexts, keys);
const call = (json: string): Message =>
  messageOf(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","arguments":{"x":${json}}}}`);

/** Structure and types, without texts and numbers. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.entries(value).map(([key, each]) => [
    told(key) === key && !key.includes(known) ? key : "?",
    shapeOf(each),
  ]);
}

describe("any message", () => {
  it("redacted twice is redacted once", () => {
    fc.assert(
      fc.property(withSecrets, (json) => {
        const { message } = redactor().message(call(json), "c2s");
        const again = redactor().message(message, "c2s");
        expect(again.message.text).toBe(message.text);
        expect(again.numbers).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("keeps its structure and its types", () => {
    // Equal keys are one for JSON.parse, and which of them is last may differ when one holds a secret.
    fc.assert(
      fc.property(withSecrets, (json) => {
        const clean = redactor().message(call(json), "c2s").message.text;
        const shape = JSON.stringify(shapeOf(JSON.parse(call(json).text)));
        expect(JSON.stringify(shapeOf(JSON.parse(clean)))).toBe(shape);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is the same object when it holds no secret", () => {
    fc.assert(
      fc.property(without, (json) => {
        const message = call(json);
        expect(redactor().message(message, "c2s").message).toBe(message);
      }),
      { numRuns: 2_000 },
    );
  });

  it("becomes the same under the same key, and shares no digest with another's", () => {
    const other = () =>
      redactorOf({ digest: digestUnder("another project"), known: [{ name: "V0", value: known }] });
    fc.assert(
      fc.property(withSecrets, (json) => {
        const one = redactor().message(call(json), "c2s");
        expect(redactor().message(call(json), "c2s").message.text).toBe(one.message.text);
        const digests = (text: string) =>
          new Set([...text.matchAll(/:([0-9a-f]{8})\]\]/g)].map(([, hex]) => hex));
        const theirs = other().message(call(json), "c2s");
        const ours = digests(one.message.text + JSON.stringify(one.numbers));
        for (const hex of digests(theirs.message.text + JSON.stringify(theirs.numbers)))
          if (hex !== "00000000") expect(ours).not.toContain(hex);
      }),
      { numRuns: 500 },
    );
  });
});

it("numbers, equal keys, __proto__ and lone surrogates beside a secret keep their bytes", () => {
  const rest = String.raw`"n":12345678901234567890,"m":1e400,"k":1.0,"k":2,"__proto__":{"a":1},"s":"\ud800 \/ \u00e9 😀"`;
  expect(told(argumentsAfter(redactorOf(), `{ ${rest} , "password" : "abc\\/\\u00e9" }`))).toBe(
    `{ ${rest} , "password" : "<secret>" }`,
  );
  expect(
    told(argumentsAfter(redactorOf(), String.raw`{"t":"\u00e9\/ password=a\u0062c \ud83d\ude00\/"}`)),
  ).toBe(String.raw`{"t":"\u00e9\/ password=<secret> \ud83d\ude00\/"}`);
});

it("numbers below a secret's name become 0, and stand beside the message", () => {
  const text =
    '{"id":7,"result":{"password":1234,"a":{"pin":5,"credentials":[1.50,{"x":-2e3}],"maxTokens":9}}}';
  const { message, numbers } = redactorOf().message(messageOf(text), "s2c");
  expect(message.text).toBe(
    '{"id":7,"result":{"password":0,"a":{"pin":5,"credentials":[0,{"x":0}],"maxTokens":9}}}',
  );
  const as = (secret: string) => `[[rw:secret:8:${digest(secret)}]]`;
  expect(numbers).toEqual([
    { pointer: "/result/password", placeholder: as("1234") },
    { pointer: "/result/a/credentials/0", placeholder: as("1.50") },
    { pointer: "/result/a/credentials/1/x", placeholder: as("-2e3") },
  ]);
});

it("each message of a batch, and what stands between them", () => {
  const text =
    ' [ {"id":1,"method":"x","params":{"password":1}} ,{"id":2,"method":"x","params":{"token":"abc"}}, 5 ] ';
  const { message, numbers } = redactorOf().message(messageOf(text), "c2s");
  expect(told(message.text)).toBe(
    ' [ {"id":1,"method":"x","params":{"password":0}} ,{"id":2,"method":"x","params":{"token":"<secret>"}}, 5 ] ',
  );
  expect(numbers.map(({ pointer }) => pointer)).toEqual(["/0/params/password"]);
});

describe("lists and names", () => {
  it.each<[args: string, clean: string]>([
    [
      '{"headers":[{"name":"Authorization","value":"Bearer abc"}]}',
      '{"headers":[{"name":"Authorization","value":"Bearer <secret>"}]}',
    ],
    ['[{"value":"abc","key":"X-Api-Key"}]', '[{"value":"<secret>","key":"X-Api-Key"}]'],
    ['[{"name":"Accept","value":"text"}]', '[{"name":"Accept","value":"text"}]'],
    ['["--api-key","abc","--verbose","x"]', '["--api-key","<secret>","--verbose","x"]'],
    ['["--token=abc"]', '["--token=<secret>"]'],
    ['["--token","--verbose"]', '["--token","--verbose"]'],
    ['{"properties":{"password":{"type":"string"}}}', '{"properties":{"password":{"type":"string"}}}'],
    ['{"properties":{"password":"abc"}}', '{"properties":{"password":"<secret>"}}'],
    [
      '{"credentials":{"user":"a","deep":[["b"]]}}',
      '{"credentials":{"user":"<secret>","deep":[["<secret>"]]}}',
    ],
    ['{"password":true,"token":null,"secret":""}', '{"password":true,"token":null,"secret":""}'],
    ['{"pass\\u0077ord":"abc"}', '{"pass\\u0077ord":"<secret>"}'],
    ['{"t":"{\\"password\\":\\"abc\\"}"}', '{"t":"{\\"password\\":\\"<secret>\\"}"}'],
    ['{"t":"{\\"password\\":12}"}', '{"t":"{\\"password\\":\\"<number-secret>\\"}"}'],
    ['{"t":"{\\"\\\\u0070assword\\":\\"a b\\"}"}', '{"t":"{\\"\\\\u0070assword\\":\\"<secret>\\"}"}'],
    ['{"password":"[[rw: abc ]]"}', '{"password":"<secret>"}'],
    ['{"password":"[[rw:secret:8:00000000]]"}', '{"password":"<secret>"}'],
  ])("%s", (args, clean) => expect(told(argumentsAfter(redactorOf(), args))).toBe(clean));
});
