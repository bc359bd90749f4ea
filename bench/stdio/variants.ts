/**
 * What is compared: every way from a client to the server, as a command line in front of the server's own. The one
 * place to add a variant or to switch one off.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");
const node = process.execPath;

export interface Variant {
  readonly name: string;
  /** Whether it runs in this checkout; a variant that does not is named in the report. */
  readonly ready: boolean;
  /** The command in front of the server's; `tape` is a fresh path for those that record. */
  front(tape: string): readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Values that are looked for in everything that passes: a real environment has some. */
const knownSecrets = Object.fromEntries(
  Array.from({ length: 5 }, (_, i) => [`BENCH_${i}_TOKEN`, `bench-secret-${i}-${"x7Qp".repeat(6)}`]),
);

export const variants = {
  direct: { name: "direct", ready: true, front: () => [] },
  pipes: { name: "bare pipes", ready: true, front: () => [node, join(root, "bench", "bare-pipes.mjs")] },
  sockets: {
    name: "bare sockets",
    ready: true,
    front: () => [node, join(root, "bench", "bare-sockets.mjs")],
  },
  /** The same base once more: what it differs from itself is the noise floor. */
  again: {
    name: "bare sockets again",
    ready: true,
    front: () => [node, join(root, "bench", "bare-sockets.mjs")],
  },
  /** The same with the server in a session of its own: the scheduler then treats the two as strangers. */
  session: {
    name: "bare sockets, own session",
    ready: true,
    front: () => [node, join(root, "bench", "bare-sockets.mjs"), "--session"],
  },
  pass: {
    name: "own pass-through",
    ready: existsSync(join(root, "bench", "pass-through.ts")),
    front: () => [node, join(root, "bench", "pass-through.ts")],
  },
  record: {
    name: "recording",
    ready: existsSync(join(root, "dist", "cli", "hot.js")) || existsSync(join(root, "src", "cli", "hot.ts")),
    front: (tape) => [node, join(root, "bin", "reelwire.cjs"), "record", "-o", tape, "--"],
    env: knownSecrets,
  },
  /** The same with nothing taken out: what redaction costs. */
  kept: {
    name: "recording, --redact off",
    ready: existsSync(join(root, "dist", "cli", "hot.js")) || existsSync(join(root, "src", "cli", "hot.ts")),
    front: (tape) => [node, join(root, "bin", "reelwire.cjs"), "record", "--redact", "off", "-o", tape, "--"],
    env: knownSecrets,
  },
} as const satisfies Record<string, Variant>;

export type VariantKey = keyof typeof variants;

/** The variants that this checkout can run, in table order. */
export function readyVariants(only?: readonly string[]): VariantKey[] {
  const keys = Object.keys(variants) as VariantKey[];
  return keys.filter((key) => variants[key].ready && (!only || only.includes(key)));
}

/** The echo server that every load runs against. */
export const echoServer: readonly string[] = [node, join(root, "test", "peers", "echo-server.mjs")];

/** A server that people use, for start-up. */
export const realServer: readonly string[] = [
  node,
  join(root, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js"),
];

export { node, root };
