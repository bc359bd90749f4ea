/** `ls`, `validate`, `repair` and `convert`. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, watch } from "./call.ts";
import { faults } from "./schemas.ts";
import { complete, everything, folder, handshake, header, manyCalls, oddCall, unfinished } from "./tapes.ts";

/** Two parts of one recording; the second carries the hash of the first one's end. */
function rotated(): Record<string, string> {
  const first = complete(handshake, header.replace('"name"', '"part":1,"name"'));
  const sha256 = (JSON.parse(first.trim().split("\n").at(-1)!) as { end: { sha256: string } }).end.sha256;
  const second = complete(oddCall, header.replace('"name"', `"part":2,"previous":"${sha256}","name"`));
  return { "r.0001.tape.jsonl": first, "r.0002.tape.jsonl": second };
}

describe("ls", () => {
  it("lists tapes by their content, parts as one, and what cannot be read as that", async () => {
    const cwd = folder();
    const tapes = join(cwd, "tapes");
    mkdirSync(join(tapes, "deep"), { recursive: true });
    mkdirSync(join(tapes, ".hidden"));
    const files: Record<string, string> = {
      "a.tape.jsonl": complete(everything),
      "b.tape.jsonl": unfinished(handshake),
      "c.tape.jsonl": unfinished([...handshake, "rubbish"]),
      "d.tape.jsonl": "no tape at all\n",
      "e.vcr": "{}",
      "f.tape.cbor": "\ud9d9",
      "renamed.log": complete(handshake),
      "README.md": "# nothing\n",
      "deep/g.tape.jsonl": complete(handshake),
      ".hidden/h.tape.jsonl": complete(handshake),
      ...rotated(),
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(tapes, name), text);
    const { status, stdout } = await cli(["ls", "--json"], { cwd });
    expect(status).toBe(0);
    expect(faults("ls", stdout)).toEqual([]);
    const told = JSON.parse(stdout) as {
      tapes: { file: string; state: string; parts?: number; calls?: number }[];
    };
    expect(told.tapes.map(({ file, state, parts, calls }) => [file, state, parts, calls])).toEqual([
      ["tapes/a.tape.jsonl", "ended", 1, 8],
      ["tapes/b.tape.jsonl", "unfinished", 1, 1],
      ["tapes/c.tape.jsonl", "damaged", 1, 1],
      ["tapes/d.tape.jsonl", "unreadable", undefined, undefined],
      ["tapes/deep/g.tape.jsonl", "ended", 1, 1],
      ["tapes/e.vcr", "unreadable", undefined, undefined],
      ["tapes/f.tape.cbor", "unreadable", undefined, undefined],
      ["tapes/r.0001.tape.jsonl", "ended", 2, 3],
      ["tapes/renamed.log", "ended", 1, 1],
    ]);
    const table = await cli(["ls"], { cwd });
    expect(table.stdout.trim().split("\n")).toHaveLength(10);
    expect(table.stdout).toMatch(/d\.tape\.jsonl +unreadable +the file is not a recording/);
    expect(table.stdout).toMatch(/r\.0001\.tape\.jsonl .* ended +2 parts/);
  });

  it("claims nothing that it has not proved: an altered tape has ended, and only validate says more", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything).replace("Paris", "Pariz") });
    expect((await cli(["ls", "."], { cwd })).stdout).toMatch(/ ended\b/);
    const { stdout } = await cli(["show", "a.tape.jsonl", "--json"], { cwd });
    expect(JSON.parse(stdout)).toMatchObject({ summary: { state: "ended" } });
    expect((await cli(["validate", "a.tape.jsonl"], { cwd })).stdout).toContain("altered");
  });

  it("leaves out what repair keeps beside a tape", async () => {
    const cwd = folder({
      "a.tape.jsonl": unfinished(handshake),
      "b.tape.jsonl.orig.2": unfinished(handshake),
    });
    await cli(["repair", "a.tape.jsonl"], { cwd });
    expect(readdirSync(cwd)).toContain("a.tape.jsonl.orig");
    const { stdout } = await cli(["ls", ".", "--json"], { cwd });
    const files = (JSON.parse(stdout) as { tapes: { file: string }[] }).tapes.map(({ file }) => file);
    expect(files).toEqual(["a.tape.jsonl"]);
  });

  it("takes another folder, and says when there is none or nothing in it", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    expect((await cli(["ls", "."], { cwd })).stdout).toContain("a.tape.jsonl");
    expect(await cli(["ls"], { cwd })).toMatchObject({
      status: 6,
      stdout: "",
      stderr: expect.stringContaining("RW3013"),
    });
    expect((await cli(["ls", "a.tape.jsonl"], { cwd })).stderr).toContain("reelwire show");
    mkdirSync(join(cwd, "tapes"));
    expect(await cli(["ls"], { cwd })).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "there are no tapes in tapes\n",
    });
    const missing = await cli(["ls", "nope", "--json"], { cwd });
    expect(missing.stdout).toBe("");
    expect(faults("error", missing.stderr)).toEqual([]);
  });
});

