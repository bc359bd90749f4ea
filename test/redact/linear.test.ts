import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { isSafe } from "redos-detector";
import { describe, expect, it } from "vitest";
import { type Detector, detectors, findCredentials } from "../../src/redact/index.ts";
import { credentials } from "./credentials.ts";
import { literalsOf, reachOf } from "./expressions.ts";

// Whoever sends messages chooses their text, so no text may be expensive. First every expression is proved to have few
// ways to match, then what all attempts together may look at is counted. Nothing is measured in time.

const folder = join(import.meta.dirname, "../../src/redact");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({
    name: relative(folder, join(folder, name)),
    text: readFileSync(join(folder, name), "utf8"),
  }));
const expressions = sources.flatMap(({ name, text }) =>
  literalsOf(text).map((expression) => ({ name, source: String(expression), expression })),
);

/** In how many ways an expression may match the same characters: the factor of its backtracking. */
const waysMax = 4;

/** How many characters all attempts may look at, for each character of a text. */
const looksMax = 256;

describe("every regular expression in src/redact", () => {
  it.each(expressions)("has few ways to match: $name $source", ({ expression }) => {
    const { score, error } = isSafe(asAttempted(expression), { maxSteps: 500_000 });
    expect(error).toBeNull();
    expect(score.infinite ? Number.POSITIVE_INFINITY : score.value).toBeLessThanOrEqual(waysMax);
  });

  it("is a literal, so that it is among them", () => {
    const made = sources.filter(({ text }) => /\bRegExp\(/.test(text)).map(({ name }) => name);
    expect(made).toEqual([]);
    const proved = new Set(expressions.map(({ source }) => source));
    expect(detectors.map(({ pattern }) => String(pattern)).filter((source) => !proved.has(source))).toEqual(
      [],
    );
  });

  it("is tried at one place only when a detector has it", () => {
    expect(detectors.filter(({ pattern }) => !pattern.sticky).map(({ kind }) => kind)).toEqual([]);
  });

  it("the proof refuses what it should", () => {
    for (const bad of [/^(a+)+b/, /^(?:a|a)*c/, /[ab]*a[ab]*c/, /(?:\w+\s?)+$/y]) {
      expect(isSafe(asAttempted(bad), { maxSteps: 2000 }).safe, String(bad)).toBe(false);
    }
  });

  it("the reader of expressions adds up what they may look at", () => {
    expect(reachOf("ab{2}(?:c|[de]{1,3}\\.?)(?!f)")).toEqual({ failing: 8, found: 8 });
    expect(reachOf("a(?<![b-])[\\w/]{20,}={0,2}")).toEqual({ failing: 24, found: Number.POSITIVE_INFINITY });
    expect(reachOf("a\\w+b").failing).toBe(Number.POSITIVE_INFINITY);
    expect(reachOf("a\\w{3,}b").failing).toBe(Number.POSITIVE_INFINITY);
  });

  it("the reader of sources finds literals, and only those", () => {
    const text =
      'const a = /x\\/[/]y/gi; // no /z/\nconst b = 4 / 2 / 1; f("/no/", `/no/`, /yes/y); /* /no/ */';
    expect(literalsOf(text).map(String)).toEqual(["/x\\/[/]y/gi", "/yes/y"]);
  });
});

describe("what all attempts may look at", () => {
  const size = 10_000;

  it.each(hostile())("is linear: $said", ({ units }) => {
    for (const unit of units) {
      const text = unit.repeat(Math.ceil(size / unit.length));
      // The second ends in filling, for which a match may be refused after all.
      for (const whole of [text, text + "x".repeat(64)])
        expect(looksIn(whole) / whole.length, JSON.stringify(unit)).toBeLessThanOrEqual(looksMax);
    }
  });

  it("is nothing in a text that holds no start", () => {
    expect(looksIn("Nothing to see here. ".repeat(1000))).toBe(0);
  });

  it("only a token's parts and the text of a found credential have no limit", () => {
    const unlimited = detectors.filter(
      ({ pattern }) => reachOf(pattern.source).failing === Number.POSITIVE_INFINITY,
    );
    expect(unlimited.map(({ kind }) => kind)).toEqual(["jwt", "jwe"]);
  });
});

/** Sticky means that the expression is tried at one place; the prover knows that of `^` alone. */
function asAttempted(expression: RegExp): RegExp {
  const flags = expression.flags.replaceAll(/[gy]/g, "");
  return new RegExp(expression.sticky ? `^(?:${expression.source})` : expression.source, flags);
}

/** Every start, alone and with each character that may separate; torn examples; all that ever seemed expensive. */
function hostile(): { said: string; units: string[] }[] {
  const starts = [...new Set(detectors.flatMap((detector) => detector.starts))];
  const separators = ["", "-", "_", "/", ".", "\\n", " "];
  const begin = ["-----BEGIN PRIVATE", "KEY-----"].join(" ");
  const others = [
    "eyJaaaaaaaaaaa.",
    "-eyJaaaaaaaaaaa..",
    "://a:b",
    "://a:b@",
    "://:",
    `${begin}\n`,
    `${begin}\n${"A".repeat(16)}`,
    `${begin}\nA-----END`,
    "-",
    "[[rw:",
    "\\n",
    "%3D",
    "[31m",
    `?pass${"word=a"}`,
    `://;pass${"word=a"}`,
    "ghs_1_eyJaaaaaaaaaaa-",
    "1234567890:AA",
    "sig=%2B%2B",
  ];
  return [
    ...starts.map((start) => ({ said: start, units: separators.map((separator) => start + separator) })),
    ...credentials().map(({ kind, text }) => ({
      said: `half of ${kind}`,
      units: [`/${text.slice(0, text.length * 0.7)}`],
    })),
    ...others.map((unit) => ({ said: JSON.stringify(unit), units: [unit] })),
  ];
}

/** An upper bound: what each attempt may look at, at most, by its expression, plus what is consumed. */
function looksIn(text: string): number {
  let looks = 0;
  findCredentials(text, (detector, from) => {
    looks += looksOf(detector, text, from);
  });
  return looks;
}

/** `password=` alone looks back, as far as a connection string is long. */
const backwards = new Map([["connection-password", 256]]);

function looksOf({ kind, pattern, end }: Detector, text: string, from: number): number {
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  if (match === null)
    return isToken(kind) ? partsFrom(text, from) : (failing.get(pattern) ?? reachOf(pattern.source).failing);
  const matchEnd = from + match[0].length;
  const last = end?.(text, matchEnd - (match[1] ?? match[0]).length, matchEnd) ?? matchEnd;
  return Math.max(matchEnd, last) - from + (backwards.get(kind) ?? 0);
}

const failing = new Map(detectors.map(({ pattern }) => [pattern, reachOf(pattern.source).failing]));

/** The two kinds that end at a character and not at a count. */
function isToken(kind: string): boolean {
  return kind === "jwt" || kind === "jwe";
}

/** How far five parts of a token reach from here, when one may begin here, and the character that ends them. */
function partsFrom(text: string, from: number): number {
  parts.lastIndex = from;
  return parts.exec(text)![0].length + 1;
}

const parts = /(?:(?<![_-])[\w-]*(?:\.[\w-]*){0,4})?/y;
