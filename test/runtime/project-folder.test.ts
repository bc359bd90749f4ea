// Where the keys of a project stand, and that two processes that make one at once agree on it.
import { spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import {
  createKeyFile,
  keyFolder,
  ownFolder,
  projectFolder,
  readKeyFile,
  userFolder,
} from "../../src/runtime/project-folder.ts";

function folder(...inside: readonly string[]): string {
  const path = mkdtempSync(join(tmpdir(), "reelwire-project-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const name of inside) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    if (name.endsWith("/")) mkdirSync(join(path, name), { recursive: true });
    else writeFileSync(join(path, name), "{}");
  }
  return path;
}

const modeOf = (path: string): number => statSync(path).mode & 0o777;

test.each([
  ["its own folder", [".reelwire/", "a/"], "a", ""],
  ["a folder under git", [".git/", "a/b/"], "a/b", ""],
  ["a working tree of git, where .git is a file", [".git", "a/"], "a", ""],
  ["a package", ["package.json", "a/"], "a", ""],
  ["a configuration file", ["reelwire.config.ts", "a/"], "a", ""],
  ["the nearest of them", ["package.json", "a/package.json", "a/b/"], "a/b", "a"],
  [".reelwire further up before .git nearby", [".reelwire/", "a/.git/", "a/b/"], "a/b", ""],
  ["the nearest .reelwire", [".reelwire/", "a/.reelwire/", "a/b/"], "a/b", "a"],
  ["a file of that name is no folder", ["package.json", "a/.reelwire"], "a", ""],
])("the project is %s", (_, inside, cwd, expected) => {
  const root = folder(...inside);
  expect(projectFolder(join(root, cwd))).toBe(join(root, expected));
});

test("home is a project only by what is reelwire's own", () => {
  const home = folder(".git/", "package.json", "a/");
  expect(projectFolder(join(home, "a"), home)).toBeUndefined();
  writeFileSync(join(home, "reelwire.config.json"), "{}");
  expect(projectFolder(join(home, "a"), home)).toBe(home);
  rmSync(join(home, "reelwire.config.json"));
  mkdirSync(join(home, ".reelwire"));
  expect(projectFolder(join(home, "a"), home)).toBe(home);
});

test("a folder that everybody may write to is one only by a .reelwire of ours", () => {
  const root = folder("package.json", "reelwire.config.ts", "a/");
  chmodSync(root, 0o777);
  expect(projectFolder(join(root, "a"))).toBeUndefined();
  mkdirSync(join(root, ".reelwire"));
  expect(projectFolder(join(root, "a"))).toBe(root);
});

test("the user's folder", () => {
  expect(userFolder({ XDG_CONFIG_HOME: "/x/conf", HOME: "/h" })).toBe("/x/conf/reelwire");
  expect(userFolder({ XDG_CONFIG_HOME: "conf", HOME: "/h" })).toBe("/h/.config/reelwire");
  expect(userFolder({ HOME: "/h" })).toBe("/h/.config/reelwire");
  expect(userFolder({})).toBe(join(homedir(), ".config/reelwire"));
});

test("the own folder is for its owner, keeps keys out of commits, and leaves what is there", () => {
  const root = folder();
  const own = ownFolder(root);
  expect([own, modeOf(own)]).toEqual([join(root, ".reelwire"), 0o700]);
  expect(readFileSync(join(own, ".gitignore"), "utf8")).toBe("*.key\n");
  ownFolder(root);
  expect(readFileSync(join(own, ".gitignore"), "utf8")).toBe("*.key\n");
  writeFileSync(join(own, ".gitignore"), "cache");
  keyFolder(own);
  expect(readFileSync(join(own, ".gitignore"), "utf8")).toBe("cache\n*.key\n");
});

test.runIf(existsSync("/proc/self"))(
  "a file system that lets nobody make folders is an error, not a loop",
  () => {
    expect(() => keyFolder("/proc/none/.config/reelwire")).toThrow(
      expect.objectContaining({ code: "RW3303" }),
    );
  },
);

test("a place where nothing can be made is an error with a code", () => {
  const root = folder("file");
  expect(() => ownFolder(join(root, "file"))).toThrow(expect.objectContaining({ code: "RW3303" }));
  expect(() => createKeyFile(join(root, "none/a.key"), "k")).toThrow(
    expect.objectContaining({ code: "RW3303" }),
  );
});

test("a key file is made once, for its owner alone; force replaces it", () => {
  const path = join(folder(), "a.key");
  expect(readKeyFile(path)).toBeUndefined();
  expect(createKeyFile(path, "one")).toEqual({ text: "one", made: true });
  expect([readKeyFile(path), modeOf(path)]).toEqual(["one", 0o600]);
  expect(createKeyFile(path, "two")).toEqual({ text: "one", made: false });
  expect(createKeyFile(path, "two", { force: true })).toEqual({ text: "two", made: true });
  expect(readKeyFile(path)).toBe("two");
  expect(readdirSync(dirname(path))).toEqual(["a.key"]);
});

test("a key file that is a folder or too long is an error with a code", () => {
  const root = folder("a.key/");
  expect(() => readKeyFile(join(root, "a.key"))).toThrow(expect.objectContaining({ code: "RW3301" }));
  writeFileSync(join(root, "b.key"), "x".repeat(70_000));
  expect(() => readKeyFile(join(root, "b.key"))).toThrow(expect.objectContaining({ code: "RW3301" }));
});

test("processes that make a key at once agree on it", async () => {
  const path = join(folder(), "a.key");
  const module = fileURLToPath(new URL("../../src/runtime/project-folder.ts", import.meta.url));
  // Each waits until its input ends, so that they go together.
  const program = `
    const { createKeyFile } = await import(${JSON.stringify(module)});
    process.stdout.write("ready\\n");
    process.stdin.resume().on("end", () => {
      process.stdout.write(createKeyFile(${JSON.stringify(path)}, "x".repeat(50000) + process.pid).text.slice(50000));
    });`;
  const racers = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] }),
  );
  const said = racers.map(
    (racer) =>
      new Promise<string>((resolve) => {
        let text = "";
        racer.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
        racer.on("close", () => resolve(text));
      }),
  );
  await Promise.all(racers.map((racer) => new Promise((ready) => racer.stdout.once("data", ready))));
  for (const racer of racers) racer.stdin.end();
  const keys = new Set(await Promise.all(said));
  expect([...keys]).toEqual([`ready\n${readKeyFile(path)!.slice(50_000)}`]);
  expect(readdirSync(dirname(path))).toEqual(["a.key"]);
});
