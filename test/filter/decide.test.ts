/** What a filter answers, when, and that it never takes an answer back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FilterView, parseFilter, printTerm } from "../../src/filter/index.ts";
import { smallTerm, story, viewAt } from "./arbitrary.ts";

const decide = (text: string, view: Partial<FilterView>) =>
  parseFilter(text).decide({ final: false, ...view });

describe("three values", () => {
  const tool = { tool: "get_weather" };
  it.each<[string, Partial<FilterView>, boolean | undefined]>([
    ["tool:get_*", tool, true],
    ["tool:set_*", tool, false],
    ["tool:get_*", {}, undefined],
    ["tool:get_*", { final: true }, false],
    ["-tool:get_*", { final: true }, true],
    ["tool:get_*", { tool: null }, false],
    ["-tool:get_*", { tool: null }, true],
    ["tool:get_* status:ok", tool, undefined],
    ["tool:set_* status:ok", tool, false],
    ["-(tool:set_* status:ok)", tool, true],
    ["status:error|open", { status: "error" }, true],
    ["server:b", { server: ["a", "b"] }, true],
    ["", {}, true],
    [">500ms", { durationMs: 501 }, true],
    [">500ms", { durationMs: 500 }, false],
    ["<500ms", {}, undefined],
    ["size>64k", { sizeBytes: 65_537 }, true],
    ["since:2d", { atMs: 1000, nowMs: 1000 + 172_800_000 }, true],
    ["since:2d", { atMs: 999, nowMs: 1000 + 172_800_000 }, false],
    ["until:2d", { atMs: 999, nowMs: 1000 + 172_800_000 }, true],
    ["since:2d", { atMs: 999 }, undefined],
    ["since:2d", { atMs: 999, final: true }, false],
    ["error:-32602", { error: "-32602" }, true],
    ["error:-32602", { error: "-32602.0" }, true],
    ["error:-326*", { error: "-32602" }, true],
    ["tag:suite=smoke", { tag: (key) => (key === "suite" ? "smoke" : null) }, true],
    ["tag:other", { tag: (key) => (key === "suite" ? "smoke" : null) }, false],
  ])("%s", (text, view, verdict) => {
    expect(decide(text, view)).toBe(verdict);
  });

  it.each([
    ["since:2026-11-01", "2026-11-01T00:00:00Z", true],
    ["since:2026-11-01", "2026-10-31T23:59:59.999Z", false],
    ["until:2026-11-01", "2026-11-01T23:59:59.999Z", true],
    ["until:2026-11-01", "2026-11-02T00:00:00Z", false],
    ["until:2026-11-01T08:30", "2026-11-01T08:30:59Z", true],
    ["until:2026-11-01T08:30", "2026-11-01T08:31:00Z", false],
    ["since:2026-11-01T08:30+02:00", "2026-11-01T06:30:00Z", true],
    ["since:2026-11-01T08:30+02:00", "2026-11-01T06:29:59Z", false],
    ["since:1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.500Z", true],
    ["since:2024-02-29", "2024-02-29T00:00:00Z", true],
  ])("%s at %s", (text, at, verdict) => {
    expect(decide(text, { atMs: Date.parse(at) })).toBe(verdict);
  });

  it("reckons dates as the platform does", () => {
    const date = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-30"), noInvalidDate: true });
    fc.assert(
      fc.property(date, (each) => {
        const atMs = each.getTime();
        expect(decide(`since:${each.toISOString()}`, { atMs })).toBe(true);
        expect(decide(`since:${each.toISOString()}`, { atMs: atMs - 1 })).toBe(false);
      }),
    );
  });
});

describe("values of arguments", () => {
  it.each([
    ["args.x:Paris", '"Paris"', true],
    ["args.x:Par*", '"Paris"', true],
    ["args.x:1", "1.0", true],
    ["args.x:1", "10e-1", true],
    ["args.x:1", '"1"', true],
    ["args.x:1.0", '"1"', false],
    ["args.x:12345678901234567890", "12345678901234567890", true],
    ["args.x:12345678901234567890", "12345678901234567891", false],
    ["args.x:1e400", "10e399", true],
    ["args.x:true", "true", true],
    ["args.x:null", "null", true],
    ["args.x:b", '["a","b"]', true],
    ["args.x:b", '[["a"],["b"]]', true],
    ["args.x:c", '["a","b"]', false],
    ["args.x:*", '{"a":1}', true],
    ["args.x:a", '{"a":1}', false],
    ['args.x:"a*"', '"a*"', true],
    ['args.x:"a*"', '"ab"', false],
    ["args.x:é", '"\\u00e9"', true],
    ['args.x:""', '""', true],
    ["args.x:1", `1e${"9".repeat(100_000)}`, false],
    ["args.x:1", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, false],
  ])("%s", (text, json, verdict) => {
    expect(decide(text, { args: () => json })).toBe(verdict);
  });

  it("hands over the path", () => {
    const seen: (readonly string[])[] = [];
    decide('args.a."b.c".0:x', {
      args: (path) => {
        seen.push(path);
        return null;
      },
    });
    expect(seen).toEqual([["a", "b.c", "0"]]);
  });
});

describe("properties", () => {
  it("once decided, it stays decided, whatever else becomes known", () => {
    fc.assert(
      fc.property(smallTerm, story, (term, told) => {
        const filter = parseFilter(printTerm(term));
        let decided: boolean | undefined;
        for (let known = 0; known <= told.order.length; known++) {
          const verdict = filter.decide(viewAt(told, known, false));
          if (decided !== undefined) expect(verdict).toBe(decided);
          decided = verdict;
        }
        const last = filter.decide(viewAt(told, told.order.length, true));
        expect(typeof last).toBe("boolean");
        if (decided !== undefined) expect(last).toBe(decided);
      }),
      { numRuns: 2000 },
    );
  });

  it("double negation changes nothing", () => {
    fc.assert(
      fc.property(smallTerm, story, fc.nat(10), (term, told, known) => {
        const view = viewAt(told, known, false);
        const twice = printTerm({ kind: "not", of: { kind: "not", of: term } });
        expect(parseFilter(twice).decide(view)).toBe(parseFilter(printTerm(term)).decide(view));
      }),
    );
  });
});
