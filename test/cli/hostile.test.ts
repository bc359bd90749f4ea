/** Tapes that mean harm: whatever stands on them, every view ends well, steers no terminal and prints sound JSON. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replayTape } from "../../src/index.ts";
import { cli } from "./call.ts";
import { faults } from "./schemas.ts";
import { folder, handshake, header, oddCall } from "./tapes.ts";

const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const nasty = fc.oneof(
  fc.constantFrom(
    "\u001b[2J",
    "\u009b31m",
    "\u202eevil",
    "__proto__",
    "constructor",
    "",
    "\n",
    "tools/call",
    "1",
    "x".repeat(3000),
  ),
  fc.string({ unit: "binary", maxLength: 10 }),
);
const anything = fc.jsonValue({ maxDepth: 3 });
/** Mostly of the right shape, so that the odd parts are looked at. */
const message = fc.record(
  {
    jsonrpc: fc.constant("2.0"),
    id: fc.oneof(fc.integer({ min: 0, max: 3 }), nasty, anything),
    method: fc.oneof(
      fc.constantFrom("tools/call", "initialize", "notifications/progress", "notifications/cancelled"),
      nasty,
      anything,
    ),
    params: fc.oneof(
      fc.record(
        {
          name: nasty,
          requestId: fc.integer({ min: 0, max: 3 }),
          _meta: anything,
          progressToken: nasty,
          clientInfo: anything,
          arguments: anything,
        },
        { requiredKeys: [] },
      ),
      anything,
    ),
    result: fc.oneof(fc.record({ isError: anything, serverInfo: anything }, { requiredKeys: [] }), anything),
    error: fc.oneof(fc.record({ code: anything, message: anything }, { requiredKeys: [] }), anything),
  },
  { requiredKeys: [] },
);
const payload = fc.oneof(
  { weight: 5, arbitrary: fc.record({ msg: fc.oneof(message, fc.array(message, { maxLength: 3 })) }) },
  fc.record({ text: nasty }),
  fc.record({ stderr: nasty }),
  fc.record({ note: fc.record({ what: nasty, says: nasty }) }),
  fc.record({
    close: fc.record({ side: fc.constant("server"), code: anything, signal: anything, reason: anything }),
  }),
  fc.record({ open: fc.record({ side: fc.constant("client"), pid: anything }) }),
  fc.dictionary(nasty, anything, { minKeys: 1, maxKeys: 1 }),
  anything.map((value) => ({ msg: value })),
);
const line = fc
  .tuple(
    fc.nat(10_000),
    fc.constantFrom({}, { conn: 1 }, { conn: 9_007_199_254_740_991 }),
    fc.constantFrom({ dir: "c2s" }, { dir: "s2c" }, {}),
    payload,
  )
  .map(([at, conn, dir, body]) => JSON.stringify({ at, ...conn, ...dir, ...(body as object) }));
const tape = fc.array(
  fc.oneof(
    { weight: 9, arbitrary: line },
    nasty.map((text) => text.replaceAll("\n", "")),
  ),
  { maxLength: 12 },
);

describe("a hostile tape", () => {
  it("is shown, listed and judged without harm", async () => {
    const cwd = folder();
    const { writeFileSync } = await import("node:fs");
    await fc.assert(
      fc.asyncProperty(tape, nasty, async (lines, name) => {
        const head = header.replace('"weather"', JSON.stringify(name));
        writeFileSync(`${cwd}/a.tape.jsonl`, `${[head, ...lines].join("\n")}\n`);
        for (const argv of [
          ["show"],
          ["show", "1"],
          ["show", "--all"],
          ["show", "--stderr"],
          ["show", "--noise"],
          ["show", "--filter", "tool:* -status:ok"],
          ["validate"],
        ]) {
          const [command, ...flags] = argv;
          const text = await cli([command!, "a.tape.jsonl", ...flags], { cwd });
          expect(text.status, text.stderr).toBeOneOf(command === "validate" ? [0, 1] : [0, 2]);
          expect(`${text.stdout}${text.stderr}`).not.toMatch(steering);
          const json = await cli([command!, "a.tape.jsonl", ...flags, "--json"], { cwd });
          expect(json.status).toBe(text.status);
          const schema = json.status === 2 ? "error" : command!;
          expect(faults(schema, json.status === 2 ? json.stderr : json.stdout)).toEqual([]);
          expect(`${json.stdout}${json.stderr}`).not.toMatch(steering);
        }
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});

describe("what a stranger says about secrets", () => {
  const redaction = (env: string): string =>
    `${header.slice(0, -1)},"redaction":{"preset":"standard","count":1,"key":"00000000","env":${env}}}`;
  const calls = [...handshake, ...oddCall].join("\n");

  it.each([
    [
      "variables that every table of the language has",
      redaction('["toString","__proto__","constructor"]'),
      calls,
    ],
    ["numbers that are no list", header, calls.replaceAll('"msg"', '"redacted":null,"msg"')],
    [
      "a list of what are no numbers",
      redaction("[]"),
      calls.replaceAll('"msg"', '"redacted":[null,5,{"at":{},"as":5},{"at":"/id","as":"\\""}],"msg"'),
    ],
    [
      "a checkpoint with ten million checksums",
      header,
      `${calls}\n{"at":13001,"mark":{"lines":1,"bytes":1,"sha256":"${"0".repeat(64)}","crc":"${"A".repeat(1e7)}"}}`,
    ],
  ])("%s: every command ends well", async (_, head, lines) => {
    const cwd = folder({ "a.tape.jsonl": `${head}\n${lines}\n` });
    for (const argv of [
      ["show", "a.tape.jsonl"],
      ["validate", "a.tape.jsonl"],
      ["redact", "a.tape.jsonl"],
      ["scan", "a.tape.jsonl"],
      ["pack", "a.tape.jsonl", "--force"],
      ["convert", "a.tape.jsonl", "a.vcr"],
      ["repair", "a.tape.jsonl"],
    ]) {
      await using replay = await replayTape(`${cwd}/a.tape.jsonl`, {});
      expect((await replay.unused()).length).toBeGreaterThan(0);
      const { status, stderr } = await cli(argv, { cwd });
      expect([argv[0], status], stderr).toEqual([argv[0], argv[0] === "validate" ? 1 : 0]);
    }
  });
});
