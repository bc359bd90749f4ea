/**
 * The exchange tracker as a table: what is said, and what each message of it is.
 */
import { describe, expect, test } from "vitest";
import { type Exchange, ExchangeTracker } from "../../src/core/index.ts";
import { type Direction, parseMessage } from "../../src/protocol/index.ts";

/** `>` is client to server, `<` server to client; right of `|` stands what it is: word, key, status. */
const table: Record<string, string> = {
  "a request and its answer": `
    > {"id":1,"method":"ping"}                     | opened 1 open
    < {"id":1,"result":{}}                         | answered 1 ok`,
  "an error answer": `
    > {"id":1,"method":"ping"}                     | opened 1 open
    < {"id":1,"error":{"code":-32601}}             | answered 1 error`,
  "error null beside a result is no error": `
    > {"id":1,"method":"ping"}                     | opened 1 open
    < {"id":1,"result":{},"error":null}            | answered 1 ok`,
  "a tool's own failure": `
    > {"id":1,"method":"tools/call"}               | opened 1 open
    < {"id":1,"result":{"isError":true}}           | answered 1 tool_error`,
  "isError of another method means nothing": `
    > {"id":1,"method":"custom"}                   | opened 1 open
    < {"id":1,"result":{"isError":true}}           | answered 1 ok`,
  "0, empty, 1 and quoted 1 are four ids": `
    > {"id":0,"method":"a"}                        | opened 1 open
    > {"id":"","method":"a"}                       | opened 2 open
    > {"id":1,"method":"a"}                        | opened 3 open
    > {"id":"1","method":"a"}                      | opened 4 open
    < {"id":"1","result":{}}                       | answered 4 ok
    < {"id":0,"result":{}}                         | answered 1 ok
    < {"id":1,"result":{}}                         | answered 3 ok
    < {"id":"","result":{}}                        | answered 2 ok`,
  "64-bit ids that a double would conflate": `
    > {"id":12345678901234567890,"method":"a"}     | opened 1 open
    > {"id":12345678901234567891,"method":"a"}     | opened 2 open
    < {"id":12345678901234567891,"result":{}}      | answered 2 ok
    < {"id":12345678901234567890,"result":{}}      | answered 1 ok`,
  "an id that is echoed in another spelling": `
    > {"id":"\\u0061","method":"a"}                | opened 1 open
    > {"id":10,"method":"a"}                       | opened 2 open
    < {"id":"a","result":{}}                       | answered 1 ok
    < {"id":1e1,"result":{}}                       | answered 2 ok`,
  "ids of the two directions are independent": `
    > {"id":1,"method":"tools/call"}               | opened 1 open
    < {"id":1,"method":"elicitation/create"}       | opened 2 open
    > {"id":1,"result":{}}                         | answered 2 ok
    < {"id":1,"result":{}}                         | answered 1 ok`,
  "an id used again after its answer": `
    > {"id":1,"method":"a"}                        | opened 1 open
    < {"id":1,"result":{}}                         | answered 1 ok
    > {"id":1,"method":"b"}                        | opened 2 open
    < {"id":1,"result":{}}                         | answered 2 ok`,
  "an id used twice at once: the oldest is answered first": `
    > {"id":1,"method":"a"}                        | opened 1 open
    > {"id":1,"method":"b"}                        | opened 2 open
    < {"id":1,"result":{}}                         | answered 1 ok
    < {"id":1,"result":{}}                         | answered 2 ok`,
  "several answers under one id": `
    > {"id":1,"method":"message/stream"}           | opened 1 open
    < {"id":1,"result":{"n":1}}                    | answered 1 ok
    < {"id":1,"result":{"n":2}}                    | late 1 ok`,
  "progress by token, 0 and quoted 0 apart": `
    > {"id":1,"method":"a","params":{"_meta":{"progressToken":0}}}                | opened 1 open
    > {"id":2,"method":"a","params":{"_meta":{"progressToken":"0"}}}              | opened 2 open
    < {"method":"notifications/progress","params":{"progressToken":"0"}}          | progress 2 open
    < {"method":"notifications/progress","params":{"progressToken":0}}            | progress 1 open
    < {"method":"notifications/progress","params":{"progressToken":7}}            | unsolicited
    > {"method":"notifications/progress","params":{"progressToken":0}}            | unsolicited
    < {"id":1,"result":{}}                                                        | answered 1 ok
    < {"method":"notifications/progress","params":{"progressToken":0}}            | late 1 ok`,
  "a cancellation, and the answer that crosses it": `
    > {"id":0,"method":"a"}                                                       | opened 1 open
    > {"method":"notifications/cancelled","params":{"requestId":0}}               | cancelled 1 cancelled
    < {"id":0,"result":{}}                                                        | late 1 cancelled`,
  "a cancellation that comes too late, or for nothing": `
    > {"id":0,"method":"a"}                                                       | opened 1 open
    < {"id":0,"result":{}}                                                        | answered 1 ok
    > {"method":"notifications/cancelled","params":{"requestId":0}}               | late 1 ok
    > {"method":"notifications/cancelled","params":{"requestId":"0"}}             | unsolicited
    > {"method":"notifications/cancelled"}                                        | unsolicited`,
  "only the asker cancels, except a subscription": `
    > {"id":1,"method":"a"}                                                       | opened 1 open
    < {"method":"notifications/cancelled","params":{"requestId":1}}               | unsolicited
    > {"id":"l","method":"subscriptions/listen"}                                  | opened 2 open
    < {"method":"notifications/cancelled","params":{"requestId":"l"}}             | cancelled 2 cancelled`,
  "notifications of a subscription": `
    > {"id":"l:0","method":"subscriptions/listen"}                                | opened 1 open
    < {"method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":"l:0"}}} | related 1 open
    < {"method":"notifications/tools/list_changed"}                               | unsolicited
    < {"id":"l:0","result":{"resultType":"complete"}}                             | answered 1 ok`,
  "answers that nobody asked for": `
    < {"id":5,"result":{}}                         | unsolicited
    < {"id":null,"error":{"code":-32700}}          | unsolicited
    < {"error":{"code":-32700}}                    | unsolicited
    < {"anything":true}                            | unsolicited`,
  "the parts of a batch": `
    > [{"id":1,"method":"a"},{"method":"n"},{"id":2,"method":"b"},7] | opened 1 open, unsolicited, opened 2 open, unsolicited
    < [{"id":2,"result":{}},{"id":1,"error":{"code":1}}]           | answered 2 ok, answered 1 error
    > []                                           |`,
};

