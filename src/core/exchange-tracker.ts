/**
 * Tells for each message of one conversation which exchange it belongs to, in bounded memory. Keeps only what can be
 * known from the messages: answers by direction and id, progress by token, cancellation by `requestId`,
 * subscriptions by `_meta`. Which call caused a server's own request is not written on the wire, so a nested
 * request is an exchange by itself. Pairs with `exchange.ts`; several conversations need several trackers.
 */
import { type Direction, idKeyOf, type Message, metaKeys } from "../protocol/index.ts";
import type { Exchange, ExchangeChange } from "./exchange.ts";

/** Both directions together. */
export const exchangeLimits = {
  /** Exchanges open at once; the oldest is evicted, and that is reported. */
  openExchangesMax: 10_000,
  /** Exchanges that are over and remembered for what comes late; the oldest is forgotten. */
  overExchangesMax: 1_000,
  /** Characters of ids, tokens and methods held; enforced like the two counts. */
  heldCharsMax: 16 * 1024 * 1024,
} as const;

export type ExchangeLimits = { readonly [name in keyof typeof exchangeLimits]: number };

export class ExchangeTracker {
  readonly #limits: ExchangeLimits;
  #count = 0;
  #heldChars = 0;
  /** In the order of opening. */
  readonly #open = new Map<number, Live>();
  /** In the order of their end. */
  readonly #over = new Map<number, Live>();
  /** By direction and id: the open ones, oldest first. Peers should not use an id twice at once, but do. */
  readonly #openById = new Map<string, Live[]>();
  /** By direction and id: the last that is over. */
  readonly #overById = new Map<string, Live>();
  /** By direction and token: the last that used it. */
  readonly #byToken = new Map<string, Live>();

  constructor(limits: Partial<ExchangeLimits> = {}) {
    this.#limits = { ...exchangeLimits, ...limits };
  }

  /** What this message is. `dir` is the way it travels, `at` its time in microseconds. */
  observe(dir: Direction, message: Message, at: number): ExchangeChange[] {
    const changes: ExchangeChange[] = [];
    for (const part of message.parts()) {
      if (part.kind === "request") this.#request(dir, part, at, changes);
      else if (part.kind === "response") changes.push(this.#response(dir, part, at));
      else if (part.kind === "notification") changes.push(this.#notification(dir, part, at));
      else changes.push({ what: "unsolicited", message: part });
    }
    return changes;
  }

  /** The exchanges that are open now, oldest first. */
  get open(): readonly Exchange[] {
    return [...this.#open.values()];
  }

  #request(dir: Direction, message: Message, at: number, changes: ExchangeChange[]): void {
    const live = new Live(++this.#count, dir, message, at);
    this.#heldChars += live.heldChars;
    this.#makeRoom(changes);
    this.#open.set(live.key, live);
    const same = this.#openById.get(live.idKey);
    if (same) same.push(live);
    else this.#openById.set(live.idKey, [live]);
    if (live.tokenKey !== undefined) this.#byToken.set(live.tokenKey, live);
    changes.push({ what: "opened", message, exchange: live });
  }

  #response(dir: Direction, message: Message, at: number): ExchangeChange {
    const key = keyOf(opposite(dir), message.id);
    const open = this.#openById.get(key)?.[0];
    const live = open ?? this.#overById.get(key);
    if (!live) return { what: "unsolicited", message };
    live.answer(message, at);
    if (open) this.#end(open);
    return { what: open ? "answered" : "late", message, exchange: live };
  }

  #notification(dir: Direction, message: Message, at: number): ExchangeChange {
    if (message.method === "notifications/cancelled") return this.#cancellation(dir, message, at);
    const progress = message.method === "notifications/progress";
    const live = progress
      ? this.#byToken.get(keyOf(opposite(dir), message.rawAt("params", "progressToken")))
      : this.#subscription(dir, message);
    if (!live) return { what: "unsolicited", message };
    if (progress) live.progressCount++;
    else live.relatedCount++;
    const over = !this.#open.has(live.key);
    return { what: over ? "late" : progress ? "progress" : "related", message, exchange: live };
  }

  /** The asker takes its request back; a server may also end a subscription that the client asked for. */
  #cancellation(dir: Direction, message: Message, at: number): ExchangeChange {
    const id = message.rawAt("params", "requestId");
    const asked = this.#find(dir, id);
    const told = asked ? undefined : this.#find(opposite(dir), id);
    const live = asked ?? (told?.method === subscribeMethod ? told : undefined);
    if (!live) return { what: "unsolicited", message };
    if (!this.#open.has(live.key)) return { what: "late", message, exchange: live };
    live.cancel(at);
    this.#end(live);
    return { what: "cancelled", message, exchange: live };
  }

  #subscription(dir: Direction, message: Message): Live | undefined {
    if (dir === "c2s") return undefined;
    const id = message.rawAt("params", "_meta", metaKeys.subscriptionId);
    const live = id === undefined ? undefined : this.#find("c2s", id);
    return live?.method === subscribeMethod ? live : undefined;
  }

