/** `--second-opinion`: secretlint's findings beside ours, by rule and line, never its words. */
import { describe, expect, it, vi } from "vitest";
import { cli } from "../call.ts";
import { faults } from "../schemas.ts";
import { env, parts, token } from "../secrets.ts";
import { folder } from "../tapes.ts";

describe("a second opinion", () => {
  it("is asked when it is wanted, and told by its rule", async () => {
    const cwd = folder({ "a.txt": `one\ntwo ${token}\n` });
    const { status, stdout, stderr } = await cli(["scan", "a.txt", "--second-opinion", "--json"], {
      cwd,
      env,
    });
    expect(status).toBe(1);
    expect(faults("scan", stdout)).toEqual([]);
    const { findings } = JSON.parse(stdout) as { findings: object[] };
    expect(findings).toEqual([
      expect.objectContaining({ file: "a.txt", line: 2, kind: "github-token", how: "credential" }),
      {
        file: "a.txt",
        line: 2,
        pointer: "",
        kind: "secretlint-github",
        how: "secretlint",
        name: null,
        placeholder: null,
      },
    ]);
    for (const part of parts) expect(stdout + stderr).not.toContain(part);
  });

  it("finds what a file tries to switch off", async () => {
    const cwd = folder({ "a.txt": `/* secretlint-disable */\n${token}\n` });
    const { stdout } = await cli(["scan", "a.txt", "--second-opinion"], { cwd, env });
    expect(stdout).toContain("a.txt:2  secretlint-github, found by secretlint\n");
  });

  it("without its packages says what to install, before anything is looked at", async () => {
    vi.doMock("@secretlint/core", () => {
      throw Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    });
    try {
      const cwd = folder({ "a.txt": token });
      const { status, stdout, stderr } = await cli(["scan", "a.txt", "--second-opinion"], { cwd, env });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(/RW3502[\s\S]*npm install --save-dev @secretlint\/core/);
    } finally {
      vi.doUnmock("@secretlint/core");
    }
  });
});
