/** What a conversation promises its layers, one rule a test, as dialogues. */
import { describe, expect, test } from "vitest";
import { Conversation, type Layer, relay } from "../../src/core/index.ts";
import { parseMessage } from "../../src/protocol/index.ts";
import { playbook } from "../../src/testing/index.ts";

/** Sleeps on every request: asks its method. A falsy answer swallows the request. */
const askFirst: Layer = function* (event, next) {
  const asks = event.kind === "received" && event.message.kind === "request";
  if (!asks || (yield { kind: "ask", question: event.message.method })) yield* next(event);
};

/** Lets everything from the server wait. */
const delay = (ms: number): Layer =>
  function* (event, next) {
    if (event.port === "server") yield { kind: "wait", ms };
    yield* next(event);
  };

const tape: Layer = function* (event, next) {
  yield { kind: "write", event };
  yield* next(event);
};

/** Says in a `finally` block that it was left. */
const farewell: Layer = function* (event, next) {
  try {
    yield* next(event);
  } finally {
    yield { kind: "wait", ms: 1 };
    yield { kind: "write", event };
  }
};

describe("the relay", () => {
  test("passes messages on both ways, bytes unchanged", () => {
    playbook([relay()])`
      >> client opened
      >> server opened {"pid":7}
      >> client {"id" : 1e0, "method":"ping","id":1.0}
      << server {"id" : 1e0, "method":"ping","id":1.0}
      >> server {"result":{},"id":1}
      << client {"result":{},"id":1}
    `;
  });

  test("passes the end of one side on to the other, and ends with both", () => {
    playbook([relay()])`
      client opened
      server opened
      client closed {"reason":"end of input"}
      << server close {"reason":"end of input"}
      # The server may still say what it had begun.
      >> server {"result":{},"id":1}
      << client {"result":{},"id":1}
      server closed {"code":0}
      << client close {"code":0}
      == ended closed
      >> client {"id":2,"method":"ping"}
    `;
  });

  test("lets other ports alone", () => {
    playbook([relay("client", "server:a")])`
      >> server:b {"method":"x"}
      >> client {"method":"y"}
      << server:a {"method":"y"}
    `;
  });
});

describe("layers", () => {
  test("run outermost first, and may write, answer and swallow", () => {
    const answer: Layer = function* (event, next) {
      if (event.kind !== "received" || event.message.method !== "ping") return yield* next(event);
      yield {
        kind: "send",
        port: event.port,
        message: parseMessage(`{"id":${event.message.id},"result":{}}`)!,
      };
    };
    playbook([tape, answer, relay()])`
      >> client {"id":1,"method":"ping"}
      << write client {"id":1,"method":"ping"}
      << client {"id":1,"result":{}}
      >> client {"id":2,"method":"other"}
      << write client {"id":2,"method":"other"}
      << server {"id":2,"method":"other"}
    `;
  });

  test("without an innermost one that relays, events are swallowed", () => {
    playbook([])`>> client {"id":1,"method":"ping"}`;
  });
});

describe("a strand that asks", () => {
  test("sleeps until it is answered, and gets the answer", () => {
    playbook([askFirst, relay()])`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> answer true
      << server {"id":1,"method":"a"}
      >> client {"id":2,"method":"b"}
      << ask "b"
      >> answer false
    `;
  });

  test("holds back later events of its port, and none of the other", () => {
    playbook([askFirst, relay()])`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"method":"later"}
      >> client {"id":2,"method":"b"}
      >> client {"method":"latest"}
      client closed
      >> server {"method":"other way"}
      << client {"method":"other way"}
      >> answer true
      << server {"id":1,"method":"a"}
      << server {"method":"later"}
      << ask "b"
      >> answer true
      << server {"id":2,"method":"b"}
      << server {"method":"latest"}
      << server close
    `;
  });

  test("that waits goes on when the time has passed", () => {
    playbook([delay(250), relay()])`
      >> server {"method":"a"}
      << wait 250 ms
      >> 100 ms pass
      >> server {"method":"b"}
      >> 149.999 ms pass
      >> 0.001 ms pass
      << client {"method":"a"}
      << wait 250 ms
      >> 250 ms pass
      << client {"method":"b"}
    `;
  });
});

