/** A transparent wrapper ends as the server did: its exit code, 128 + n for a signal, and nothing is lost on the way. */
import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { expectFaithful, recordRun } from "./harness/record-run.ts";
import { payloads } from "./harness/tape-file.ts";

const call = (name: string, args: unknown) => ({
  jsonrpc: "2.0",
  id: 2,
  method: "tools/call",
  params: { name, arguments: args },
});

describe("exit codes", () => {
  it.each([[0], [3], [255]])("%i at the end of input", async (code) => {
    const runs = await recordRun({ nasty: { exitOnEof: code }, script: (client) => client.call(1, "echo") });
    expectFaithful(runs);
    expect(runs.recorded.exit).toEqual({ code, signal: null });
    expect(payloads(runs.tape, "close")).toContainEqual(
      expect.objectContaining({ side: "server", code, signal: null }),
    );
  });

  it.each([[0], [3]])("%i in the middle of the conversation", async (code) => {
    const runs = await recordRun({
      script: async (client) => {
        await client.call(1, "echo");
        await client.message(call("exit", { code, answer: true }));
        await client.exited;
      },
    });
    expectFaithful(runs);
    expect(runs.recorded.exit).toEqual({ code, signal: null });
    expect(runs.recorded.stdout.toString()).toContain("bye");
  });

  it("with a code before it said anything", async () => {
    const { recorded, tape } = await recordRun({
      nasty: { startExit: 5 },
      script: (client) => client.exited,
    });
    expect(recorded.exit).toEqual({ code: 5, signal: null });
    expect(recorded.stdout).toHaveLength(0);
    expect(recorded.stderr).toContain("RW2104");
    expect(tape.ended).toBe(true);
  });

  it.each(["SIGTERM", "SIGKILL", "SIGSEGV", "SIGHUP"] as const)(
    "%s that killed the server",
    async (signal) => {
      const runs = await recordRun({
        script: async (client) => {
          await client.call(1, "echo");
          await client.message(call("die", { signal, answer: true }));
          await client.exited;
        },
      });
      expectFaithful(runs);
      expect(runs.direct.exit.signal).toBe(signal);
      expect(runs.recorded.exit).toEqual({ code: 128 + constants.signals[signal], signal: null });
      expect(payloads(runs.tape, "close")).toContainEqual(
        expect.objectContaining({ side: "server", signal }),
      );
    },
  );
});

it("a server that closes its stdout and stays still reads what comes", async () => {
  const runs = await recordRun({
    script: async (client) => {
      await client.call(1, "closeStdout");
      await client.message({ jsonrpc: "2.0", method: "notifications/after" });
    },
  });
  expectFaithful(runs);
  expect(runs.recorded.serverSaw.toString()).toContain("notifications/after");
});
