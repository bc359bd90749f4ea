/** Text that is made to break a redactor: none of it crashes, and none of it makes the work grow faster than the text. */
import { describe, expect, it } from "vitest";
import { filled, HeldText, sameSecret, withNumbers } from "../../src/redact/index.ts";
import { argumentsAfter, base64, knowing, messageOf, redactorOf, told } from "./redacting.ts";

/** Where the work was the square of it, the first pieces took minutes. */
const size = 200_000;
const fill = (piece: string): string => piece.repeat(Math.ceil(size / piece.length)).slice(0, size);

const pieces = [
  "password=[[rw:",
  "password=a[",
  "?sig=$(",
  "?sig=[[rw:",
  "password=a[[rw:secret:8:00000000]]",
  "password=abc %41 ",
  '"Cookie: <',
  "&key=a",
  "password: [[rw: ",
  "password:aaaa",
  'password="',
  'password="<',
  `password='<"`,
  'password=\\"',
  'password="\\"',
  "Cookie: <\n",
  "--password x,",
  "password=abc QUJDREVGR0hJSktMTU5P ",
  '"\\\\',
  "eyJ",
  "eyJ.",
  "=",
  "%",
  "%25",
  "%2525 ",
  "%e2%82%ac",
  ":",
  "-",
  "--a ",
  "@",
  "://@",
  ["a://b", "c@d "].join(":"),
  "[[rw:",
  "[[rw:secret:8:00000000]]",
  '{"name":"password","value":"x"},',
  'x {"password":1} ',
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "\\",
  "{}",
  "[",
  '{"a":',
  "\ud83d\ude00",
  "\u0000",
];

describe("nothing crashes it", () => {
  it.each(pieces)("%j again and again, everywhere", (piece) => {
    const redactor = knowing("hunter2hunter2");
    const text = fill(piece);
    const once = redactor.text(text);
    expect(redactor.text(once)).toBe(once);
    for (const args of [{ a: text }, { [text]: 1 }, { a: JSON.stringify({ b: text }) }, { a: base64(text) }])
      expect(JSON.parse(argumentsAfter(redactor, args))).toBeTypeOf("object");
    const held = new HeldText(redactor);
    for (let i = 0; i < text.length; i += 4_096) held.push(text.slice(i, i + 4_096));
    held.end();
    expect(JSON.parse(filled(messageOf({ a: once }), () => "x").text)).toBeTypeOf("object");
  });

  it("more secrets in one text than a call takes arguments", () => {
    const clean = redactorOf().text("&key=a".repeat(200_000));
    expect(clean.startsWith("&key=[[rw:secret:8:")).toBe(true);
    expect(told(clean)).toBe("&key=<secret>".repeat(200_000));
  });

  it.each([100_000, 3_000])("%i levels of nesting, a secret at the bottom", (levels) => {
    for (const [open, close] of [
      ["[", "]"],
      ['{"a":', "}"],
    ] as const) {
      const bottom = '{"password":12345678,"b":"Cookie: a\\"b","token":"\\"hunter2","note":"\\nCookie: q"}';
      const clean = argumentsAfter(redactorOf(), open.repeat(levels) + bottom + close.repeat(levels));
      expect(() => JSON.parse(clean)).not.toThrow();
      expect(clean).not.toContain("12345678");
      expect(clean).not.toContain("hunter2");
    }
  });

  it("many numbers below a long key are no more text than the message", () => {
    const text = `{"${"k".repeat(500_000)}":{"credentials":[${"7,".repeat(100_000)}7]}}`;
    const { message, numbers } = redactorOf().message(messageOf(text), "c2s");
    expect(message.text).toBe(text.replaceAll("7", "0"));
    // A place that is too long to be told is not told.
    expect(numbers).toEqual([]);
  });

  it("a text of ten megabytes", () => {
    const text = `${"lorem ipsum dolor sit amet ".repeat(400_000)}password=hunter2x`;
    expect(told(redactorOf().text(text)).endsWith(" password=<secret>")).toBe(true);
  });
});

