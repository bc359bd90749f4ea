/** `pack`: one file for a stranger, proved and clean, and `unpack` gives the tapes back as they were packed. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { packLimits } from "../../../src/cli/pack/limits.ts";
import { pack } from "../../../src/cli/pack/pack.ts";
import { baseName } from "../../../src/cli/pack/reduce.ts";
import { redactNothing } from "../../../src/redact/index.ts";
import { redactionFor } from "../../../src/runtime/index.ts";
import { openTapeFile } from "../../../src/tape/index.ts";
import { cli, watch } from "../call.ts";
import { faults } from "../schemas.ts";
import { env, known, parts, password, token } from "../secrets.ts";
import { complete, everything, folder, handshake, header, notes, oddCall, unfinished } from "../tapes.ts";
import { sha256 } from "./archives.ts";

const run = (cwd: string, ...argv: string[]) => cli(["pack", ...argv], { cwd, env });
const text = (...path: string[]) => readFileSync(join(...path), "utf8");

const head = header
  .replace(
    '["npx","srv"]',
    `["/home/bob/.nvm/bin/npx","-y","/home/bob/srv.js","--dir=/home/bob/data","--token","${password}"]`,
  )
  .replace('"transport":"stdio"', '"transport":"stdio","cwd":"/home/bob/project"')
  .replace(
    '"future"',
    '"launcher":{"pid":77,"startedAt":"2026-11-20T07:00:00Z"},"recorder":{"pid":4194303},"future"',
  );
const secret = `{"at":9300,"stderr":"tok ${token} and ${known}\\n"}`;
const tape = complete([...handshake, secret, ...oddCall, ...notes], head);

interface Manifest {
  readonly name: string;
  readonly when: string;
  readonly tapes: readonly {
    name: string;
    bytes: number;
    sha256: string;
    verdict: string;
    calls: number;
    revisions: string[];
  }[];
  readonly removed: readonly { tape: string; line: number; pointer: string; kind: string; how: string }[];
  readonly reduced: readonly { line: number; pointer: string; how: string }[];
  readonly fills: readonly string[];
}

async function opened(cwd: string, file: string, dir: string): Promise<Manifest> {
  const { status, stderr } = await cli(["unpack", file, "-o", dir], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const manifest = text(cwd, dir, "manifest.json");
  expect(faults("pack-manifest", manifest)).toEqual([]);
  return JSON.parse(manifest) as Manifest;
}

describe("a pack", () => {
  it("holds the tape without its secrets and without what only its machine needs, and says what is missing", async () => {
    const cwd = folder({ "weather.tape.jsonl": tape });
    const { status, stdout, stderr } = await run(cwd, "weather.tape.jsonl");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(
      /^packed {2}weather\.rwpack\.tgz {2}1 tape, [\d.]+ kB; 3 values taken out, 7 facts about this machine left out\n {2}weather\.tape\.jsonl {2}complete {2}3 calls\n$/,
    );
    const manifest = await opened(cwd, "weather.rwpack.tgz", "out");
    const packed = text(cwd, "out", "weather.tape.jsonl");
    expect(manifest).toMatchObject({
      reelwirePack: 1,
      name: "weather",
      when: "2026-11-20T08:00:00.000000Z",
      fills: ["WEATHER_SECRET"],
      removedCount: 3,
      reducedCount: 7,
    });
    expect(manifest.tapes).toEqual([
      {
        name: "weather.tape.jsonl",
        bytes: Buffer.byteLength(packed),
        sha256: sha256(packed),
        verdict: "complete",
        calls: 3,
        revisions: ["2025-06-18"],
        startedAt: "2026-11-20T08:00:00.000000Z",
        linesLeftOut: 0,
        notesLeftOut: 1,
      },
    ]);
    expect(
      manifest.removed.map(({ line, pointer, kind, how }) => `${line} ${pointer} ${kind} ${how}`),
    ).toEqual([
      "1 /server/command/5 secret flag",
      "6 /stderr github-token credential",
      "6 /stderr secret known",
    ]);
    expect(manifest.reduced.map(({ line, pointer, how }) => `${line} ${pointer} ${how}`).sort()).toEqual([
      "1 /launcher dropped",
      "1 /recorder dropped",
      "1 /server/command/0 base name",
      "1 /server/command/2 base name",
      "1 /server/command/3 base name",
      "1 /server/cwd base name",
      "2 /open/pid dropped",
    ]);
    const everywhere = gunzipSync(readFileSync(join(cwd, "weather.rwpack.tgz"))).toString("latin1");
    for (const part of [...parts, "/home/bob", "4242", env.REELWIRE_REDACT_KEY])
      expect(everywhere).not.toContain(part);
    expect(packed).toContain('"command":["npx","-y","srv.js","--dir=data","--token","[[rw:');
    expect(packed).toContain('"future":12345678901234567890');
    expect(packed).toContain(oddCall.at(-1)!);
    expect((await cli(["validate", "out/weather.tape.jsonl"], { cwd })).status).toBe(0);
    expect((await cli(["scan", "out"], { cwd, env })).status).toBe(0);
  });

  it("tells --json what it did", async () => {
    const cwd = folder({ "a.tape.jsonl": tape });
    const { stdout } = await run(cwd, "a.tape.jsonl", "--json");
    expect(faults("pack", stdout)).toEqual([]);
    expect(JSON.parse(stdout)).toMatchObject({
      output: "a.rwpack.tgz",
      bytes: statSync(join(cwd, "a.rwpack.tgz")).size,
      removed: 3,
      reduced: 7,
    });
  });

  it.skipIf(spawnSync("tar", ["--version"]).error !== undefined)(
    "opens with tar alone, and says what it is",
    async () => {
      const cwd = folder({ "a.tape.jsonl": tape });
      await run(cwd, "a.tape.jsonl");
      const listed = spawnSync("tar", ["tvzf", "a.rwpack.tgz"], {
        cwd,
        encoding: "utf8",
        env: { ...env, TZ: "UTC" },
      });
      expect(listed).toMatchObject({ status: 0, stderr: "" });
      expect(
        listed.stdout
          .split("\n")
          .filter(Boolean)
          .map((line) =>
            line
              .split(/\s+/)
              .filter((_, i) => i !== 2)
              .join(" "),
          ),
      ).toEqual([
        "-rw-r--r-- 0/0 1970-01-01 00:00 a/manifest.json",
        "-rw-r--r-- 0/0 1970-01-01 00:00 a/README.txt",
        "-rw-r--r-- 0/0 1970-01-01 00:00 a/a.tape.jsonl",
      ]);
      expect(spawnSync("tar", ["xzf", "a.rwpack.tgz"], { cwd }).status).toBe(0);
      expect(text(cwd, "a", "README.txt")).toContain("reelwire unpack a.rwpack.tgz");
    },
  );

  it("is the same bytes whenever and wherever it is made", async () => {
    const [one, two] = [folder({ "a.tape.jsonl": tape }), folder({ "a.tape.jsonl": tape })];
    utimesSync(join(two, "a.tape.jsonl"), 1, 1);
    await run(one, "a.tape.jsonl");
    mkdirSync(join(two, "deep"));
    await run(two, "a.tape.jsonl", "-o", "deep/a.rwpack.tgz");
    const [a, b] = [readFileSync(join(one, "a.rwpack.tgz")), readFileSync(join(two, "deep/a.rwpack.tgz"))];
    expect(a.equals(b)).toBe(true);
    expect(a.subarray(0, 10)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]));
  });

  it("holds several, each under its own plain name", async () => {
    const cwd = folder({
      "a.tape.jsonl": tape,
      "b c.tape.jsonl": unfinished(handshake),
      [`${token}.tape.jsonl`]: tape,
    });
    mkdirSync(join(cwd, "d"));
    writeFileSync(join(cwd, "d", "a.tape.jsonl"), complete(everything));
    const { status, stderr } = await run(
      cwd,
      "a.tape.jsonl",
      "d/a.tape.jsonl",
      "b c.tape.jsonl",
      `${token}.tape.jsonl`,
      "-o",
      "all.tgz",
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "b_c.tape.jsonl is unfinished; the pack says so\n",
    });
    const { name, tapes } = await opened(cwd, "all.tgz", "out");
    expect(name).toBe("all");
    expect(tapes.map((each) => [each.name.replace(/[0-9a-f]{8}/, "DIGEST"), each.verdict])).toEqual([
      ["a.tape.jsonl", "complete"],
      ["a-2.tape.jsonl", "complete"],
      ["b_c.tape.jsonl", "unfinished"],
      ["rw_github-token_40_DIGEST.tape.jsonl", "complete"],
    ]);
    for (const each of tapes) expect((await cli(["validate", `out/${each.name}`], { cwd })).status).toBe(0);
  });

  it("takes .vcr recordings and rotated ones, as one tape each", async () => {
    const first = complete(handshake, header.replace('"name"', '"part":1,"name"'));
    const { end } = JSON.parse(first.trim().split("\n").at(-1)!) as { end: { sha256: string } };
    const second = complete([secret], header.replace('"name"', `"part":2,"previous":"${end.sha256}","name"`));
    const cwd = folder({
      "r.0001.tape.jsonl": first,
      "r.0002.tape.jsonl": second,
      "a.tape.jsonl": complete([...handshake, oddCall[0]!, oddCall[4]!]),
    });
    await cli(["convert", "a.tape.jsonl", "v.vcr"], { cwd });
    expect((await run(cwd, "r.0001.tape.jsonl", "v.vcr")).status).toBe(0);
    const { tapes } = await opened(cwd, "r.rwpack.tgz", "out");
    expect(tapes.map(({ name, verdict }) => [name, verdict])).toEqual([
      ["r.tape.jsonl", "complete"],
      ["v.tape.jsonl", "complete"],
    ]);
    for (const { name } of tapes) expect((await cli(["validate", `out/${name}`], { cwd })).status).toBe(0);
    expect(text(cwd, "out", "r.tape.jsonl")).not.toContain(token);
  });

  it("keeps the recorder's notes when it is asked to", async () => {
    const cwd = folder({ "a.tape.jsonl": tape });
    await run(cwd, "a.tape.jsonl", "--include-notes");
    await opened(cwd, "a.rwpack.tgz", "out");
    expect(text(cwd, "out", "a.tape.jsonl")).toContain("3 messages were dropped");
  });

  it("of a packed tape takes nothing out any more", async () => {
    const cwd = folder({ "a.tape.jsonl": tape });
    await run(cwd, "a.tape.jsonl");
    await opened(cwd, "a.rwpack.tgz", "out");
    const again = await run(cwd, "out/a.tape.jsonl", "-o", "b.rwpack.tgz", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ removed: 0, reduced: 0, fills: ["WEATHER_SECRET"] });
  });
});

describe("what is not packed", () => {
  const altered = tape.replace("Paris", "Pariz");
  const damaged = unfinished([...handshake, "rubbish"]);
  const running = unfinished(handshake).replace(
    '"reelwire":1,',
    `"reelwire":1,"recorder":{"pid":${process.pid}},`,
  );
  const files = {
    "a.tape.jsonl": tape,
    "altered.tape.jsonl": altered,
    "damaged.tape.jsonl": damaged,
    "running.tape.jsonl": running,
    "there.tgz": "mine",
    text: "text\n",
  };

  it.each<[readonly string[], number, string]>([
    [["altered.tape.jsonl"], 1, "RW3504"],
    [["damaged.tape.jsonl"], 1, "RW3504"],
    [["a.tape.jsonl", "altered.tape.jsonl"], 1, "RW3504"],
    [["running.tape.jsonl"], 2, "RW3014"],
    [["running.tape.jsonl", "--force"], 2, "RW3014"],
    [["a.tape.jsonl", "-o", "there.tgz"], 2, "RW3010"],
    [["a.tape.jsonl", "-o", "no/such.tgz"], 2, "RW2202"],
    [["text"], 6, "RW3002"],
    [["gone"], 6, "RW3001"],
    [[], 2, "RW1005"],
  ])("%j, and nothing is left of it", async (argv, exit, code) => {
    const cwd = folder(files);
    const { status, stdout, stderr } = await run(cwd, ...argv);
    expect({ status, stdout, code: /RW\d+/.exec(stderr)?.[0] }).toEqual({ status: exit, stdout: "", code });
    expect(readdirSync(cwd).sort()).toEqual(Object.keys(files).sort());
    expect(text(cwd, "there.tgz")).toBe("mine");
  });

  it("is packed with --force, and the pack says what it is", async () => {
    const cwd = folder(files);
    const { status, stderr } = await run(
      cwd,
      "altered.tape.jsonl",
      "damaged.tape.jsonl",
      "-o",
      "there.tgz",
      "--force",
    );
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr:
        "altered.tape.jsonl is altered; the pack says so\ndamaged.tape.jsonl is damaged; the pack says so\n",
    });
    const { tapes } = await opened(cwd, "there.tgz", "out");
    expect(tapes).toMatchObject([
      { verdict: "altered", linesLeftOut: 0 },
      { verdict: "damaged", linesLeftOut: 1 },
    ]);
  });

  it("what its own finder still finds: the proof refuses, and names no value", async () => {
    const cwd = folder({ "a.tape.jsonl": tape });
    const redaction = await redactionFor({ cwd, env });
    // A redactor that writes what it should not: it looks through a tape and takes nothing out.
    let made = 0;
    const leaky = {
      ...redaction,
      redactor: (options?: Parameters<typeof redaction.redactor>[0]) => {
        const blind = options?.onFound === undefined && made++ > 0;
        return blind ? { ...redactNothing, preset: "standard" } : redaction.redactor(options);
      },
    } as typeof redaction;
    const inputs = [{ path: "a.tape.jsonl", opened: await openTapeFile(join(cwd, "a.tape.jsonl")) }];
    const options = {
      output: join(cwd, "a.tgz"),
      redaction: leaky,
      signal: new AbortController().signal,
      includeNotes: false,
      force: false,
    };
    const refused = await pack(inputs, options).catch(
      (error: unknown) => error as Error & { code: string; report(): string },
    );
    expect(refused).toMatchObject({ code: "RW3505" });
    for (const part of parts) expect((refused as { report(): string }).report()).not.toContain(part);
    expect((refused as { report(): string }).report()).toMatch(
      /a\.tape\.jsonl, line 1, \/server\/command\/5: secret/,
    );
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
  });

  it.each<[string, object]>([
    ["files", { entriesMax: 2 }],
    ["bytes of one file", { entryBytesMax: 1000 }],
    ["bytes of all", { allBytesMax: 1000 }],
    ["bytes of the manifest", { manifestBytesMax: 100 }],
    ["growth", { ratioFreeBytes: 0, ratioMax: 2 }],
  ])("beyond unpack's limits: %s", async (_what, limits) => {
    const cwd = folder({ "a.tape.jsonl": tape });
    const inputs = [{ path: "a.tape.jsonl", opened: await openTapeFile(join(cwd, "a.tape.jsonl")) }];
    const options = {
      output: join(cwd, "a.tgz"),
      redaction: await redactionFor({ cwd, env }),
      signal: new AbortController().signal,
      includeNotes: false,
      force: false,
      limits: { ...packLimits, ...limits },
    };
    await expect(pack(inputs, options)).rejects.toMatchObject({ code: "RW3511" });
    expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
  });

  it("Ctrl-C leaves nothing, at whatever moment it comes", async () => {
    const cwd = folder({ "a.tape.jsonl": tape });
    for (let looks = 0; ; looks += 7) {
      const stop = new AbortController();
      let left = looks;
      // Each look at the signal is a moment.
      vi.spyOn(stop.signal, "throwIfAborted").mockImplementation(() => {
        if (left-- <= 0) stop.abort();
        if (stop.signal.aborted) throw stop.signal.reason;
      });
      const outcome = await cli(["pack", "a.tape.jsonl"], { cwd, env, signal: stop.signal });
      if (outcome.status === 0) break;
      expect(outcome).toEqual({ status: 130, stdout: "", stderr: "" });
      expect(readdirSync(cwd)).toEqual(["a.tape.jsonl"]);
    }
  });

  it("moves a bar on long work", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => `{"at":${i},"stderr":"${i} word\\n"}`);
    const cwd = folder({ "a.tape.jsonl": unfinished(many) });
    expect((await watch(["pack", "a.tape.jsonl"], { cwd, env })).stderr).toMatch(/packing \[[#.]+\] \d+%/);
  });
});

describe("base names", () => {
  it.each([
    ["/home/bob/bin/npx", "npx"],
    ["/home/bob/", "bob"],
    ["C:\\Users\\bob\\srv.exe", "srv.exe"],
    ["c:/x/y", "y"],
    ["~/srv", "srv"],
    ["\\\\host\\share\\x", "x"],
    ["file:///home/bob/x", "x"],
    ["--dir=/home/bob", "--dir=bob"],
    ["-d=/a/b", "-d=b"],
    ["/", ""],
    ["npx", "npx"],
    ["-y", "-y"],
    ["./srv", "./srv"],
    ["@acme/srv", "@acme/srv"],
    ["https://example.com/mcp", "https://example.com/mcp"],
    ["", ""],
  ])("%j is %j", (path, name) => expect(baseName(path)).toBe(name));
});
