/**
 * Noise on a server's stdout: kept on the tape to the byte whatever happens to it on the wire, taken out before a
 * strict client by default, let through with `--stray pass`, and never the reason for a lost message.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noise } from "../peers/nasty/noise.ts";
import { expectFaithful, type RunOptions, recordRun } from "./harness/record-run.ts";
import { linesOf } from "./harness/wire-rules.ts";

const kinds = [...Object.keys(noise), "pretty"];

/** Everything at once: noise first, between, last, and several kinds in a row. */
const storm: RunOptions["script"] = async (client) => {
  await client.call(1, "noise", { kind: kinds });
  await client.call(2, "mixed");
  await client.call(3, "echo", { text: "still there" });
  await client.call(4, "noise", { kind: kinds.toReversed() });
};

describe.each([["drop"], ["pass"]] as const)("vector 14: --stray %s", (stray) => {
  const flags = ["--stray", stray];

  it("a banner before the first message", async () => {
    const runs = await recordRun({
      flags,
      nasty: { banner: "banner" },
      script: (client) => client.call(1, "echo"),
    });
    expectFaithful(runs, stray);
    expect(
      runs.tape.lines.some((line) => line.kind === "text" && line.value === "Server listening on stdio…"),
    ).toBe(true);
  });

  it("each kind by itself, once and twice in a row", async () => {
    const script: RunOptions["script"] = async (client) => {
      for (const kind of kinds) {
        await client.call(kind, "noise", { kind });
        await client.call(`${kind} again`, "noise", { kind: [kind, kind] });
      }
    };
    expectFaithful(await recordRun({ flags, script }), stray);
  });

  it("all of it at once", async () => {
    expectFaithful(await recordRun({ flags, nasty: { banner: "twoLines" }, script: storm }), stray);
  });

  it("an answer behind noise on one line is part of the noise", async () => {
    const script: RunOptions["script"] = async (client) => {
      await client.message({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "midLine" } });
      await client.call(2, "echo");
    };
    expectFaithful(await recordRun({ flags, script }), stray);
  });
});

it("vector 14: dropping is the default, and bytes that are not UTF-8 are on the tape as bytes", async () => {
  const runs = await recordRun({ script: storm });
  expectFaithful(runs, "drop");
  expect(runs.recorded.stdout.equals(runs.direct.stdout)).toBe(false);
  expect(runs.tape.lines.filter((line) => line.kind === "bytes").length).toBeGreaterThan(1);
  for (const { bytes } of linesOf(runs.recorded.stdout)) {
    if (bytes.length > 0 && !bytes.includes(0x7b)) expect(bytes.toString().trim()).toBe("");
  }
});

it("vector 14: --stray fail says so, ends with 1, and keeps the noise", async () => {
  const { recorded, tape } = await recordRun({
    flags: ["--stray", "fail"],
    script: async (client) => {
      await client.call(1, "echo");
      await client.message({
        jsonrpc: "2.0",
        id: 2,
        method: "tools/call",
        params: { name: "noise", arguments: { kind: "banner" } },
      });
      if (client.argv.includes("record")) await client.exited;
    },
  });
  expect(recorded.exit).toEqual({ code: 1, signal: null });
  expect(recorded.stdout.toString()).not.toContain("listening");
  expect(tape.lines.some((line) => line.kind === "text" && line.value === "Server listening on stdio…")).toBe(
    true,
  );
});

describe("however lines and chunks fall", () => {
  const message = '{"jsonrpc":"2.0","method":"notifications/x","params":{"text":"äöü"}}';
  const pieces = [
    "\n",
    "\r\n",
    " ",
    "\t",
    "\ufeff",
    "{",
    "[",
    "[ {",
    "}",
    "]",
    "x",
    "[x]",
    '""',
    message,
    `[${message}]`,
  ];
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...pieces).map((text) => Buffer.from(text)) },
    { weight: 3, arbitrary: fc.constantFrom(`${message}\n`, "noise\n").map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.constantFrom(0xef, 0xbb, 0xff, 0x00).map((byte) => Buffer.of(byte)) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 65_000, max: 67_000 }).map((length) => Buffer.alloc(length, "y")),
    },
  );
  const stream = fc.record({
    parts: fc.array(piece, { maxLength: 14 }),
    cuts: fc.array(fc.nat(), { maxLength: 6 }),
  });
  /** Several streams are one run: starting processes is what takes time. */
  const streams = fc.array(stream, { minLength: 25, maxLength: 25 });

  it.each(["drop", "pass"] as const)("--stray %s", async (stray) => {
    const script =
      (samples: readonly Buffer[][]): RunOptions["script"] =>
      async (client) => {
        for (const [n, chunks] of samples.entries()) {
          await client.call(n, "raw", {
            chunks: [...chunks, Buffer.from("\n")].map((chunk) => chunk.toString("base64")),
          });
        }
      };
    const property = fc.asyncProperty(streams, async (many) => {
      const samples = many.map(({ parts, cuts }) => cut(Buffer.concat(parts), cuts));
      expectFaithful(await recordRun({ flags: ["--stray", stray], script: script(samples) }), stray);
    });
    await fc.assert(property, { numRuns: 3, seed: 7, endOnFailure: true });
  });
});

/** The stream in pieces, cut at places that `cuts` names. */
function cut(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = cuts.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [...places, bytes.length]
    .map((end, n) => bytes.subarray(places[n - 1] ?? 0, end))
    .filter((chunk) => chunk.length > 0);
}

describe("vector 14: a server that dies in the middle of a line", () => {
  it.each([[{}], [{ signal: "SIGKILL" }], [{ code: 7 }]])(
    "%j leaves no torn line at the client",
    async (how) => {
      const runs = await recordRun({
        script: async (client) => {
          await client.call(1, "echo");
          await client.message({
            jsonrpc: "2.0",
            id: 2,
            method: "tools/call",
            params: { name: "cut", arguments: how },
          });
          await client.exited;
        },
      });
      expectFaithful(runs);
      expect(runs.recorded.stdout.at(-1)).toBe(0x0a);
      const last = runs.tape.lines.filter((line) => line.bytes).at(-1)!;
      expect(last.cut).toBe(true);
    },
  );

  it("a last message that lacks only its line end arrives", async () => {
    const runs = await recordRun({
      script: async (client) => {
        const args = { bytes: 1_000_000 };
        await client.message({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "cut", arguments: args },
        });
        await client.exited;
      },
    });
    expectFaithful(runs);
    expect(runs.recorded.stdout.toString()).toContain("never finished");
  });

  it("a long unfinished line streams: more than the limit is not held back", async () => {
    const runs = await recordRun({
      script: async (client) => {
        const args = { times: 100_000 };
        await client.message({
          jsonrpc: "2.0",
          id: 1,
          method: "tools/call",
          params: { name: "cut", arguments: args },
        });
        await client.exited;
      },
    });
    expect(runs.direct.stdout.length).toBeGreaterThan(500_000);
    expect(runs.direct.stdout.length - runs.recorded.stdout.length).toBeLessThanOrEqual(64 * 1024);
    expect(runs.direct.stdout.subarray(0, runs.recorded.stdout.length).equals(runs.recorded.stdout)).toBe(
      true,
    );
  });
});
