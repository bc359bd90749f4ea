/** What rests on a name alone: in source code only what is said counts, in a lock file nothing. */
import { describe, expect, it } from "vitest";
import { cli } from "../call.ts";
import { env, password, token } from "../secrets.ts";
import { folder } from "../tapes.ts";

async function linesIn(name: string, text: string): Promise<number[]> {
  const cwd = folder({ [name]: text });
  const { stdout } = await cli(["scan", name, "--json"], { cwd, env });
  return (JSON.parse(stdout) as { findings: { line: number }[] }).findings.map(({ line }) => line);
}

describe("source code", () => {
  const code: readonly (readonly [string, boolean])[] = [
    ["const password = readPassword(store1234);", false],
    ["const privateKey = createPrivateKey(pem1234);", false],
    ["function f(apiKey: ApiKeyOptions1, token = nextToken1234()) {", false],
    ["password = os.environ['DB_VALUE_1234']", false],
    [`const password = "${password}";`, true],
    [`password: '${password}',`, true],
    [`const apiKey = \`${password}\`;`, true],
    [`f("postgres host=x password=${password}")`, true],
    [`// password: ${password}`, true],
    [`x = 1 # password: ${password}`, true],
    [` * password=${password}`, true],
    [`it's("it\\"s", password = "${password}")`, true],
    [`const t = ${token};`, true],
  ];

  it.each(code)("%s", async (line, found) => {
    expect(await linesIn("a.ts", `first\n${line}\nlast\n`)).toEqual(found ? [2] : []);
  });

  it("is told by its ending: elsewhere what stands behind a name is a value", async () => {
    for (const name of [".env", "a.yaml", "a.conf", "Makefile", "a.txt", "a.sh"])
      expect(await linesIn(name, `\npassword=${password}\n`)).toEqual([2]);
  });
});

describe("lock files", () => {
  const lock = JSON.stringify(
    { packages: { "node_modules/cookie": { version: "1.0.1", integrity: "sha512-abcdefghijk" } } },
    null,
    1,
  );

  it("name packages", async () => {
    expect(await linesIn("package-lock.json", lock)).toEqual([]);
    expect(await linesIn("yarn.lock", '"cookie@^1.0.0":\n  cookie: "1.0.1234567"\n')).toEqual([]);
  });

  it("so do the dependencies of a package.json, and nothing else in it", async () => {
    const manifest = { dependencies: { cookie: "^1.0.0-beta.3" }, config: { password } };
    expect(await linesIn("package.json", JSON.stringify(manifest, null, 1))).toEqual([6]);
  });

  it("may hold a credential all the same", async () => {
    expect(await linesIn("package-lock.json", lock.replace("1.0.1", token))).toEqual([4]);
  });
});
