/** Recording in this process: real clients of both generations before real servers, and the file that comes of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Client as ClientV2, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { Message, openTape, type SdkTransport } from "../../src/index.ts";
import { memoryPair } from "../../src/transport/index.ts";
import { expectWhole } from "../e2e/harness/peer-run.ts";
import { testFolder } from "../e2e/harness/record-run.ts";
import { payloads } from "../e2e/harness/tape-file.ts";
import { node } from "../e2e/harness/ways.ts";
import { clients, info, kinds, provenTape, record, recordServer, servers, talk, text } from "./helpers.ts";

const message = "Grüße, 世界 😀";

describe("a server that is started", () => {
  it.each(["v1", "v2 legacy", "v2 auto", "v2 pinned"] as const)("modern-server, %s", async (kind) => {
    const { recording, nobodyLeft } = await recordServer("modern", { tags: { suite: "library" } });
    const client = clients[kind]();
    await client.connect(recording.transport());
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain("echo");
    expect(text(await client.callTool({ name: "echo", arguments: { message } }))).toBe(message);
    await client.close();
    const result = await recording.stop();
    await nobodyLeft();
    const tape = await provenTape(result.path);
    expectWhole(tape);
    expect(talk(tape).slice(-4)).toEqual([
      "c2s tools/list",
      expect.stringMatching(/^s2c result/),
      "c2s tools/call echo",
      expect.stringMatching(/^s2c result/),
    ]);
    expect(result).toEqual({ path: recording.path, files: [recording.path], interactions: 2 });
    const { header } = tape;
    expect(header).toMatchObject({
      name: "modern-server",
      tags: { suite: "library" },
      server: { transport: "stdio", command: [node, servers.modern] },
      client: { transport: "memory" },
      recorder: { pid: process.pid },
    });
    expect(payloads(tape, "open")[0]).toMatchObject({ side: "server", pid: expect.any(Number) });
    expect(payloads(tape, "close")).toEqual([
      { side: "client", reason: "end of input" },
      { side: "server", code: 0, signal: null },
    ]);
  });

  it.each(["v1", "v2 legacy"] as const)("server-everything, %s: progress and stderr", async (kind) => {
    const { recording, nobodyLeft } = await recordServer("everything");
    const client = clients[kind]();
    await client.connect(recording.transport());
    const steps: number[] = [];
    const params = { name: "trigger-long-running-operation", arguments: { duration: 0.1, steps: 3 } };
    const options = { onprogress: ({ progress }: { progress: number }) => void steps.push(progress) };
    if (client instanceof ClientV2) await client.callTool(params, options);
    else await client.callTool(params, undefined, options);
    await client.close();
    const { path } = await recording.stop();
    await nobodyLeft();
    const tape = await provenTape(path);
    expect(talk(tape).filter((each) => each === "s2c notifications/progress").length).toBeGreaterThanOrEqual(
      2,
    );
    expect(kinds(tape)).toContain("stderr");
  });

  it("server-memory works in its own folder with the variables it was given", async () => {
    const { recording, folder, nobodyLeft } = await recordServer("memory");
    const client = clients.v1();
    await client.connect(recording.transport());
    const entities = [{ name: "Ada", entityType: "person", observations: ["wrote a program"] }];
    await client.callTool({ name: "create_entities", arguments: { entities } });
    await client.close();
    const { path } = await recording.stop();
    await nobodyLeft();
    expect(readFileSync(join(folder, "memory.json"), "utf8")).toContain("Ada");
    const { server } = (await provenTape(path)).header as { server: { env: string[]; cwd: string } };
    expect(server.cwd).toBe(folder);
    expect(server.env).toContain("MEMORY_FILE_PATH");
    expect(readFileSync(path, "utf8")).not.toContain(join(folder, "memory.json"));
  });

  it("two at once never meet", async () => {
    const both = await Promise.all([recordServer("modern"), recordServer("modern")]);
    const said = await Promise.all(
      both.map(async ({ recording }, i) => {
        const client = clients["v2 legacy"]();
        await client.connect(recording.transport());
        for (let n = 0; n < 20; n++)
          await client.callTool({ name: "echo", arguments: { message: `${i}:${n}` } });
        await client.close();
        return recording.stop();
      }),
    );
    for (const [i, { path, interactions }] of said.entries()) {
      expect(interactions).toBe(20);
      await provenTape(path);
      const whole = readFileSync(path, "utf8");
      expect(whole).toContain(`"${i}:19"`);
      expect(whole).not.toContain(`"${1 - i}:19"`);
    }
    for (const { nobodyLeft } of both) await nobodyLeft();
  });

  it("one that cannot be started leaves no file", async () => {
    const out = join(testFolder(), "none.tape.jsonl");
    const server = { command: "/nowhere/at-all" };
    await expect(record({ server }, { out })).rejects.toMatchObject({ code: "RW2101" });
    expect(existsSync(out)).toBe(false);
  });
});

describe("a transport of the SDK", () => {
  const command = { command: node, args: [servers.modern], stderr: "ignore" as const };
  it.each([
    { name: "v1 stdio", transport: () => new StdioV1(command) },
    { name: "v2 stdio", transport: () => new StdioV2(command) },
  ])("$name", async ({ transport }) => {
    const recording = await record({ transport: transport() }, { out: join(testFolder(), "t.tape.jsonl") });
    const client = clients["v2 legacy"]();
    await client.connect(recording.transport());
    expect(text(await client.callTool({ name: "echo", arguments: { message } }))).toBe(message);
    await client.close();
    const tape = await provenTape((await recording.stop()).path);
    expectWhole(tape);
    expect(tape.header["server"]).toEqual({ transport: "sdk" });
    expect(talk(tape)).toEqual([
      "c2s initialize",
      "s2c result 0",
      "c2s notifications/initialized",
      "c2s tools/call echo",
      "s2c result 1",
    ]);
  });

  it.each(["v2 legacy", "v2 auto"] as const)("v2 HTTP, %s", async (kind) => {
    const handler = createMcpHandler(() => {
      const server = new McpServer({ name: "http-server", version: "1.0.0" });
      const echo = { description: "Says it again", inputSchema: z.object({ message: z.string() }) };
      server.registerTool("echo", echo, ({ message: said }) => ({ content: [{ type: "text", text: said }] }));
      return server;
    });
    const seen: (string | null)[] = [];
    const transport = new StreamableHTTPClientTransport(new URL("http://localhost/mcp"), {
      fetch: async (url, init) => {
        const request = new Request(url, init);
        if (request.method === "POST") seen.push(request.headers.get("mcp-protocol-version"));
        return handler.fetch(request);
      },
    });
    const recording = await record({ transport }, { out: join(testFolder(), "http.tape.jsonl") });
    const client = clients[kind]();
    await client.connect(recording.transport());
    const said = await Promise.all(
      ["a", "b", "c"].map((each) => client.callTool({ name: "echo", arguments: { message: each } })),
    );
    expect(said.map(text)).toEqual(["a", "b", "c"]);
    expect(seen.at(-1), "the revision reached the transport").not.toBeNull();
    await client.close();
    const tape = await provenTape((await recording.stop()).path);
    expect(talk(tape).filter((each) => each === "c2s tools/call echo")).toHaveLength(3);
    await handler.close();
  });

  it("one that does not start leaves no file", async () => {
    const out = join(testFolder(), "none.tape.jsonl");
    const transport = new StdioV1({ command: "/nowhere/at-all" });
    await expect(record({ transport }, { out })).rejects.toThrow("ENOENT");
    expect(existsSync(out)).toBe(false);
  });

  it("what it reports is on the tape and reaches the client", async () => {
    const transport: SdkTransport = {
      start: async () => {},
      send: async () => Promise.reject(new Error("the line is cut")),
      close: async () => {},
    };
    const recording = await record({ transport }, { out: join(testFolder(), "t.tape.jsonl") });
    const client = recording.transport();
    const told = new Promise((resolve) => (client.onerror = resolve));
    await client.start();
    await client.send({ jsonrpc: "2.0", method: "notifications/initialized" });
    expect(String(await told)).toContain("the line is cut");
    const tape = await provenTape((await recording.stop()).path);
    expect(payloads(tape, "note")).toEqual([{ what: "transport-error", says: "the line is cut" }]);
  });
});

describe("a link", () => {
  it("both ends as links, every byte as it was sent", async () => {
    const odd = '{"jsonrpc":"2.0","id":12345678901234567890,"method":"m","params":{"a":1.0,"a":1e400}}';
    const [link, server] = memoryPair();
    const recording = await record({ link }, { out: join(testFolder(), "l.tape.jsonl") });
    const client = recording.link();
    const heard = server[Symbol.asyncIterator]();
    await client.send(new Message(Buffer.from(odd)));
    expect(((await heard.next()).value as Message).text).toBe(odd);
    await client.close();
    expect((await heard.next()).done).toBe(true);
    await server.send(new Message(Buffer.from('{"jsonrpc":"2.0","method":"late"}')));
    await server.close({ reason: "done" });
    const { path } = await recording.ended;
    expect(readFileSync(path, "utf8")).toContain(`"msg":${odd}}\n`);
    const tape = await provenTape(path);
    expect(talk(tape)).toEqual(["c2s m", "s2c late"]);
    expect(payloads(tape, "close")).toEqual([{ side: "client" }, { side: "server", reason: "done" }]);
  });

  it("the client's end is taken once", async () => {
    const [link, server] = memoryPair();
    const recording = await record({ link }, { out: join(testFolder(), "l.tape.jsonl") });
    recording.transport();
    expect(() => recording.link()).toThrow("taken once");
    await server.close();
  });
});

it("what is recorded is what openTape reads", async () => {
  const { recording } = await recordServer("nasty");
  const client = new ClientV2(info, { versionNegotiation: { mode: "legacy" } });
  await client.connect(recording.transport());
  await client.callTool({ name: "noise", arguments: { kind: "banner" } });
  await client.callTool({ name: "stderr", arguments: { text: "wärning\n" } });
  await client.close();
  const { path } = await recording.stop();
  const tape = await provenTape(path);
  expect(payloads(tape, "stderr")).toEqual(["wärning\n"]);
  expect(readFileSync(path, "utf8")).toMatch(/"dir":"s2c","stray":"dropped","text":/);
  const calls: string[] = [];
  for await (const { n, target, status } of (await openTape(path)).exchanges("method:tools/call"))
    calls.push(`${n} ${target} ${status}`);
  expect(calls).toEqual(["2 noise ok", "3 stderr ok"]);
});