describe("lane exchange", () => {
  const options = { lane: "exchange" } as const;

  test("lets other exchanges overtake, whatever is answered first", () => {
    playbook([askFirst, relay()], options)`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"id":"1","method":"b"}
      << ask "b"
      >> client {"method":"alone"}
      << server {"method":"alone"}
      >> answer #2 true
      << server {"id":"1","method":"b"}
      >> answer #1 true
      << server {"id":1,"method":"a"}
    `;
  });

  test("keeps the order within an exchange", () => {
    playbook([askFirst, relay()], options)`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"method":"notifications/cancelled","params":{"requestId":1}}
      >> client {"method":"notifications/cancelled","params":{"requestId":2}}
      << server {"method":"notifications/cancelled","params":{"requestId":2}}
      >> answer true
      << server {"id":1,"method":"a"}
      << server {"method":"notifications/cancelled","params":{"requestId":1}}
    `;
  });

  test("keeps progress before its result", () => {
    playbook([delay(10), relay()], options)`
      >> client {"id":1,"method":"a","params":{"_meta":{"progressToken":"t"}}}
      << server {"id":1,"method":"a","params":{"_meta":{"progressToken":"t"}}}
      >> server {"method":"notifications/progress","params":{"progressToken":"t"}}
      << wait 10 ms
      >> server {"id":1,"result":{}}
      >> server {"id":9,"method":"roots/list"}
      << wait 10 ms
      >> 10 ms pass
      << client {"method":"notifications/progress","params":{"progressToken":"t"}}
      << wait 10 ms
      << client {"id":9,"method":"roots/list"}
      >> 10 ms pass
      << client {"id":1,"result":{}}
    `;
  });

  test("lets nothing overtake an end, nor an end anything", () => {
    playbook([askFirst, relay()], options)`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"id":2,"method":"b"}
      << ask "b"
      client closed
      client opened
      >> client {"method":"later"}
      >> answer #2 true
      << server {"id":2,"method":"b"}
      >> answer #1 true
      << server {"id":1,"method":"a"}
      << server close
      << server {"method":"later"}
    `;
  });

  test("holds a batch behind each of its parts", () => {
    playbook([askFirst, relay()], options)`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"id":2,"method":"b"}
      << ask "b"
      >> client [{"method":"notifications/cancelled","params":{"requestId":1}},{"method":"notifications/cancelled","params":{"requestId":2}}]
      >> answer #1 true
      << server {"id":1,"method":"a"}
      >> answer #2 true
      << server {"id":2,"method":"b"}
      << server [{"method":"notifications/cancelled","params":{"requestId":1}},{"method":"notifications/cancelled","params":{"requestId":2}}]
    `;
  });
});

describe("a strand that releases", () => {
  /** Answers every request a second later, unless it was cancelled meanwhile. */
  const answerLater = (): Layer => {
    const cancelled = new Set<string | undefined>();
    return function* (event, next) {
      if (event.kind !== "received") return yield* next(event);
      const { kind, id } = event.message;
      if (kind !== "request") return void cancelled.add(event.message.rawAt("params", "requestId"));
      yield { kind: "release" };
      yield { kind: "wait", ms: 1000 };
      if (cancelled.has(id)) return;
      yield { kind: "send", port: event.port, message: parseMessage(`{"id":${id},"result":{}}`)! };
    };
  };

  test("sleeps without holding later events back", () => {
    playbook([answerLater()])`
      client opened
      >> client {"id":1,"method":"a"}
      << wait 1000 ms
      >> 500 ms pass
      >> client {"id":2,"method":"b"}
      << wait 1000 ms
      >> client {"method":"notifications/cancelled","params":{"requestId":1}}
      >> 1000 ms pass
      << client {"id":2,"result":{}}
    `;
  });

  test("after it slept lets go what it held back until then", () => {
    const late: Layer = function* (event, next) {
      if (event.kind !== "received" || event.message.kind !== "request") return yield* next(event);
      yield { kind: "ask", question: "first" };
      yield { kind: "release" };
      yield { kind: "ask", question: "second" };
      yield* next(event);
    };
    playbook([late, relay()])`
      >> client {"id":1,"method":"a"}
      << ask "first"
      >> client {"method":"held"}
      >> client {"id":2,"method":"b"}
      >> client {"method":"held longer"}
      >> answer 1
      << ask "second"
      << server {"method":"held"}
      << ask "first"
      >> answer #2 1
      << server {"id":1,"method":"a"}
      >> answer #3 1
      << ask "second"
      << server {"method":"held longer"}
    `;
  });

  test("is returned when all ports are closed, as any that sleeps", () => {
    playbook([farewell, answerLater()])`
      >> client {"id":1,"method":"a"}
      << wait 1000 ms
      client closed
      << wait 1 ms
      >> 1 ms pass
      << write client closed
      << write client {"id":1,"method":"a"}
      == ended closed
    `;
  });

  test("counts while it sleeps, and too many end the conversation", () => {
    playbook([answerLater()], { limits: { parkedStrandsMax: 1 } })`
      >> client {"id":1,"method":"a"}
      << wait 1000 ms
      >> client {"id":2,"method":"b"}
      << wait 1000 ms
      << client close {"reason":"too many events wait for an answer (2)"}
    `;
  });
});