describe("what each message is", () => {
  for (const [name, dialogue] of Object.entries(table)) {
    test(name, () => {
      const lines = dialogue
        .trim()
        .split("\n")
        .map((line) => line.trim().replace(/ +\|/, " |"));
      expect(lines.map(label(new ExchangeTracker()))).toEqual(lines);
    });
  }
});

describe("an exchange", () => {
  test("counts what belongs to it", () => {
    const tracker = new ExchangeTracker();
    const say = (dir: Direction, text: string, at: number) =>
      tracker.observe(dir, parseMessage(text)!, at)[0]!;
    const request = '{"id":9,"method":"tools/call","params":{"_meta":{"progressToken":"p"}}}';
    const exchange = say("c2s", request, 10).exchange as Exchange;
    say("s2c", '{"method":"notifications/progress","params":{"progressToken":"p"}}', 20);
    say("s2c", '{"method":"notifications/progress","params":{"progressToken":"p"}}', 30);
    say("s2c", '{"id":9,"result":{}}', 40);
    say("s2c", '{"id":9,"result":{}}', 50);
    expect(exchange).toMatchObject({
      key: 1,
      dir: "c2s",
      method: "tools/call",
      id: "9",
      progressToken: '"p"',
      openedAt: 10,
      answeredAt: 40,
      cancelledAt: undefined,
      status: "ok",
      requestBytes: request.length,
      responseBytes: 40,
      responseCount: 2,
      progressCount: 2,
      relatedCount: 0,
    });
  });

  test("is evicted, and reported, when too many are open", () => {
    const tracker = new ExchangeTracker({ openExchangesMax: 2 });
    const open = (id: number) => tracker.observe("c2s", parseMessage(`{"id":${id},"method":"a"}`)!, id);
    open(1);
    open(2);
    expect(open(3).map((c) => [c.what, c.exchange?.id])).toEqual([
      ["evicted", "1"],
      ["opened", "3"],
    ]);
    expect(tracker.observe("s2c", parseMessage('{"id":1,"result":{}}')!, 4)[0]?.what).toBe("unsolicited");
    expect(tracker.open.map((e) => e.id)).toEqual(["2", "3"]);
  });

  test("is forgotten when it is over long enough", () => {
    const tracker = new ExchangeTracker({ overExchangesMax: 1 });
    const say = (dir: Direction, text: string) => tracker.observe(dir, parseMessage(text)!, 0)[0]!.what;
    for (const id of [1, 2]) {
      say("c2s", `{"id":${id},"method":"a"}`);
      say("s2c", `{"id":${id},"result":{}}`);
    }
    expect(say("s2c", '{"id":1,"result":{}}')).toBe("unsolicited");
    expect(say("s2c", '{"id":2,"result":{}}')).toBe("late");
  });

  test("with a huge id makes others go, and is itself let go by the next", () => {
    const tracker = new ExchangeTracker({ heldCharsMax: 1_000 });
    const open = (id: string) => tracker.observe("c2s", parseMessage(`{"id":"${id}","method":"a"}`)!, 0);
    open("x");
    expect(open("y".repeat(2_000)).map((c) => c.what)).toEqual(["evicted", "opened"]);
    expect(open("z").map((c) => c.what)).toEqual(["evicted", "opened"]);
  });

  test("that is forgotten takes nothing of a later one with the same id and token along", () => {
    const tracker = new ExchangeTracker({ overExchangesMax: 1 });
    const say = (dir: Direction, text: string) => tracker.observe(dir, parseMessage(text)!, 0)[0]!;
    const request = '{"id":1,"method":"a","params":{"_meta":{"progressToken":"t"}}}';
    const progress = '{"method":"notifications/progress","params":{"progressToken":"t"}}';
    for (let i = 0; i < 2; i++) {
      say("c2s", request);
      say("s2c", '{"id":1,"result":{}}');
    }
    expect(say("s2c", '{"id":1,"result":{}}')).toMatchObject({ what: "late", exchange: { key: 2 } });
    expect(say("s2c", progress)).toMatchObject({ what: "late", exchange: { key: 2 } });
  });

  test("is not evicted for what was forgotten long ago", () => {
    const tracker = new ExchangeTracker({ heldCharsMax: 300, overExchangesMax: 2 });
    for (let id = 0; id < 1_000; id++) {
      const opened = tracker.observe("c2s", parseMessage(`{"id":"${id}","method":"tools/list"}`)!, 0);
      expect(opened.map((c) => c.what)).toEqual(["opened"]);
      tracker.observe("s2c", parseMessage(`{"id":"${id}","result":{}}`)!, 0);
    }
  });
});

function label(tracker: ExchangeTracker): (line: string) => string {
  return (line) => {
    const said = line.slice(0, line.lastIndexOf("|")).trimEnd();
    const changes = tracker.observe(line[0] === ">" ? "c2s" : "s2c", parseMessage(said.slice(2))!, 0);
    const words = changes.map((c) =>
      c.exchange ? `${c.what} ${c.exchange.key} ${c.exchange.status}` : c.what,
    );
    return `${said} | ${words.join(", ")}`.trimEnd();
  };
}
