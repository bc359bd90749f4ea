/**
 * Both generations of the official client behind one face, so that one script runs through each. Only what the
 * scripts need, and every server request answered the same way by both.
 */
import { pathToFileURL } from "node:url";
import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import * as v1 from "@modelcontextprotocol/sdk/types.js";

export interface CallOptions {
  readonly onprogress?: (progress: unknown) => void;
  readonly signal?: AbortSignal;
}

/** What a script may do; results are the SDK's own objects. */
export interface SdkClient {
  readonly era: string;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<unknown>;
  list(what: "tools" | "resources" | "resourceTemplates" | "prompts"): Promise<unknown>;
  read(uri: string): Promise<unknown>;
  prompt(name: string, args?: Record<string, string>): Promise<unknown>;
  complete(prompt: string, argument: string, value: string): Promise<unknown>;
  instructions(): string | undefined;
  server(): unknown;
  /** What the server asked for, in order, by method. */
  readonly asked: string[];
  /** What the next elicitation is answered with. */
  elicit: "accept" | "decline" | "cancel";
  close(): Promise<void>;
}

export type ClientKind = "v1" | "v2 legacy" | "v2 auto" | "v2 pinned";

const info = { name: "reelwire-tests", version: "1.0.0" };
const capabilities = { roots: { listChanged: true }, sampling: {}, elicitation: { form: {}, url: {} } };
const sampled = {
  role: "assistant" as const,
  model: "test-model",
  content: { type: "text" as const, text: "sampled" },
};
const rootsAt = (folder: string) => ({ roots: [{ uri: pathToFileURL(folder).href, name: "work" }] });
const accepted = { name: "Ada", check: true, integer: 7, confirm: true };

export function connect(
  kind: ClientKind,
  argv: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<SdkClient> {
  return kind === "v1" ? connectV1(argv, env, cwd) : connectV2(kind, argv, env, cwd);
}

/** How both answer an elicitation; content only when it is accepted. */
function elicitation(face: { elicit: SdkClient["elicit"] }) {
  return face.elicit === "accept"
    ? { action: "accept" as const, content: accepted }
    : { action: face.elicit };
}

async function connectV1(
  argv: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<SdkClient> {
  const client = new ClientV1(info, { capabilities });
  const asked: string[] = [];
  const noted = <T>(method: string, answer: T): T => {
    asked.push(method);
    return answer;
  };
  const face: SdkClient = {
    era: "legacy",
    asked,
    elicit: "accept",
    call: (name, args = {}, options = {}) => client.callTool({ name, arguments: args }, undefined, options),
    list: (what) => listV1(client, what),
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args = {}) => client.getPrompt({ name, arguments: args }),
    complete: (name, argument, value) =>
      client.complete({ ref: { type: "ref/prompt", name }, argument: { name: argument, value } }),
    instructions: () => client.getInstructions(),
    server: () => client.getServerVersion(),
    close: () => client.close(),
  };
  client.setRequestHandler(v1.ListRootsRequestSchema, () => noted("roots/list", rootsAt(cwd)));
  client.setRequestHandler(v1.CreateMessageRequestSchema, () => noted("sampling/createMessage", sampled));
  client.setRequestHandler(v1.ElicitRequestSchema, () => noted("elicitation/create", elicitation(face)));
  await client.connect(new StdioV1({ command: argv[0]!, args: argv.slice(1), env, cwd, stderr: "ignore" }));
  return face;
}

async function listV1(client: ClientV1, what: Parameters<SdkClient["list"]>[0]): Promise<unknown> {
  if (what === "tools") return (await client.listTools()).tools;
  if (what === "prompts") return (await client.listPrompts()).prompts;
  if (what === "resources") return (await client.listResources()).resources;
  return (await client.listResourceTemplates()).resourceTemplates;
}

async function connectV2(
  kind: ClientKind,
  argv: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<SdkClient> {
  const modes = { "v2 auto": "auto", "v2 pinned": { pin: "2026-07-28" } } as const;
  const mode = modes[kind as keyof typeof modes] ?? "legacy";
  const client = new ClientV2(info, { capabilities, versionNegotiation: { mode } });
  const asked: string[] = [];
  const noted = <T>(method: string, answer: T): T => {
    asked.push(method);
    return answer;
  };
  const face: SdkClient = {
    get era() {
      return client.getProtocolEra() ?? "unknown";
    },
    asked,
    elicit: "accept",
    call: (name, args = {}, options = {}) => client.callTool({ name, arguments: args }, options),
    list: (what) => listV2(client, what),
    read: (uri) => client.readResource({ uri }),
    prompt: (name, args = {}) => client.getPrompt({ name, arguments: args }),
    complete: (name, argument, value) =>
      client.complete({ ref: { type: "ref/prompt", name }, argument: { name: argument, value } }),
    instructions: () => client.getInstructions(),
    server: () => client.getServerVersion(),
    close: () => client.close(),
  };
  client.setRequestHandler("roots/list", () => noted("roots/list", rootsAt(cwd)));
  client.setRequestHandler("sampling/createMessage", () => noted("sampling/createMessage", sampled));
  client.setRequestHandler("elicitation/create", () => noted("elicitation/create", elicitation(face)));
  await client.connect(new StdioV2({ command: argv[0]!, args: argv.slice(1), env, cwd, stderr: "ignore" }));
  return face;
}

async function listV2(client: ClientV2, what: Parameters<SdkClient["list"]>[0]): Promise<unknown> {
  if (what === "tools") return (await client.listTools()).tools;
  if (what === "prompts") return (await client.listPrompts()).prompts;
  if (what === "resources") return (await client.listResources()).resources;
  return (await client.listResourceTemplates()).resourceTemplates;
}
