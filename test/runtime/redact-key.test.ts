import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { redactionFor } from "../../src/runtime/index.ts";

// Where the key of the placeholders comes from, and that a tape tells nothing but its name.

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project with `package.json`, and a home beside it. */
function world(): { project: string; env: { HOME: string }; ofProject: string; ofUser: string } {
  const folder = mkdtempSync(join(tmpdir(), "reelwire-key-"));
  folders.push(folder);
  const project = join(folder, "project");
  const home = join(folder, "home");
  mkdirSync(project);
  mkdirSync(home);
  writeFileSync(join(project, "package.json"), "{}");
  const ofProject = join(project, ".reelwire", "redact.key");
  return { project, env: { HOME: home }, ofProject, ofUser: join(home, ".config", "reelwire", "redact.key") };
}

const digestOf = async (options: Parameters<typeof redactionFor>[0]): Promise<string> =>
  (await redactionFor(options)).digest("hunter2");

describe("the key", () => {
  it("is made in the project, for its owner alone and out of commits, and is the same afterwards", async () => {
    const { project, env, ofProject } = world();
    const first = await redactionFor({ cwd: project, env });
    expect(first.keyFrom).toBe(ofProject);
    expect(statSync(ofProject).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(project, ".reelwire", ".gitignore"), "utf8")).toBe("*.key\n");
    const again = await redactionFor({ cwd: join(project), env });
    expect(again.keyId).toBe(first.keyId);
    expect(again.digest("hunter2")).toBe(first.digest("hunter2"));
  });

  it("of the project goes before that of the user, which is there already", async () => {
    const { project, env, ofProject, ofUser } = world();
    expect((await redactionFor({ cwd: join(project, "..", "home"), env })).keyFrom).toBe(ofUser);
    expect((await redactionFor({ cwd: project, env })).keyFrom).toBe(ofProject);
  });

  it("is the variable's before all", async () => {
    const { project, env, ofProject } = world();
    const given = { ...env, REELWIRE_REDACT_KEY: "0123456789abcdef" };
    const { keyFrom, facts } = await redactionFor({ cwd: project, env: given });
    expect(keyFrom).toBe("the variable REELWIRE_REDACT_KEY");
    expect(existsSync(ofProject)).toBe(false);
    expect(JSON.stringify(facts)).not.toContain("0123456789abcdef");
    expect(facts["key"]).toMatch(/^[0-9a-f]{8}$/);
  });

  it("is another in every project: no placeholder is the same in two", async () => {
    const [a, b] = [world(), world()];
    expect(await digestOf({ cwd: a.project, env: a.env })).not.toBe(
      await digestOf({ cwd: b.project, env: b.env }),
    );
  });

  it("that is too short is refused", async () => {
    const { project, env } = world();
    const given = { ...env, REELWIRE_REDACT_KEY: "short" };
    await expect(redactionFor({ cwd: project, env: given })).rejects.toMatchObject({ code: "RW3203" });
  });

  it("is never made by who only compares", async () => {
    const { project, env, ofProject, ofUser } = world();
    await redactionFor({ cwd: project, env, makesKey: false });
    expect([existsSync(ofProject), existsSync(ofUser)]).toEqual([false, false]);
  });

  it("that cannot be used stops no recording, and is told; who compares is stopped", async () => {
    const { project, env, ofProject } = world();
    mkdirSync(join(project, ".reelwire"));
    writeFileSync(ofProject, "x");
    // Nor can one be kept for the user.
    writeFileSync(join(env.HOME, ".config"), "");
    const { says, keyFrom } = await redactionFor({ cwd: project, env });
    expect(keyFrom).toBe("nowhere: made for this run");
    expect(says).toEqual([expect.stringMatching(/RW3203.*match by shape alone/)]);
    await expect(redactionFor({ cwd: project, env, makesKey: false })).rejects.toMatchObject({
      code: "RW3203",
    });
  });

  it("goes to the user's folder where the project takes none", async () => {
    const { project, env, ofUser } = world();
    writeFileSync(join(project, ".reelwire"), "a file, not a folder");
    expect((await redactionFor({ cwd: project, env })).keyFrom).toBe(ofUser);
  });
});

describe("what the header says", () => {
  it("names the variables whose values were looked for, never a value", async () => {
    const { project, env } = world();
    const secrets = { WEATHER_KEY: "k3y-of-the-weather", EDITOR: "vi", DB_PASSWORD: "s3cret-of-db" };
    const { facts } = await redactionFor({ cwd: project, env: { ...env, ...secrets } });
    expect(facts.env).toEqual(["DB_PASSWORD", "WEATHER_KEY"]);
    for (const value of Object.values(secrets)) expect(JSON.stringify(facts)).not.toContain(`"${value}"`);
  });
});

it("a key of the project that cannot be used, beside a good one of the user: it is said which one is used", async () => {
  const { project, env, ofProject, ofUser } = world();
  await redactionFor({ cwd: join(project, ".."), env });
  mkdirSync(join(project, ".reelwire"));
  writeFileSync(ofProject, "");
  const { keyFrom, says } = await redactionFor({ cwd: project, env });
  expect([keyFrom, says]).toEqual([ofUser, [expect.stringContaining(`${ofUser} is used`)]]);
  expect(says[0]).toContain("RW3203");
});
