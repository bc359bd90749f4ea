import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entryKinds } from "../../src/record/arena.ts";
import { Assembler } from "../../src/record/index.ts";
import { encodeEvent, type TapeEvent } from "../../src/tape/index.ts";
import { linesOf, type Passed, recordAll } from "./helpers.ts";

const said = (passed: readonly Passed[]): string[] => linesOf(recordAll(passed).parts[0]!);

describe("what passed on the wire becomes the lines of a tape", () => {
  it.each<[what: string, passed: Passed[], lines: string[]]>([
    [
      "a message, spliced",
      [[1, "c2s", '{"id":1,"method":"ping"}\n']],
      ['{"dir":"c2s","msg":{"id":1,"method":"ping"}}'],
    ],
    [
      "numbers, duplicate keys and escapes as they were",
      [[1, "s2c", '{"id":12345678901234567890,"a":1.0,"a":1e400,"__proto__":{"x":"\\ud800"}}\n']],
      ['{"dir":"s2c","msg":{"id":12345678901234567890,"a":1.0,"a":1e400,"__proto__":{"x":"\\ud800"}}}'],
    ],
    [
      "blanks and a carriage return too",
      [[1, "c2s", ' {"id":1} \r\n']],
      ['{"dir":"c2s","msg": {"id":1} \r}'],
    ],
    [
      "a batch as one message",
      [[1, "c2s", '[{"id":1},{"id":2}]\n']],
      ['{"dir":"c2s","msg":[{"id":1},{"id":2}]}'],
    ],
    ["noise, flagged", [[1, "s2c", "Listening…\n"]], ['{"dir":"s2c","stray":"dropped","text":"Listening…"}']],
    [
      "what only looks like a message",
      [[1, "s2c", "{torn}\n"]],
      ['{"dir":"s2c","stray":"passed","text":"{torn}"}'],
    ],
    ["a client's noise", [[1, "c2s", "hello\n"]], ['{"dir":"c2s","text":"hello"}']],
    ["an empty line", [[1, "s2c", "\n"]], ['{"dir":"s2c","stray":"passed","text":""}']],
    ["a byte order mark", [[1, "s2c", "\ufeff{}\n"]], ['{"dir":"s2c","stray":"passed","text":"\ufeff{}"}']],
    [
      "bytes that are no text",
      [[1, "s2c", Buffer.from([0x7b, 0xff, 0x7d, 0x0a])]],
      ['{"dir":"s2c","stray":"passed","bytes":"e/99"}'],
    ],
    ["stderr", [[1, "stderr", "warning\n"]], ['{"stderr":"warning\\n"}']],
    [
      "stderr cut within a character",
      [
        [1, "stderr", Buffer.from("a€").subarray(0, 2)],
        [2, "stderr", Buffer.from("€").subarray(1)],
      ],
      ['{"stderr":"a"}', '{"stderr":"€"}'],
    ],
    [
      "stderr that is no text",
      [[1, "stderr", Buffer.from([0xff, 0x41])]],
      ['{"on":"stderr","bytes":"/0E="}'],
    ],
    [
      "lines of stderr of which one is no text, and is cut",
      [
        [1, "stderr", Buffer.from("one\ntwo \xff th", "latin1")],
        [2, "stderr", "ree\nfo"],
        [3, "stderr", "ur"],
      ],
      [
        '{"stderr":"one\\n"}',
        '{"on":"stderr","bytes":"dHdvIP8gdGhyZWUK"}',
        '{"stderr":"fo"}',
        '{"stderr":"ur"}',
      ],
    ],
    [
      "an unfinished line before the end of its side",
      [
        [1, "s2c", '{"id":1,"re'],
        [2, "fact", '{"close":{"side":"server","code":1,"signal":null}}'],
      ],
      [
        '{"dir":"s2c","cut":true,"stray":"dropped","text":"{\\"id\\":1,\\"re"}',
        '{"close":{"side":"server","code":1,"signal":null}}',
      ],
    ],
    [
      "a message in three chunks, another in the last",
      [
        [1, "s2c", '{"id"'],
        [2, "s2c", ":1}"],
        [3, "s2c", '\n{"id":2}\n'],
      ],
      ['{"dir":"s2c","msg":{"id":1}}', '{"dir":"s2c","msg":{"id":2}}'],
    ],
    [
      "a line that would close the tape's own",
      [[1, "s2c", '{"a":1},"msg":{"b":2}\n']],
      ['{"dir":"s2c","stray":"passed","text":"{\\"a\\":1},\\"msg\\":{\\"b\\":2}"}'],
    ],
  ])("%s", (_, passed, lines) => {
    expect(said(passed)).toEqual(lines);
  });

  it("says what was too long to keep", () => {
    const assembler = new Assembler("dropped", 100);
    const bytes = Buffer.from(`{"x":"${"y".repeat(200)}"}\n`);
    const [event] = [...assembler.push({ at: 5, kind: entryKinds.s2c, bytes })];
    expect(event?.payload).toEqual({
      kind: "note",
      note: {
        what: "too-long",
        says: "a line of 208 bytes passed on the wire and is too long for the tape",
        bytes: 208,
      },
    });
  });

  it("gives the same lines for any chunking", () => {
    const stream = Buffer.from('{"a":"é"}\nnoise é\n\r\n[{"b":[1,2]}]\n{"torn":\n  {"c":1}\r\n{"d":2}');
    const whole = said([[1, "s2c", stream]]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const chunks = at.slice(1).map((end, i): Passed => [1, "s2c", stream.subarray(at[i], end)]);
        expect(said(chunks)).toEqual(whole);
      }),
    );
  });

  it("never throws, and keeps every byte", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const assembler = new Assembler("dropped");
        const kept: Buffer[] = [];
        // Each event is consumed before the next is made: its bytes may stand in memory that is used again.
        const keep = (event: TapeEvent): number =>
          kept.push(bytesOf(JSON.parse(Buffer.from(encodeEvent(event)).toString())));
        for (const chunk of chunks)
          for (const event of assembler.push({ at: 1, kind: entryKinds.c2s, bytes: Buffer.from(chunk) }))
            keep(event);
        for (const event of assembler.end(2)) keep(event);
        const again = Buffer.concat(
          kept.flatMap((line, i) => (i === 0 ? [line] : [Buffer.from("\n"), line])),
        );
        expect(again.toString("latin1")).toBe(Buffer.concat(chunks).toString("latin1").replace(/\n$/, ""));
      }),
    );
  });
});

function bytesOf(line: Record<string, unknown>): Buffer {
  if (typeof line["bytes"] === "string") return Buffer.from(line["bytes"], "base64");
  if (typeof line["text"] === "string") return Buffer.from(line["text"]);
  return Buffer.from(JSON.stringify(line["msg"]));
}
