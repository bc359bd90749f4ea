/** Flags, words and environment; and that a wrapped command's words survive whatever they are. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import type { Command } from "../../src/cli/command.ts";
import { commands, findCommand, helpFlag } from "../../src/cli/commands/index.ts";
import { parseCall, splitWrapped, variableOf } from "../../src/cli/parse-flags.ts";

const record = findCommand("record")!;
const show = findCommand("show")!;
const ls = findCommand("ls")!;

function failure(command: Command, argv: readonly string[], env = {}): ReelwireError {
  try {
    parseCall(command, argv, env);
  } catch (error) {
    if (error instanceof ReelwireError) return error;
    throw error;
  }
  throw new Error(`accepted: ${argv.join(" ")}`);
}

describe("flags", () => {
  it.each<[readonly string[], Record<string, unknown>]>([
    [["--out", "a", "srv"], { out: "a" }],
    [["--out=a", "srv"], { out: "a" }],
    [["-o", "a", "srv"], { out: "a" }],
    [["-oa", "srv"], { out: "a" }],
    [["--out", "a", "--out", "b", "srv"], { out: "b" }],
    [["--out=--force", "srv"], { out: "--force" }],
    [["-o", "-", "srv"], { out: "-" }],
    [["--tag", "a=1", "--tag=b=2", "srv"], { tag: ["a=1", "b=2"] }],
    [["--force", "srv"], { force: true }],
    [["--capture", "-method:ping", "srv"], { capture: "-method:ping" }],
    [["--capture", "->500ms", "srv"], { capture: "->500ms" }],
    [["--out=", "srv"], { out: "" }],
  ])("%j", (argv, flags) => {
    const parsed = parseCall(record, argv, {});
    expect({ ...parsed.flags }).toEqual(flags);
    expect(parsed.words).toEqual(["srv"]);
  });

  it.each<[Command, readonly string[], string, string]>([
    [record, ["--outt", "a", "srv"], "RW1003", "--out"],
    [record, ["--outt=a", "srv"], "RW1003", "--out"],
    [record, ["-x", "srv"], "RW1003", "help record"],
    [record, ["--no-force", "srv"], "RW1003", "help record"],
    [record, ["--__proto__", "srv"], "RW1003", "help record"],
    [record, ["--out"], "RW1004", "FILE"],
    [record, ["--out", "--force", "srv"], "RW1004", "--out=--force"],
    [record, ["--out", "-o", "srv"], "RW1004", "FILE"],
    [record, ["--out", "--", "srv"], "RW1004", "FILE"],
    [record, ["--force=yes", "srv"], "RW1004", "no value"],
    [record, ["--format", "xml", "srv"], "RW1004", "jsonl, vcr"],
    [record, [], "RW1005", "CMD"],
    [record, ["--"], "RW1005", "CMD"],
    [record, ["--out", "a"], "RW1005", "CMD"],
    [show, [], "RW1005", "TAPE"],
    [show, ["a", "1", "2"], "RW1010", "show TAPE [N]"],
    [ls, ["a", "b"], "RW1010", "ls [DIR]"],
  ])("%#: %j", (command, argv, code, says) => {
    const error = failure(command, argv);
    expect(error.code).toBe(code);
    expect(`${error.message} ${error.fix}`).toContain(says);
    expect(error.exit).toBe(2);
  });

  it("asks for help before anything else is checked, but only among its own flags", () => {
    expect(parseCall(show, ["--help"], {}).help).toBe(true);
    expect(parseCall(show, ["--bogus", "-h"], {}).help).toBe(true);
    expect(parseCall(record, ["-h", "srv"], {}).help).toBe(true);
    expect(parseCall(record, ["srv", "--help"], {}).help).toBe(false);
    expect(parseCall(show, ["--", "--help"], {}).words).toEqual(["--help"]);
  });

  it("throws nothing but coded errors, on any words", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("-o", "--out", "--", "-", "--=", "--json=", "-oh", "--filter"),
    );
    fc.assert(
      fc.property(fc.constantFrom(...commands), fc.array(word), (command, argv) => {
        try {
          parseCall(command, argv, {});
        } catch (error) {
          expect(error).toBeInstanceOf(ReelwireError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("environment", () => {
  const words = ["srv"];
  it("fills what the line leaves out", () => {
    const env = { REELWIRE_OUT: "e", REELWIRE_SESSION_ID: "s", REELWIRE_TAG: "a=1,b=2", REELWIRE_FORCE: "1" };
    expect({ ...parseCall(record, words, env).flags }).toEqual({
      out: "e",
      "session-id": "s",
      tag: ["a=1,b=2"],
      force: true,
    });
  });

  it("gives way to the line", () => {
    const env = { REELWIRE_OUT: "e", REELWIRE_TAG: "a=1" };
    expect({ ...parseCall(record, ["--out", "f", "--tag", "b=2", ...words], env).flags }).toEqual({
      out: "f",
      tag: ["b=2"],
    });
  });

  it("is checked like the line, and is not there when it is empty", () => {
    expect({ ...parseCall(record, words, { REELWIRE_OUT: "", REELWIRE_FORCE: "0" }).flags }).toEqual({});
    expect(failure(record, words, { REELWIRE_FORMAT: "xml" }).message).toContain("REELWIRE_FORMAT");
    expect(failure(record, words, { REELWIRE_FORCE: "maybe" }).message).toContain("REELWIRE_FORCE");
  });

  it("leaves other commands' flags alone", () => {
    expect({ ...parseCall(ls, [], { REELWIRE_OUT: "x", REELWIRE_FORMAT: "xml" }).flags }).toEqual({});
  });
});

describe("a wrapped command", () => {
  const own = fc.array(
    fc.constantFrom(
      ["--out", "a"],
      ["--out=a"],
      ["-o", "a"],
      ["-oa"],
      ["--force"],
      ["--tag", "k=v"],
      ["--capture", "-method:ping"],
      ["--format", "vcr"],
    ),
    { maxLength: 4 },
  );
  const any = fc.oneof(
    fc.string(),
    fc.constantFrom("-y", "--out", "b", "--", "-", "--help", "-h", "--force", "--env", "K", "-o", ""),
  );

  it("starts where the contract says", () => {
    expect(splitWrapped(record, ["--out", "a", "srv", "-y", "--out", "b"])).toEqual({
      own: ["--out", "a"],
      wrapped: ["srv", "-y", "--out", "b"],
    });
    expect(splitWrapped(record, ["--out", "a", "--", "srv", "-y", "--", "--out", "b"]).wrapped).toEqual([
      "srv",
      "-y",
      "--",
      "--out",
      "b",
    ]);
    expect(splitWrapped(record, ["--force", "--", "--odd-name", "-o"]).wrapped).toEqual(["--odd-name", "-o"]);
    expect(splitWrapped(record, ["--force"]).wrapped).toEqual([]);
  });

  it("keeps its words after --, whatever they are", () => {
    fc.assert(
      fc.property(own, fc.array(any, { minLength: 1 }), (flags, wrapped) => {
        const argv = [...flags.flat(), "--", ...wrapped];
        expect(splitWrapped(record, argv)).toEqual({ own: flags.flat(), wrapped });
        expect(parseCall(record, argv, {}).words).toEqual(wrapped);
      }),
      { numRuns: 2000 },
    );
  });

  it("keeps its words without -- too, when its name is no flag", () => {
    const name = fc
      .oneof(fc.string(), fc.constantFrom("srv", "npx", "-", ""))
      .filter((s) => s === "-" || !s.startsWith("-"));
    fc.assert(
      fc.property(own, name, fc.array(any), (flags, first, rest) => {
        const argv = [...flags.flat(), first, ...rest];
        expect(splitWrapped(record, argv)).toEqual({ own: flags.flat(), wrapped: [first, ...rest] });
        expect(parseCall(record, argv, {}).words).toEqual([first, ...rest]);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the table of commands", () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    "%s is well made",
    (_name, command) => {
      const flags = [...command.flags, helpFlag];
      expect(new Set(flags.map((flag) => flag.name)).size).toBe(flags.length);
      const shorts = flags.flatMap((flag) => flag.short ?? []);
      expect(new Set(shorts).size).toBe(shorts.length);
      for (const flag of flags) {
        expect(flag.name).toMatch(/^[a-z]+(-[a-z]+)*$/);
        expect(variableOf(flag)).toMatch(/^REELWIRE_[A-Z_]+$/);
        expect(flag.help).not.toMatch(/^[A-Z]|\.$/);
      }
      expect(command.wordsMin).toBeLessThanOrEqual(command.wordsMax);
    },
  );
});
