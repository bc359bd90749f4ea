import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/protocol/index.ts";
import { EventCleaner } from "../../src/record/index.ts";
import { createRedactor } from "../../src/redact/index.ts";
import type { TapeEvent } from "../../src/tape/index.ts";

// Known values that come in pieces: one notification ends with the beginning of a secret, the next goes on with it.

const value = "k3y-of-the-weather";
const digest = () => "0badc0de";
const placeholder = "[[rw:secret:24:0badc0de]]";
const cleaner = () => new EventCleaner(createRedactor({ digest, known: [{ name: "WEATHER_KEY", value }] }));

const log = (at: number, data: string): TapeEvent =>
  event(at, { method: "notifications/message", params: { level: "info", data } });
const progress = (at: number, token: number, message: string): TapeEvent =>
  event(at, { method: "notifications/progress", params: { progressToken: token, progress: at, message } });
const answer = (at: number, id: number): TapeEvent => event(at, { id, result: { text: "k3y" } });

function event(at: number, message: object): TapeEvent {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  return { at, dir: "s2c", payload: { kind: "msg", message: parseMessage(text)! } };
}

/** What is written, message by message: the text that each says. */
function said(events: readonly TapeEvent[]): string[] {
  return events.map(({ payload }) => {
    const message = payload.kind === "msg" ? payload.message : undefined;
    const text =
      message?.at("params", "data") ?? message?.at("params", "message") ?? message?.at("result", "text");
    return String(text);
  });
}

function written(events: readonly TapeEvent[], last = 1_000_000): TapeEvent[] {
  const clean = cleaner();
  return [...events.flatMap((each) => clean.take(each)), ...clean.release(last)];
}

describe("a value in pieces", () => {
  it.each<[string, TapeEvent[], string[]]>([
    [
      "two pieces",
      [log(1, "the key is k3y-of-"), log(2, "the-weather, keep it")],
      [`the key is ${placeholder}`, ", keep it"],
    ],
    [
      "three pieces",
      [log(1, "a k3y"), log(2, "-of-the-"), log(3, "weather b")],
      [`a ${placeholder}`, "", " b"],
    ],
    [
      "character by character",
      [...value].map((c, i) => log(i, c)),
      [placeholder, ...Array(value.length - 1).fill("")],
    ],
    ["what only begins like it", [log(1, "a k3y"), log(2, " to the door")], ["a k3y", " to the door"]],
    [
      "another stream between",
      [progress(1, 1, "k3y-of"), progress(2, 2, "k3y"), progress(3, 1, "-the-weather"), progress(4, 2, "!")],
      [placeholder, "k3y", "", "!"],
    ],
    [
      "answers between keep their places",
      [log(1, "k3y-of-the"), answer(2, 1), log(3, "-weather")],
      [placeholder, "k3y", ""],
    ],
    [
      "twice in a row",
      [log(1, "k3y-of-the-wea"), log(2, "therk3y-of-"), log(3, "the-weather")],
      [placeholder, placeholder, ""],
    ],
  ])("%s", (_, events, texts) => {
    const out = written(events);
    expect(said(out)).toEqual(texts);
    expect(out.map(({ at }) => at)).toEqual(events.map(({ at }) => at));
  });

  it("nobody waits longer than a quarter of a second of the tape's time", () => {
    const clean = cleaner();
    expect(clean.take(log(0, "k3y"))).toEqual([]);
    expect(clean.holds).toBe(true);
    expect(said(clean.take(answer(249_000, 1)))).toEqual([]);
    expect(said(clean.take(answer(250_000, 2)))).toEqual(["k3y", "k3y", "k3y"]);
    expect(clean.holds).toBe(false);
  });

  it("the end of a side settles everything", () => {
    const clean = cleaner();
    clean.take(log(0, "k3y"));
    const close: TapeEvent = { at: 5, payload: { kind: "close", close: { side: "server", code: 0 } } };
    expect(clean.take(close).map(({ payload }) => payload.kind)).toEqual(["msg", "close"]);
  });
});

describe("any text in any pieces", () => {
  const word = fc.constantFrom(value, "k3y", "k3y-of", "-the-weather", "weather", " ", "é", "k", '"', "\\");
  it.each([
    ["a usual value", value, word],
    [
      "a value that begins within itself",
      "ababababac",
      fc.constantFrom("a", "b", "ab", "abab", "c", "ababababac"),
    ],
  ])(
    "%s: the whole text with its placeholders, in order, and nothing of the value is left",
    (_, secret, words) => {
      const known = [{ name: "KEY", value: secret }];
      const stands = `[[rw:secret:${Math.ceil(secret.length / 8) * 8}:0badc0de]]`;
      fc.assert(
        fc.property(
          fc.array(words, { maxLength: 10 }),
          fc.array(fc.nat(60), { maxLength: 12 }),
          (parts, cuts) => {
            const text = parts.join("");
            const places = [...new Set(cuts.filter((cut) => cut > 0 && cut < text.length))].sort(
              (x, y) => x - y,
            );
            const pieces = [0, ...places].map((from, i) => text.slice(from, places[i] ?? text.length));
            const clean = new EventCleaner(createRedactor({ digest, known }));
            const out = [
              ...pieces.flatMap((piece, i) => clean.take(log(i, piece))),
              ...clean.release(1_000_000),
            ];
            expect(said(out).join("")).toBe(text.replaceAll(secret, stands));
          },
        ),
        { numRuns: 1000 },
      );
    },
  );
});
