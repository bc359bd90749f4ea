/** Which identities are found, in which order, what becomes of files that hold none, and how one is made. */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import {
  findIdentities,
  findRecipients,
  locksFor,
  makeIdentity,
  unlockWith,
} from "../../src/runtime/index.ts";
import { folder } from "../cli/tapes.ts";
import { needAge, newKey, runAge } from "../peers/age.ts";

/** A project within a home, each with an identity of its own. */
async function home() {
  const keys = {
    project: await newKey(),
    user: await newKey(),
    named: await newKey(),
    variable: await newKey(),
  };
  const root = folder();
  const project = join(root, "project");
  const cwd = join(project, "src", "deep");
  const config = join(root, "config");
  mkdirSync(cwd, { recursive: true });
  mkdirSync(join(project, ".reelwire"));
  mkdirSync(join(config, "reelwire"), { recursive: true });
  writeFileSync(join(project, ".reelwire", "identity.key"), `# public key: …\n${keys.project.secret}\n`);
  writeFileSync(join(config, "reelwire", "identity.key"), `${keys.user.secret}\n`);
  writeFileSync(join(cwd, "named.txt"), `\n# two\r\n${keys.named.secret}\r\n\n${keys.variable.secret}`);
  return { keys, cwd, env: { XDG_CONFIG_HOME: config } };
}

const texts = (found: readonly { text: string }[]): string[] => found.map(({ text }) => text);

describe("identities", () => {
  it("of the project, then of the user, when nothing is named", async () => {
    const { keys, cwd, env } = await home();
    expect(texts(findIdentities({ cwd, env }))).toEqual([keys.project.secret, keys.user.secret]);
  });

  it("of REELWIRE_IDENTITY instead, as a path or as itself", async () => {
    const { keys, cwd, env } = await home();
    const both = [keys.named.secret, keys.variable.secret];
    expect(texts(findIdentities({ cwd, env: { ...env, REELWIRE_IDENTITY: "named.txt" } }))).toEqual(both);
    const itself = { ...env, REELWIRE_IDENTITY: ` ${keys.variable.secret}\n` };
    expect(texts(findIdentities({ cwd, env: itself }))).toEqual([keys.variable.secret]);
  });

  it("of what is named before all others", async () => {
    const { keys, cwd, env } = await home();
    const around = { cwd, env: { ...env, REELWIRE_IDENTITY: keys.variable.secret } };
    expect(texts(findIdentities({ ...around, named: ["named.txt", keys.project.secret] }))).toEqual([
      keys.named.secret,
      keys.variable.secret,
      keys.project.secret,
    ]);
  });

  it("none, when there is none", async () => {
    const cwd = folder();
    expect(findIdentities({ cwd, env: { XDG_CONFIG_HOME: join(cwd, "none") } })).toEqual([]);
  });

  it.each<[what: string, text: string, says: RegExp]>([
    ["nothing", "# only a comment\n", /holds no line AGE-SECRET-KEY-1/],
    ["a recipient", "age1abc\n", /it is no identity/],
    ["an SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", /SSH key/],
    ["an encrypted file", "age-encryption.org/v1\n-> scrypt a 18\n", /with a passphrase/],
    ["a plugin's", "AGE-PLUGIN-YUBIKEY-1ABC\n", /plugin/],
    ["a binary", "\u0000\u0001\u0002", /it is no identity/],
  ])("in a file that holds %s: told, by its file and line", (_, text, says) => {
    const cwd = folder({ "a.key": text });
    const error = caught(() => findIdentities({ named: ["a.key"], cwd, env: {} }));
    expect(error).toMatchObject({ code: "RW3407", fix: expect.stringMatching(says) });
    expect(error.report()).toContain(join(cwd, "a.key"));
  });

  it("that are missing although they are named: told", () => {
    const error = caught(() => findIdentities({ named: ["none.key"], cwd: folder(), env: {} }));
    expect(error).toMatchObject({ code: "RW3407", fix: expect.stringContaining("no such file") });
    expect(() => findIdentities({ named: ["."], cwd: folder(), env: {} })).toThrow(
      expect.objectContaining({ code: "RW3301" }),
    );
  });

  it("never stand in an error", async () => {
    const { secret } = await newKey();
    const header = Buffer.from("age-encryption.org/v1\n-> x y\nAAAA\n--- AAAA\n");
    const broken = [
      secret.toLowerCase(),
      secret.slice(0, -1),
      `${secret}Q`,
      `x${secret}`,
      secret.replace(/.$/, "!"),
    ];
    for (const each of broken)
      for (const places of [
        { named: [each], cwd: "/", env: {} },
        { cwd: "/", env: { REELWIRE_IDENTITY: each } },
        { named: ["a.key"], cwd: folder({ "a.key": each }), env: {} },
      ]) {
        const error = await unlockWith(places)(header, "x.age").then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(error).toMatchObject({ code: "RW3407" });
        const said = `${(error as ReelwireError).report()} ${(error as Error).stack} ${(error as Error).cause}`;
        expect(said.toUpperCase()).not.toContain(secret.slice(20, 40));
      }
    await expect(locksFor([secret])).rejects.toSatisfy(
      (error: ReelwireError) =>
        error.code === "RW3408" && !`${error.report()} ${error.stack}`.includes(secret.slice(20, 40)),
    );
  });
});

