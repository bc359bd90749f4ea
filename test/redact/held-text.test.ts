/** Text in pieces is redacted as if it had come at once, however it was cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeldText, type Redactor } from "../../src/redact/index.ts";
import { base64, githubToken, knowing, told } from "./redacting.ts";

const known = "Kn0wn-value of mine";
const lines = "-----f1rst\nsec0nd line\n\nth1rd";
const privateKey = ["-----BEGIN RSA PRIVATE", "KEY-----\n"].join(" ");
const keyEnd = ["-----END RSA PRIVATE", "KEY-----"].join(" ");
const pem = `${privateKey}${"MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB\n".repeat(8)}${keyEnd}`;
const planted = [known, lines, pem, githubToken, "n4medByIts0wnKey", "h34derS3cret"];

const redactor = (): Redactor => knowing(known, lines);

/** Lines of a log, some with secrets; no quote stays open, which in a whole text might close in a later line. */
const line = fc.oneof(
  fc.stringMatching(/^[a-z0-9 :=%@{}.-]{0,40}$/),
  fc.constantFrom(
    `it is ${known} now`,
    `key: ${lines}`,
    pem,
    `${pem} ${pem}`,
    `export K="${pem}"`,
    githubToken,
    `password=${planted[4]}`,
    `{"password":"${planted[4]}"}`,
    `Authorization: Bearer ${planted[5]}`,
    `https://x.example/?token=${planted[4]}&a=1`,
    base64(`{"password":"${planted[4]}"}`),
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN ",
    "first line",
    "-----f1rst",
    "sec0nd",
    "Grüße, 世界 😀",
  ),
);
const text = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom("\n", "\r\n"), fc.boolean())
  .map(([all, end, isEnded]) => all.join(end) + (isEnded ? end : ""));
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 });

function inPieces(whole: string, cuts: readonly number[]): string {
  const held = new HeldText(redactor());
  let out = "";
  for (let at = 0, n = 0; at < whole.length; n++) {
    const size = cuts[n % cuts.length]!;
    out += held.push(whole.slice(at, at + size));
    at += size;
  }
  return out + held.end();
}

describe("any text in any pieces", () => {
  it("holds no planted secret, and is what the whole is", () => {
    fc.assert(
      fc.property(text, sizes, (whole, cuts) => {
        const clean = inPieces(whole, cuts);
        for (const secret of planted) expect(clean).not.toContain(secret);
        expect(clean).not.toContain("MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn");
        // At the end of everything the beginning of a known value is part of one, too.
        expect(clean).toBe(redactor().torn(redactor().text(whole), "end"));
      }),
      { numRuns: 1_500 },
    );
  });

  it("one character at a time", () => {
    const whole = `a\n${pem}\nb ${lines} c\npassword=${planted[4]}\n${known}`;
    expect(told(inPieces(whole, [1]))).toBe(told(redactor().text(whole)));
    expect(told(inPieces(whole, [1]))).toMatch(/^a\n<[a-z-]+>\nb <secret> c\npassword=<secret>\n<secret>$/);
  });
});

describe("what is let go too early", () => {
  it("holds no eight characters of a known value, on either side of the cut", () => {
    for (let cut = 8; cut <= known.length - 8; cut++) {
      const held = new HeldText(redactor());
      const [before, after] = [`x ${known.slice(0, cut)}`, `${known.slice(cut)} y\n`];
      const out = held.push(before) + held.end() + held.push(after);
      expect(told(out), String(cut)).toBe("x <secret><secret> y\n");
    }
  });

  it("and what only looks like the rest of one in a later line stays", () => {
    const held = new HeldText(redactor());
    held.push("password");
    held.end();
    held.push("\n");
    expect(held.push(`${known.slice(8)}\n`)).toBe(`${known.slice(8)}\n`);
  });
});

describe("what is held", () => {
  it("is let go line by line, and at the end", () => {
    const held = new HeldText(redactor());
    expect(held.push("one\ntw")).toBe("one\n");
    expect(held.waits).toBe(true);
    expect(held.push("o\n")).toBe("two\n");
    expect(held.waits).toBe(false);
    expect(held.push("three")).toBe("");
    expect(held.end()).toBe("three");
    expect(held.end()).toBe("");
    expect(held.push("four\n")).toBe("four\n");
  });

  it("is never more than a few kilobytes", () => {
    const held = new HeldText(redactor());
    let out = "";
    for (let n = 0; n < 1_000; n++) {
      out += held.push("no line ends here, word by word ");
      expect(n * 32 - out.length).toBeLessThan(4_200);
    }
  });

  it("a key whose end never comes is left out until it is no key any more", () => {
    const held = new HeldText(redactor());
    let out = held.push(`begin\n${privateKey}`);
    for (let n = 0; n < 400; n++) out += held.push(`${"A".repeat(64)}\n`);
    out += held.end();
    expect(out).not.toContain("A".repeat(64));
    for (let n = 0; n < 2_000; n++) out += held.push(`it was none, line ${n}\n`);
    expect(out + held.end()).toContain("it was none, line 1999\n");
  });
});
