/** What code hosts read: SARIF 2.1.0, its names relative and escaped, no secret in it. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { expect, it } from "vitest";
import { cli } from "../call.ts";
import { env, parts, password, token } from "../secrets.ts";
import { folder } from "../tapes.ts";

const schema = JSON.parse(readFileSync(new URL("sarif-schema.json", import.meta.url), "utf8")) as object;
const ajv = new Ajv({
  strict: true,
  allErrors: true,
  formats: { uri: URL.canParse, "uri-reference": isReference },
});
const validate = ajv.compile(schema);

/** RFC 3986, as far as a file's name can break it. */
function isReference(text: string): boolean {
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=@/]|%[0-9A-F]{2})*$/.test(text);
}

it("is valid, with a rule for each kind, a place and a fingerprint for each finding", async () => {
  const cwd = folder({
    "a b.txt": `x\n${token}\n`,
    "100%:#ü?.txt": token,
    "b.json": `{"password":"${password}"}`,
  });
  mkdirSync(join(cwd, "deep"));
  writeFileSync(join(cwd, "deep", "c.txt"), token);
  const { status, stdout } = await cli(["scan", ".", "--format", "sarif"], { cwd, env });
  expect(status).toBe(1);
  const sarif = JSON.parse(stdout) as {
    runs: {
      tool: { driver: { rules: { id: string }[] } };
      results: {
        ruleId: string;
        ruleIndex: number;
        locations: {
          physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
          logicalLocations?: { fullyQualifiedName: string }[];
        }[];
        partialFingerprints: Record<string, string>;
      }[];
    }[];
  };
  expect(validate(sarif) ? [] : validate.errors).toEqual([]);
  const [run] = sarif.runs;
  const rules = run!.tool.driver.rules.map(({ id }) => id);
  expect(rules).toEqual(["github-token", "secret"]);
  const places = run!.results.map(({ ruleId, ruleIndex, locations: [location] }) => {
    expect(rules[ruleIndex]).toBe(ruleId);
    const { artifactLocation, region } = location!.physicalLocation;
    return `${artifactLocation.uri}:${region.startLine} ${location!.logicalLocations?.[0]?.fullyQualifiedName ?? ""}`;
  });
  expect(places).toEqual([
    "100%25%3A%23%C3%BC%3F.txt:1 ",
    "a%20b.txt:2 ",
    "b.json:1 /password",
    "deep/c.txt:1 ",
  ]);
  const prints = run!.results.map(({ partialFingerprints }) => partialFingerprints["reelwireSecret/v1"]);
  expect(prints.every((print) => /^[0-9a-f]{8}$/.test(print!))).toBe(true);
  // The same token thrice, one password.
  expect(new Set(prints).size).toBe(2);
  for (const part of parts) expect(stdout).not.toContain(part);
});

it("is valid when nothing was found, and says when not everything was looked at", async () => {
  const cwd = folder({ "a.txt": "nothing" });
  const clean = await cli(["scan", "a.txt", "--format", "sarif"], { cwd, env });
  expect(clean.status).toBe(0);
  expect(validate(JSON.parse(clean.stdout))).toBe(true);
  expect(clean.stdout).toContain('"executionSuccessful":true');
  const cut = await cli(["scan", "a.txt", "gone", "--format", "sarif"], { cwd, env });
  expect(cut.status).toBe(6);
  expect(cut.stdout).toContain('"executionSuccessful":false');
});
