/** What a program does with a running recording, and what happens to it: pausing, parts, every way to end. */
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkTape, Message, openTape, type Recording, type TapeExchange } from "../../src/index.ts";
import { memoryPair } from "../../src/transport/index.ts";
import { testFolder } from "../e2e/harness/record-run.ts";
import { payloads, readTape } from "../e2e/harness/tape-file.ts";
import { node } from "../e2e/harness/ways.ts";
import { lives, until } from "../peers/processes.ts";
import {
  all,
  clients,
  kinds,
  provenTape,
  record,
  recordServer,
  type Settings,
  servers,
  talk,
  text,
} from "./helpers.ts";

/** A client of the scripted server, past its handshake. */
async function begin(settings: Settings = {}) {
  const started = await recordServer("nasty", settings);
  const client = clients.v1();
  let closes = 0;
  const closed = new Promise<void>((resolve) => {
    client.onclose = () => {
      closes++;
      resolve();
    };
  });
  await client.connect(started.recording.transport());
  const echo = async (said: string) =>
    text(await client.callTool({ name: "echo", arguments: { text: said } }));
  return { ...started, client, echo, closed, closes: () => closes };
}

async function exchangesOf(recording: Recording, filter?: string): Promise<TapeExchange[]> {
  return all((await openTape(recording.path)).exchanges(filter));
}

describe("pause and resume", () => {
  it("the traffic goes on, and a line says what is missing", async () => {
    const { recording, client, echo } = await begin();
    await echo("kept before");
    recording.pause();
    recording.pause();
    expect(await echo("secret one")).toBe("secret one");
    expect(await echo("secret two")).toBe("secret two");
    recording.resume();
    recording.resume();
    await echo("kept after");
    await client.close();
    const { path, interactions } = await recording.stop();
    const tape = await provenTape(path);
    expect(readFileSync(path, "utf8")).not.toContain("secret");
    expect(talk(tape)).toEqual([
      "c2s initialize",
      "s2c result 0",
      "c2s notifications/initialized",
      "c2s tools/call echo",
      "s2c result 1",
      "c2s tools/call echo",
      "s2c result 4",
    ]);
    const [gap, ...more] = tape.lines.filter(({ kind }) => kind === "gap");
    expect(more).toEqual([]);
    expect(gap!.value).toEqual({ events: 4, bytes: expect.any(Number), from: expect.any(Number) });
    const { bytes, from } = gap!.value as { bytes: number; from: number };
    expect(bytes).toBeGreaterThan(4 * "secret one".length);
    expect(from).toBeLessThanOrEqual(gap!.at);
    expect(interactions).toBe(2);
  });

  it("a side that ends in a pause is on the tape, after the gap", async () => {
    const { recording, client, echo } = await begin();
    recording.pause();
    await echo("unseen");
    await client.close();
    await recording.ended;
    const tape = await provenTape(recording.path);
    expect(kinds(tape).slice(-4)).toEqual(["gap", "close", "close", "end"]);
    expect(payloads(tape, "gap")).toEqual([
      { events: 2, bytes: expect.any(Number), from: expect.any(Number) },
    ]);
  });

  it("a pause in which nothing happens is a gap of nothing", async () => {
    const { recording, client } = await begin();
    recording.pause();
    recording.resume();
    await client.close();
    const tape = await provenTape((await recording.stop()).path);
    expect(payloads(tape, "gap")).toEqual([{ events: 0, bytes: 0, from: expect.any(Number) }]);
  });
});

describe("parts", () => {
  it("rotate() begins a new one, and the first opens all", async () => {
    const { recording, folder, client, echo } = await begin({ rotate: true });
    for (const said of ["one", "two", "three"]) {
      await echo(said);
      recording.rotate();
    }
    await client.close();
    const { path, files, interactions } = await recording.stop();
    expect(files).toEqual([1, 2, 3, 4].map((n) => join(folder, `run.000${n}.tape.jsonl`)));
    expect(path).toBe(files[0]);
    expect(interactions).toBe(3);
    for (const file of files) await provenTape(file);
    const tape = await openTape(path);
    expect(tape.files).toEqual(files);
    const events = await all(tape.events());
    expect(events.filter(({ kind }) => kind === "damaged")).toEqual([]);
    const said = (await exchangesOf(recording, "tool:echo")).map(({ request }) => JSON.parse(request));
    expect(said.map(({ params }) => params.arguments.text)).toEqual(["one", "two", "three"]);
  });

  it("by a number of calls", async () => {
    const { recording, client, echo } = await begin({ rotate: "2" });
    for (let i = 0; i < 6; i++) await echo(String(i));
    await client.close();
    const { files } = await recording.stop();
    expect(files).toHaveLength(4);
    expect(await exchangesOf(recording, "tool:echo")).toHaveLength(6);
  });

  it("a recording that was not begun in parts has none", async () => {
    const { recording } = await begin();
    expect(() => recording.rotate()).toThrow(expect.objectContaining({ code: "RW1005" }));
  });
});

