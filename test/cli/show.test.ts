/** `show`: every view of a tape, as text and as JSON. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseMessage } from "../../src/protocol/index.ts";
import { cli } from "./call.ts";
import { faults } from "./schemas.ts";
import {
  complete,
  everything,
  folder,
  handshake,
  header,
  manyCalls,
  oddAnswer,
  oddCall,
  streams,
  troubled,
  unfinished,
} from "./tapes.ts";

const show = (cwd: string, ...argv: readonly string[]) => cli(["show", "a.tape.jsonl", ...argv], { cwd });

interface Row {
  readonly n: number;
  readonly conn: number;
  readonly dir: string;
  readonly method: string;
  readonly target: string | null;
  readonly status: string;
}

describe("the table", () => {
  it("lists the calls of both sides, and what else there is to know", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { status, stdout, stderr } = await show(cwd);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(stdout).not.toMatch(/[\u001b\u202e\u0007]/);
  });

  it("is the same under its other name", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    expect((await cli(["inspect", "a.tape.jsonl"], { cwd })).stdout).toBe((await show(cwd)).stdout);
  });

  it("prints one object that its schema describes", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { stdout } = await show(cwd, "--json");
    expect(faults("show", stdout)).toEqual([]);
    const told = JSON.parse(stdout) as {
      calls: Row[];
      summary: Record<string, unknown>;
      notes: { what: string }[];
    };
    expect(told.calls.map((row) => [row.n, row.conn, row.dir, row.method, row.target, row.status])).toEqual([
      [1, 0, "c2s", "initialize", null, "ok"],
      [2, 0, "c2s", "tools/call", "get_\u001b[31mred", "tool_error"],
      [3, 0, "s2c", "sampling/createMessage", null, "error"],
      [4, 0, "c2s", "tools/call", "slow", "cancelled"],
      [5, 0, "c2s", "ping", null, "open"],
      [6, 0, "c2s", "tools/list", null, "ok"],
      [7, 0, "c2s", "resources/read", "file:///x", "error"],
      [8, 2, "c2s", "tools/call", "other", "ok"],
    ]);
    expect(told.summary).toMatchObject({
      state: "ended",
      calls: 8,
      conversations: 2,
      client: "ide",
      server: "Weather",
      era: "legacy",
      late: 1,
      unsolicited: 1,
      noise: 2,
      stderr: 2,
      notifications: 1,
    });
    expect(told.notes.map((note) => note.what)).toEqual(["dropped", "gap", "closed"]);
    expect(stdout).toContain('"future":12345678901234567890');
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it("filters, and keeps the numbers", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const calls = async (filter: string) => {
      const { stdout } = await show(cwd, "--json", "--filter", filter);
      return (JSON.parse(stdout) as { calls: Row[] }).calls.map((row) => row.n);
    };
    expect(await calls("tool:*")).toEqual([2, 4, 8]);
    expect(await calls("status:error|tool_error")).toEqual([2, 3, 7]);
    expect(await calls("status:cancelled|open")).toEqual([4, 5]);
    expect(await calls("-status:ok dir:c2s")).toEqual([2, 4, 5, 7]);
    expect(await calls("args.n:12345678901234567890")).toEqual([2]);
    expect(await calls("args.n:12345678901234567891")).toEqual([]);
    expect(await calls("result.big:12345678901234567890")).toEqual([2]);
    expect(await calls("error:-32002")).toEqual([7]);
    expect(await calls("server:Weather client:ide")).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await calls("tag:suite=smoke resource:file://*")).toEqual([7]);
    expect(await calls(">2ms")).toEqual([1, 2]);
    expect(await calls("since:2026-11-20T08:00:00.019Z")).toEqual([8]);
    expect(await calls("since:1h")).toEqual([]);
    const { stdout } = await show(cwd, "--filter", "tool:slow");
    expect(stdout).toContain("1 of 8 shown");
  });

  it("says that a tape is unfinished, torn or damaged, and shows the rest", async () => {
    const torn = `${unfinished([...handshake, "{ this is no line", ...troubled])}{"at":99,"dir":"c2`;
    const cwd = folder({ "a.tape.jsonl": torn });
    const { status, stdout } = await show(cwd);
    expect(status).toBe(0);
    expect(stdout).toMatch(/note +line 6: /);
    expect(stdout).toMatch(/note +line 12: the file ends in the middle/);
    expect(stdout).toMatch(/note +the tape has no end/);
    expect(stdout).toContain("3 (1 ok, 1 cancelled, 1 without answer)");
    const told = JSON.parse((await show(cwd, "--json")).stdout) as { summary: { state: string } };
    expect(told.summary.state).toBe("damaged");
  });

  it("has no note for the ordinary end, and one for any other", async () => {
    const close = (reason: string) => `{"at":23000,"close":{"side":"client","reason":"${reason}"}}`;
    const cwd = folder({
      "a.tape.jsonl": complete([...handshake, close("end of input")]),
      "b.tape.jsonl": complete([...handshake, close("it broke")]),
    });
    expect((await show(cwd)).stdout).not.toContain("note");
    expect((await cli(["show", "b.tape.jsonl"], { cwd })).stdout).toMatch(
      /note +the client is gone: it broke/,
    );
  });

  it("shows a tape that holds nothing but its header", async () => {
    const cwd = folder({ "a.tape.jsonl": `${header}\n` });
    const { status, stdout } = await show(cwd);
    expect(status).toBe(0);
    expect(stdout).toMatch(/calls +0/);
    expect(faults("show", (await show(cwd, "--json")).stdout)).toEqual([]);
  });

  it("reads a .vcr recording, which has no end of its own", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    await cli(["convert", "a.tape.jsonl", "a.vcr"], { cwd });
    const { status, stdout } = await cli(["show", "a.vcr"], { cwd });
    expect(status).toBe(0);
    expect(stdout).toContain("tools/call get_red");
    expect(stdout).not.toContain("has no end");
  });

  it("colours only where colours are wanted", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    expect((await show(cwd)).stdout).not.toContain("\u001b");
    expect((await cli(["show", "a.tape.jsonl"], { cwd, env: { FORCE_COLOR: "1" } })).stdout).toContain(
      "\u001b[32mok",
    );
    expect(
      (await cli(["show", "a.tape.jsonl"], { cwd, isTTY: true, env: { NO_COLOR: "1" } })).stdout,
    ).not.toContain("\u001b");
  });

  it("does not wait for a call that is never answered to print the ones after it, for ever", async () => {
    const open = '{"at":1,"dir":"c2s","msg":{"jsonrpc":"2.0","id":"sub","method":"subscriptions/listen"}}\n';
    const [head, ...calls] = [...manyCalls(12_000)];
    const cwd = folder({ "a.tape.jsonl": [head, open, ...calls].join("") });
    const { stdout } = await show(cwd, "--json");
    const rows = (JSON.parse(stdout) as { calls: Row[] }).calls;
    expect(rows).toHaveLength(12_001);
    expect(rows.map((row) => row.n)).toEqual(rows.map((_, i) => i + 1));
    expect(rows[0]!.status).toBe("open");
  });
});

describe("one call", () => {
  it("is shown in full, with what happened meanwhile", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { status, stdout } = await show(cwd, "2");
    expect(status).toBe(0);
    expect(stdout).toMatchSnapshot();
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
  });

  it("keeps every number, key and escape as it was sent", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { stdout } = await show(cwd, "2");
    const answer = stdout.slice(stdout.indexOf("answer")).split("\n").slice(1).join("");
    expect(answer.replace(/\s/g, "")).toBe(oddAnswer);
    const raw = (await show(cwd, "2", "--raw")).stdout;
    expect(raw.split("\n")).toContain(oddAnswer);
    const json = (await show(cwd, "2", "--json")).stdout;
    expect(faults("show", json)).toEqual([]);
    const messages = parseMessage(json.split("\n").join(" "))!;
    expect(messages.rawAt("messages")).toContain(oddAnswer);
  });

  it("shows an answer that came after the cancellation", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { stdout } = await show(cwd, "4");
    expect(stdout).toContain("cancelled, answered late");
    expect(stdout).toMatch(/^cancelled {2}0.015 s$/m);
    expect(stdout).toMatch(/^late {2}0.01[56] s$/m);
  });

  it("shows the parts of a batch by themselves", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { stdout } = await show(cwd, "7", "--raw");
    expect(stdout).toBe(
      '{"jsonrpc":"2.0","id":11,"method":"resources/read","params":{"uri":"file:///x"}}\n{"jsonrpc":"2.0","id":11,"error":{"code":-32002,"message":"none"}}\n',
    );
  });

  it.each([
    ["99", "RW3009", "it has 8"],
    ["0", "RW1004", "number of a call"],
    ["x", "RW1004", "number of a call"],
    ["1.5", "RW1004", "number of a call"],
  ])("%s is refused", async (n, code, says) => {
    const cwd = folder({ "a.tape.jsonl": complete(everything) });
    const { status, stdout, stderr } = await show(cwd, n);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(code);
    expect(stderr).toContain(says);
  });
});

describe("streams and lines", () => {
  it("--stderr and --noise give what the server said, cleaned", async () => {
    const cwd = folder({ "a.tape.jsonl": complete([...handshake, ...streams]) });
    expect((await show(cwd, "--stderr")).stdout).toBe("warning: bold\n\ufffd");
    expect((await show(cwd, "--noise")).stdout).toBe("Server listening <U+202E>evil\n\ufffd<U+0000>\ufffd\n");
    for (const flag of ["--stderr", "--noise"]) {
      const { stdout } = await show(cwd, flag, "--json");
      expect(faults("show", stdout)).toEqual([]);
      expect(stdout).not.toMatch(/[\u001b\u202e]/);
    }
  });

  it("--all shows every line", async () => {
    const cwd = folder({ "a.tape.jsonl": `${unfinished(everything)}rubbish\n` });
    const { stdout } = await show(cwd, "--all");
    expect(stdout.trim().split("\n")).toHaveLength(1 + 1 + everything.length + 1);
    expect(stdout).toMatch(/damaged +it is not one JSON object/);
    expect(stdout).toMatch(/futuristic +\{"of":"later"\}/);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    expect(faults("show", (await show(cwd, "--all", "--json")).stdout)).toEqual([]);
  });

  it("--all --raw gives the file back", async () => {
    const text = complete(everything);
    const cwd = folder({ "a.tape.jsonl": text });
    expect((await show(cwd, "--all", "--raw")).stdout).toBe(text);
  });

  it.each([
    [["--raw"]],
    [["--all", "--stderr"]],
    [["2", "--noise"]],
    [["2", "--filter", "tool:a"]],
    [["--all", "--raw", "--json"]],
  ])("%j contradict each other", async (argv) => {
    const cwd = folder({ "a.tape.jsonl": complete(handshake) });
    const { status, stderr } = await show(cwd, ...argv);
    expect(status).toBe(2);
    expect(stderr).toMatch(/RW1006|"code":"RW1006"/);
  });
});

describe("what is no tape", () => {
  it.each<[string, string | Uint8Array, string, string]>([
    ["an empty file", "", "RW3008", "empty"],
    ["text", "hello\n", "RW3002", "text"],
    ["other JSON", '{"name":"x"}\n', "RW3002", "JSON"],
    ["a compressed file", new Uint8Array([0x1f, 0x8b, 8, 0, 0]), "RW3002", "decompress"],
    ["bytes", new Uint8Array([0, 1, 2, 3]), "RW3002", "neither"],
    ["a tape of the future", '{"reelwire":99,"id":"x","startedAt":"2026-01-01T00:00:00Z"}\n', "RW3003", "99"],
    ["a header that is cut", '{"reelwire":1,"id":"x","started', "RW3004", "header"],
    ["a .vcr of another shape", '{"format_version":"1.0.0","session":3}', "RW3007", ""],
  ])("%s", async (_what, content, code, says) => {
    const cwd = folder({ "a.tape.jsonl": content });
    const { status, stdout, stderr } = await show(cwd);
    expect({ status, stdout }).toEqual({ status: 6, stdout: "" });
    expect(stderr).toContain(`error ${code}`);
    expect(stderr).toContain(says);
    expect(stderr).toContain("a.tape.jsonl");
    const json = await show(cwd, "--json");
    expect(json).toMatchObject({ status: 6, stdout: "" });
    expect(faults("error", json.stderr)).toEqual([]);
  });

  it("no file, or a folder", async () => {
    const cwd = folder();
    mkdirSync(join(cwd, "d"));
    expect(await cli(["show", "nope"], { cwd })).toMatchObject({
      status: 6,
      stdout: "",
      stderr: expect.stringContaining("RW3001"),
    });
    expect((await cli(["show", "d"], { cwd })).stderr).toContain("folder");
  });

  it("a file that may not be read", async ({ skip }) => {
    if (process.getuid?.() === 0) skip("root may read everything, so there is no such file here");
    const cwd = folder();
    writeFileSync(join(cwd, "a.tape.jsonl"), complete([]), { mode: 0o000 });
    expect(await show(cwd)).toMatchObject({ status: 6, stderr: expect.stringContaining("permission") });
  });

  it("a bad filter is refused before anything is printed", async () => {
    const cwd = folder({ "a.tape.jsonl": complete(oddCall) });
    expect(await show(cwd, "--filter", "toool:x")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("did you mean 'tool'"),
    });
    expect(await show(cwd, "--filter", "= ms > 5")).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringContaining("RW1008"),
    });
  });
});
