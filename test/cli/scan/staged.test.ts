/** `scan --staged` against a real git: what the next commit holds, whatever lies beside it; as a hook, end to end. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin, cli } from "../call.ts";
import { faults } from "../schemas.ts";
import { env, parts, token } from "../secrets.ts";
import { folder, handshake, unfinished } from "../tapes.ts";

const quiet = {
  ...env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.com",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.com",
};

function repository(): { cwd: string; git: (...args: string[]) => ReturnType<typeof spawnSync> } {
  const cwd = folder();
  const git = (...args: string[]) => spawnSync("git", args, { cwd, env: quiet, encoding: "utf8" });
  expect(git("init", "-q").status).toBe(0);
  return { cwd, git };
}

async function staged(cwd: string) {
  const { status, stdout, stderr } = await cli(["scan", "--staged", "--json"], { cwd, env: quiet });
  expect(faults("scan", stdout)).toEqual([]);
  const told = JSON.parse(stdout) as { files: number; findings: { file: string; line: number }[] };
  return {
    status,
    stderr,
    files: told.files,
    found: told.findings.map(({ file, line }) => `${file}:${line}`),
  };
}

describe("what is staged", () => {
  it("is looked at as git holds it, before the first commit too", async () => {
    const { cwd, git } = repository();
    writeFileSync(join(cwd, "a.txt"), `one\n${token}\n`);
    writeFileSync(join(cwd, "b.txt"), "clean\n");
    writeFileSync(join(cwd, "not-staged.txt"), token);
    git("add", "a.txt", "b.txt");
    // What lies in the folder by now is another text.
    writeFileSync(join(cwd, "a.txt"), "clean by now\n");
    writeFileSync(join(cwd, "b.txt"), token);
    expect(await staged(cwd)).toMatchObject({ status: 1, files: 2, found: ["a.txt:2"] });
    git("add", "-A");
    git("reset", "-q", "not-staged.txt");
    expect((await staged(cwd)).found).toEqual(["b.txt:1"]);
  });

  it("nothing at all is nothing", async () => {
    const { cwd, git } = repository();
    expect(await staged(cwd)).toMatchObject({ status: 0, files: 0, found: [] });
    writeFileSync(join(cwd, "a.txt"), token);
    git("add", "a.txt");
    git("commit", "-qm", "x");
    expect(await staged(cwd)).toMatchObject({ status: 0, files: 0, found: [] });
  });

  it("changed, renamed, odd names; not what was deleted, no link's target, no submodule", async () => {
    const { cwd, git } = repository();
    mkdirSync(join(cwd, "sub", "module"), { recursive: true });
    for (const name of ["changed", "gone", "old"])
      writeFileSync(join(cwd, name), `${"same line\n".repeat(20)}${name}`);
    writeFileSync(join(cwd, "gone"), token);
    git("add", "-A");
    git("commit", "-qm", "x");
    writeFileSync(join(cwd, "changed"), `\n${token}`);
    rmSync(join(cwd, "gone"));
    renameSync(join(cwd, "old"), join(cwd, "new"));
    writeFileSync(join(cwd, "new"), `${"same line\n".repeat(20)}${token}`);
    const odd = ["line\nbreak", 'quote"', "tab\t", "ü", "a b", "-dash", ":colon"];
    for (const name of odd) writeFileSync(join(cwd, "sub", name), token);
    symlinkSync("/etc/hostname", join(cwd, "link"));
    spawnSync("git", ["init", "-q"], { cwd: join(cwd, "sub", "module"), env: quiet });
    spawnSync("git", ["commit", "-qm", "x", "--allow-empty"], {
      cwd: join(cwd, "sub", "module"),
      env: quiet,
    });
    git("add", "-A");
    const { status, found } = await staged(cwd);
    expect(status).toBe(1);
    expect(new Set(found)).toEqual(new Set(["changed:2", "new:21", ...odd.map((name) => `sub/${name}:1`)]));
  });

  it("names files from where it was called, and looks at the whole repository", async () => {
    const { cwd, git } = repository();
    mkdirSync(join(cwd, "deep", "er"), { recursive: true });
    writeFileSync(join(cwd, "top.txt"), token);
    writeFileSync(join(cwd, "deep", "er", "a.txt"), token);
    git("add", "-A");
    expect((await staged(join(cwd, "deep", "er"))).found).toEqual(["a.txt:1", "../../top.txt:1"]);
  });

  it("a tape is read as a tape, a .vcr recording too, a large blob in pieces", async () => {
    const { cwd, git } = repository();
    writeFileSync(join(cwd, "a.tape.jsonl"), unfinished([...handshake, `{"at":1,"stderr":"${token}\\n"}`]));
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    writeFileSync(
      join(cwd, "b.vcr"),
      readFileSync(join(cwd, "a.vcr"), "utf8").replace('"Weather"', `"${token}"`),
    );
    writeFileSync(join(cwd, "c.txt"), `${"nothing here\n".repeat(400_000)}${token}\n`);
    git("add", "-A");
    const { found, files } = await staged(cwd);
    expect(files).toBe(4);
    expect(found).toEqual(expect.arrayContaining(["a.tape.jsonl:6", "c.txt:400001"]));
  });

  it("a thousand files", async () => {
    const { cwd, git } = repository();
    for (let i = 0; i < 1000; i++) writeFileSync(join(cwd, `${i}.txt`), i === 77 ? token : `${i}\n`);
    git("add", "-A");
    expect(await staged(cwd)).toMatchObject({ status: 1, files: 1000, found: ["77.txt:1"] });
  });

  it("outside of a repository, or without git, says so", async () => {
    const cwd = folder();
    const ceiling = { ...quiet, GIT_CEILING_DIRECTORIES: join(cwd, "..") };
    const outside = await cli(["scan", "--staged"], { cwd, env: ceiling });
    expect(outside).toMatchObject({
      status: 6,
      stdout: "",
      stderr: expect.stringMatching(/RW3503[\s\S]*not a git/),
    });
    const without = await cli(["scan", "--staged"], { cwd, env: { ...quiet, PATH: cwd } });
    expect(without).toMatchObject({
      status: 6,
      stdout: "",
      stderr: expect.stringContaining("git was not found"),
    });
  });
});

describe("as a git hook", () => {
  it("holds back a commit with a secret, lets the next one pass", () => {
    const { cwd, git } = repository();
    const hook = join(cwd, ".git", "hooks", "pre-commit");
    writeFileSync(hook, `#!/bin/sh\nexec '${process.execPath}' '${bin}' scan --staged\n`);
    chmodSync(hook, 0o755);
    writeFileSync(join(cwd, "a.txt"), `one\n${token}\n`);
    git("add", "a.txt");
    const held = git("commit", "-qm", "with a secret");
    expect(held.status).toBe(1);
    const said = `${held.stdout}${held.stderr}`;
    expect(said).toContain("a.txt:2  github-token");
    for (const part of parts) expect(said).not.toContain(part);
    expect(git("rev-parse", "-q", "--verify", "HEAD").status).not.toBe(0);
    writeFileSync(join(cwd, "a.txt"), "one\n");
    // A partial commit has an index of its own, which git names to the hook.
    expect(git("commit", "-qm", "without", "a.txt").status).toBe(0);
    expect(git("show", "--stat", "--format=%s", "HEAD").stdout).toContain("without");
  });

  it("ships what the pre-commit framework needs", () => {
    const hooks = readFileSync(new URL("../../../.pre-commit-hooks.yaml", import.meta.url), "utf8");
    for (const line of [
      "- id: reelwire-scan",
      "  entry: reelwire scan",
      "  language: node",
      "  pass_filenames: true",
    ])
      expect(hooks.split("\n")).toContain(line);
  });
});
