import {
  type Era,
  legacyRevisions,
  type Message,
  metaKeys,
  modernRevisions,
  parseMessage,
} from "../protocol/index.ts";

/**
 * The client that `record` is when there is none: makes the handshake in whichever era the server speaks and lists
 * what it offers. Performs nothing: yields messages to send, is resumed with each message that comes, and returns
 * what it learned. `initialize` comes first, because some servers leave at anything else; only a server that
 * refuses it is asked in the modern way (MCP 2026-07-28, versioning).
 */
export interface Introduction {
  readonly era: Era;
  readonly revision: string;
  readonly server: string;
  readonly tools: readonly string[];
  readonly prompts: readonly string[];
  readonly resources: readonly string[];
  readonly resourceTemplates: readonly string[];
}

/** Sends messages, gets the next one that arrives. */
export type Talk<T> = Generator<readonly Message[], T, Message>;

/** How many pages of one list are followed. */
const pagesMax = 100;

/** Undefined when the server refused both ways of opening. */
export function* introduce(client: { name: string; version: string }): Talk<Introduction | undefined> {
  const ids = { next: 1 };
  const opening = { protocolVersion: legacyRevisions[0], capabilities: {}, clientInfo: client };
  const answer = yield* ask(ids, "initialize", opening);
  if (!answer.isError) {
    const tell = message({ jsonrpc: "2.0", method: "notifications/initialized" });
    return yield* look(ids, "legacy", String(answer.at("result", "protocolVersion")), answer, {}, [tell]);
  }
  const meta = {
    [metaKeys.protocolVersion]: modernRevisions[0],
    [metaKeys.clientInfo]: client,
    [metaKeys.clientCapabilities]: {},
  };
  const found = yield* ask(ids, "server/discover", { _meta: meta });
  if (found.isError) return undefined;
  return yield* look(ids, "modern", modernRevisions[0], found, { _meta: meta }, []);
}

const lists = [
  { key: "tools", capability: "tools", method: "tools/list", name: "name" },
  { key: "prompts", capability: "prompts", method: "prompts/list", name: "name" },
  { key: "resources", capability: "resources", method: "resources/list", name: "uri" },
  {
    key: "resourceTemplates",
    capability: "resources",
    method: "resources/templates/list",
    name: "uriTemplate",
  },
] as const;

function* look(
  ids: { next: number },
  era: Era,
  revision: string,
  answer: Message,
  params: object,
  first: readonly Message[],
): Talk<Introduction> {
  const server =
    answer.at("result", "serverInfo", "name") ?? answer.at("result", "_meta", metaKeys.serverInfo, "name");
  const found: Record<(typeof lists)[number]["key"], string[]> = {
    tools: [],
    prompts: [],
    resources: [],
    resourceTemplates: [],
  };
  let before = first;
  for (const { key, capability, method, name } of lists) {
    if (answer.rawAt("result", "capabilities", capability) === undefined) continue;
    found[key] = yield* listAll(ids, method, key, name, params, before);
    before = [];
  }
  return { era, revision, server: typeof server === "string" ? server : "unnamed", ...found };
}

function* listAll(
  ids: { next: number },
  method: string,
  key: string,
  name: string,
  params: object,
  before: readonly Message[],
): Talk<string[]> {
  const names: string[] = [];
  let cursor: unknown;
  for (let page = 0; page < pagesMax; page++) {
    const asked = cursor === undefined ? params : { ...params, cursor };
    const answer = yield* ask(ids, method, asked, page === 0 ? before : []);
    const items = answer.at("result", key);
    if (Array.isArray(items)) {
      for (const item of items as Record<string, unknown>[])
        if (typeof item?.[name] === "string") names.push(item[name]);
    }
    cursor = answer.at("result", "nextCursor");
    if (typeof cursor !== "string") break;
  }
  return names;
}

/** Sends one request and waits for its answer, being polite to what comes in between. */
function* ask(
  ids: { next: number },
  method: string,
  params: object,
  before: readonly Message[] = [],
): Talk<Message> {
  const id = ids.next++;
  let out: readonly Message[] = [...before, message({ jsonrpc: "2.0", id, method, params })];
  for (;;) {
    const came = yield out;
    out = [];
    if (came.kind === "response" && came.at("id") === id) return came;
    if (came.kind === "request") out = [reply(came)];
  }
}

/** We have no roots, no model and nobody to ask. */
function reply(request: Message): Message {
  const id = request.id!;
  if (request.method === "ping") return parseMessage(`{"jsonrpc":"2.0","id":${id},"result":{}}`)!;
  const error = { code: -32601, message: `this client does not answer ${request.method}` };
  return parseMessage(`{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`)!;
}

function message(value: object): Message {
  return parseMessage(JSON.stringify(value))!;
}
