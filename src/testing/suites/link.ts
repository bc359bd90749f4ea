/**
 * What every Link must do, as tests: the contract of `core/ports` again, for transports and for decorators. Knows no
 * test runner; hand it the `describe` and `test` of yours (Vitest, Jest and node:test have them).
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { VirtualClock } from "../../base/index.ts";
import type { Link, SideFacts } from "../../core/index.ts";
import { type Message, parseMessage } from "../../protocol/index.ts";
import { drive } from "../simulation.ts";

export interface TestApi {
  describe(name: string, body: () => void): unknown;
  test: {
    (name: string, body: () => Promise<void>): unknown;
    skip(name: string, body: () => Promise<void>): unknown;
  };
}

/** A pair of linked ends, fresh for each test. */
export interface LinkPair {
  readonly near: Link;
  readonly far: Link;
  /** When the links live in virtual time. */
  readonly clock?: VirtualClock;
  /** Frees what the pair holds. */
  free?(): Promise<void>;
}

export interface LinkSubject {
  readonly name: string;
  open(): Promise<LinkPair>;
  /** Rules that do not hold here, each with its reason. */
  readonly skips?: Partial<Record<LinkRule, string>>;
}

export type LinkRule = keyof typeof rules;

/** Tests a transport or a decorator against each rule, from both ends. */
export function linkSuite({ describe, test }: TestApi, subject: LinkSubject): void {
  for (const turned of [false, true]) {
    describe(`${subject.name}, ${turned ? "far to near" : "near to far"}`, () => {
      for (const [name, rule] of Object.entries(rules)) {
        const reason = subject.skips?.[name as LinkRule];
        const body = () => checkRule(subject, turned, rule);
        if (reason) test.skip(`${name} (skipped: ${reason})`, body);
        else test(name, body);
      }
    });
  }
}

async function checkRule(subject: LinkSubject, turned: boolean, rule: Rule): Promise<void> {
  const pair = await subject.open();
  const { near, far, clock } = pair;
  const pause: Pause = (ms) => new Promise((go) => (clock ? clock.after(ms, go) : setTimeout(go, ms)));
  const work = turned ? rule(far, near, pause) : rule(near, far, pause);
  try {
    await (clock ? drive(clock, work) : work);
  } finally {
    await pair.free?.();
  }
}

type Pause = (ms: number) => Promise<void>;
type Rule = (near: Link, far: Link, pause: Pause) => Promise<void>;

/** Enough to fill every buffer on the way, in messages of 64 KiB. */
const floodMessages = 256;

