/** What a recording of a stdio server is told to do; made from flags, or by a caller of the library. */
export interface RecordOptions {
  /** The server's command and its arguments, untouched. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names demanded by `--env KEY`, for the header. */
  readonly envNames: readonly string[];
  /** The tape's path as given, or undefined for `tapes/<name>/<time>-<pid>.tape.jsonl`. */
  readonly out?: string;
  readonly name?: string;
  readonly sessionId?: string;
  readonly endpointId?: string;
  readonly agentId?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly format: "jsonl" | "vcr";
  /** A filter's text, already known to parse. */
  readonly capture?: string;
  readonly maxInteractions?: number;
  readonly rotate?: Rotation;
  readonly stray: "pass" | "drop" | "fail";
  readonly force: boolean;
  /** `standard`, `off` or a file of rules, already known to be right; undefined: what the project's configuration says. */
  readonly redact?: string;
  /** A file with the signing key, or `off`; undefined: the key that is configured, if any. */
  readonly sign?: string;
}

/** When a tape goes on in a new part: after so many bytes, milliseconds or interactions. */
export interface Rotation {
  readonly by: "bytes" | "ms" | "interactions";
  readonly every: number;
}
