import { mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { entryKinds } from "../../src/record/hot.ts";
import { TapeFeed } from "../../src/runtime/tape-feed.ts";

function feedInto(path: string, flags = "wx", onRoom = () => {}) {
  const failures: string[] = [];
  const feed = new TapeFeed(
    {
      fd: openSync(path, flags),
      path,
      base: path,
      startedAtUs: 1_700_000_000_000_000,
      parentPid: process.ppid,
      header: { name: "srv", command: ["srv"], cwd: ".", env: [] },
      given: {},
      stray: "drop",
    },
    onRoom,
    (report) => failures.push(report),
  );
  return { feed, failures };
}

it("takes nothing after the end: late bytes and signals find a closed tape, not a broken one", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "reelwire-feed-")), "a.tape.jsonl");
  const { feed, failures } = feedInto(path);
  feed.put(1, entryKinds.c2s, Buffer.from('{"id":1}\n'));
  const ending = feed.finish(2);
  expect(feed.put(3, entryKinds.stderr, Buffer.from("late"))).toBe(true);
  feed.flush();
  const { failed } = await ending;
  feed.flush();
  expect({ failed, failures }).toEqual({ failed: undefined, failures: [] });
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => Object.keys(JSON.parse(line)).at(-1))).toEqual(["writer", "msg", "mark", "end"]);
});

it("says once that the tape cannot be written, and lets the sources go on", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "reelwire-feed-")), "a.tape.jsonl");
  writeFileSync(path, "");
  let room = Promise.withResolvers<void>();
  const { feed, failures } = feedInto(path, "r", () => room.resolve());
  const chunk = Buffer.alloc(200_000, "x");
  for (let i = 0; i < 200; i++) {
    if (feed.put(i, entryKinds.c2s, chunk)) continue;
    await room.promise;
    room = Promise.withResolvers<void>();
  }
  const { failed } = await feed.finish(201);
  expect(failed).toContain("RW2203");
  expect(failures).toEqual([failed]);
  expect(readFileSync(path, "utf8")).toBe("");
});