describe("lane exchange, batches", () => {
  test("one that stands behind another in two lanes starts once", () => {
    const slow: Layer = function* (event, next) {
      if (event.kind === "received" && event.message.kind === "batch") yield { kind: "wait", ms: 10 };
      yield* next(event);
    };
    playbook([slow, relay()], { lane: "exchange" })`
      >> client [{"id":1,"method":"a"},{"id":2,"method":"b"}]
      << wait 10 ms
      >> client [{"method":"notifications/cancelled","params":{"requestId":1}},{"method":"notifications/cancelled","params":{"requestId":2}}]
      >> 10 ms pass
      << server [{"id":1,"method":"a"},{"id":2,"method":"b"}]
      << wait 10 ms
      >> 10 ms pass
      << server [{"method":"notifications/cancelled","params":{"requestId":1}},{"method":"notifications/cancelled","params":{"requestId":2}}]
    `;
  });
});

describe("the end", () => {
  test("lets finally blocks run, then closes what is open, then hears nothing", () => {
    playbook([farewell, askFirst, relay()])`
      client opened
      << wait 1 ms
      >> 1 ms pass
      << write client opened
      server opened
      << wait 1 ms
      >> 1 ms pass
      << write server opened
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"method":"held"}
      >> end "stopped"
      << write client {"id":1,"method":"a"}
      << client close {"reason":"stopped"}
      << server close {"reason":"stopped"}
      == ended stopped
      >> end "again"
      >> client {"method":"ignored"}
      >> answer true
    `;
  });

  test("comes loudly when too many events are held", () => {
    playbook([farewell, askFirst, relay()], { limits: { heldEventsMax: 2 } })`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"method":"1"}
      >> client {"method":"2"}
      >> client {"method":"3"}
      << write client {"id":1,"method":"a"}
      << client close {"reason":"too much waits at client behind an unanswered event (3 events, 42 bytes)"}
      == ended too much waits at client...
    `;
  });

  test("comes loudly when too many bytes are held", () => {
    playbook([askFirst, relay()], { limits: { heldBytesMax: 20 } })`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> client {"method":"1"}
      >> client {"method":"2"}
      << client close {"reason":"too much waits at client behind an unanswered event (2 events, 28 bytes)"}
    `;
  });

  test("comes when a layer fails, which is not hidden", () => {
    const fails: Layer = function* (event, next) {
      if (event.kind === "received" && event.message.method === "b") throw new TypeError("our mistake");
      yield* next(event);
    };
    playbook([askFirst, fails, relay()])`
      >> client {"id":1,"method":"a"}
      << ask "a"
      >> server {"method":"b"}
      !! TypeError: our mistake
      == ended a layer failed
      >> client {"method":"ignored"}
    `;
  });

  test("is not reached by a layer that yields without end", () => {
    const endless: Layer = function* (event) {
      for (;;) yield { kind: "write", event };
    };
    const conversation = new Conversation({ layers: [endless], limits: { strandStepsMax: 100 } });
    const event = { kind: "opened", at: 0, port: "client", facts: {} } as const;
    expect(() => conversation.handle(event)).toThrow("a strand comes to an end");
  });
});

describe("crowded", () => {
  test("says at half of the limit that no more should be read", () => {
    const conversation = new Conversation({ layers: [askFirst], limits: { heldEventsMax: 4 } });
    const say = (method: string) => {
      const message = parseMessage(`{"id":1,"method":"${method}"}`)!;
      conversation.handle({ kind: "received", at: 0, port: "client", message });
      return conversation.crowded("client");
    };
    expect(["a", "b", "c"].map(say)).toEqual([false, false, true]);
    expect(conversation.crowded("server")).toBe(false);
    conversation.handle({ kind: "answered", at: 0, strand: 1, value: true });
    expect(conversation.crowded("client")).toBe(false);
  });
});