const rules = {
  "every message arrives, in order, its bytes unchanged": async (near, far) => {
    for (const text of nasty) await near.send(message(text));
    await near.close();
    deepEqual((await hear(far)).texts, nasty);
  },
  "sends that are not awaited keep their order": async (near, far) => {
    const texts = Array.from({ length: 500 }, (_, i) => `{"id":${i},"method":"m"}`);
    const sent = Promise.all(texts.map((text) => near.send(message(text))));
    const heard = hear(far);
    await sent;
    await near.close();
    deepEqual((await heard).texts, texts);
  },
  "both ways at once": async (near, far) => {
    const texts = Array.from({ length: 300 }, (_, i) => `{"id":${i},"method":"${"m".repeat(i)}"}`);
    const both = await Promise.all([talk(near, texts), talk(far, texts)]);
    deepEqual(both, [texts, texts]);
  },
  "a message of 4 MiB passes": async (near, far) => {
    const text = `{"id":1,"result":"${"é".repeat(2 * 1024 * 1024)}"}`;
    const heard = hear(far);
    await near.send(message(text));
    await near.close();
    ok((await heard).texts[0] === text, "the same bytes");
  },
  "a message that spans lines arrives as one of the same value": async (near, far) => {
    await near.send(message('{\n  "id": 1,\r\n  "method": "m"\n}'));
    await near.close();
    const { texts } = await hear(far);
    deepEqual(
      texts.map((text) => JSON.parse(text) as unknown),
      [{ id: 1, method: "m" }],
    );
  },
  "what was sent before close arrives, then the iteration ends": async (near, far) => {
    for (let i = 0; i < 20; i++) void near.send(message(`{"id":${i},"method":"m"}`));
    void near.close();
    equal((await hear(far)).texts.length, 20);
  },
  "after close the other end may go on talking": async (near, far) => {
    await near.close();
    await hear(far);
    await far.send(message('{"id":1,"result":{}}'));
    await far.close();
    deepEqual((await hear(near)).texts, ['{"id":1,"result":{}}']);
  },
  "the end has facts": async (near, far) => {
    await near.close({ reason: "enough" });
    equal(typeof (await hear(far)).facts, "object");
  },
  "close may be called again, also at once": async (near, far) => {
    const heard = hear(far);
    await Promise.all([near.close(), near.close()]);
    await near.close();
    equal((await heard).texts.length, 0);
  },
  "a message after close is let go": async (near, far) => {
    const heard = hear(far);
    await near.close();
    await near.send(message('{"method":"too late"}'));
    equal((await heard).texts.length, 0);
  },
  "a sender waits while nobody reads, and goes on when somebody does": async (near, far, pause) => {
    const big = message(`{"method":"${"x".repeat(64 * 1024)}"}`);
    let sent = 0;
    const sending = (async () => {
      for (; sent < floodMessages; sent++) await near.send(big);
      await near.close();
    })();
    await Promise.race([sending, stillness(() => sent, pause)]);
    ok(sent < floodMessages, `a bounded number is taken without a reader, not ${sent}`);
    const heard = await hear(far);
    await sending;
    equal(heard.texts.length, floodMessages);
  },
  "who stops listening does not hold up the other end": async (near, far) => {
    const iterator = far[Symbol.asyncIterator]();
    await near.send(message('{"method":"one"}'));
    equal((await iterator.next()).done, false);
    await iterator.return!();
    const big = message(`{"method":"${"x".repeat(64 * 1024)}"}`);
    for (let i = 0; i < floodMessages; i++) await near.send(big);
    await near.close();
  },
  "stopping wakes a listener": async (_near, far) => {
    const iterator = far[Symbol.asyncIterator]();
    const next = iterator.next();
    await iterator.return!();
    equal((await next).done, true);
  },
} as const satisfies Record<string, Rule>;

const nasty = [
  '{"jsonrpc":"2.0","id":0,"method":"ping"}',
  '{"id":"","method":"a","params":{"n":12345678901234567890,"x":1e400,"one":1.0,"a":1,"a":2}}',
  '{"__proto__":null,"result":{"constructor":{}},"id":"\\ud800"}',
  '  {"id" : null , "error" : null}\t',
  '{"id":1,"result":"\\u2028 \u2028 é 😀 \\u0000"}\r',
  '[{"id":1,"method":"a"},{"method":"b"}]',
  "[]",
];

async function talk(link: Link, texts: readonly string[]): Promise<readonly string[]> {
  const heard = hear(link);
  for (const text of texts) await link.send(message(text));
  await link.close();
  return (await heard).texts;
}

async function hear(link: Link): Promise<{ texts: string[]; facts: SideFacts }> {
  const iterator = link[Symbol.asyncIterator]();
  const texts: string[] = [];
  for (;;) {
    const result = await iterator.next();
    if (result.done) return { texts, facts: result.value };
    texts.push(result.value.text);
  }
}

/** What does not move for so long waits, in milliseconds; longer than any pause of a faulty line. */
const stillMs = 250;

/** Resolves when a count has not changed for a while. */
async function stillness(count: () => number, pause: Pause): Promise<void> {
  for (let last = -1; last !== count(); ) {
    last = count();
    await pause(stillMs);
  }
}

function message(text: string): Message {
  return parseMessage(text)!;
}
