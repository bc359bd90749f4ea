/** Globs against a slow and obvious definition, and the steps they take on texts made to hurt. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGlob, type Glob } from "../../src/filter/index.ts";

/** The definition: the first piece stands at the start, and the rest fits at some later place. */
function obvious(glob: Glob, text: string): boolean {
  const [first = "", ...rest] = glob;
  if (rest.length === 0) return text === first;
  if (!text.startsWith(first)) return false;
  const left = text.slice(first.length);
  for (let i = 0; i <= left.length; i++) if (obvious(rest, left.slice(i))) return true;
  return false;
}

describe("globs", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 4 });

  it("fit what the definition says", () => {
    const glob = fc.array(letters, { minLength: 1, maxLength: 4 });
    const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 });
    fc.assert(
      fc.property(glob, text, (g, t) => {
        expect(compileGlob(g)(t)).toBe(obvious(g, t));
      }),
      { numRuns: 5000 },
    );
  });

  it("look at each character of the text once, whatever the pattern", () => {
    const piece = `${"a".repeat(2000)}b`;
    const fits = compileGlob(["", ...Array.from({ length: 7 }, () => piece), ""]);
    const chars = 100_000;
    const { text, looks } = counted("a".repeat(chars));
    expect(fits(text)).toBe(false);
    // A quadratic search would look 2000 times as often.
    expect(looks()).toBe(chars);
  });
});

/** A text that counts how often one of its characters is looked at, and knows no other way to be searched. */
function counted(text: string): { text: string; looks: () => number } {
  let looks = 0;
  const watched = {
    length: text.length,
    startsWith: (head: string) => text.startsWith(head),
    endsWith: (tail: string) => text.endsWith(tail),
    charCodeAt: (at: number) => {
      looks++;
      return text.charCodeAt(at);
    },
  };
  return { text: watched as unknown as string, looks: () => looks };
}
