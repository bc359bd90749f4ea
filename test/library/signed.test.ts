/** A recording of a program is signed as one of the command line is. */
import { generateKeyPairSync } from "node:crypto";
import { createReadStream, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkTape, recordTape } from "../../src/index.ts";
import { testFolder } from "../e2e/harness/record-run.ts";
import { node } from "../e2e/harness/ways.ts";
import { clients, recordServer } from "./helpers.ts";

const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();

describe("recordTape with a key", () => {
  it("signs every part", async () => {
    const key = join(testFolder(), "k.pem");
    writeFileSync(key, pem);
    const { recording, folder } = await recordServer("nasty", { sign: key, rotate: true });
    const client = clients.v1();
    await client.connect(recording.transport());
    await client.callTool({ name: "echo", arguments: { text: "one" } });
    recording.rotate();
    await client.callTool({ name: "echo", arguments: { text: "two" } });
    await client.close();
    await recording.stop();
    const parts = readdirSync(folder).filter((name) => name.endsWith(".tape.jsonl"));
    expect(parts).toHaveLength(2);
    for (const part of parts) {
      const report = await checkTape(createReadStream(join(folder, part)));
      expect(report).toMatchObject({ state: "complete", signer: { alg: "ed25519" } });
      expect(report.signatures).toBeGreaterThanOrEqual(2);
    }
  });

  it.each([
    ["is not there", undefined, "RW3301"],
    ["is none", "nonsense", "RW3302"],
  ])("that %s rejects, and leaves no file", async (_, text, code) => {
    const folder = testFolder();
    const [key, out] = [join(folder, "k.pem"), join(folder, "a.tape.jsonl")];
    if (text !== undefined) writeFileSync(key, text);
    const started = recordTape({ out, sign: key, server: { command: node } });
    await expect(started).rejects.toMatchObject({ code });
    expect(existsSync(out)).toBe(false);
  });
});
