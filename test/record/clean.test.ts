/** What the cleaner writes of a stderr that is not all text: in order, and no secret in two halves. */
import { expect, it } from "vitest";
import { entryKinds } from "../../src/record/arena.ts";
import { Assembler } from "../../src/record/assemble.ts";
import { EventCleaner } from "../../src/record/clean.ts";
import { knowing, told } from "../redact/redacting.ts";

it("a known value that is cut in a line with a byte that is no UTF-8", () => {
  const whole = Buffer.from("one \xff hunter2hunter2 x\ntwo hunter2hunter2\nthree \xff\nfour", "latin1");
  for (let size = 1; size < 50; size++) {
    const assembler = new Assembler("dropped");
    const cleaner = new EventCleaner(knowing("hunter2hunter2"));
    const written: string[] = [];
    const put = (events: ReturnType<EventCleaner["take"]>): void => {
      for (const { payload } of events)
        if (payload.kind === "stderr") written.push(payload.text);
        else if (payload.kind === "bytes") written.push(Buffer.from(payload.bytes).toString("latin1"));
    };
    for (let at = 0; at < whole.length; at += size) {
      const entry = { at, kind: entryKinds.stderr, bytes: whole.subarray(at, at + size) };
      for (const event of assembler.push(entry)) put(cleaner.take(event));
    }
    for (const event of assembler.end(1_000)) put(cleaner.take(event));
    put(cleaner.release(1_000));
    expect(told(written.join("")), `${size} bytes at once`).toBe(
      "one \xff <secret> x\ntwo <secret>\nthree \xff\nfour",
    );
  }
});

it("a private key that a server prints on stdout, a line at a time", () => {
  const body = ["MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAbCdEfGhIjKl0", "Q2hhcnNPZlRoZUtleQ=="];
  const marks = ["BEGIN", "END"].map((word) => `-----${word} ${["PRIVATE", "KEY"].join(" ")}-----`);
  const lines = ["loading", marks[0]!, ...body, `${marks[1]} done`, "password=x1", "listening"];
  const cleaner = new EventCleaner(knowing("hunter2hunter2"));
  const written = lines.flatMap((text, at) =>
    cleaner.take({ at, dir: "s2c", payload: { kind: "text", text } }),
  );
  const texts = written.map(({ payload }) => (payload.kind === "text" ? payload.text : ""));
  for (const part of body) expect(texts.join("\n")).not.toContain(part);
  expect(texts.length).toBe(lines.length);
  expect(told(texts.at(0)!)).toBe("loading");
  expect(told(texts.at(4)!)).toMatch(/ done$/);
  expect(told(texts.at(-1)!)).toBe("listening");
});
