import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/protocol/index.ts";
import { redactionFor } from "../../src/runtime/index.ts";

// A project's own rules: from a file or its configuration, as data or as functions, and what is wrong with them.

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "reelwire-rules-"));
  mkdirSync(join(project, ".reelwire"));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(project, name), text);
  return name;
}

async function redacted(setting: string | undefined, args: object): Promise<string> {
  const redaction = await redactionFor({ cwd: project, env: { HOME: project }, setting });
  const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "t", arguments: args } };
  const { message } = redaction.redactor().message(parseMessage(JSON.stringify(call))!, "c2s");
  const said = JSON.stringify(message.at("params", "arguments"));
  return said.replace(/\[\[rw:([a-z0-9-]+):(\d+):[0-9a-f]{8}\]\]/g, "<$1 $2>");
}

describe("rules", () => {
  it.each<[string, object, object, string]>([
    [
      "keys",
      { keys: ["memo"] },
      { memo: { a: "x", b: 5 }, other: "x" },
      '{"memo":{"a":"<secret 8>","b":0},"other":"x"}',
    ],
    ["keys in any case", { keys: ["Memo"] }, { MEMO: "x" }, '{"MEMO":"<secret 8>"}'],
    [
      "paths",
      { paths: ["/params/arguments/list/*/pin"] },
      { list: [{ pin: "1" }, { pin: 2, x: 3 }] },
      '{"list":[{"pin":"<secret 8>"},{"pin":0,"x":3}]}',
    ],
    [
      "paths of any depth",
      { paths: ["/**/pin"] },
      { a: { b: { pin: "1" } } },
      '{"a":{"b":{"pin":"<secret 8>"}}}',
    ],
    [
      "a path to a place in a list",
      { paths: ["/params/arguments/list/1"] },
      { list: ["a", "b"] },
      '{"list":["a","<secret 8>"]}',
    ],
    [
      "patterns",
      { patterns: ["ACME-[0-9]{4}"] },
      { t: "order ACME-1234, ACME-12" },
      '{"t":"order <secret 16>, ACME-12"}',
    ],
    [
      "a pattern with a group",
      { patterns: ["(?i)customer (\\\\d+)".replace("\\\\", "\\")] },
      { t: "Customer 42 is here" },
      '{"t":"Customer <secret 8> is here"}',
    ],
    [
      "a named pattern",
      { patterns: [{ name: "order", pattern: "ORD[0-9]+" }] },
      { t: "ORD7" },
      '{"t":"<secret 8>"}',
    ],
    [
      "keep: keys",
      { keep: { keys: ["token"] } },
      { token: "x", password: "y" },
      '{"token":"x","password":"<secret 8>"}',
    ],
    [
      "keep: paths",
      { keep: { paths: ["/params/arguments/password"] } },
      { password: "x", a: { password: "y" } },
      '{"password":"x","a":{"password":"<secret 8>"}}',
    ],
  ])("%s", async (_, rules, args, said) => {
    expect(await redacted(file("rules.json", JSON.stringify(rules)), args)).toBe(said);
  });

  it("functions, in TypeScript, are told where a text stands", async () => {
    const source = `
      import type { RulePlace } from "reelwire";
      const places: string[] = [];
      export default {
        functions: [
          (text: string, { key }: RulePlace) => key === "all",
          (text: string, { pointer }: RulePlace) => (pointer === "/params/arguments/some" ? ["b", "d"] : undefined),
        ],
      };`;
    const args = { all: "everything here", some: "a b c d", none: "b d" };
    const said = '{"all":"<secret 16>","some":"a <secret 8> c <secret 8>","none":"b d"}';
    expect(await redacted(file("rules.ts", source), args)).toBe(said);
  });

  it("stand in the project's configuration, under `redact`", async () => {
    file("reelwire.config.ts", 'export default { redact: { keys: ["memo"] } };');
    expect(await redacted(undefined, { memo: "x" })).toBe('{"memo":"<secret 8>"}');
    expect(await redacted("standard", { memo: "x" })).toBe('{"memo":"x"}');
    expect(await redacted("reelwire.config.ts", { memo: "x" })).toBe('{"memo":"<secret 8>"}');
    const { facts } = await redactionFor({ cwd: project, env: {} });
    expect(facts.preset).toBe("custom");
    rmSync(join(project, "reelwire.config.ts"));
  });
});

describe("what is wrong with rules", () => {
  it.each<[string, string, string, RegExp]>([
    ["no file", "none.json", "", /./],
    ["no JSON", "bad.json", "{", /./],
    ["another ending", "rules.yaml", "keys: []", /ends in \.json, \.ts/],
    ["no module", "bad.ts", "export default {", /./],
  ])("RW3201: %s", async (_, name, text, why) => {
    if (text !== "") file(name, text);
    const error = await redactionFor({ cwd: project, env: {}, setting: name }).catch(
      (fault: unknown) => fault,
    );
    expect(error).toMatchObject({ code: "RW3201", exit: 2 });
    expect(String((error as { where: string[][] }).where)).toMatch(why);
  });

  it.each<[string, unknown, RegExp]>([
    ["a list", [], /no table/],
    ["an unknown rule", { key: ["x"] }, /no rule 'key'/],
    ["keys that are no texts", { keys: [1] }, /'keys' is no list of texts/],
    ["a path that is none", { paths: ["arguments/x"] }, /no JSON Pointer/],
    ["a pattern that does not compile", { patterns: ["("] }, /pattern 1 does not compile/],
    ["look-around, which is not linear", { patterns: ["(?=x)y"] }, /pattern 1 does not compile/],
    ["a back-reference", { patterns: ["(a)\\1"] }, /pattern 1 does not compile/],
    ["a function in JSON", { functions: ["x => x"] }, /list of functions/],
    ["another preset", { preset: "strict" }, /preset/],
    ["keep that is no table", { keep: ["x"] }, /'keep' is no table/],
  ])("RW3202: %s", async (_, rules, why) => {
    const setting = file("wrong.json", JSON.stringify(rules));
    const error = await redactionFor({ cwd: project, env: {}, setting }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "RW3202", exit: 2 });
    expect((error as Error).message).toMatch(why);
  });

  it.each<[string, string, RegExp]>([
    ["throws", "(text) => JSON.parse(text)", /'function 1' threw SyntaxError$/],
    ["throws what is no error", "function pin() { throw 5; }", /'pin' threw a number$/],
    ["answers later", "async () => true", /gave a promise/],
    ["gives a number", "() => 1", /gave a value of the type number/],
    ["gives a list of others", "() => [1]", /gave a value of the type object/],
  ])("RW3202: a function that %s; the text is not told", async (_, rule, why) => {
    const rules = file(`fault-${rule.length}.mjs`, `export default { functions: [${rule}] };`);
    const error = await redacted(rules, { t: "hunter2" }).catch((fault: unknown) => fault);
    expect(error).toMatchObject({ code: "RW3202", exit: 2 });
    expect((error as Error).message).toMatch(why);
    expect((error as Error).message).not.toContain("hunter2");
  });

  it("a function that gives null gives nothing", async () => {
    const rules = file("null.mjs", "export default { functions: [() => null] };");
    expect(await redacted(rules, { t: "x" })).toBe('{"t":"x"}');
  });

  it("a pattern that would never end elsewhere ends here", async () => {
    const setting = file("slow.json", JSON.stringify({ patterns: ["(a+)+$", "(x+x+)+y"] }));
    expect(await redacted(setting, { t: `${"a".repeat(5000)}b`, u: "x".repeat(5000) })).toContain('b"');
  });
});
