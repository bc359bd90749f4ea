/** The grammar as tables, and two properties: printing and parsing are inverse, and nothing else is ever thrown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { parseFilter, parseTerm, printTerm } from "../../src/filter/index.ts";
import { awkward, termOf } from "./arbitrary.ts";

function failure(text: string): ReelwireError {
  try {
    parseFilter(text);
  } catch (error) {
    if (error instanceof ReelwireError) return error;
    throw error;
  }
  throw new Error(`parses: ${text}`);
}

describe("what parses", () => {
  it.each([
    ["tool:get_*", { kind: "text", field: "tool", values: [["get_", ""]] }],
    ['tool:"a*b"', { kind: "text", field: "tool", values: [["a*b"]] }],
    ['tool:pre"mid "*', { kind: "text", field: "tool", values: [["premid ", ""]] }],
    ["args.city:Paris|Rome", { kind: "value", field: "args", path: ["city"], values: [["Paris"], ["Rome"]] }],
    ['args."a.b".c:1', { kind: "value", field: "args", path: ["a.b", "c"], values: [["1"]] }],
    ["resource:file://*", { kind: "text", field: "resource", values: [["file://", ""]] }],
    ["error:-32602", { kind: "text", field: "error", values: [["-32602"]] }],
    ["tag:suite=smoke", { kind: "tag", key: "suite", values: [["smoke"]] }],
    ["tag:suite", { kind: "tag", key: "suite", values: [["", ""]] }],
    [">500ms", { kind: "measure", of: "duration", over: true, amount: { text: "500ms", value: 500 } }],
    [
      "size<1.5MB",
      { kind: "measure", of: "size", over: false, amount: { text: "1.5MB", value: 1.5 * 2 ** 20 } },
    ],
    ["since:2d", { kind: "time", edge: "since", moment: { kind: "ago", text: "2d", ms: 172_800_000 } }],
    ["-method:ping", { kind: "not", of: { kind: "text", field: "method", values: [["ping"]] } }],
    ["", { kind: "and", of: [] }],
    ["((tool:a))", { kind: "text", field: "tool", values: [["a"]] }],
    ["tool:a***b", { kind: "text", field: "tool", values: [["a", "b"]] }],
  ])("%s", (text, term) => {
    expect(parseTerm(text)).toEqual(term);
  });

  it("takes every example of the contract", () => {
    const examples = [
      "tool:get_* status:error >500ms size>64k endpoint:fs agent:writer session:x run:x tape:x client:x server:x dir:s2c era:modern",
      "method:tools/* prompt:x resource:file://* error:-32602 since:2d until:2026-11-01 tag:suite=smoke tag:correlation=42",
      "-method:ping args.city:Paris|Rome result.isError:true trace:4bf9* (tool:a tool:b)",
    ];
    for (const text of examples) expect(() => parseFilter(text)).not.toThrow();
  });
});

describe("what does not", () => {
  it.each([
    ['"rate limit"', "RW1008", "full-text"],
    ["weather", "RW1008", "full-text"],
    ["-weather", "RW1008", "full-text"],
    ["= ms > 50.0", "RW1008", "CEL"],
    ["  =x", "RW1008", "CEL"],
    ["tool:", "RW1008", "needs a value"],
    ["tool:a|", "RW1008", "needs a value"],
    ["tool:a | tool:b", "RW1008", "nothing to belong to"],
    ["| tool:b", "RW1008", "nothing to belong to"],
    ["(tool:a", "RW1008", "not closed"],
    ["tool:a)", "RW1008", "nothing to belong to"],
    ["()", "RW1008", "empty"],
    ['tool:"a', "RW1008", "quote is not closed"],
    ["- tool:a", "RW1008", "right after"],
    ["-", "RW1008", "right after"],
    [">500", "RW1008", "500ms"],
    ["size>64q", "RW1008", "64k"],
    ["size:64k", "RW1008", "size>"],
    ["since:yesterday", "RW1008", "2d"],
    ["since:2026-02-30", "RW1008", "2026-11-01"],
    ["status:okay", "RW1008", "tool_error"],
    ["dir:up", "RW1008", "s2c"],
    ["args:x", "RW1008", "path"],
    ["args.:x", "RW1008", "path"],
    [":x", "RW1009", ""],
    ["toool:x", "RW1009", "'tool'"],
    ["statsu:ok", "RW1009", "'status'"],
    ["Tool:x", "RW1009", "'tool'"],
    ["tool.name:x", "RW1009", ""],
    ["frobnicate:x", "RW1009", "one of tool"],
    ["ms>50", "RW1009", ""],
    ["(".repeat(5000), "RW1008", "nested"],
    [`${"-".repeat(5000)}tool:a`, "RW1008", "nested"],
    ["tool:a ".repeat(5000), "RW1008", "longer"],
  ])("%s", (text, code, says) => {
    const error = failure(text);
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.fix}`).toContain(says);
  });

  it("names the column", () => {
    expect(failure("tool:a status:what").message).toContain("column 15");
  });
});

describe("properties", () => {
  it("printing and parsing are inverse", () => {
    fc.assert(
      fc.property(termOf, (term) => {
        expect(parseTerm(printTerm(term))).toEqual(term);
      }),
      { numRuns: 1000 },
    );
  });

  it("throws nothing but a coded error, on any text", () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .array(fc.oneof(awkward, fc.constantFrom("tool:", "args.", "-", "(", ")", "size>", "since:", "tag:")))
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (each) => {
        try {
          const term = parseTerm(each);
          expect(parseTerm(printTerm(term))).toEqual(term);
        } catch (error) {
          expect(error).toBeInstanceOf(ReelwireError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
