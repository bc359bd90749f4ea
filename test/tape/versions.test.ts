// A tape of every version of the format stays for ever, and is read for ever. Never change these files.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkTape, encodeEvent, openTapeFile, readTape } from "../../src/tape/index.ts";
import { chunked, collect, shown, textOf } from "./helpers.ts";

const path = join(import.meta.dirname, "..", "tapes", "v1.tape.jsonl");
const bytes = new Uint8Array(readFileSync(path));

test("version 1 reads, line by line", async () => {
  const opened = await openTapeFile(path);
  expect(opened.header).toMatchObject({ reelwire: 1, endpointId: "filesystem", later: { kept: [1] } });
  expect((await collect(opened.items())).map(shown)).toEqual([
    "1 header 0192a4c1-7e5b-7c3d-9a11-5f0b6c2d8e01",
    "2 @0 open",
    '3 @812 c2s msg {"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}',
    '4 @9120 s2c msg {"result":{},"jsonrpc":"2.0","id":0}',
    "5 @9200 c2s other",
    "6 @9900 s2c other",
    '7 @9950 s2c msg {"jsonrpc":"2.0","method":"notifications/progress","params":{}}',
    "8 @9960 s2c sse",
    "9 @9970 s2c other",
    '10 @10000 c2s msg {"id":12345678901234567890,"method":"m","params":{"a":1.0,"a":1e400,"__proto__":"\\ud800"}} ',
    '11 @10100 s2c msg [{"jsonrpc":"2.0","id":"1","result":{}},{"jsonrpc":"2.0","id":1,"result":{}}]',
    '12 @10200 s2c msg {\n  "jsonrpc": "2.0",\n  "method": "spread"\n}',
    "13 @12000 s2c text",
    "14 @12050 s2c text",
    "15 @12060 s2c bytes",
    "16 @12070 bytes",
    "17 @12100 stderr",
    "18 @12200 other",
    "19 @12300 note",
    "20 @90000 mark",
    "21 @99000 close",
    "22 @99010 end",
  ]);
});

test("version 1 is proved complete", async () => {
  expect(await checkTape(chunked(bytes))).toMatchObject({
    state: "complete",
    lines: 22,
    messages: 6,
    notes: [],
  });
});

test("version 1 is written as it was", async () => {
  const lines = textOf(bytes).split("\n");
  for await (const item of readTape(chunked(bytes))) {
    if (item.kind !== "event") continue;
    const again = textOf(encodeEvent(item.event)).slice(0, -1);
    const was = lines[item.line - 1]!;
    // An escape that needs none is spelled as the character it stands for; nothing else may differ.
    expect(again).toBe(was.includes("u2026") ? was.replace("\\u2026", "…") : was);
  }
});

test("version 1 with checksums and signatures is proved", async () => {
  const signed = new Uint8Array(readFileSync(join(path, "..", "v1-signed.tape.jsonl")));
  expect(await checkTape(chunked(signed))).toMatchObject({
    state: "complete",
    lines: 24,
    messages: 6,
    signer: { alg: "ed25519", key: "6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=" },
    signatures: 4,
    notes: [],
  });
});
