/**
 * The facts of one exchange as a filter asks for them: from the tape's header, the messages, and what the exchange
 * tracker computed. Nothing is read before it is asked for. A view may be made when the request has come and again
 * when more is there; each fact, once known, is the same in all of them.
 */
import type { Exchange } from "../core/index.ts";
import { type Era, eraOf, type Message, metaKeys } from "../protocol/index.ts";
import { epochMs } from "./amounts.ts";
import { jsonAt } from "./json-value.ts";
import type { Fact, FilterView, TextFact } from "./view.ts";

/** What a tape's header tells; a header has this shape as it is. */
export interface TapeFacts {
  readonly id?: string;
  readonly name?: string;
  readonly startedAt?: string;
  readonly sessionId?: string;
  readonly endpointId?: string;
  readonly agentId?: string;
  readonly run?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly server?: { readonly command?: readonly string[]; readonly [more: string]: unknown };
}

/** What the conversation has told about itself so far; left out means not known yet. */
export interface ConversationFacts {
  readonly client?: string;
  readonly server?: string;
  readonly era?: Era;
}

export interface ExchangeFacts {
  readonly header: TapeFacts;
  readonly exchange: Exchange;
  readonly request: Message;
  /** The first answer, when it has come. */
  readonly response?: Message | undefined;
  readonly conversation?: ConversationFacts;
  /** The tape's file, as `tape:` names it. */
  readonly tape?: string;
  /** The instant that `since:2d` counts from. */
  readonly nowMs?: number;
  /** Nothing more will come for this exchange. */
  readonly final: boolean;
}

export function exchangeView(facts: ExchangeFacts): FilterView {
  return new ExchangeView(facts);
}

/** The methods that say which of their params a field means. */
const targets = {
  tool: { methods: ["tools/call"], param: "name" },
  prompt: { methods: ["prompts/get"], param: "name" },
  resource: { methods: ["resources/read", "resources/subscribe", "resources/unsubscribe"], param: "uri" },
} as const;

/** What a request is aimed at: the tool's or prompt's name or the resource's URI, or undefined. */
export function targetOf(request: Message): string | undefined {
  for (const field of ["tool", "prompt", "resource"] as const) {
    const target = aimedAt(request, field);
    if (target !== null) return target;
  }
  return undefined;
}

class ExchangeView implements FilterView {
  readonly #facts: ExchangeFacts;

  constructor(facts: ExchangeFacts) {
    this.#facts = facts;
  }

  get final(): boolean {
    return this.#facts.final;
  }
  get tool(): TextFact {
    return aimedAt(this.#facts.request, "tool");
  }
  get prompt(): TextFact {
    return aimedAt(this.#facts.request, "prompt");
  }
  get resource(): TextFact {
    return aimedAt(this.#facts.request, "resource");
  }
  get method(): TextFact {
    return this.#facts.exchange.method;
  }
  get status(): TextFact {
    const { status } = this.#facts.exchange;
    return status === "open" && !this.final ? undefined : status;
  }
  get error(): TextFact {
    const { response } = this.#facts;
    if (!response) return undefined;
    return response.isError ? (response.rawAt("error", "code") ?? null) : null;
  }
  get endpoint(): TextFact {
    return this.#facts.header.endpointId ?? null;
  }
  get agent(): TextFact {
    return this.#facts.header.agentId ?? null;
  }
  get session(): TextFact {
    return this.#facts.header.sessionId ?? null;
  }
  get run(): TextFact {
    return this.#facts.header.run ?? null;
  }
  get tape(): TextFact {
    const { header, tape } = this.#facts;
    return texts(tape, header.name, header.id);
  }
  get client(): TextFact {
    const claim = this.#facts.request.at("params", "_meta", metaKeys.clientInfo, "name");
    return typeof claim === "string" ? claim : this.#facts.conversation?.client;
  }
  get server(): TextFact {
    const { header, conversation } = this.#facts;
    if (conversation?.server === undefined && !this.final) return undefined;
    return texts(conversation?.server, header.name, header.server?.command?.join(" "));
  }
  get dir(): TextFact {
    return this.#facts.exchange.dir;
  }
  get era(): TextFact {
    return eraOf(this.#facts.request) ?? this.#facts.conversation?.era;
  }
  /** The trace id of W3C Trace Context, as `traceparent` carries it. */
  get trace(): TextFact {
    const parent = this.#facts.request.at("params", "_meta", "traceparent");
    return typeof parent === "string" ? (parent.split("-")[1] ?? null) : null;
  }

  get durationMs(): Fact<number> {
    const { answeredAt, openedAt } = this.#facts.exchange;
    return answeredAt === undefined ? undefined : (answeredAt - openedAt) / 1000;
  }
  get sizeBytes(): Fact<number> {
    const { exchange, response } = this.#facts;
    return response && exchange.requestBytes + response.bytes.length;
  }
  get atMs(): Fact<number> {
    const started = epochMs(this.#facts.header.startedAt ?? "");
    return started === undefined ? null : started + this.#facts.exchange.openedAt / 1000;
  }
  get nowMs(): Fact<number> {
    return this.#facts.nowMs ?? null;
  }

  tag(key: string): Fact<string> {
    const tags = this.#facts.header.tags;
    return tags && Object.hasOwn(tags, key) ? tags[key] : null;
  }
  args(path: readonly string[]): Fact<string> {
    return jsonAt(this.#facts.request.bytes, ["params", "arguments", ...path]) ?? null;
  }
  result(path: readonly string[]): Fact<string> {
    const { response } = this.#facts;
    return response && (jsonAt(response.bytes, ["result", ...path]) ?? null);
  }
}

function aimedAt(request: Message, field: keyof typeof targets): string | null {
  const { methods, param } = targets[field];
  if (!(methods as readonly (string | undefined)[]).includes(request.method)) return null;
  const value = request.at("params", param);
  return typeof value === "string" ? value : null;
}

function texts(...some: readonly (string | undefined)[]): TextFact {
  const known = some.filter((text) => text !== undefined);
  return known.length > 0 ? known : null;
}
