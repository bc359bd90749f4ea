import { describe, expect, it } from "vitest";
import { ReelwireError } from "../../src/base/index.ts";
import { recordCommand } from "../../src/cli/commands/hot.ts";
import { parseCall } from "../../src/cli/parse-flags.ts";
import { recordOptions } from "../../src/cli/record-call.ts";

const env = { PATH: "/bin", SET: "yes" };
const options = (argv: readonly string[], more: Record<string, string> = {}) =>
  recordOptions({
    ...parseCall(recordCommand, argv, { ...env, ...more }),
    cwd: "/tmp",
    env: { ...env, ...more },
  });

describe("what record's flags mean", () => {
  it.each<[argv: string[], means: object]>([
    [["srv"], { command: ["srv"], format: "jsonl", stray: "drop", force: false, envNames: [] }],
    [["--", "srv", "-o", "x"], { command: ["srv", "-o", "x"] }],
    [["-o", "a.vcr", "srv"], { out: "a.vcr", format: "vcr" }],
    [["--format", "vcr", "-o", "a", "srv"], { out: "a", format: "vcr" }],
    [["--rotate", "100MB", "srv"], { rotate: { by: "bytes", every: 100_000_000 } }],
    [["--rotate", "1.5kb", "srv"], { rotate: { by: "bytes", every: 1500 } }],
    [["--rotate", "1h", "srv"], { rotate: { by: "ms", every: 3_600_000 } }],
    [["--rotate", "500", "srv"], { rotate: { by: "interactions", every: 500 } }],
    [["--max-interactions", "3", "srv"], { maxInteractions: 3 }],
    [["--tag", "a=1", "--tag", "b=x=y", "srv"], { tags: { a: "1", b: "x=y" } }],
    [["--env", "K=v=w", "--env", "SET", "srv"], { env: { ...env, K: "v=w" }, envNames: ["K", "SET"] }],
    [["--capture", "tool:get_*", "srv"], { capture: "tool:get_*" }],
    [
      ["--session-id", "s", "--endpoint-id", "e", "--agent-id", "a", "srv"],
      { sessionId: "s", endpointId: "e", agentId: "a" },
    ],
  ])("%j", async (argv, means) => {
    expect(await options(argv)).toMatchObject(means);
  });

  it("a variable of the environment stands in for a flag, and the flag beats it", async () => {
    expect(await options(["srv"], { REELWIRE_STRAY: "pass" })).toMatchObject({ stray: "pass" });
    expect(await options(["--stray", "fail", "srv"], { REELWIRE_STRAY: "pass" })).toMatchObject({
      stray: "fail",
    });
  });

  it.each<[argv: string[], code: string]>([
    [[], "RW1005"],
    [["--rotate", "soon", "srv"], "RW1004"],
    [["--rotate", "0", "srv"], "RW1004"],
    [["--rotate", "10b", "srv"], "RW1004"],
    [["--max-interactions", "0", "srv"], "RW1004"],
    [["--max-interactions", "many", "srv"], "RW1004"],
    [["--tag", "novalue", "srv"], "RW1004"],
    [["--env", "MISSING", "srv"], "RW1007"],
    [["--env", "=x", "srv"], "RW1004"],
    [["--stray", "maybe", "srv"], "RW1004"],
    [["--format", "jsonl", "-o", "a.vcr", "srv"], "RW1006"],
    [["--format", "vcr", "--rotate", "1h", "srv"], "RW1006"],
    [["--capture", "tol:x", "srv"], "RW1009"],
    [["--capture", "(", "srv"], "RW1008"],
    [["--captur", "x", "srv"], "RW1003"],
  ])("%j ends in %s before anything starts", async (argv, code) => {
    const failure = await (async () => options(argv))().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ReelwireError);
    expect(failure).toMatchObject({ code, exit: 2 });
  });
});