describe("many secrets below one long key", () => {
  const key = "k".repeat(size);
  const [numbers, texts] = [Array<number>(size).fill(1), Array<string>(size).fill("password=hunter2x")];

  it("are taken out; the place of a number is not told when it is too long", () => {
    const message = messageOf({ password: { [key]: numbers, pin: 5 }, [key]: texts });
    const clean = redactorOf().message(message, "c2s");
    expect(clean.numbers.map(({ pointer }) => pointer)).toEqual(["/password/pin"]);
    expect(clean.message.text.includes("hunter2x")).toBe(false);
    const compared = redactorOf({ compares: true }).message(message, "c2s").message.text;
    const filled = withNumbers(clean.message, clean.numbers).text;
    expect(compared === filled).toBe(true);
  });

  it("are found at places that can be kept", () => {
    let longest = 0;
    const onFound = ({ pointer }: { pointer: string }): void => {
      longest = Math.max(longest, pointer.length);
    };
    redactorOf({ onFound }).message(messageOf({ [key]: texts, [`${key}\\"`]: texts }), "c2s");
    expect(longest).toBeLessThan(5_000);
  });
});

describe("placeholders of a stranger", () => {
  const number = "[[rw:number-secret:8:00000000]]";

  it("an object's key stays a text, whatever its placeholder says", () => {
    const said = filled(messageOf({ [number]: number }), () => "12345678").text;
    expect(said).toBe('{"12345678":12345678}');
  });

  it.each(["secret", "secret-url"])(
    "a secret of 999999999 characters, kind %s, against a long text",
    (kind) => {
      const recorded = `[[rw:${kind}:999999999:00000000]]`;
      for (const live of ["a".repeat(size), "%e2%82%ac".repeat(size / 9), "%".repeat(size)])
        expect(sameSecret(live, recorded, { digest: () => "00000000" })).toBe(false);
    },
  );

  it.each(["secret", "secret-url"])("a length that a long text could have, kind %s", (kind) => {
    const recorded = `[[rw:${kind}:${size - 8}:00000000]]`;
    for (const live of ["a".repeat(size), "%61".repeat(size)])
      expect(sameSecret(live, recorded, { digest: () => "11111111" })).toBe(false);
  });

  it("a number taken out 200000 times, below a key of 200000 characters and below no key", () => {
    const list = (pointer: string) =>
      Array.from({ length: size }, () => ({ pointer, placeholder: "[[rw:secret:8:00000000]]" }));
    const key = "k".repeat(size);
    const message = messageOf({ pin: 0, [key]: Array.from({ length: size }, () => 0) });
    expect(withNumbers(message, list(`/${key}/0`)).text === message.text).toBe(true);
    const told = withNumbers(message, list("/pin")).text;
    expect(told === message.text.replace('"pin":0', `"pin":"${number}"`)).toBe(true);
  });

  it("what is said to be a placeholder and is none breaks no message", () => {
    const message = messageOf({ pin: 0 });
    const numbers = [{ pointer: "/pin", placeholder: '","a":"[[rw:' }];
    expect(withNumbers(message, numbers).text).toBe(message.text);
  });
});

describe("a live text that is a recorded one", () => {
  const digest = (secret: string): string =>
    secret === "p\u00e9\ud83d\ude00ssword" ? "12345678" : "00000000";
  it.each([
    ["plain", "a=p\u00e9\ud83d\ude00ssword&b", "a=[[rw:secret:8:12345678]]&b", false],
    ["plain, nine characters", "a=p\u00e9\ud83d\ude00ssword&b", "a=[[rw:secret:16:12345678]]&b", true],
    ["percent-encoded", "a=p%c3%a9%F0%9F%98%80ssword&b", "a=[[rw:secret-url:16:12345678]]&b", true],
    ["every byte of it", "a=%70%c3%a9%F0%9F%98%80%73sword", "a=[[rw:secret-url:16:12345678]]", true],
    ["another", "a=p\u00e9\ud83d\ude00sswort&b", "a=[[rw:secret:16:12345678]]&b", false],
  ])("%s", (_, live, recorded, same) => {
    expect(sameSecret(live, recorded, { digest })).toBe(same);
  });
});
