/** The age that everybody has: the tools themselves, and identities made without them. */
import { spawnSync } from "node:child_process";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import type { TestContext } from "vitest";

export interface Key {
  readonly secret: string;
  readonly recipient: string;
}

export async function newKey(): Promise<Key> {
  const secret = await generateX25519Identity();
  return { secret, recipient: await identityToRecipient(secret) };
}

const installed = spawnSync("age", ["--version"]).error === undefined;
if (!installed)
  process.stderr.write("SKIPPED: tests with the age tools, because age is not installed here\n");

/** Leaves a test that needs the tools, and says so. */
export function needAge({ skip }: Pick<TestContext, "skip">): void {
  skip(!installed, "age is not installed here");
}

/** Runs one of the tools; throws with what it says when it fails. */
export function runAge(program: "age" | "age-keygen", args: readonly string[], input?: Uint8Array): Buffer {
  const ran = spawnSync(program, args, { ...(input && { input }), maxBuffer: 1 << 30 });
  if (ran.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${ran.stderr}`);
  return ran.stdout;
}
