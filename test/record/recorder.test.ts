import { describe, expect, it } from "vitest";
import { Conversation, type Effect, type LinkEvent, relay } from "../../src/core/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { recordLayer, tapeEventOf } from "../../src/record/index.ts";
import { checkTape, encodeEvent } from "../../src/tape/index.ts";
import { linesOf, notice, type Passed, recordAll, request, result } from "./helpers.ts";

const calls = (count: number): Passed[] =>
  Array.from({ length: count }, (_, i): Passed[] => [
    [i * 10, "c2s", request(i, "tools/call", { name: "a" })],
    [i * 10 + 5, "s2c", result(i)],
  ]).flat();

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe("limits of a tape", () => {
  it("ends after so many interactions, the handshake not counted, with a note", async () => {
    const opening: Passed[] = [
      [0, "c2s", request("i", "initialize")],
      [1, "s2c", result("i")],
    ];
    const { parts } = recordAll([...opening, ...calls(5)], { maxInteractions: 2 });
    const lines = linesOf(parts[0]!);
    expect(lines.filter((line) => line.includes('"tools/call"'))).toHaveLength(2);
    expect(lines.at(-1)).toContain('"note":{"what":"limit"');
    expect((await checkTape(bytesOf(parts[0]!))).state).toBe("complete");
  });

  it.each([
    ["interactions", { by: "interactions", every: 2 }, [4, 4, 2]],
    ["time", { by: "ms", every: 0.02 }, [4, 4, 2]],
    ["bytes", { by: "bytes", every: 400 }, [5, 4, 1]],
  ] as const)("goes on in parts by %s, each naming the hash of the one before", async (_, rotate, sizes) => {
    const { parts } = recordAll(calls(5), { rotate });
    expect(parts.map((part) => linesOf(part).length)).toEqual(sizes);
    let previous: string | undefined;
    for (const [i, part] of parts.entries()) {
      const header = JSON.parse(part.split("\n")[0]!);
      expect(header).toMatchObject({ id: "t", part: i + 1, ...(previous ? { previous } : {}) });
      expect((await checkTape(bytesOf(part))).state).toBe("complete");
      previous = JSON.parse(part.trimEnd().split("\n").at(-1)!).end.sha256;
    }
    const messages = parts.flatMap(linesOf).filter((line) => line.includes('"msg"'));
    expect(messages, "nothing is lost or written twice between parts").toHaveLength(10);
  });
});

describe("the two ways to record", () => {
  it("tap and layers make the same tape of the same messages", () => {
    const wire: readonly (readonly ["c2s" | "s2c", string])[] = [
      ["c2s", request(0, "initialize")],
      ["s2c", result(0)],
      ["c2s", notice("notifications/initialized")],
      [
        "c2s",
        '{"jsonrpc":"2.0","id":12345678901234567890,"method":"tools/call","params":{"n":1e400,"n":1.0}}\n',
      ],
      ["s2c", '{"jsonrpc":"2.0","id":0,"method":"sampling/createMessage"}\n'],
      ["c2s", result(0)],
      ["s2c", ' {"result":{"x":"\\ud800"},"id":12345678901234567890} \r\n'],
    ];
    const tapped = linesOf(recordAll(wire.map(([dir, text], at): Passed => [at, dir, text])).parts[0]!);
    const conversation = new Conversation({ layers: [recordLayer, relay()] });
    const layered: string[] = [];
    const sent: string[] = [];
    const perform = (effect: Effect): void => {
      if (effect.kind === "write")
        layered.push(
          Buffer.from(encodeEvent(tapeEventOf(effect.event)))
            .toString()
            .trimEnd(),
        );
      if (effect.kind === "send") sent.push(Buffer.from(effect.message.bytes).toString());
    };
    const events = wire.map(([dir, text], at): LinkEvent => {
      const message = parseMessage(text.slice(0, -1))!;
      return { kind: "received", at, port: dir === "c2s" ? "client" : "server", message };
    });
    for (const event of events) for (const effect of conversation.handle(event)) perform(effect);
    expect(layered.map((line) => line.replace(/^\{"at":\d+,/, "{"))).toEqual(tapped);
    expect(sent).toEqual(wire.map(([, text]) => text.slice(0, -1)));
  });
});
