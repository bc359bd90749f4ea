/**
 * What the next commit holds, as git tells it: the blobs in the index, not the files beside it, because those are not
 * what is about to be committed. One git process gives all contents, asked for one after the other.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { posix } from "node:path";
import { promisify } from "node:util";
import { ReelwireError } from "../../base/index.ts";
import type { Source } from "./finding.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The most that git may say about what is staged, in bytes: some hundred thousand files. */
const listBytesMax = 64 * 1024 * 1024;

/** Every staged file that was added, copied, changed or renamed. Throws RW3503. */
export async function* stagedFiles(cwd: string, env: Env): AsyncGenerator<Source, void, void> {
  const here = (await gitSays(["rev-parse", "--show-prefix"], cwd, env)).replace(/\n$/, "");
  const list = await gitSays(
    [
      "diff",
      "--cached",
      "--raw",
      "-z",
      "--no-abbrev",
      "--no-renames",
      "--no-ext-diff",
      "--diff-filter=ACMRT",
    ],
    cwd,
    env,
  );
  const blobs = new Blobs(cwd, env);
  try {
    for (const { path, id } of stagedIn(list)) {
      const file = posix.relative(`/${here}`, `/${path}`);
      yield { file, bytes: await blobs.size(id), open: () => blobs.open(id) };
    }
  } finally {
    blobs.end();
  }
}

/** `:100644 100644 <old> <new> M`, NUL, path, NUL, and so on. Submodules are commits, not files. */
function* stagedIn(list: string): Generator<{ path: string; id: string }, void, void> {
  const parts = list.split("\0");
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [, mode, , id] = parts[i]!.split(" ");
    if (mode !== "160000" && id !== undefined) yield { path: parts[i + 1]!, id };
  }
}

async function gitSays(args: readonly string[], cwd: string, env: Env): Promise<string> {
  try {
    const options = { cwd, env: { ...env, LC_ALL: "C" }, maxBuffer: listBytesMax };
    return (await promisify(execFile)("git", [...args], options)).stdout;
  } catch (cause) {
    const { code, stderr = "" } = cause as { code?: unknown; stderr?: string };
    if (code === "ENOENT") throw cannotTell("git was not found: install it, or put it on PATH", cause);
    const [why = ""] = stderr.trim().split("\n");
    throw cannotTell(`git says: ${why.slice(0, 500) || String(code)}`, cause);
  }
}

function git(args: readonly string[], cwd: string, env: Env): ChildProcess {
  return spawn("git", args, { cwd, env: { ...env, LC_ALL: "C" }, stdio: ["pipe", "pipe", "pipe"] });
}

function cannotTell(hint: string, cause?: unknown): ReelwireError {
  return new ReelwireError("RW3503", { with: { hint }, cause });
}

/** `git cat-file --batch`: a line with an id goes in; `<id> blob <size>`, the content and a line end come out. */
class Blobs {
  readonly #child: ChildProcess;
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(cwd: string, env: Env) {
    this.#child = git(["cat-file", "--batch-command"], cwd, env);
    this.#child.on("error", () => {});
    this.#child.stdin!.on("error", () => {});
    this.#child.stderr!.resume();
    this.#chunks = (this.#child.stdout! as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async size(id: string): Promise<number> {
    return this.#ask(`info ${id}`);
  }

  /** What the reader leaves is read to its end here, so that the next question gets its own answer. */
  async *open(id: string): AsyncGenerator<Uint8Array, void, void> {
    let left = await this.#ask(`contents ${id}`);
    try {
      while (left > 0) {
        const part = await this.#some(left);
        left -= part.length;
        yield part;
      }
    } finally {
      for (left += 1; left > 0; ) left -= (await this.#some(left)).length;
    }
  }

  end(): void {
    this.#child.kill();
  }

  async #ask(question: string): Promise<number> {
    this.#child.stdin!.write(`${question}\n`);
    let line = "";
    while (!line.endsWith("\n") && line.length < 200) line += (await this.#some(1)).toString("latin1");
    const size = / blob (\d+)\n$/.exec(line)?.[1];
    if (size === undefined) throw cannotTell("a staged file is not in git's store: run git fsck");
    return Number(size);
  }

  async #some(bytesMax: number): Promise<Buffer> {
    while (this.#held.length === 0) {
      const next = await this.#chunks.next();
      if (next.done)
        throw cannotTell("git stopped in the middle: it is older than 2.36, or its store is damaged");
      this.#held = next.value;
    }
    const part = this.#held.subarray(0, bytesMax);
    this.#held = this.#held.subarray(part.length);
    return part;
  }
}
