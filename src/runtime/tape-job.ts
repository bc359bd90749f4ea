import type { Rotation } from "./record-options.ts";

/** What the tape's worker is told once, at its start; plain data, because it crosses a thread. */
export interface TapeJob {
  readonly fd: number;
  readonly path: string;
  readonly base: string;
  readonly wanted?: string;
  readonly vcr?: string;
  /** Wall clock at `at` 0, microseconds since 1970. */
  readonly startedAtUs: number;
  readonly parentPid: number;
  readonly header: {
    readonly name: string;
    readonly sessionId?: string;
    readonly endpointId?: string;
    readonly agentId?: string;
    readonly tags?: Readonly<Record<string, string>>;
    readonly command: readonly string[];
    readonly cwd: string;
    readonly env: readonly string[];
  };
  readonly capture?: string;
  readonly maxInteractions?: number;
  readonly rotate?: Rotation;
  readonly stray: "pass" | "drop" | "fail";
  /** `standard`, `off` or a file of rules; undefined: what the project's configuration says. */
  readonly redact?: string;
  /** Variables of `--env`, with the values that the server has. */
  readonly given: Readonly<Record<string, string>>;
  readonly sign?: string;
}

/** What the worker is sent: an arena to write, or the end. */
export type WorkerOrder =
  | { readonly kind: "arena"; readonly buffer: ArrayBuffer; readonly used: number }
  | { readonly kind: "end"; readonly at: number };

/** What it answers: an arena given back, a failure to tell people about, or that all is done. */
export type WorkerReply =
  | { readonly kind: "back"; readonly buffer: ArrayBuffer }
  | { readonly kind: "failed"; readonly report: string }
  | {
      readonly kind: "done";
      readonly path: string;
      readonly failed?: string;
      readonly says: readonly string[];
    };
