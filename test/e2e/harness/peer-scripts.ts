/**
 * What is done to each real server: a list of steps whose results must be the same with and without a recorder.
 * Servers are started by their scripts, never through a package runner.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SdkClient } from "./sdk-clients.ts";
import { node, root } from "./ways.ts";

export interface PeerScript {
  readonly name: string;
  /** The server's command, for a folder it may work in. */
  command(work: string): readonly string[];
  env?(work: string): Record<string, string>;
  prepare?(work: string): void;
  /** How many steps of progress the one call reports that is not cancelled. */
  readonly progressSteps?: number;
  run(client: SdkClient, work: string): Promise<Record<string, unknown>>;
}

export const official = (name: string) => [
  node,
  join(root, "node_modules", "@modelcontextprotocol", name, "dist", "index.js"),
];

/** A step that fails gives its error, which must be the same too. */
async function outcome(step: Promise<unknown>): Promise<unknown> {
  try {
    return await step;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string };
    return { failed: message, code };
  }
}

/**
 * A call that asks for progress. What was reported is checked on the tape: the official clients hand progress on a
 * moment later than a result that came in the same read, and then drop it, so what a caller hears differs by run.
 */
async function withProgress(
  client: SdkClient,
  name: string,
  args: Record<string, unknown>,
): Promise<unknown> {
  return outcome(client.call(name, args, { onprogress: () => {} }));
}

/** Cancels a call once it has reported progress for the first time. */
async function cancelled(client: SdkClient, name: string, args: Record<string, unknown>): Promise<unknown> {
  const stop = new AbortController();
  const running = client.call(name, args, { signal: stop.signal, onprogress: () => stop.abort("enough") });
  return {
    cancelled: await running.then(
      () => false,
      () => true,
    ),
  };
}

/** The server asks for roots some time after the handshake; the script goes on when it has. */
async function asked(client: SdkClient, method: string): Promise<boolean> {
  while (!client.asked.includes(method)) await new Promise((resolve) => setImmediate(resolve));
  return true;
}

export const everything: PeerScript = {
  name: "server-everything",
  progressSteps: 4,
  command: () => official("server-everything"),
  run: async (client) => ({
    asked: await asked(client, "roots/list"),
    server: client.server(),
    instructions: client.instructions(),
    tools: await client.list("tools"),
    resources: await client.list("resources"),
    templates: await client.list("resourceTemplates"),
    prompts: await client.list("prompts"),
    echo: await client.call("echo", { message: "Grüße, 世界 😀" }),
    sum: await client.call("get-sum", { a: 0.1, b: 0.2 }),
    env: await client.call("get-env"),
    annotated: await client.call("get-annotated-message", { messageType: "error", includeImage: true }),
    image: await client.call("get-tiny-image"),
    links: await client.call("get-resource-links", { count: 4 }),
    reference: await client.call("get-resource-reference", { resourceType: "Text", resourceId: 3 }),
    structured: await client.call("get-structured-content", { location: "Chicago" }),
    unknownTool: await outcome(client.call("no-such-tool")),
    badArguments: await outcome(client.call("get-sum", { a: "one" })),
    document: await client.read("demo://resource/static/document/features.md"),
    dynamic: await client.read("demo://resource/dynamic/text/7"),
    missing: await outcome(client.read("demo://no/such/thing")),
    prompt: await client.prompt("args-prompt", { city: "Paris", state: "Texas" }),
    completion: await client.complete("completable-prompt", "department", "S"),
    roots: await client.call("get-roots-list"),
    sampling: await client.call("trigger-sampling-request", { prompt: "hello", maxTokens: 20 }),
    accepted: await elicited(client, "accept"),
    declined: await elicited(client, "decline"),
    dismissed: await elicited(client, "cancel"),
    long: await withProgress(client, "trigger-long-running-operation", { duration: 0.2, steps: 4 }),
    cancelled: await cancelled(client, "trigger-long-running-operation", { duration: 20, steps: 400 }),
    after: await client.call("echo", { message: "after the cancellation" }),
    overlapping: await Promise.all([
      client.call("trigger-long-running-operation", { duration: 0.1, steps: 1 }),
      ...["one", "two", "three"].map((message) => client.call("echo", { message })),
    ]),
  }),
};

