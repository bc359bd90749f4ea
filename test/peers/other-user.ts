/**
 * Runs code as a user whom file permissions bind. Root reads and writes everything, so tests that run as root do it
 * in a process of user 65534; others do it in a process of their own.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const nobody = 65534;
const root = join(import.meta.dirname, "..", "..");

/** What to spawn with, to be somebody who is not root. */
export const otherUser: { uid?: number; gid?: number } =
  process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program as that user, with nothing on its input. */
export function runAsOther(argv: readonly string[], cwd: string, env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(argv[0]!, argv.slice(1), {
    ...otherUser,
    cwd,
    env: { ...process.env, ...env },
    input: "",
    encoding: "utf8",
  });
  return { status, stdout: stdout ?? "", stderr: error?.message ?? stderr };
}

/** Runs a module's text as that user; `from(path)` in it imports a file of this repository. */
export function moduleAsOther(text: string, cwd: string): Ran {
  const base = JSON.stringify(pathToFileURL(`${root}/`).href);
  const whole = `const from = (path) => import(new URL(path, ${base}).href);\n${text}`;
  return runAsOther([process.execPath, "--input-type=module", "-e", whole], "/", { HOME: cwd });
}

/** Why nothing can be run as another user on this machine, or undefined when it can. */
export function otherUserMissing(): string | undefined {
  if (process.getuid === undefined) return "this system has no user ids";
  const ran = moduleAsOther('await from("src/tape/index.ts"); console.log(process.getuid());', "/");
  if (ran.status === 0 && ran.stdout.trim() !== "0") return undefined;
  return `no process of user ${nobody} can run this checkout: ${ran.stderr.trim().split("\n").at(-1)}`;
}
