// The document about the format is held to the code: its example reads and is complete, its lists are the code's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTape, encodeEvent, readTape } from "../../src/tape/index.ts";
import { sayings } from "../../src/tape/vcr-losses.ts";
import { chunked, collect, textOf, utf8 } from "./helpers.ts";

const text = readFileSync(join(import.meta.dirname, "..", "..", "docs", "tape-format.md"), "utf8");
const example = utf8(/```jsonl\n([\s\S]*?)```/.exec(text)![1]!);

test("the example is a complete tape", async () => {
  expect(await checkTape(chunked(example))).toMatchObject({ state: "complete", notes: [], messages: 3 });
});

test("the example is spelled as the writer spells it", async () => {
  const lines = textOf(example).split("\n");
  for (const item of await collect(readTape(chunked(example)))) {
    if (item.kind === "event") expect(textOf(encodeEvent(item.event))).toBe(`${lines[item.line - 1]}\n`);
  }
});

test("every loss has a row, and every row is a loss", () => {
  const section = text.slice(text.indexOf("| Loss |"));
  const told = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(([, words]) =>
    [...words!.matchAll(/`([\w-]+)`/g)].map(([, word]) => word),
  );
  expect(told.sort()).toEqual(Object.keys(sayings).sort());
});