describe("what is kept", () => {
  it("only what fits the filter, with a note", async () => {
    const { recording, client, echo } = await begin({ capture: "tool:counter" });
    await echo("not wanted");
    await client.callTool({ name: "counter" });
    await client.close();
    const tape = await provenTape((await recording.stop()).path);
    expect(tape.header["capture"]).toBe("tool:counter");
    expect(talk(tape).slice(3)).toEqual(["c2s tools/call counter", "s2c result 2"]);
    expect(payloads(tape, "note")).toMatchObject([{ what: "captured" }]);
  });

  it("no more than so many calls, while the traffic goes on", async () => {
    const { recording, client, echo } = await begin({ maxInteractions: 2 });
    for (const said of ["a", "b", "c"]) expect(await echo(said)).toBe(said);
    await client.close();
    const { path, interactions } = await recording.stop();
    expect(interactions).toBe(2);
    const tape = await provenTape(path);
    expect(payloads(tape, "note")).toMatchObject([{ what: "limit" }]);
    expect(talk(tape).at(-1)).toBe("s2c result 2");
  });

  it("noise ends a recording that is told so", async () => {
    const { recording, client, closed, nobodyLeft } = await begin({ stray: "fail" });
    const call = client.callTool({ name: "noise", arguments: { kind: "banner" } });
    await expect(
      Promise.all([call, closed.then(() => Promise.reject(new Error("closed")))]),
    ).rejects.toThrow();
    await expect(recording.stop()).rejects.toMatchObject({ code: "RW2106" });
    expect(await recording.ended).toMatchObject({ path: recording.path, error: { code: "RW2106" } });
    await nobodyLeft();
    await provenTape(recording.path);
  });

  it.each([
    { option: { capture: "nosuchfield:1" }, code: "RW1009" },
    { option: { capture: "(" }, code: "RW1008" },
    { option: { rotate: "soon" }, code: "RW1004" },
    { option: { maxInteractions: 0 }, code: "RW1004" },
  ])("$option is refused with $code and leaves no file", async ({ option, code }) => {
    const out = join(testFolder(), "x.tape.jsonl");
    const [link] = memoryPair();
    await expect(record({ link }, { out, ...option })).rejects.toMatchObject({ code });
    expect(() => readFileSync(out)).toThrow("ENOENT");
  });
});