  #find(dir: Direction, id: string | undefined): Live | undefined {
    const key = keyOf(dir, id);
    return this.#openById.get(key)?.[0] ?? this.#overById.get(key);
  }

  #end(live: Live): void {
    this.#leaveOpen(live);
    this.#over.set(live.key, live);
    this.#overById.set(live.idKey, live);
    if (this.#over.size > this.#limits.overExchangesMax) this.#forgetOldest();
  }

  #leaveOpen(live: Live): void {
    this.#open.delete(live.key);
    const rest = this.#openById.get(live.idKey)!.filter((other) => other !== live);
    if (rest.length > 0) this.#openById.set(live.idKey, rest);
    else this.#openById.delete(live.idKey);
  }

  #forgetOldest(): void {
    const [oldest] = this.#over.values();
    if (!oldest) return;
    this.#over.delete(oldest.key);
    if (this.#overById.get(oldest.idKey) === oldest) this.#overById.delete(oldest.idKey);
    this.#letGo(oldest);
  }

  #letGo(live: Live): void {
    if (live.tokenKey !== undefined && this.#byToken.get(live.tokenKey) === live)
      this.#byToken.delete(live.tokenKey);
    this.#heldChars -= live.heldChars;
  }

  #makeRoom(changes: ExchangeChange[]): void {
    const { heldCharsMax, openExchangesMax } = this.#limits;
    while (this.#heldChars > heldCharsMax && this.#over.size > 0) this.#forgetOldest();
    while (this.#open.size > 0 && (this.#open.size >= openExchangesMax || this.#heldChars > heldCharsMax)) {
      const [oldest] = this.#open.values();
      this.#leaveOpen(oldest!);
      this.#letGo(oldest!);
      changes.push({ what: "evicted", exchange: oldest! });
    }
  }
}

const subscribeMethod = "subscriptions/listen";

/** Methods whose result is a tool's. */
const toolMethods: ReadonlySet<string> = new Set(["tools/call", "tasks/result"]);

type Writable<T> = { -readonly [key in keyof T]: T[key] };

/** The exchange as its tracker sees it. */
class Live implements Writable<Exchange> {
  readonly key: number;
  readonly dir: Direction;
  readonly method: string;
  readonly id: string;
  readonly progressToken: string | undefined;
  readonly openedAt: number;
  readonly requestBytes: number;
  answeredAt: number | undefined;
  cancelledAt: number | undefined;
  status: Exchange["status"] = "open";
  responseBytes = 0;
  responseCount = 0;
  progressCount = 0;
  relatedCount = 0;
  readonly idKey: string;
  readonly tokenKey: string | undefined;

  constructor(key: number, dir: Direction, message: Message, at: number) {
    this.key = key;
    this.dir = dir;
    this.method = message.method!;
    this.id = message.id!;
    this.progressToken = message.rawAt("params", "_meta", metaKeys.progressToken);
    this.openedAt = at;
    this.requestBytes = message.bytes.length;
    this.idKey = keyOf(dir, this.id);
    this.tokenKey = this.progressToken === undefined ? undefined : keyOf(dir, this.progressToken);
  }

  get heldChars(): number {
    return this.method.length + 2 * this.id.length + 2 * (this.progressToken?.length ?? 0);
  }

  answer(message: Message, at: number): void {
    this.answeredAt ??= at;
    this.responseCount++;
    this.responseBytes += message.bytes.length;
    if (this.status !== "open") return;
    if (message.isError) this.status = "error";
    else if (toolMethods.has(this.method) && message.rawAt("result", "isError") === "true")
      this.status = "tool_error";
    else this.status = "ok";
  }

  cancel(at: number): void {
    this.cancelledAt = at;
    this.status = "cancelled";
  }
}

function opposite(dir: Direction): Direction {
  return dir === "c2s" ? "s2c" : "c2s";
}

function keyOf(dir: Direction, id: string | undefined): string {
  return `${dir} ${idKeyOf(id)}`;
}
