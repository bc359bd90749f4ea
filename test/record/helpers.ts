import { parseFilter } from "../../src/filter/index.ts";
import { Arena, type EntryKind, entryKinds } from "../../src/record/arena.ts";
import { Capture, InteractionCount, Recorder, type RecorderOptions } from "../../src/record/index.ts";
import { redactNothing } from "../../src/redact/index.ts";

/** One thing that passed: from the client, the server, its stderr, or a fact of the recorder. */
export type Passed = readonly [at: number, kind: keyof typeof entryKinds, bytes: string | Uint8Array];

export interface Made {
  /** The text of each part. */
  readonly parts: string[];
  readonly recorder: Recorder;
}

/** Feeds what passed through arenas of a small size into a recorder; the parts are what the disk would hold. */
export function recordAll(
  passed: readonly Passed[],
  options: Partial<Omit<RecorderOptions, "capture">> & { readonly capture?: string } = {},
): Made {
  const parts: string[] = [];
  const { capture, ...rest } = options;
  const header = { reelwire: 1, id: "t", startedAt: "2026-11-20T08:00:00.000000Z" };
  const recorder = new Recorder({
    header,
    count: new InteractionCount(),
    open: (part) => {
      parts[part - 1] = "";
      return {
        write: (bytes) => {
          parts[part - 1] += Buffer.from(bytes).toString();
        },
      };
    },
    redactor: redactNothing,
    stray: "dropped",
    ...rest,
    ...(capture === undefined ? {} : { capture: new Capture(parseFilter(capture), header) }),
  });
  for (const [at, kind, bytes] of passed) {
    const arena = new Arena(new ArrayBuffer(512 * 1024));
    arena.put(at, entryKinds[kind] as EntryKind, Buffer.from(bytes));
    recorder.arena(arena.buffer, arena.used);
    // The arena is reused by the next hand-over: whatever still points into it is wrong.
    new Uint8Array(arena.buffer).fill(0x2a);
  }
  recorder.end(passed.at(-1)?.[0] ?? 0);
  return { parts, recorder };
}

/** A tape's lines between the header and the end, without checkpoints, times left out. */
export function linesOf(tape: string): string[] {
  return tape
    .split("\n")
    .slice(1, -1)
    .filter((line) => !/^\{"at":\d+,"(mark|end)":/.test(line))
    .map((line) => line.replace(/^\{"at":\d+,/, "{"));
}

export const request = (id: unknown, method: string, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, method, params })}\n`;
export const result = (id: unknown, value: object = {}): string =>
  `${JSON.stringify({ jsonrpc: "2.0", id, result: value })}\n`;
export const notice = (method: string, params: object = {}): string =>
  `${JSON.stringify({ jsonrpc: "2.0", method, params })}\n`;