function elicited(client: SdkClient, how: SdkClient["elicit"]): Promise<unknown> {
  client.elicit = how;
  return client.call("trigger-elicitation-request");
}

export const filesystem: PeerScript = {
  name: "server-filesystem",
  command: (work) => [...official("server-filesystem"), work],
  prepare: (work) => writeFileSync(join(work, "there.txt"), "first line\nsecond line, größer\nthird line\n"),
  run: async (client, work) => ({
    asked: await asked(client, "roots/list"),
    tools: await client.list("tools"),
    write: await client.call("write_file", {
      path: join(work, "new.txt"),
      content: 'a\tb\n"quoted" \\ 😀\n',
    }),
    read: await client.call("read_text_file", { path: join(work, "new.txt") }),
    head: await client.call("read_text_file", { path: join(work, "there.txt"), head: 1 }),
    many: await client.call("read_multiple_files", {
      paths: [join(work, "there.txt"), join(work, "not-there.txt")],
    }),
    edit: await client.call("edit_file", {
      path: join(work, "there.txt"),
      edits: [{ oldText: "second", newText: "2nd" }],
    }),
    folder: await client.call("create_directory", { path: join(work, "inner") }),
    move: await client.call("move_file", {
      source: join(work, "new.txt"),
      destination: join(work, "inner", "moved.txt"),
    }),
    tree: await client.call("directory_tree", { path: work }),
    listing: await client.call("list_directory_with_sizes", { path: work }),
    search: await client.call("search_files", { path: work, pattern: "**/*.txt" }),
    outside: await outcome(client.call("read_text_file", { path: root })),
    missing: await outcome(client.call("read_text_file", { path: join(work, "not-there.txt") })),
    allowed: await client.call("list_allowed_directories"),
  }),
};

export const memory: PeerScript = {
  name: "server-memory",
  command: () => official("server-memory"),
  env: (work) => ({ MEMORY_FILE_PATH: join(work, "memory.jsonl") }),
  run: async (client) => {
    const entity = (name: string) => ({ name, entityType: "person", observations: [`${name} exists`] });
    return {
      tools: await client.list("tools"),
      create: await client.call("create_entities", { entities: [entity("Ada"), entity("Grace")] }),
      relate: await client.call("create_relations", {
        relations: [{ from: "Ada", to: "Grace", relationType: "inspires" }],
      }),
      observe: await client.call("add_observations", {
        observations: [{ entityName: "Ada", contents: ["wrote notes"] }],
      }),
      unknown: await outcome(
        client.call("add_observations", { observations: [{ entityName: "Nobody", contents: ["x"] }] }),
      ),
      search: await client.call("search_nodes", { query: "notes" }),
      remove: await client.call("delete_entities", { entityNames: ["Grace"] }),
      graph: await client.call("read_graph"),
    };
  },
};

export const thinking: PeerScript = {
  name: "server-sequential-thinking",
  command: () => official("server-sequential-thinking"),
  run: async (client) => {
    const thought = (n: number) =>
      client.call("sequentialthinking", {
        thought: `step ${n}`,
        thoughtNumber: n,
        totalThoughts: 3,
        nextThoughtNeeded: n < 3,
      });
    return {
      tools: await client.list("tools"),
      first: await thought(1),
      second: await thought(2),
      third: await thought(3),
    };
  },
};

/** Our own server on the official SDK v2: the only one here that speaks the modern era. */
export const modern: PeerScript = {
  name: "modern-server",
  progressSteps: 5,
  command: () => [node, join(root, "test", "peers", "modern-server.mjs")],
  run: async (client) => {
    client.elicit = "accept";
    return {
      era: client.era,
      server: client.server(),
      tools: await client.list("tools"),
      echo: await client.call("echo", { message: "modern times" }),
      slow: await withProgress(client, "slow", { steps: 5 }),
      fails: await client.call("fails"),
      throws: await outcome(client.call("throws")),
      numbers: await client.call("numbers"),
      unknownTool: await outcome(client.call("no-such-tool")),
      deploy: await outcome(client.call("deploy", { to: "production" })),
      asked: client.asked,
    };
  },
};
