/** A tape as the commands open it: by the path as it was given, relative to where the call was made. */

import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeLoosely, ReelwireError } from "../base/index.ts";
import { type OpenedTape, openTapeFile, type TapeItem, type Unlock } from "../tape/index.ts";
import type { Call } from "./command.ts";
import type { Progress } from "./progress.ts";

type Place = Pick<Call, "cwd" | "env" | "flags">;
type StoppablePlace = Place & Pick<Call, "signal">;

/** Opens encrypted tapes with what `--identity` names, or else is found; loaded when the first one is met. */
export function unlockFor({ flags, cwd, env }: Place): Unlock {
  const named = flags["identity"] as readonly string[] | undefined;
  let unlock: Unlock | undefined;
  return async (header, path) => {
    unlock ??= (await import("../runtime/index.ts")).unlockWith({ named, cwd, env });
    return unlock(header, path);
  };
}

/** Like `openTapeFile`, but its items end with the signal's reason when the call is stopped. */
export async function openTape(call: StoppablePlace, path: string): Promise<OpenedTape> {
  const opened = await openRecording(call, path);
  return { ...opened, items: () => stoppable(opened.items(), call.signal) };
}

/** Like `openTapeFile`; for the name that a rotated recording was asked for, the error names the first part. */
export function openRecording(
  call: Place,
  path: string,
  unlock: Unlock = unlockFor(call),
): Promise<OpenedTape> {
  return namingParts(call, path, () => openTapeFile(resolve(call.cwd, path), { unlock }));
}

/** What opens a tape, with an error that names the first part, or the encrypted tape, where there is one. */
export async function namingParts<T>(
  call: Pick<Call, "cwd">,
  path: string,
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const hint = isMissing(error) ? hintBeside(call, path) : undefined;
    if (hint === undefined || !isMissing(error)) throw error;
    throw new ReelwireError("RW3001", { with: { hint }, where: [["file", path]], cause: error.cause });
  }
}

function hintBeside({ cwd }: Pick<Call, "cwd">, path: string): string | undefined {
  const part = path.replace(/\.tape\.jsonl(\.age)?$/, ".0001$&");
  if (part !== path && existsSync(resolve(cwd, part)))
    return `the recording is in parts; name the first: ${part}`;
  const sealed = `${path}.age`;
  return existsSync(resolve(cwd, sealed)) ? `it was encrypted; name that file: ${sealed}` : undefined;
}

function isMissing(error: unknown): error is ReelwireError {
  return (
    error instanceof ReelwireError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT"
  );
}

/** The items of a tape, for who needs nothing else of it; they move the bar, when one is given. */
export async function* tapeItems(
  call: StoppablePlace,
  path: string,
  progress?: Progress,
): AsyncGenerator<TapeItem, void, void> {
  const opened = await openTape(call, path);
  const items = opened.items();
  yield* progress ? moving(items, progress, 0, await bytesOf(opened.files)) : items;
}

/** The same items; each moves the bar from `done` on. An item stands where it begins in its own file. */
export async function* moving(
  items: AsyncIterable<TapeItem>,
  progress: Progress,
  done: number,
  total: number,
): AsyncGenerator<TapeItem, void, void> {
  let before = done;
  let offset = 0;
  let part: number | undefined;
  try {
    for await (const item of items) {
      if (item.kind !== "header") {
        if (item.part !== part) before += offset;
        part = item.part;
        offset = item.offset;
        progress.at(before + offset, total);
      }
      yield item;
    }
  } finally {
    progress.end();
  }
}

export async function* stoppable<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  for await (const item of items) {
    signal.throwIfAborted();
    yield item;
  }
}

/** The JSON text of a header as it stands in the file, so that no key or number of it changes. */
export function headerJson(item: TapeItem & { kind: "header" }): string {
  return item.bytes.length > 0 ? decodeLoosely(item.bytes) : JSON.stringify(item.header);
}

/** Bytes of all files together; a file that is gone meanwhile counts nothing. */
export async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = files.map(async (file) => (await stat(file).catch(() => undefined))?.size ?? 0);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
