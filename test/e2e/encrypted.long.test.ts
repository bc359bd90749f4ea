/** A tape of 200 MB is encrypted, decrypted, proved, shown and replayed in bounded memory, armored or not. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { expect, it } from "vitest";
import { decodeHeader, FileSink, TapeWriter } from "../../src/tape/index.ts";
import { handshake, header } from "../cli/tapes.ts";
import { newKey } from "../peers/age.ts";
import { testFolder } from "./harness/record-run.ts";
import { node, reelwire } from "./harness/ways.ts";

const answers = 2000;
const answerBytes = 100_000;
/** The program itself, chunks on their way, and garbage that V8 has not looked at yet. */
const megabytesMax = 250;

it("200 MB in bounded memory", async () => {
  const { secret, recipient } = await newKey();
  const cwd = testFolder();
  writeTape(join(cwd, "big.tape.jsonl"));
  const plain = await hashOf(join(cwd, "big.tape.jsonl"));
  writeFileSync(join(cwd, "me.key"), secret);
  const peak = join(cwd, "peak");
  writeFileSync(
    join(cwd, "peak.mjs"),
    `import { writeFileSync } from "node:fs";
process.on("exit", () => writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));\n`,
  );
  const run = (input: string, ...argv: string[]): string => {
    const env = {
      ...process.env,
      NODE_OPTIONS: `--import=${join(cwd, "peak.mjs")}`,
      REELWIRE_IDENTITY: "me.key",
    };
    const args = [...reelwire.slice(1), ...argv];
    const ran = spawnSync(node, args, { cwd, env, input, encoding: "utf8", maxBuffer: 1 << 30 });
    expect({ argv, status: ran.status, stderr: ran.stderr }).toEqual({ argv, status: 0, stderr: "" });
    expect(Number(readFileSync(peak, "utf8")) / 1024, `megabytes of ${argv[0]}`).toBeLessThan(megabytesMax);
    return ran.stdout;
  };

  run("", "encrypt", "-r", recipient, "--remove", "big.tape.jsonl");
  const sealed = join(cwd, "big.tape.jsonl.age");
  expect(statSync(sealed).size).toBeGreaterThan(answers * answerBytes);
  await pipeline(
    createReadStream(sealed, { highWaterMark: 48 * 1024 }),
    armored,
    createWriteStream(join(cwd, "armored.age")),
  );
  for (const tape of ["big.tape.jsonl.age", "armored.age"]) {
    expect(run("", "validate", tape)).toMatch(/^complete/);
    expect(run("", "show", tape).split("\n").length).toBeGreaterThan(answers);
    const ask = (n: number) =>
      `{"jsonrpc":"2.0","id":"n${n}","method":"tools/call","params":{"name":"t","arguments":{"n":${n}}}}\n`;
    const open =
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"ide","version":"1"}}}\n{"jsonrpc":"2.0","method":"notifications/initialized"}\n';
    const said = run(open + [answers - 1, 0, answers >> 1].map(ask).join(""), "replay", tape);
    for (const n of [answers - 1, 0, answers >> 1]) expect(said).toContain(`"text":"answer ${n} `);
    run("", "decrypt", tape, "-o", "back");
    expect(await hashOf(join(cwd, "back"))).toBe(plain);
    rmSync(join(cwd, "back"));
  }
});

function writeTape(path: string): void {
  const fd = openSync(path, "wx");
  const writer = new TapeWriter(new FileSink(fd), decodeHeader(Buffer.from(header)));
  let at = 0;
  const line = (text: string): void => writer.copy(Buffer.from(`${text}\n`), at);
  for (const each of handshake) line(each);
  for (let n = 0; n < answers; n++) {
    at = 100_000 + n * 100;
    line(
      `{"at":${at},"dir":"c2s","msg":{"jsonrpc":"2.0","id":${n + 10},"method":"tools/call","params":{"name":"t","arguments":{"n":${n}}}}}`,
    );
    const text = `answer ${n} ${"x".repeat(answerBytes)}`;
    line(
      `{"at":${at + 1},"dir":"s2c","msg":{"jsonrpc":"2.0","id":${n + 10},"result":{"content":[{"type":"text","text":"${text}"}]}}}`,
    );
  }
  writer.end(at + 2);
  closeSync(fd);
}

/** The chunks of a stream are as long as they are asked for, but for the last: a multiple of 48. */
async function* armored(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  yield "-----BEGIN AGE ENCRYPTED FILE-----\n";
  for await (const chunk of source) yield chunk.toString("base64").replace(/.{1,64}/g, "$&\n");
  yield "-----END AGE ENCRYPTED FILE-----\n";
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
