/**
 * The shape of a filter once parsed. Printing a shape and parsing the text gives the same shape again; the texts of
 * amounts and moments are kept for that, their values beside them for deciding.
 */
import type { Glob } from "./glob.ts";

/** Fields whose fact is a text (or several, of which one has to fit). */
export const textFields = [
  "tool",
  "prompt",
  "resource",
  "method",
  "status",
  "error",
  "endpoint",
  "agent",
  "session",
  "run",
  "tape",
  "client",
  "server",
  "dir",
  "era",
  "trace",
] as const;

export type TextField = (typeof textFields)[number];

/** Every name that may stand before a colon, for suggestions. */
export const fieldNames = [...textFields, "args", "result", "tag", "since", "until"] as const;

/** Fields that know all their values: anything else is a mistake and not an empty result. */
export const choices: Readonly<Partial<Record<TextField, readonly string[]>>> = {
  status: ["ok", "error", "tool_error", "cancelled", "open"],
  dir: ["c2s", "s2c"],
  era: ["legacy", "modern"],
};

/** A duration in milliseconds or a size in bytes, as written and as meant. */
export interface Amount {
  readonly text: string;
  readonly value: number;
}

/** A point in time: so many milliseconds ago, or an absolute range of epoch milliseconds as wide as it was written. */
export type Moment =
  | { readonly kind: "ago"; readonly text: string; readonly ms: number }
  | { readonly kind: "on"; readonly text: string; readonly fromMs: number; readonly toMs: number };

export type Term =
  /** All of them; none of them lets everything pass. */
  | { readonly kind: "and"; readonly of: readonly Term[] }
  | { readonly kind: "not"; readonly of: Term }
  | { readonly kind: "text"; readonly field: TextField; readonly values: readonly Glob[] }
  | {
      readonly kind: "value";
      readonly field: "args" | "result";
      readonly path: readonly string[];
      readonly values: readonly Glob[];
    }
  | { readonly kind: "tag"; readonly key: string; readonly values: readonly Glob[] }
  | {
      readonly kind: "measure";
      readonly of: "duration" | "size";
      readonly over: boolean;
      readonly amount: Amount;
    }
  | { readonly kind: "time"; readonly edge: "since" | "until"; readonly moment: Moment };
