/**
 * Where what belongs to a project or a user stands, keys above all, and how key files are made and read. The one
 * place that decides it: signing, redaction and whatever else has a file in `.reelwire` ask here. Loaded by the
 * writer thread and by commands, never before a recorded server starts.
 */
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { ReelwireError } from "../base/index.ts";

/** The folder's name within a project. */
export const folderName = ".reelwire";

/** The longest key file that is read, in bytes. */
const keyBytesMax = 64 * 1024;

/**
 * The project of a working directory: the nearest ancestor, itself included, that holds `.reelwire/`; else the nearest
 * that holds `.git`, `package.json` or `reelwire.config.*`; undefined when there is none. `home` and the root of the
 * file system are projects only by what is reelwire's own. So is a folder that everybody may write to, and there only
 * by a `.reelwire` of ours: another user's would hand us their keys and whom they trust.
 */
export function projectFolder(cwd: string, home: string = homedir()): string | undefined {
  const folders = ancestorsOf(resolve(cwd));
  const none = new Set([resolve(home), folders.at(-1)]);
  return folders.find(holdsOwnFolder) ?? folders.find((folder) => isProject(folder, none.has(folder)));
}

/** The user's configuration folder: `$XDG_CONFIG_HOME/reelwire` or `~/.config/reelwire`. */
export function userFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { XDG_CONFIG_HOME: config, HOME: home } = env;
  // The specification of that variable: a relative path in it is ignored.
  if (config !== undefined && isAbsolute(config)) return join(config, "reelwire");
  return join(home ? home : homedir(), ".config", "reelwire");
}

/** Makes a project's `.reelwire` (see {@link keyFolder}) and returns its path. */
export function ownFolder(project: string): string {
  return keyFolder(join(project, folderName));
}

/**
 * Makes a folder that keys may stand in, for its owner alone, with a `.gitignore` that keeps `*.key` out of commits.
 * One that is there stays as it is, but gets that line. Throws RW3303.
 */
export function keyFolder(folder: string): string {
  try {
    makeFolders(folder);
    const ignore = join(folder, ".gitignore");
    const lines = existsSync(ignore) ? readFileSync(ignore, "utf8") : "";
    if (!/^(\*\.key|\*)\s*$/m.test(lines))
      appendFileSync(ignore, lines === "" || lines.endsWith("\n") ? "*.key\n" : "\n*.key\n");
    return folder;
  } catch (cause) {
    throw cannotKeep(folder, cause);
  }
}

/** Each by itself: where a file system lets nobody make folders (`/proc`), Node's own recursion never ends. */
function makeFolders(folder: string): void {
  const make = (): void => void mkdirSync(folder, { mode: 0o700 });
  try {
    make();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST" && statOf(folder)?.isDirectory()) return;
    if (code !== "ENOENT" || dirname(folder) === folder) throw cause;
    makeFolders(dirname(folder));
    make();
  }
}

/** What a key file holds, or undefined when there is none. Throws RW3301 when it cannot be read. */
export function readKeyFile(path: string): string | undefined {
  let fd: number | undefined;
  try {
    // Asked before it is opened: opening a pipe waits for a writer.
    if (!statSync(path).isFile()) throw unreadable(path, "it is no regular file");
    fd = openSync(path, "r");
    if (fstatSync(fd).size > keyBytesMax) throw unreadable(path, `it is longer than ${keyBytesMax} bytes`);
    const bytes = Buffer.alloc(keyBytesMax);
    return bytes.toString("utf8", 0, readSync(fd, bytes, 0, keyBytesMax, 0));
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw cause instanceof ReelwireError ? cause : unreadable(path, `the system says: ${message}`, cause);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/**
 * Makes a key file, for its owner alone, in a folder that is there. It appears whole; of two processes that make it
 * at once one wins, and both are given the winner's `text`. `made`: it is ours. With `force`, it replaces what is
 * there. Throws RW3303, or RW3301 when another's cannot be read.
 */
export function createKeyFile(
  path: string,
  text: string,
  { force = false, mode = 0o600 }: { readonly force?: boolean; readonly mode?: number } = {},
): { readonly text: string; readonly made: boolean } {
  // Named so that the folder's .gitignore knows it, should we be killed here.
  const draft = join(dirname(path), `.${randomBytes(6).toString("hex")}.key`);
  try {
    writeNew(draft, text, mode);
    if (force) renameSync(draft, path);
    else linkOrCreate(draft, path, text, mode);
    return { text, made: true };
  } catch (cause) {
    const theirs = (cause as NodeJS.ErrnoException).code === "EEXIST" ? readMade(path) : undefined;
    if (theirs === undefined) throw cannotKeep(path, cause);
    return { text: theirs, made: false };
  } finally {
    rmSync(draft, { force: true });
  }
}

function ancestorsOf(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestorsOf(parent)];
}

function holdsOwnFolder(folder: string): boolean {
  const own = statOf(join(folder, folderName));
  if (!own?.isDirectory()) return false;
  return !isEverybodys(folder) || own.uid === process.getuid?.();
}

function isProject(folder: string, byOwnFilesOnly: boolean): boolean {
  if (isEverybodys(folder)) return false;
  if (!byOwnFilesOnly && [".git", "package.json"].some((name) => existsSync(join(folder, name)))) return true;
  return namesIn(folder).some((name) => name.startsWith("reelwire.config."));
}

function isEverybodys(folder: string): boolean {
  if (process.platform === "win32") return false;
  const facts = statOf(folder);
  return facts !== undefined && (facts.mode & 0o002) !== 0;
}

/** What may not be looked at is not there for us. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** A folder that may be entered but not listed holds nothing for us. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function writeNew(path: string, text: string, mode: number): void {
  const fd = openSync(path, "wx", mode);
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

const noLinks: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** How often a file that was only begun is looked at again, and how long between, in milliseconds. */
const looksMax = 100;
const lookMs = 10;

/** What another process made; where there are no links, it may have only begun to. */
function readMade(path: string): string | undefined {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let look = 1; ; look++) {
    const text = readKeyFile(path);
    if (text !== "" || look === looksMax) return text;
    Atomics.wait(pause, 0, 0, lookMs);
  }
}

/** Where there are no links, the file is created under its name: another process may then see it begun. */
function linkOrCreate(draft: string, path: string, text: string, mode: number): void {
  try {
    linkSync(draft, path);
  } catch (cause) {
    if (!noLinks.has((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
    writeNew(path, text, mode);
  }
}

function unreadable(path: string, hint: string, cause?: unknown): ReelwireError {
  return new ReelwireError("RW3301", { with: { hint }, where: [["file", path]], cause });
}

function cannotKeep(path: string, cause: unknown): ReelwireError {
  if (cause instanceof ReelwireError) return cause;
  const hint = `the system says: ${(cause as Error).message}`;
  return new ReelwireError("RW3303", { with: { hint }, where: [["file", path]], cause });
}
