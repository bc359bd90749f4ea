/** What a client says, with the ids and tokens of its voice: the same script spoken twice differs in nothing else. */
import type { RawClient } from "../../peers/raw-client.ts";

export const eras = ["legacy", "modern"] as const;
export type Era = (typeof eras)[number];
export type Id = number | string;

export interface Voice {
  readonly name: string;
  id(n: number): Id;
  token(n: number): Id;
}

export const voices = {
  before: { name: "the recorded ids", id: (n) => n, token: (n) => n },
  now: { name: "ids that are texts", id: (n) => `now-${n}`, token: (n) => `token-${n}` },
  far: { name: "other numbers", id: (n) => 9_007_199_254_740_000 + n, token: (n) => 500 - n },
  shifted: { name: "ids that other calls had", id: (n) => n + 1, token: (n) => n + 1 },
} as const satisfies Record<string, Voice>;

export interface CallOptions {
  /** Ask for progress. */
  readonly progress?: boolean;
  /** More members of `params`. */
  readonly params?: Readonly<Record<string, unknown>>;
}

const clientInfo = { name: "raw", version: "1" };
/** What each request of the modern era says of itself. */
const claims = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": { elicitation: {} },
  "io.modelcontextprotocol/clientInfo": clientInfo,
};

export class Talk {
  readonly client: RawClient;
  readonly era: Era;
  /** The ids and tokens that were used, as JSON texts, in order. */
  readonly ids: string[] = [];
  readonly tokens: string[] = [];
  readonly #voice: Voice;
  #pings = 0;

  constructor(client: RawClient, era: Era, voice: Voice) {
    this.client = client;
    this.era = era;
    this.#voice = voice;
  }

  /** The handshake of the era. */
  async open(): Promise<string> {
    if (this.era === "modern") return this.request("server/discover", {});
    const params = { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo };
    const answer = await this.request("initialize", params);
    await this.notify("notifications/initialized");
    return answer;
  }

  /** Calls a tool and gives the line that answers. */
  async call(name: string, args: unknown = {}, options: CallOptions = {}): Promise<string> {
    return this.answer(await this.start(name, args, options));
  }

  /** Calls a tool and gives the id. */
  start(name: string, args: unknown = {}, options: CallOptions = {}): Promise<Id> {
    const meta: Record<string, unknown> = {};
    if (options.progress) {
      meta["progressToken"] = this.#voice.token(this.tokens.length);
      this.tokens.push(JSON.stringify(meta["progressToken"]));
    }
    return this.send("tools/call", { name, arguments: args, ...options.params }, meta);
  }

  async request(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<string> {
    return this.answer(await this.send(method, params));
  }

  /** Sends a request and gives its id. */
  async send(
    method: string,
    params: Readonly<Record<string, unknown>>,
    meta: Readonly<Record<string, unknown>> = {},
  ): Promise<Id> {
    const _meta = { ...(this.era === "modern" && claims), ...meta };
    const whole = Object.keys(_meta).length > 0 ? { ...params, _meta } : params;
    const id = this.nextId();
    await this.client.message({ jsonrpc: "2.0", id, method, params: whole });
    return id;
  }

  /** Sends a request whose `params` are exactly this text. */
  async sendRaw(method: string, params: string): Promise<Id> {
    const id = this.nextId();
    await this.client.send(
      `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"${method}","params":${params}}\n`,
    );
    return id;
  }

  nextId(): Id {
    const id = this.#voice.id(this.ids.length);
    this.ids.push(JSON.stringify(id));
    return id;
  }

  notify(method: string, params?: unknown): Promise<void> {
    return this.client.message({ jsonrpc: "2.0", method, ...(params === undefined ? {} : { params }) });
  }

  cancel(requestId: Id): Promise<void> {
    return this.notify("notifications/cancelled", { requestId });
  }

  answer(id: Id): Promise<string> {
    return this.client.answer(id);
  }

  /** The id of the n-th request of the server with a method, as JSON text, when it has come. */
  async asked(method: string, n = 1): Promise<string> {
    let left = n;
    const line = await this.client.line((each) => each.includes(`"method":"${method}"`) && --left === 0);
    return /"id":(.*?),"method"/.exec(line)![1]!;
  }

  /** Answers a request of the server. */
  reply(id: string, result: unknown): Promise<void> {
    return this.client.send(`{"jsonrpc":"2.0","id":${id},"result":${JSON.stringify(result)}}\n`);
  }

  /** Resolves when what was sent before has been dealt with, and what was due then has come. */
  async settled(): Promise<void> {
    const id = `ping ${++this.#pings}`;
    await this.client.message({ jsonrpc: "2.0", id, method: "ping" });
    await this.answer(id);
  }
}
