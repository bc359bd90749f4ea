/** Whether a live text is a recorded one with its secrets in the place of the placeholders: the digest says it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeholderText, toldLength } from "../../src/base/index.ts";
import { sameSecret } from "../../src/redact/index.ts";
import { digest } from "./redacting.ts";

const placeholder = (secret: string, kind = "secret"): string =>
  placeholderText({ kind, length: toldLength(secret), digest: digest(secret) });
const same = (live: string, recorded: string): boolean => sameSecret(live, recorded, { digest });

describe("the same", () => {
  const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
  const plain = fc.stringMatching(/^[a-z ]{0,5}$/);

  it("any secrets among any text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(plain, word, fc.boolean()), { minLength: 1, maxLength: 6 }),
        plain,
        (parts, end) => {
          const live =
            parts.map(([text, secret, isKnown]) => text + (isKnown ? placeholder(secret) : secret)).join("") +
            end;
          const recorded = parts.map(([text, secret]) => text + placeholder(secret)).join("") + end;
          expect(same(live, recorded)).toBe(true);
          expect(same(`${live}x`, recorded)).toBe(false);
          expect(same(`x${live}`, recorded)).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each<[what: string, live: string, recorded: string]>([
    ["percent-encoded", "a=x%20%C3%BC%2F1&b", `a=${placeholder("x ü/1", "secret-url")}&b`],
    ["escaped in JSON", String.raw`{"a":"x\n\"y"}`, `{"a":"${placeholder('x\n"y')}"}`],
    ["long", `${"S3cret".repeat(20_000)}.`, `${placeholder("S3cret".repeat(20_000))}.`],
    ["long, at the end", `a ${"S3cret".repeat(20_000)}`, `a ${placeholder("S3cret".repeat(20_000))}`],
  ])("%s", (_, live, recorded) => expect(same(live, recorded)).toBe(true));

  it("tells which secrets they were", () => {
    const found: string[] = [];
    const recorded = `${placeholder("one")} and ${placeholder("two")}`;
    expect(sameSecret("one and two", recorded, { digest, found: (secret) => void found.push(secret) })).toBe(
      true,
    );
    expect(found.sort()).toEqual(["one", "two"]);
  });
});

describe("not the same", () => {
  it.each<[live: string, recorded: string]>([
    ["another", placeholder("secret")],
    ["secret ", placeholder("secret")],
    ["", placeholder("secret")],
    ["secret", "secret"],
    ["a secret", `b ${placeholder("secret")}`],
    [placeholder("secret"), placeholder("another")],
  ])("%s, %s", (live, recorded) => expect(same(live, recorded)).toBe(false));

  it("a text with a placeholder that says any length takes no time", () => {
    const live = "x".repeat(1_000_000);
    for (const length of ["999999999", "500000", "4096", "0"])
      for (const kind of ["secret", "secret-url"]) {
        expect(same(live, `[[rw:${kind}:${length}:00000000]]`)).toBe(false);
        expect(same(live, `[[rw:${kind}:${length}:00000000]]`.repeat(64))).toBe(false);
        expect(same("%25".repeat(300_000), `[[rw:${kind}:${length}:00000000]]x`)).toBe(false);
      }
  });
});
