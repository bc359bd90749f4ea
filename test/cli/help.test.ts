/** Help, documents and completion agree with the tables they are made from. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { errorTable } from "../../src/base/index.ts";
import { commands, helpFlag } from "../../src/cli/commands/index.ts";
import { variableOf } from "../../src/cli/parse-flags.ts";
import { exitCodes } from "../../src/cli/topics.ts";
import { choices, fieldNames, parseFilter } from "../../src/filter/index.ts";
import { cli } from "./call.ts";
import { folder } from "./tapes.ts";

const doc = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

const installed = (shell: string) => spawnSync(shell, ["-c", "true"]).error === undefined;

describe("help", () => {
  it("is an overview on stdout when it is asked for, and on stderr when nothing was", async () => {
    const asked = await cli(["help"]);
    expect(asked).toMatchObject({ status: 0, stderr: "" });
    for (const { name } of commands) expect(asked.stdout).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
    expect(await cli(["--help"])).toEqual(asked);
    expect(await cli(["-h"])).toEqual(asked);
    expect(await cli([])).toEqual({ status: 2, stdout: "", stderr: asked.stdout });
  });

  it.each(commands.map((command) => [command.name, command] as const))(
    "explains %s, every flag of it",
    async (name, command) => {
      const { status, stdout, stderr } = await cli([name, "--help"]);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout.startsWith(`usage: reelwire ${name}`)).toBe(true);
      for (const flag of [...command.flags, helpFlag]) expect(stdout).toContain(`--${flag.name}`);
      expect(await cli(["help", name])).toEqual({ status, stdout, stderr });
      expect(await cli([name, "-h"])).toEqual({ status, stdout, stderr });
      for (const alias of command.aliases ?? []) expect((await cli(["help", alias])).stdout).toBe(stdout);
    },
  );

  it.each(Object.entries(errorTable))("explains %s", async (code, row) => {
    const { status, stdout } = await cli(["help", code]);
    expect(status).toBe(0);
    expect(stdout.split("\n")[0]).toBe(`${code}  ${row.says.replace(/\{(\w+)\}/g, "<$1>")}`);
    expect(stdout, "says nothing that is filled in only when it happens").not.toMatch(/\{\w+\}/);
    expect(stdout.trim().split("\n").length).toBeGreaterThan(6);
    expect((await cli(["help", code.toLowerCase()])).stdout).toBe(stdout);
  });

  it("says nothing of what this version does not do", async () => {
    expect((await cli(["help"])).stdout).not.toMatch(/verify|gateway|broker/i);
  });

  it("has topics", async () => {
    const filter = (await cli(["help", "filter"])).stdout;
    for (const field of fieldNames) expect(filter).toContain(`${field}`);
    const environment = (await cli(["help", "environment"])).stdout;
    for (const flag of commands.flatMap((command) => command.flags))
      expect(environment).toContain(variableOf(flag));
    expect((await cli(["help", "exit-codes"])).stdout).toContain("130  interrupted");
  });

  it("names what was probably meant", async () => {
    expect(await cli(["help", "fliter"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("reelwire help filter"),
    });
    expect((await cli(["help", "RW1O09"])).stderr).toContain("RW1009");
    expect(await cli(["shwo"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/RW1002[\s\S]*reelwire show/),
    });
    expect(await cli(["--verzion"])).toMatchObject({ status: 2, stderr: expect.stringContaining("RW1003") });
  });

  it("tells the version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(await cli(["--version"])).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });
});

describe("documents", () => {
  it("errors.md has every code with its text and exit status, and no other", () => {
    const sections = doc("errors.md").split(/^### /m).slice(1);
    const documented = sections.map((section) => section.slice(0, section.indexOf("\n")));
    expect(documented).toEqual(Object.keys(errorTable).sort());
    for (const section of sections) {
      const [code, says, explained] = section.split(/\n#+ /)[0]!.split("\n\n");
      const row = errorTable[code as keyof typeof errorTable];
      expect(says).toBe(`${row.says} (exit ${row.exit})`);
      expect(explained!.length).toBeGreaterThan(40);
    }
  });

  it("cli.md has every command with every flag, and no other", () => {
    const sections = new Map(
      doc("cli.md")
        .split(/^## /m)
        .slice(1)
        .map((s) => [s.slice(0, s.indexOf("\n")), s] as const),
    );
    const titles = [...sections.keys()].filter((title) => /^[a-z]/.test(title));
    expect(titles).toEqual(commands.map((command) => command.name));
    for (const command of commands) {
      const section = sections.get(command.name)!;
      const listed = [...section.matchAll(/^\| (?:`-\w`, )?`--([a-z-]+)/gm)].map((match) => match[1]);
      expect(listed).toEqual(command.flags.map((flag) => flag.name));
      for (const flag of command.flags) if (flag.short) expect(section).toContain(`\`-${flag.short}\``);
      for (const alias of command.aliases ?? []) expect(section).toContain(`\`${alias}\``);
    }
  });

  it("cli.md has the exit codes of the topic, and errors have no other", () => {
    const rows = [...doc("cli.md").matchAll(/^\| (\d+) +\| (.*?) +\|$/gm)].map((m) => [Number(m[1]), m[2]]);
    expect(rows).toEqual(exitCodes);
    const codes = exitCodes.map(([code]) => code);
    expect(Object.values(errorTable).filter(({ exit }) => !codes.includes(exit))).toEqual([]);
  });

  it("cli.md names every field of filters, and its examples parse", () => {
    const section = doc("cli.md").split("## Filters")[1]!;
    for (const field of fieldNames) expect(section).toMatch(new RegExp(`${field}[:.]`));
    for (const values of Object.values(choices))
      for (const value of values) expect(section).toContain(`\`${value}\``);
    const rows = [...section.matchAll(/^\| (`.*?`) +\|/gm)].map((match) => match[1]!.replaceAll("\\|", "|"));
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows)
      for (const [, example] of row.matchAll(/`([^`]+)`/g)) expect(() => parseFilter(example!)).not.toThrow();
  });
});

describe("completion", () => {
  it.each(["bash", "zsh", "fish"])("the %s script knows every command and flag", async (shell) => {
    const { status, stdout } = await cli(["completion", shell]);
    expect(status).toBe(0);
    for (const command of commands) {
      expect(stdout).toContain(command.name);
      for (const flag of command.flags)
        expect(stdout).toContain(shell === "fish" ? `-l ${flag.name}` : `--${flag.name}`);
    }
  });

  it.for([
    ["bash", "-n"],
    ["zsh", "-n"],
    ["fish", "--no-execute"],
  ] as const)("%s takes its script", async ([shell, check], { skip }) => {
    skip(!installed(shell), `${shell} is not installed here`);
    const cwd = folder();
    const { stdout } = await cli(["completion", shell]);
    const { status, stderr } = spawnSync(shell, [check], { cwd, input: stdout, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });

  it.for([
    ["reelwire sh", "show"],
    ["reelwire convert --fo", "--format --force"],
    ["reelwire convert --format ", "jsonl vcr"],
    ["reelwire completion ", "bash zsh fish"],
    ["reelwire record --fo", "--format --force"],
    ["reelwire record -o x --format ", "jsonl vcr"],
    ["reelwire record --out = x --fo", "--format --force"],
    ["reelwire record --force -- --fo", ""],
    ["reelwire record -- srv --format ", ""],
    ["reelwire record -o x srv --fo", ""],
  ] as const)("bash completes %j", async ([line, words], { skip }) => {
    skip(!installed("bash"), "bash is not installed here");
    const { stdout } = await cli(["completion", "bash"]);
    const typed = line.split(" ");
    const script = `${stdout}\nCOMP_WORDS=(${typed.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${typed.length - 1}; _reelwire; echo "\${COMPREPLY[*]}"`;
    const { stdout: said } = spawnSync("bash", ["--norc"], {
      input: script,
      encoding: "utf8",
      cwd: join("/"),
    });
    expect(said.trim()).toBe(words);
  });

  it("of another shell is refused", async () => {
    expect(await cli(["completion", "csh"])).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("bash, zsh, fish"),
    });
  });
});