describe("an identity that is made", () => {
  it("is a file as age-keygen makes it, for its owner alone, and is found", async () => {
    const cwd = folder();
    const path = join(cwd, "identity.key");
    const { recipient } = await makeIdentity(path);
    expect(readFileSync(path, "utf8")).toMatch(
      new RegExp(
        `^# created: \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ\n# public key: ${recipient}\nAGE-SECRET-KEY-1[A-Z0-9]{58}\n$`,
      ),
    );
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(findIdentities({ named: [path], cwd, env: {} })).toHaveLength(1);
  });

  it("is what age-keygen takes, and the other way round", async (context) => {
    needAge(context);
    const cwd = folder();
    const ours = join(cwd, "ours.key");
    const { recipient } = await makeIdentity(ours);
    expect(runAge("age-keygen", ["-y", ours]).toString()).toBe(`${recipient}\n`);
    const theirs = join(cwd, "theirs.key");
    runAge("age-keygen", ["-o", theirs]);
    expect(findIdentities({ named: [theirs], cwd, env: {} })).toHaveLength(1);
  });

  it("replaces nothing; of many at once one is made", async () => {
    const cwd = folder({ "old.key": "something" });
    await expect(makeIdentity(join(cwd, "old.key"))).rejects.toMatchObject({ code: "RW3407" });
    expect(readFileSync(join(cwd, "old.key"), "utf8")).toBe("something");
    const path = join(cwd, "new.key");
    const made = await Promise.allSettled(Array.from({ length: 8 }, () => makeIdentity(path)));
    const [won] = made.filter((each) => each.status === "fulfilled");
    expect(made.filter((each) => each.status === "fulfilled")).toHaveLength(1);
    expect(readFileSync(path, "utf8")).toContain(won!.value.recipient);
    expect(readdirSync(cwd).sort()).toEqual(["new.key", "old.key"]);
  });

  it("is not made where there is no folder", async () => {
    await expect(makeIdentity(join(folder(), "no", "a.key"))).rejects.toMatchObject({ code: "RW3303" });
  });
});

describe("recipients", () => {
  it("are words and the lines of files, each once, in their order", () => {
    const cwd = folder({ "team.txt": "# us\nage1c\n\n  age1a  \r\n" });
    const found = findRecipients({ words: ["age1a, age1b", "age1d"], files: ["team.txt"], cwd });
    expect(found).toEqual(["age1a", "age1b", "age1d", "age1c"]);
  });

  it.each<[what: string, places: { words?: string[]; files?: string[] }]>([
    ["a file that is missing", { files: ["none"] }],
    ["a file without any", { files: ["empty"] }],
    ["more than a header holds", { words: Array.from({ length: 101 }, (_, i) => `age1${i}`) }],
  ])("%s is told", (_, { words = [], files = [] }) => {
    const cwd = folder({ empty: "# nobody\n" });
    expect(() => findRecipients({ words, files, cwd })).toThrow(expect.objectContaining({ code: "RW3408" }));
  });

  it.each(["age1", "age1abc", "ssh-ed25519", "hello", "age1pq1x", "age1tag1x", "\u001b[31m"])(
    "%j is none",
    async (word) => {
      await expect(locksFor([word])).rejects.toMatchObject({ code: "RW3408" });
    },
  );
});

function caught(action: () => unknown): ReelwireError {
  try {
    action();
  } catch (error) {
    if (error instanceof ReelwireError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