describe("validate", () => {
  const good = complete(everything);
  const cases: readonly (readonly [string, string, number, string])[] = [
    ["complete", good, 0, "complete"],
    ["unfinished", unfinished(handshake), 1, "unfinished"],
    ["torn", `${unfinished(handshake)}{"at":1,"di`, 1, "torn"],
    ["damaged", unfinished([...handshake, "rubbish"]), 1, "line 6: "],
    ["altered", good.replace("Paris", "Pariz"), 1, "line 6: it is not what was written"],
    ["no tape", "text\n", 6, "RW3002"],
    ["future", '{"reelwire":9,"id":"x","startedAt":"2026-01-01T00:00:00Z"}\n', 6, "RW3003"],
    ["header cut", '{"reelwire":1', 6, "RW3004"],
    ["empty", "", 6, "RW3008"],
  ];

  it.each(cases)("%s", async (_what, text, exit, says) => {
    const cwd = folder({ "a.tape.jsonl": text });
    const { status, stdout, stderr } = await cli(["validate", "a.tape.jsonl"], { cwd });
    expect(status).toBe(exit);
    expect(exit === 6 ? stderr : stdout).toContain(says);
    expect(exit === 6 ? stdout : stderr).toBe("");
    const json = await cli(["validate", "--json", "a.tape.jsonl"], { cwd });
    expect(json).toMatchObject({ status: exit, stderr: "" });
    expect(faults("validate", json.stdout)).toEqual([]);
  });

  it("gives each of many a verdict, and exits for the worst", async () => {
    const cwd = folder({
      "a.tape.jsonl": good,
      "b.tape.jsonl": "text",
      "c.tape.jsonl": unfinished(handshake),
    });
    const { status, stdout } = await cli(
      ["validate", "--json", "b.tape.jsonl", "nope", "a.tape.jsonl", "c.tape.jsonl"],
      { cwd },
    );
    expect(status).toBe(6);
    const states = (JSON.parse(stdout) as { tapes: { state: string }[] }).tapes.map((tape) => tape.state);
    expect(states).toEqual(["unreadable", "unreadable", "complete", "unfinished"]);
    expect((await cli(["validate", "a.tape.jsonl", "c.tape.jsonl"], { cwd })).status).toBe(1);
  });

  it("proves all parts of a rotated recording, and that they belong together", async () => {
    const parts = rotated();
    const cwd = folder(parts);
    const first = "r.0001.tape.jsonl";
    expect(await cli(["validate", first], { cwd })).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("2 parts"),
    });
    writeFileSync(
      join(cwd, first),
      complete([...handshake, ...handshake], header.replace('"name"', '"part":1,"name"')),
    );
    const broken = await cli(["validate", first], { cwd });
    expect(broken).toMatchObject({ status: 1, stdout: expect.stringContaining("does not continue part 1") });
    writeFileSync(join(cwd, first), parts[first]!);
    writeFileSync(join(cwd, "r.0002.tape.jsonl"), parts["r.0002.tape.jsonl"]!.replace("Paris", "Pariz"));
    expect(await cli(["validate", first], { cwd })).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("altered"),
    });
  });

  it("reads a .vcr recording through", async () => {
    const cwd = folder({ "a.tape.jsonl": good });
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    const { status, stdout } = await cli(["validate", "a.vcr", "--json"], { cwd });
    expect(status).toBe(0);
    expect(faults("validate", stdout)).toEqual([]);
    writeFileSync(join(cwd, "a.vcr"), readFileSync(join(cwd, "a.vcr")).subarray(0, -100));
    expect((await cli(["validate", "a.vcr"], { cwd })).status).not.toBe(0);
  });
});

