import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { isNamed, Patterns, type Place, step } from "../../src/base/index.ts";
import { canonicalOf, parsePointer, pointerOf } from "../../src/match/index.ts";

const patterns = (...texts: string[]): Place => {
  const all = new Patterns();
  for (const text of texts) all.add(parsePointer(text)!);
  return all.start;
};
const names = (place: Place, path: readonly string[]): boolean => isNamed(path.reduce(step, place));

describe("pointers", () => {
  it.each<[text: string, path: string[]]>([
    ["", []],
    ["/", [""]],
    ["/a/b", ["a", "b"]],
    ["/a//b/", ["a", "", "b", ""]],
    ["/a~1b/m~0n", ["a/b", "m~n"]],
    ["/~01", ["~1"]],
    ["/~10", ["/0"]],
    ['/ /k"l/%25', [" ", 'k"l', "%25"]],
    ["/__proto__/constructor", ["__proto__", "constructor"]],
  ])("%j names %j, and back (RFC 6901)", (text, path) => {
    expect(parsePointer(text)).toEqual(path);
    expect(pointerOf(path)).toBe(text);
  });

  it.each(["a", "a/b", "#/a", "/a~", "/a~2", "/~", "/~~1", " /a"])("%j is none", (text) => {
    expect(parsePointer(text)).toBeUndefined();
  });

  test("any path of keys and positions", () => {
    const path = fc.array(
      fc.oneof(fc.string({ unit: fc.constantFrom("~", "/", "0", "1", "a") }), fc.nat(20)),
    );
    const holds = (keys: (string | number)[]) => {
      expect(parsePointer(pointerOf(keys))).toEqual(keys.map(String));
    };
    fc.assert(fc.property(path, holds));
  });
});

describe("patterns", () => {
  it.each<[pattern: string, named: string[], others: string[]]>([
    ["/a/b", ["/a/b"], ["", "/a", "/b", "/a/b/c", "/a/c"]],
    ["/a/*", ["/a/b", "/a/0", "/a/"], ["/a", "/a/b/c", "/b/a"]],
    ["/*/a", ["/x/a", "/a/a"], ["/a", "/x/y/a"]],
    ["/a/*/b", ["/a/0/b", "/a/b/b"], ["/a/b", "/a/0/1/b"]],
    ["/**/a", ["/a", "/x/a", "/x/y/a", "/a/a"], ["", "/x", "/a/x"]],
    ["/a/**/b", ["/a/b", "/a/x/b", "/a/b/b", "/a/x/y/b"], ["/b", "/a", "/x/b", "/a/b/x"]],
    ["/a/**", ["/a/x", "/a/x/y", "/a/**"], ["", "/b", "/b/a"]],
    ["/**/a/*", ["/a/0", "/x/a/0", "/a/a"], ["/a", "/x/a"]],
    ["/**/*/a", ["/x/a", "/x/y/a"], ["/a", "/x"]],
    ["/**/**/a", ["/a", "/x/a", "/x/y/a"], ["", "/x"]],
    ["/**/a/**/b", ["/a/b", "/x/a/y/b", "/a/a/b"], ["/a", "/b", "/b/a"]],
    ["/a~1b/~0", ["/a~1b/~0"], ["/a/b/~0", "/a~1b"]],
    ["/**/__proto__", ["/__proto__", "/a/__proto__"], ["/a", "/constructor"]],
  ])("%s", (pattern, named, others) => {
    const place = patterns(pattern);
    const wrong = (paths: string[], want: boolean) =>
      paths.filter((text) => names(place, parsePointer(text)!) !== want);
    expect({ named: wrong(named, true), others: wrong(others, false) }).toEqual({ named: [], others: [] });
  });

  it("several at once, one within another", () => {
    const place = patterns("/a", "/a/b", "/*/c", "/a/*/d");
    expect(["/a", "/a/b", "/a/c", "/x/c", "/a/q/d"].filter((p) => !names(place, parsePointer(p)!))).toEqual(
      [],
    );
    expect(["/b", "/x/b", "/x/q/d"].filter((p) => names(place, parsePointer(p)!))).toEqual([]);
  });

  it("none at all costs nothing", () => {
    expect(new Patterns().start).toBeUndefined();
    expect(step(patterns("/a"), "b")).toBeUndefined();
  });

  it("many `**` do not multiply: a place is never larger than its patterns", () => {
    let place = patterns("/**/a/**/a/**/a/**/a", "/**/*/**/*/**/a");
    for (let i = 0; i < 400; i++) place = step(place, "a");
    expect(place!.length).toBeLessThan(20);
  });

  test("any patterns on any path, against a backtracking judge", () => {
    const judge = ([p, ...more]: string[], path: string[]): boolean => {
      if (p === undefined) return path.length === 0;
      if (p === "**" && more.length === 0) return path.length > 0;
      if (p === "**") return path.some((_, i) => judge(more, path.slice(i))) || judge(more, []);
      return path.length > 0 && (p === "*" || p === path[0]) && judge(more, path.slice(1));
    };
    const pattern = fc.array(fc.constantFrom("a", "b", "*", "**"), { minLength: 1, maxLength: 5 });
    const path = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 6 });
    const holds = (all: string[][], keys: string[]) => {
      const place = patterns(...all.map(pointerOf));
      return names(place, keys) === all.some((each) => judge(oneDeep(each), keys));
    };
    fc.assert(fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), path, holds), { numRuns: 2000 });
  });
});

describe("what is left out of a canonical text", () => {
  const text = (json: string, ...ignore: string[]) => canonicalOf(json, patterns(...ignore))?.text;

  it.each<[what: string, a: string, b: string, ignore: string]>([
    ["a member, and the same without it", '{"a":1,"b":2}', '{"b":2}', "/a"],
    ["a member under an escaped key", '{"a/b":1,"c":{"\\u0061/b":2}}', '{"c":{}}', "/**/a~1b"],
    ["an element, whatever it is", "[1,2]", "[9,2]", "/0"],
    ["every element", '[{"id":1},{"id":2}]', '[3,{"x":[]}]', "/*"],
    ["a part of each element", '[{"id":1,"v":1},{"id":2,"v":2}]', '[{"v":1},{"id":9,"v":2}]', "/*/id"],
    ["all duplicates of a key", '{"a":1,"a":2,"b":3}', '{"b":3}', "/a"],
  ])("equal: %s", (_, a, b, ignore) => {
    expect(text(a, ignore)).toBe(text(b, ignore));
  });

  it.each<[what: string, a: string, b: string, ignore: string]>([
    ["elements are not fewer for being ignored", "[1,2]", "[1]", "/*"],
    ["nor is the only one", "[1]", "[]", "/0"],
    ["nor is an ignored one an empty text", '[""]', "[1]", "/1"],
    ["the rest still counts", '{"a":1,"b":2}', '{"a":1,"b":3}', "/a"],
    ["a member of the same name elsewhere", '{"x":{"a":1}}', '{"x":{"a":2}}', "/a"],
  ])("different: %s", (_, a, b, ignore) => {
    expect(text(a, ignore)).not.toBe(text(b, ignore));
  });

  it("everything", () => {
    expect(text('{"a":1}', "")).toBeUndefined();
  });
});

/** Several `**` in a row are one. */
function oneDeep(pattern: readonly string[]): string[] {
  return pattern.filter((key, i) => key !== "**" || pattern[i - 1] !== "**");
}
