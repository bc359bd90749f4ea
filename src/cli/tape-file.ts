/** A tape as the commands open it: by the path as it was given, relative to where the call was made. */
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { decodeLoosely } from "../base/index.ts";
import { type OpenedTape, openTapeFile, type TapeItem } from "../tape/index.ts";
import type { Call } from "./command.ts";

type Place = Pick<Call, "cwd" | "signal">;

/** Like `openTapeFile`, but its items end with the signal's reason when the call is stopped. */
export async function openTape(call: Place, path: string): Promise<OpenedTape> {
  const opened = await openTapeFile(resolve(call.cwd, path));
  return { ...opened, items: () => stoppable(opened.items(), call.signal) };
}

/** The items of a tape, for who needs nothing else of it. */
export async function* tapeItems(call: Place, path: string): AsyncGenerator<TapeItem, void, void> {
  yield* (await openTape(call, path)).items();
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
