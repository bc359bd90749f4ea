/**
 * What one event costs on its way through five layers: four that pass it on and the relay. The base is a chain of
 * five bare functions in the same run, so that the figure means the same on another machine. Run: node bench/core.ts
 */
import {
  Conversation,
  type Effect,
  ExchangeTracker,
  type Layer,
  type LinkEvent,
  relay,
} from "../src/core/index.ts";
import { Message, parseMessage } from "../src/protocol/index.ts";

const rounds = 15;
const eventsPerRound = 200_000;

const message = parseMessage('{"jsonrpc":"2.0","id":1,"method":"ping"}')!;
const event: LinkEvent = { kind: "received", at: 0, port: "client", message };

const pass: () => Layer = () => {
  let seen = 0;
  return function* (event, next) {
    seen += event.at;
    if (seen > 0) yield { kind: "write", event };
    yield* next(event);
  };
};

type Step = (event: LinkEvent) => Effect[];
const base = [0, 1, 2, 3].reduce<Step>(
  (next) => (event) => next(event),
  (event) => [
    { kind: "send", port: "server", message: (event as typeof event & { kind: "received" }).message },
  ],
);

const conversation = new Conversation({ layers: [pass(), pass(), pass(), pass(), relay()] });
const lanes = new Conversation({ layers: [pass(), pass(), pass(), pass(), relay()], lane: "exchange" });
const tracker = new ExchangeTracker();
const answer = parseMessage('{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"pong"}]}}')!;
const variants: Record<string, () => number> = {
  "function chain (base)": () => count(base),
  "function chain (again: noise floor)": () => count(base),
  "five layers, one effect": () => count((event) => conversation.handle(event)),
  "five layers, lane exchange (notification)": () => count((event) => lanes.handle(event), notification),
  "exchange tracker, request or answer": track,
};

const notification: LinkEvent = {
  ...event,
  message: parseMessage('{"jsonrpc":"2.0","method":"notifications/x"}')!,
};

function count(handle: Step, what: LinkEvent = event): number {
  let effects = 0;
  for (let i = 0; i < eventsPerRound; i++) effects += handle(what).length;
  return effects;
}

/** Fresh messages, as a reader makes them: their heads are scanned once here and not before. */
function track(): number {
  let changes = 0;
  for (let i = 0; i < eventsPerRound; i++) {
    const [dir, { bytes }] = i % 2 === 0 ? (["c2s", message] as const) : (["s2c", answer] as const);
    changes += tracker.observe(dir, new Message(bytes), i).length;
  }
  return changes;
}

const times = new Map<string, number[]>(Object.keys(variants).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, run] of rotated(Object.entries(variants), round)) {
    const start = process.hrtime.bigint();
    if (run() !== eventsPerRound) throw new Error(`${name} gave another number of effects than events`);
    times.get(name)!.push(Number(process.hrtime.bigint() - start) / eventsPerRound);
  }
}

const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1]!;
const baseTime = median(times.get("function chain (base)")!);
console.log(`one event, median of ${rounds} rounds of ${eventsPerRound}`);
for (const [name, list] of times) {
  const time = median(list);
  console.log(`  ${name.padEnd(44)} ${time.toFixed(0).padStart(6)} ns   x${(time / baseTime).toFixed(1)}`);
}
console.log(
  `promise: five layers cost at most 1000 ns: ${median(times.get("five layers, one effect")!) <= 1000 ? "kept" : "BROKEN"}`,
);

function rotated<T>(list: readonly T[], by: number): T[] {
  return list.map((_, i) => list[(i + by) % list.length]!);
}
