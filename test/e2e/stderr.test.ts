/** A server's stderr is text for people: it passes at once, unchanged, and is on the tape. */
import { statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { until } from "../peers/processes.ts";
import { expectFaithful, recordRun } from "./harness/record-run.ts";

describe("stderr passes and is recorded", () => {
  it("before, beside and after messages", async () => {
    const runs = await recordRun({
      nasty: { stderrAtStart: "starting…\n" },
      script: async (client) => {
        await client.call(1, "stderr", { text: "warning: one\n" });
        await client.call(2, "stderr", { text: "no line end" });
        await client.call(3, "stderr", { text: "\r\n\u001b[31mred\u001b[0m\n" });
      },
    });
    expectFaithful(runs);
    expect(runs.recorded.stderr).toBe("starting…\nwarning: one\nno line end\r\n\u001b[31mred\u001b[0m\n");
  });

  it("characters that are split over writes", async () => {
    const runs = await recordRun({
      script: (client) => client.call(1, "stderrSplit", { text: "Ünïcödé 世界 😀\n" }),
    });
    expectFaithful(runs);
  });

  it("more than a megabyte", async () => {
    const runs = await recordRun({
      script: async (client) => {
        await client.call(1, "stderr", { text: "a line of some length, with ümläuts\n", times: 60_000 });
        await client.call(2, "echo");
      },
    });
    expectFaithful(runs);
    expect(runs.recorded.stderr.length).toBeGreaterThan(2_000_000);
  });

  it("a flood before the first message, to a reader who comes late", async () => {
    const runs = await recordRun({
      nasty: { stderrAtStart: "a line of some length before anything else\n", stderrTimes: 30_000 },
      script: async (client) => {
        client.child.stderr!.pause();
        const tape = client.argv[client.argv.indexOf("-o") + 1]!;
        const begun = (): boolean => (statSync(tape, { throwIfNoEntry: false })?.size ?? 0) > 0;
        if (client.argv.includes("record"))
          await until(begun, 10_000, () => `nothing on the tape\n${client.transcript}`);
        client.child.stderr!.resume();
        await client.call(1, "echo");
      },
    });
    expectFaithful(runs);
  });

  it("bytes that are not UTF-8 do not stop it", async () => {
    const { recorded, direct } = await recordRun({
      script: (client) => client.call(1, "stderrBytes", { bytes: [0x61, 0xff, 0xfe, 0x0a] }),
    });
    expect(recorded.stderr).toBe(direct.stderr);
  });
});
