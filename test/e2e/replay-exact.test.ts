/**
 * Vector 12: JSON that no library may touch is on the wire of a replay as it was recorded, and a request is the
 * recorded one exactly when it is the same value.
 */
import { describe, expect, it } from "vitest";
import { exact } from "../peers/nasty/exact.ts";
import { messages } from "../peers/nasty/noise.ts";
import { recorded, type Script } from "./harness/replay-run.ts";
import { eras, type Talk, voices } from "./harness/replay-talk.ts";

describe.each(eras.map((era) => ({ era })))("vector 12: answers, $era", ({ era }) => {
  it("numbers, duplicate keys, __proto__ and lone surrogates are unchanged", async () => {
    const script: Script = async (talk) => {
      await talk.open();
      for (const which of Object.keys(exact)) await talk.call("exact", { which });
    };
    const run = await recorded(script, era);
    const { stdout } = await run.expectSame(script);
    for (const result of Object.values(exact)) expect(stdout.toString()).toContain(`"result":${result}}\n`);
  });

  it("an id inside of a result is not an id", async () => {
    const text = '{"jsonrpc":"2.0","id":1,"progressToken":1}';
    const script: Script = async (talk) => {
      await talk.open();
      await talk.call("echo", { text }, { progress: true });
    };
    const run = await recorded(script, era);
    const { lines } = await run.replay(script, { voice: voices.now });
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ id: "now-1", result: { content: [{ text }] } });
  });
});

it('live ids and tokens come back as they were spelled, and 1 is not "1"', async () => {
  const run = await recorded(async (talk) => {
    await talk.open();
    await talk.call("progress", { steps: 1 }, { progress: true });
  });
  const spelled = ["1", '"1"', "0", "-7", '""', "12345678901234567890", "1.50", '"\\u0031\\/"', '"ä"'];
  const { lines, exit } = await run.replay(
    async ({ client }) => {
      for (const id of spelled) {
        const params = `{"name":"progress","arguments":{"steps":1},"_meta":{"progressToken":${id}}}`;
        await client.send(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":${params}}\n`);
      }
    },
    { flags: ["--repeat", "last"] },
  );
  const told = spelled.map(
    (id) =>
      `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":${id},"progress":1,"total":1}}`,
  );
  const answered = spelled.map(
    (id) => `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"done"}]}}`,
  );
  expect(lines.filter((line) => line.includes("progressToken"))).toEqual(told);
  expect(lines.filter((line) => line.includes("result"))).toEqual(answered);
  expect(exit.code).toBe(0);
});

it("however the client's bytes are cut and its lines are ended", async () => {
  const run = await recorded(async (talk) => {
    await talk.open();
    await talk.call("echo", { text: "Grüße, 世界 😀" });
  });
  const call = (id: number, end: string): string =>
    `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":{"text":"Grüße, 世界 😀"}}}${end}`;
  const { lines, exit } = await run.replay(
    async ({ client }) => {
      await client.send(`${call(1, "\r\n")}  \t${call(2, " \r\n")}${call(3, "\n\n")}`);
      for (const byte of Buffer.from(call(4, "\n"))) await client.send(Buffer.of(byte));
      await client.send(call(5, ""));
    },
    { flags: ["--repeat", "last"] },
  );
  expect(lines.map((line) => (JSON.parse(line) as { id: number }).id)).toEqual([1, 2, 3, 4, 5]);
  for (const line of lines) expect(line).toContain("Grüße, 世界 😀");
  expect(exit.code).toBe(0);
});

it("messages in unusual dress come as they were, one a line", async () => {
  const script: Script = async (talk) => {
    await talk.open();
    await talk.call("crlf");
    for (const kind of ["blanksAround", "spread", "crlf", "bom"]) await talk.call("noise", { kind });
  };
  const run = await recorded(script);
  const { stdout } = await run.replay(script);
  for (const kind of ["blanksAround", "spread"] as const)
    expect(stdout.toString()).toContain(messages[kind].toString().trim());
});

describe("vector 12: a request is the recorded one when it is the same value", () => {
  const calling = async (talk: Talk, x: string): Promise<string> =>
    talk.answer(
      await talk.sendRaw("tools/call", `{"name":"echo","arguments":{"text":"the answer","x":${x}}}`),
    );

  const long = "1".repeat(300);
  const deep = (middle: string): string => `${"[".repeat(600)}${middle}${"]".repeat(600)}`;

  it.each<[what: string, recorded: string, same: string[], other: string[]]>([
    [
      "integers of any size",
      "12345678901234567890",
      ["12345678901234567890"],
      ["12345678901234567891", "12345678901234567890.0", "12345678901234567e3", '"12345678901234567890"'],
    ],
    ["a long integer", long, [long], [`${long.slice(0, -1)}2`, `${long}0`]],
    [
      "a decimal that is whole",
      "1.0",
      ["1.0", "1.00", "10e-1", "0.1E1"],
      ["1", "1.0000000000000000000001", "-1.0"],
    ],
    ["beyond a double", "1e400", ["1e400", "10e399", "1.0E+400"], ["1e401", "1e399", "null", "-1e400"]],
    ["below a double", "1e-400", ["1E-400", "0.1e-399"], ["0", "0.0", "1e-401"]],
    [
      "duplicate keys",
      '{"a":1,"a":2}',
      ['{"a":1, "a":2}'],
      ['{"a":2,"a":1}', '{"a":2}', '{"a":1}', '{"a":1,"a":2,"a":2}'],
    ],
    ["the order of keys", '{"b":1,"a":[1,2]}', ['{"a":[1,2],"b":1}'], ['{"a":[2,1],"b":1}', '{"a":[1,2]}']],
    [
      "__proto__",
      '{"__proto__":{"polluted":true}}',
      ['{"\\u005f_proto__":{"polluted":true}}'],
      ["{}", '{"__proto__":{}}', '{"__proto__":{"polluted":false}}', '{"polluted":true}'],
    ],
    ["lone surrogates", '"\\ud800"', ['"\\uD800"'], ['"\\ud801"', '"\\ufffd"', '"\\udc00"', '""']],
    ["escapes", '"\\u0041/\\u00e9"', ['"A\\/é"'], ['"a/é"', '"A/e\\u0301"']],
    ["a pair", '"\\ud83d\\ude00"', ['"😀"'], ['"\\ude00\\ud83d"']],
    ["a deep value", deep("1"), [deep("1")], [deep("2"), deep("1.0")]],
    ["null and nothing", "null", ["null"], ["0", "false", '""', "[]", "{}"]],
  ])("%s", async (_what, x, same, other) => {
    const run = await recorded(async (talk) => {
      await talk.open();
      await calling(talk, x);
    });
    const { lines, exit } = await run.replay(
      async (talk) => {
        await talk.open();
        for (const text of other) expect(await calling(talk, text), text).toContain('"code":-31001');
        for (const text of same) expect(await calling(talk, text), text).toContain("the answer");
      },
      { flags: ["--repeat", "last"] },
    );
    expect(lines).toHaveLength(1 + same.length + other.length);
    expect(exit.code).toBe(1);
  });
});
