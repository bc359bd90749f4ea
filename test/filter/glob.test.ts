/** Globs against a slow and obvious definition, and the time they take on texts made to hurt. */
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

  it("take time linear in the text, whatever the pattern", () => {
    const piece = `${"a".repeat(2000)}b`;
    const fits = compileGlob(["", ...Array.from({ length: 7 }, () => piece), ""]);
    const time = (chars: number) => {
      const text = "a".repeat(chars);
      const start = performance.now();
      expect(fits(text)).toBe(false);
      return performance.now() - start;
    };
    time(1_000_000);
    // A quadratic search would need 2000 times 4 million steps; a linear one a few dozen milliseconds.
    expect(time(4_000_000)).toBeLessThan(2000);
  });
});
