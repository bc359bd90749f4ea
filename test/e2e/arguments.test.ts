/**
 * The server is started as it would have been without us: every argument, the whole environment, the folder. The
 * server under test writes down what it was given.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tagName } from "../peers/processes.ts";
import { testFolder } from "./harness/record-run.ts";
import { readTape } from "./harness/tape-file.ts";
import { node, reelwire } from "./harness/ways.ts";

/** A server that says what it was started with and ends; `node -e` takes arguments after `--`. */
const script =
  'require("fs").writeFileSync(process.env.TOLD, JSON.stringify({argv: process.argv.slice(1), env: process.env, cwd: process.cwd()}))';

interface Told {
  readonly argv: string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
}

/** Starts `record` with flags and a command and returns what the command was told, and the tape's path. */
function told(
  flags: readonly string[],
  args: readonly string[],
  more: { env?: Record<string, string>; cwd?: string; dashes?: boolean } = {},
) {
  const folder = testFolder();
  const file = join(folder, "told.json");
  const tape = join(folder, "a.tape.jsonl");
  const between = more.dashes === false ? [] : ["--"];
  const argv = [
    ...reelwire.slice(1),
    "record",
    "-o",
    tape,
    ...flags,
    ...between,
    node,
    "-e",
    script,
    "--",
    ...args,
  ];
  const env = { ...process.env, XDG_CONFIG_HOME: folder, TOLD: file, ...more.env };
  const stdout = execFileSync(node, argv, {
    cwd: more.cwd ?? folder,
    env,
    input: "",
    stdio: ["pipe", "pipe", "inherit"],
  });
  expect(stdout).toHaveLength(0);
  return { ...(JSON.parse(readFileSync(file, "utf8")) as Told), tape, folder };
}

const awkward = [
  "",
  " ",
  "two words",
  '"',
  "'",
  "\\",
  "$HOME",
  "*",
  "a\nb",
  "\t",
  "--",
  "-o",
  "--out",
  "-",
  "日本語",
  "😀",
  "-y",
  "--stray=fail",
  "%PATH%",
  "`id`",
];

describe("arguments", () => {
  it.each([[true], [false]])(
    "awkward ones arrive as they are, with `--` before the command: %s",
    (dashes) => {
      expect(told([], awkward, { dashes }).argv).toEqual(awkward);
    },
  );

  it("any list of strings arrives", () => {
    const text = fc.oneof(
      fc.constantFrom(...awkward),
      fc.string({ unit: "grapheme" }).filter((s) => !s.includes("\0") && s.isWellFormed()),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), fc.boolean(), (args, dashes) => {
        expect(told([], args, { dashes }).argv).toEqual(args);
      }),
      { numRuns: 8 },
    );
  });

  it("flags after the command's name are the command's own", () => {
    const { argv, folder } = told([], ["-y", "--out", "b", "--force", "-o", "c.tape.jsonl", "--help"], {
      dashes: false,
    });
    expect(argv).toEqual(["-y", "--out", "b", "--force", "-o", "c.tape.jsonl", "--help"]);
    expect(existsSync(join(folder, "b"))).toBe(false);
  });

  it("the header names the command", () => {
    const { tape } = told([], ["--depth", "3"]);
    const server = readTape(tape).header["server"] as { transport: string; command: string[] };
    expect(server.transport).toBe("stdio");
    expect(server.command).toEqual([node, "-e", script, "--", "--depth", "3"]);
  });
});

describe("environment and folder", () => {
  it("the whole environment is inherited", () => {
    const { env } = told([], [], {
      env: { ONE: "1", EMPTY: "", "WITH SPACE": "a b", UMLAUT: "ü", [tagName]: "t" },
    });
    expect(env).toMatchObject({ ONE: "1", EMPTY: "", "WITH SPACE": "a b", UMLAUT: "ü" });
    const ours = Object.keys(env).filter((name) => !(name in process.env) && name.startsWith("REELWIRE"));
    expect(ours.filter((name) => name !== tagName)).toEqual([]);
  });

  it("--env KEY=VALUE adds one, and its value may hold `=`", () => {
    const { env } = told(["--env", "ADDED=x=y", "--env", "NOTHING="], []);
    expect(env).toMatchObject({ ADDED: "x=y", NOTHING: "" });
  });

  it("--env KEY is demanded, passed on, and named in the header without its value", () => {
    const { env, tape } = told(["--env", "NEEDED"], [], { env: { NEEDED: "value-of-needed" } });
    expect(env["NEEDED"]).toBe("value-of-needed");
    expect((readTape(tape).header["server"] as { env: string[] }).env).toContain("NEEDED");
    expect(readFileSync(tape, "utf8")).not.toContain("value-of-needed");
  });

  it("the server runs where we were started", () => {
    const folder = testFolder();
    const inner = join(folder, "ein Ordner");
    mkdirSync(inner);
    expect(told([], [], { cwd: inner }).cwd).toBe(realpathSync(inner));
  });
});
