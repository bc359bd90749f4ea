/**
 * The files below the paths that were named. Symbolic links are followed where they were named and nowhere else, so a
 * scan neither leaves its folder nor runs in circles.
 */
import type { Dirent, Stats } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { ReelwireError } from "../../base/index.ts";
import { fileBytes, openTapeFile } from "../../tape/index.ts";
import { systemHint } from "../system-hint.ts";
import type { Findings, Source } from "./finding.ts";

/** Folders that hold nothing of the user's own. */
const notEntered: ReadonlySet<string> = new Set([".git", "node_modules"]);

const folderDepthMax = 64;
const filesMax = 500_000;

/** In the order in which they were named, a folder's by their names; each once. */
export async function* filesOf(
  cwd: string,
  words: readonly string[],
  findings: Findings,
): AsyncGenerator<Source, void, void> {
  const seen = new Set<string>();
  for (const word of words) {
    for await (const path of pathsOf(cwd, word, findings)) {
      if (seen.has(path)) continue;
      if (seen.size >= filesMax) {
        findings.unreadable.push(
          beyond(nameOf(cwd, path), `more than ${filesMax} files: scan them in parts`),
        );
        return;
      }
      seen.add(path);
      const bytes = (await stat(path).catch(() => undefined))?.size ?? 0;
      const small = bytes > 0 && bytes <= smallBytesMax;
      yield { file: nameOf(cwd, path), bytes, open: () => (small ? allBytes(path) : fileBytes(path)) };
    }
  }
}

/** Most files are small, and reading one at once costs a fraction of streaming it. */
const smallBytesMax = 64 * 1024;

async function* allBytes(path: string): AsyncGenerator<Uint8Array, void, void> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readFile(path);
  } catch {
    // What is wrong with it, the other way tells.
  }
  if (bytes) yield bytes;
  else yield* fileBytes(path);
}

/** How a path is told: from the working directory, with `/` on every system. */
export function nameOf(cwd: string, path: string): string {
  return (relative(cwd, path) || ".").replaceAll(sep, "/");
}

async function* pathsOf(cwd: string, word: string, findings: Findings): AsyncGenerator<string, void, void> {
  const path = resolve(cwd, word);
  let facts: Stats;
  try {
    facts = await stat(path);
  } catch (cause) {
    findings.unreadable.push({ file: word, error: cannotRead(word, cause as NodeJS.ErrnoException) });
    return;
  }
  if (facts.isDirectory()) yield* walk(path, 0, cwd, findings);
  else yield* await partsOf(path);
}

/** The first part of a rotated recording stands for all of them. */
async function partsOf(path: string): Promise<readonly string[]> {
  if (!/\.0*1\.tape\.jsonl$/.test(path)) return [path];
  try {
    return (await openTapeFile(path)).files;
  } catch (error) {
    if (error instanceof ReelwireError) return [path];
    throw error;
  }
}

async function* walk(
  folder: string,
  depth: number,
  cwd: string,
  findings: Findings,
): AsyncGenerator<string, void, void> {
  const name = nameOf(cwd, folder);
  if (depth > folderDepthMax) {
    findings.unreadable.push(
      beyond(name, `it lies more than ${folderDepthMax} folders deep: scan it by itself`),
    );
    return;
  }
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    findings.unreadable.push({ file: name, error: cannotRead(name, cause as NodeJS.ErrnoException) });
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && !notEntered.has(entry.name)) yield* walk(path, depth + 1, cwd, findings);
  }
}

function beyond(file: string, hint: string) {
  return { file, error: new ReelwireError("RW3001", { with: { hint }, where: [["file", file]] }) };
}

function cannotRead(file: string, cause: NodeJS.ErrnoException): ReelwireError {
  const hint = systemHint(cause, { ENOENT: "there is no such file or folder: check the spelling" });
  return new ReelwireError("RW3001", { with: { hint }, where: [["file", file]], cause });
}