describe("the end", () => {
  it("stop() in the middle of a call: the client hears it, the tape has the request and both ends", async () => {
    const { recording, client, closed, closes, nobodyLeft } = await begin();
    const call = client.callTool({ name: "slow", arguments: { key: "k" } });
    const failed = expect(call).rejects.toThrow("closed");
    await until(
      () => readFileSync(recording.path, "utf8").includes('"slow"'),
      10_000,
      () => "no call",
    );
    const [first, second] = await Promise.all([recording.stop(), recording.stop()]);
    expect(first).toEqual(second);
    await failed;
    await closed;
    await nobodyLeft();
    expect(closes()).toBe(1);
    const tape = await provenTape(recording.path);
    expect(talk(tape).at(-1)).toBe("c2s tools/call slow");
    expect(payloads(tape, "close")).toEqual([
      { side: "client", reason: "stopped" },
      { side: "server", code: 0, signal: null },
    ]);
    expect(await exchangesOf(recording, "tool:slow")).toMatchObject([
      { status: "open", response: undefined },
    ]);
  });

  it("a server that ignores the end of its input and SIGTERM is killed with its group", async () => {
    const folder = testFolder();
    const pidFile = join(folder, "grandchild");
    const settings = { ignore: ["eof", "SIGTERM"], grandchild: pidFile };
    const { recording, client, nobodyLeft } = await begin({ env: { NASTY: JSON.stringify(settings) } });
    await client.close();
    await recording.stop();
    await nobodyLeft();
    expect(lives(Number(readFileSync(pidFile, "utf8")))).toBe(false);
    const tape = await provenTape(recording.path);
    expect(payloads(tape, "close")).toContainEqual({ side: "server", code: null, signal: "SIGKILL" });
  });

  it("a grandchild that outlives its parent and holds its streams does not hold up the end", async () => {
    const pidFile = join(testFolder(), "grandchild");
    const { recording, client, nobodyLeft } = await begin({
      env: { NASTY: JSON.stringify({ grandchild: pidFile }) },
    });
    await client.close();
    await recording.ended;
    await nobodyLeft();
    const tape = await provenTape(recording.path);
    expect(payloads(tape, "close")).toContainEqual({ side: "server", code: 0, signal: null });
  });

  it("a server that dies in the middle of a call", async () => {
    const { recording, client, closed, closes, pids, nobodyLeft } = await begin();
    const call = client.callTool({ name: "slow", arguments: { key: "k" } });
    const failed = expect(call).rejects.toThrow("closed");
    await until(
      () => readFileSync(recording.path, "utf8").includes('"slow"'),
      10_000,
      () => "no call",
    );
    for (const pid of pids()) process.kill(pid, "SIGKILL");
    await failed;
    await closed;
    const { error } = await recording.ended;
    expect(error).toBeUndefined();
    expect(closes()).toBe(1);
    await nobodyLeft();
    const tape = await provenTape(recording.path);
    expect(payloads(tape, "close")).toEqual([
      { side: "server", code: null, signal: "SIGKILL" },
      { side: "client" },
    ]);
    expect(await recording.stop()).toMatchObject({ interactions: 0 });
  });

  it("a server that exits by itself before it answers anything", async () => {
    const { recording, nobodyLeft } = await recordServer("nasty", { env: { NASTY: '{"startExit":7}' } });
    const client = clients["v2 legacy"]();
    await expect(client.connect(recording.transport())).rejects.toThrow();
    await recording.ended;
    await nobodyLeft();
    const tape = await provenTape(recording.path);
    expect(payloads(tape, "close")).toContainEqual({ side: "server", code: 7, signal: null });
  });

  it("nobody takes the client's end and the server talks without end", async () => {
    const { recording, nobodyLeft } = await recordServer("nasty", {
      env: { NASTY: '{"lateAfterEof":5000}' },
    });
    await recording.stop();
    await nobodyLeft();
    const tape = await provenTape(recording.path);
    expect(talk(tape)).toHaveLength(5000);
  });

  it("a client that stops reading does not hold up stop()", async () => {
    const { recording, nobodyLeft } = await recordServer("nasty", {
      env: { NASTY: '{"lateAfterEof":5000}' },
    });
    const link = recording.link();
    await link.send(new Message(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"ping"}')));
    await recording.stop();
    await nobodyLeft();
    await provenTape(recording.path);
  });

  it("an AbortSignal is a stop", async () => {
    const stop = new AbortController();
    const { recording, echo, closed, nobodyLeft } = await begin({ signal: stop.signal });
    await echo("once");
    stop.abort();
    expect(await recording.ended).toEqual({
      path: recording.path,
      files: [recording.path],
      interactions: 1,
    });
    await closed;
    await nobodyLeft();
    await provenTape(recording.path);
  });

  it("a signal that is aborted already starts nothing", async () => {
    const out = join(testFolder(), "x.tape.jsonl");
    const [link] = memoryPair();
    const signal = AbortSignal.abort(new Error("not today"));
    await expect(record({ link }, { out, signal })).rejects.toThrow("not today");
    expect(() => readFileSync(out)).toThrow("ENOENT");
  });

  it("closing is told once, whoever closes first, and nothing can be sent afterwards", async () => {
    const { recording, client, closes } = await begin();
    const transport = client.transport!;
    await client.close();
    await recording.stop();
    await transport.close();
    expect(closes()).toBe(1);
    await expect(transport.send({ jsonrpc: "2.0", method: "notifications/initialized" })).rejects.toThrow(
      "closed",
    );
  });
});

describe("the file", () => {
  const server = { command: node, args: [servers.nasty] };

  it("one that exists is an error, and is replaced with force", async () => {
    const out = join(testFolder(), "x.tape.jsonl");
    writeFileSync(out, "precious");
    await expect(record({ server }, { out })).rejects.toMatchObject({ code: "RW2201" });
    expect(readFileSync(out, "utf8")).toBe("precious");
    const recording = await record({ server }, { out, force: true });
    await recording.stop();
    await provenTape(out);
  });

  it("one that is being written is never replaced", async () => {
    const out = join(testFolder(), "x.tape.jsonl");
    const first = await record({ server }, { out });
    await expect(record({ server }, { out, force: true })).rejects.toMatchObject({ code: "RW2201" });
    await first.stop();
    const again = await record({ server }, { out, force: true });
    await again.stop();
    await provenTape(out);
  });

  it("parts of another recording are not mixed with ours", async () => {
    const folder = testFolder();
    const out = join(folder, "x.tape.jsonl");
    writeFileSync(join(folder, "x.0002.tape.jsonl"), "old");
    await expect(record({ server }, { out, rotate: true })).rejects.toMatchObject({ code: "RW2201" });
    expect(() => readFileSync(join(folder, "x.0001.tape.jsonl"))).toThrow("ENOENT");
  });

  it("a folder that does not exist", async () => {
    const out = join(testFolder(), "none", "x.tape.jsonl");
    await expect(record({ server }, { out })).rejects.toMatchObject({ code: "RW2202" });
  });

  it("what has passed is on the disk while the recording goes on", async () => {
    const { recording, echo } = await begin();
    await echo("look for me");
    await until(
      () => readFileSync(recording.path, "utf8").includes("look for me"),
      10_000,
      () => "nothing is flushed",
    );
    expect(readTape(recording.path).ended).toBe(false);
    expect(await checkTape(createReadStream(recording.path))).toMatchObject({ state: "unfinished" });
  });
});