describe("repair", () => {
  it("makes a damaged tape whole, and keeps the original", async () => {
    const text = `${unfinished([...handshake, "rubbish", ...oddCall])}{"at":1,"di`;
    const cwd = folder({ "a.tape.jsonl": text });
    const { status, stdout } = await cli(["repair", "a.tape.jsonl", "--json"], { cwd });
    expect(status).toBe(0);
    expect(faults("repair", stdout)).toEqual([]);
    const told = JSON.parse(stdout) as { original: string };
    expect(told).toMatchObject({ file: "a.tape.jsonl", changed: true, droppedLines: 2 });
    expect(readFileSync(join(cwd, told.original), "utf8")).toBe(text);
    expect((await cli(["validate", "a.tape.jsonl"], { cwd })).status).toBe(0);
    const again = await cli(["repair", "a.tape.jsonl"], { cwd });
    expect(again).toMatchObject({ status: 0, stdout: expect.stringContaining("nothing to repair") });
    expect(readdirSync(cwd)).toHaveLength(2);
  });

  it("says what it dropped, in words", async () => {
    const cwd = folder({ "a.tape.jsonl": unfinished([...handshake, "rubbish"]) });
    const { stdout } = await cli(["repair", "a.tape.jsonl"], { cwd });
    expect(stdout).toMatch(
      /repaired +a\.tape\.jsonl +1 line dropped \(7 B\); the original is a\.tape\.jsonl\.orig/,
    );
  });

  it("leaves a tape alone while it is being recorded", async () => {
    const text = unfinished(handshake).replace(
      '"reelwire":1,',
      `"reelwire":1,"recorder":{"pid":${process.pid}},`,
    );
    const cwd = folder({ "a.tape.jsonl": text });
    const { status, stderr } = await cli(["repair", "a.tape.jsonl"], { cwd });
    expect({ status, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: 2, code: "RW3014" });
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toBe(text);
  });

  it("does not repair a .vcr recording, and says what to do instead", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    const { status, stdout, stderr } = await cli(["repair", "a.vcr"], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(".vcr files are not repaired");
    expect(stderr).toContain("reelwire convert a.vcr a.tape.jsonl");
  });

  it("touches nothing that is no tape", async () => {
    const cwd = folder({ "a.tape.jsonl": "text\n" });
    expect(await cli(["repair", "a.tape.jsonl"], { cwd })).toMatchObject({ status: 6, stdout: "" });
    expect(readFileSync(join(cwd, "a.tape.jsonl"), "utf8")).toBe("text\n");
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
  });
});

