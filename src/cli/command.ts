import type { Readable, Writable } from "node:stream";

/** A flag of a command; the table is what help, completion, the environment and the parser all read. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in help (`FILE`); a flag without one is a switch. */
  readonly value?: string;
  readonly multiple?: boolean;
  /** The values it takes, when they are few. */
  readonly choices?: readonly string[];
  readonly help: string;
}

/** What a command is given; nothing in a command reads `process` itself. */
export interface Call {
  readonly flags: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Our stdin; a function, because looking at it opens it. */
  readonly stdin: () => Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Aborted by Ctrl-C; a command that sees it cleans up and returns 130. */
  readonly signal: AbortSignal;
}

export interface Command {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly group: "Record and replay" | "Look" | "Check" | "House";
  /** One line. */
  readonly help: string;
  /** What follows the name, e.g. `TAPE [N]`. */
  readonly usage: string;
  readonly wordsMin: number;
  readonly wordsMax: number;
  readonly flags: readonly Flag[];
  /** The words are another command's line: its flags are its own, with and without `--`. */
  readonly wraps?: boolean;
  /** What `help NAME` prints under the flags. */
  readonly more?: string;
  /** Loads the code of the command only when it is called; resolves to the exit status. */
  run(call: Call): Promise<number>;
}
