import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NoiseGate } from "../../src/transport/noise-gate.ts";

const heldBytesMax = 64 * 1024;

/** What a client gets of a server's stdout, by the rule alone: whole lines, judged one by one. */
function passes(stream: Buffer): Buffer {
  const out: Buffer[] = [];
  let from = 0;
  for (let end = stream.indexOf(10); end >= 0; end = stream.indexOf(10, from)) {
    const line = stream.subarray(from, end + 1);
    if (/^(\ufeff)?[ \t\r]*(\{|\[[ \t\r]*\{|\n)/.test(line.toString("utf8"))) out.push(line);
    from = end + 1;
  }
  const rest = stream.subarray(from);
  const begun = /^(\ufeff)?[ \t\r]*(\{|\[[ \t\r]*\{)/.test(rest.toString("utf8"));
  if (begun && (rest.length > heldBytesMax || isJson(rest.toString()))) out.push(rest);
  return Buffer.concat(out);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function through(stream: Buffer, cuts: readonly number[]): Buffer {
  const out: Buffer[] = [];
  // One buffer for every chunk, as the tap does it: what the gate keeps must be its own.
  const reused = Buffer.alloc(stream.length);
  const gate = new NoiseGate((bytes) => out.push(Buffer.from(bytes)));
  const at = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  for (let i = 1; i < at.length; i++) {
    const part = stream.subarray(at[i - 1], at[i]);
    reused.fill(0x2a);
    part.copy(reused);
    if (part.length > 0) gate.chunk(reused.subarray(0, part.length));
  }
  gate.end();
  return Buffer.concat(out);
}

const line = fc.oneof(
  fc.constantFrom(
    '{"jsonrpc":"2.0","id":1,"result":{}}',
    '  {"a":1}',
    '[ {"b":2}]',
    "[1]",
    "[",
    "Server listening…",
    "",
    "\r",
    " ",
    "\ufeff{}",
    "\ufeffbanner",
    "{torn",
    "\u001b[32mok\u001b[0m",
    "}",
  ),
  fc.string({ maxLength: 12 }).map((text) => text.replaceAll("\n", " ")),
);

describe("the noise gate", () => {
  it("gives the same bytes for any chunking, and those are the message lines", () => {
    const stream = fc.tuple(fc.array(line, { maxLength: 8 }), fc.boolean());
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), ([lines, ended], cuts) => {
        const bytes = Buffer.from(lines.join("\n") + (ended ? "\n" : ""));
        const within = cuts.map((cut) => Math.min(cut, bytes.length));
        expect(through(bytes, within).toString()).toBe(passes(bytes).toString());
        expect(through(bytes, [...bytes.keys()]).toString()).toBe(passes(bytes).toString());
      }),
      { numRuns: 1000 },
    );
  });

  it("lets a chunk of whole messages through as the very same buffer", () => {
    const chunk = Buffer.from('{"id":1}\n\n{"id":2}\n');
    const seen: Uint8Array[] = [];
    new NoiseGate((bytes) => seen.push(bytes)).chunk(chunk);
    expect(seen).toEqual([chunk]);
    expect(seen[0]).toBe(chunk);
  });

  it.each([
    ["holds an unfinished line back", heldBytesMax, 0],
    ["streams a line that is longer", heldBytesMax + 1, heldBytesMax + 1],
  ])("%s", (_, bytes, passed) => {
    const line = Buffer.from(`{"x":"${"y".repeat(bytes - 6)}`);
    const seen: number[] = [];
    const gate = new NoiseGate((part) => seen.push(part.length));
    gate.chunk(line);
    expect(seen.reduce((a, b) => a + b, 0)).toBe(passed);
    gate.end();
    expect(
      seen.reduce((a, b) => a + b, 0),
      "a torn line stays away from the client",
    ).toBe(passed);
  });

  it("lets a last message without a line end through when the server has ended", () => {
    expect(through(Buffer.from('{"id":1}\n{"id":2}'), [10]).toString()).toBe('{"id":1}\n{"id":2}');
  });

  it("tells of noise", () => {
    let noise = 0;
    const gate = new NoiseGate(
      () => {},
      () => noise++,
    );
    gate.chunk(Buffer.from("hello\n{}\nworld"));
    gate.chunk(Buffer.from(" goes on\n{}\n"));
    expect(noise).toBe(2);
  });
});