describe("convert", () => {
  const messagesOf = async (cwd: string, file: string) => {
    const { stdout } = await cli(["show", file, "--all", "--json"], { cwd });
    return stdout.split("\n").flatMap((line) => /"msg":(.*)\}\},?$/.exec(line)?.[1] ?? []);
  };

  it("writes .vcr and lists what that cannot hold", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { status, stdout, stderr } = await cli(["convert", "a.tape.jsonl", "out.vcr", "--json"], { cwd });
    expect(status).toBe(0);
    expect(faults("convert", stdout)).toEqual([]);
    const { losses } = JSON.parse(stdout) as { losses: { what: string; says: string }[] };
    expect(losses.map((loss) => loss.what)).toEqual(
      expect.arrayContaining(["server-requests", "stderr", "noise", "batches", "conversations"]),
    );
    for (const loss of losses) expect(stderr).toContain(loss.says);
    expect(JSON.parse(readFileSync(join(cwd, "out.vcr"), "utf8"))).toHaveProperty("session.interactions");
  });

  it("copies a tape so that every message stays the same text", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    expect((await cli(["convert", "a.tape.jsonl", "-o", "b.tape.jsonl"], { cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, "b.tape.jsonl"), "utf8")).toBe(
      readFileSync(join(cwd, "a.tape.jsonl"), "utf8"),
    );
  });

  it("joins the parts of a recording", async () => {
    const cwd = folder(rotated());
    const { status, stderr } = await cli(["convert", "r.0001.tape.jsonl", "whole.tape.jsonl"], { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect((await cli(["validate", "whole.tape.jsonl"], { cwd })).status).toBe(0);
    expect(await messagesOf(cwd, "whole.tape.jsonl")).toEqual(await messagesOf(cwd, "r.0001.tape.jsonl"));
  });

  it("says what was lost of a damaged tape, and leaves a whole one", async () => {
    const cwd = folder({ "a.tape.jsonl": unfinished([...handshake, "rubbish"]) });
    const { status, stderr } = await cli(["convert", "a.tape.jsonl", "b.tape.jsonl"], { cwd });
    expect(status).toBe(0);
    expect(stderr).toContain("could not be read");
    expect(stderr).toContain("had no end");
    expect((await cli(["validate", "b.tape.jsonl"], { cwd })).status).toBe(0);
  });

  it("goes there and back", async () => {
    const cwd = folder({ "a.tape.jsonl": complete([...handshake, oddCall[0]!, oddCall[4]!]) });
    await cli(["convert", "a.tape.jsonl", "b.vcr"], { cwd });
    const { status } = await cli(["convert", "b.vcr", "c.tape.jsonl"], { cwd });
    expect(status).toBe(0);
    expect((await cli(["validate", "c.tape.jsonl"], { cwd })).status).toBe(0);
    expect((await cli(["show", "c.tape.jsonl", "2", "--raw"], { cwd })).stdout).toContain(
      "12345678901234567890",
    );
  });

  it("does not overwrite without --force", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake), "b.vcr": "precious" });
    const { status, stdout, stderr } = await cli(["convert", "a.tape.jsonl", "b.vcr"], { cwd });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("RW3010");
    expect(readFileSync(join(cwd, "b.vcr"), "utf8")).toBe("precious");
    expect((await cli(["convert", "a.tape.jsonl", "b.vcr", "--force"], { cwd })).status).toBe(0);
    expect(readFileSync(join(cwd, "b.vcr"), "utf8")).not.toBe("precious");
    expect(readdirSync(cwd).sort()).toEqual(["a.tape.jsonl", "b.vcr"]);
  });

  it.skipIf(process.platform === "win32")("writes files that only their owner can read", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    await cli(["convert", "a.tape.jsonl", "b.vcr"], { cwd });
    expect(statSync(join(cwd, "b.vcr")).mode & 0o777).toBe(0o600);
  });

  it("says how to make a folder that is missing", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    const { stderr } = await cli(["convert", "a.tape.jsonl", "no/such/b.vcr"], { cwd });
    expect(stderr).toContain(`mkdir -p ${join(cwd, "no", "such")}`);
  });

  it("takes the format from the flag or the name", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    expect((await cli(["convert", "a.tape.jsonl", "x.json", "--format", "vcr"], { cwd })).status).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, "x.json"), "utf8"))).toHaveProperty("format_version");
  });

  it.each<[readonly string[], number, string]>([
    [["a.tape.jsonl"], 2, "RW1005"],
    [["a.tape.jsonl", "b.vcr", "-o", "c.vcr"], 2, "RW1006"],
    [["a.tape.jsonl", "b.vcr", "--format", "jsonl"], 2, "RW1006"],
    [["a.tape.jsonl", "b.txt"], 2, "RW1004"],
    [["a.tape.jsonl", "b.tape.cbor"], 2, "RW3011"],
    [["a.tape.jsonl", "b.tape.jsonl.zst"], 2, "RW3011"],
    [["a.tape.jsonl", "no/such/b.vcr"], 2, "RW2202"],
    [["nope", "b.vcr"], 6, "RW3001"],
    [["text.tape.jsonl", "b.vcr"], 6, "RW3002"],
  ])("%j is refused and leaves nothing", async (argv, exit, code) => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake), "text.tape.jsonl": "text\n" });
    const { status, stdout, stderr } = await cli(["convert", ...argv], { cwd });
    expect({ status, stdout }).toEqual({ status: exit, stdout: "" });
    expect(stderr).toContain(code);
    expect(readdirSync(cwd).sort()).toEqual(["a.tape.jsonl", "text.tape.jsonl"]);
  });

  it("leaves nothing behind when it is stopped", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const stop = new AbortController();
    const stopped = cli(["convert", "a.tape.jsonl", "b.vcr"], { cwd, signal: stop.signal });
    stop.abort();
    expect(await stopped).toMatchObject({ status: 130, stdout: "", stderr: "" });
    expect(existsSync(join(cwd, "b.vcr"))).toBe(false);
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
  });
});

describe("a rotated recording", () => {
  it.each(["show", "validate", "repair"])(
    "is named by its first part where %s does not find it",
    async (command) => {
      const cwd = folder(rotated());
      const { status, stderr } = await cli([command, "r.tape.jsonl"], { cwd });
      expect(status).toBe(6);
      expect(stderr).toMatch(/RW3001[\s\S]*name the first: r\.0001\.tape\.jsonl/);
    },
  );
});

describe("long work on a terminal", () => {
  it.each([
    ["show", "long.tape.jsonl", "3"],
    ["show", "long.tape.jsonl", "--filter", "tool:none"],
    ["show", "long.tape.jsonl", "--noise"],
    ["repair", "long.tape.jsonl"],
    ["validate", "long.tape.jsonl"],
    ["validate", "long.vcr"],
  ])("%s %s %s moves a bar and takes it away", async (...argv) => {
    const cwd = folder({ "long.tape.jsonl": [...manyCalls(5000)].join("") });
    if (argv.includes("long.vcr")) await cli(["convert", "long.tape.jsonl", "long.vcr"], { cwd });
    const { status, stderr } = await watch(argv, { cwd });
    expect(status).toBeLessThan(2);
    expect(stderr).toMatch(/\[[#.]+\] \d+%/);
    expect(stderr.endsWith("\r\u001b[2K")).toBe(true);
  });
});
