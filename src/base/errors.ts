/**
 * Operational errors: one class, one table. Programmer errors are assertions; expected outcomes are values; what
 * another party sends is traffic. `docs/errors.md` documents every row and a test holds the two together.
 */

/** Who can mend it: the caller's words, our own code, or the other party. */
export type Fault = "user" | "ours" | "theirs";

interface Row {
  /** What failed, with `{placeholders}` filled from the error's facts. */
  readonly says: string;
  /** The process exit status (see the command line contract). */
  readonly exit: number;
  readonly fault: Fault;
  /** What to do about it, with the same placeholders. */
  readonly fix: string;
}

export const errorTable = {
  RW1001: {
    says: "reelwire needs Node {need} or newer, this is {have}",
    exit: 2,
    fault: "user",
    fix: "install Node {need}, or put it first on PATH",
  },
  RW1002: { says: "there is no command '{command}'", exit: 2, fault: "user", fix: "{hint}" },
  RW1003: { says: "'{command}' has no flag '{flag}'", exit: 2, fault: "user", fix: "{hint}" },
  RW1004: { says: "{flag} does not take '{value}'", exit: 2, fault: "user", fix: "give it {wants}" },
  RW1005: { says: "'{command}' needs {what}", exit: 2, fault: "user", fix: "call it as: {usage}" },
  RW1006: { says: "{first} and {second} contradict each other", exit: 2, fault: "user", fix: "{hint}" },
  RW1007: {
    says: "the environment variable {name} is not set",
    exit: 2,
    fault: "user",
    fix: 'set {name} where reelwire starts, or in "env" of the client\'s configuration',
  },
  RW1008: {
    says: "the filter does not parse at column {column}: {why}",
    exit: 2,
    fault: "user",
    fix: "see `reelwire help filter`",
  },
  RW1009: { says: "the filter has no field '{field}'", exit: 2, fault: "user", fix: "{hint}" },
  RW1010: {
    says: "'{value}' is more than '{command}' takes",
    exit: 2,
    fault: "user",
    fix: "call it as: {usage}",
  },
  RW1011: { says: "there is no help on '{topic}'", exit: 2, fault: "user", fix: "{hint}" },
  RW1012: {
    says: "the working directory is not there any more",
    exit: 2,
    fault: "user",
    fix: "change into a folder that is there",
  },
  RW2101: {
    says: "the server's command was not found",
    exit: 4,
    fault: "user",
    fix: "check the spelling, or give the full path; `{program}` must be on PATH of the program that starts reelwire",
  },
  RW2102: {
    says: "the server's command may not be executed",
    exit: 4,
    fault: "user",
    fix: "make `{program}` executable, or run it through its interpreter",
  },
  RW2103: { says: "the server's command could not be started", exit: 4, fault: "user", fix: "{why}" },
  RW2104: {
    says: "the server exited before answering the handshake",
    exit: 4,
    fault: "theirs",
    fix: "run the command by itself and read what it says on stderr",
  },
  RW2105: {
    says: "the server did not answer the handshake within {seconds} s",
    exit: 4,
    fault: "theirs",
    fix: "run the command by itself; does it speak MCP on stdio?",
  },
  RW2106: {
    says: "the server wrote something on stdout that is no message",
    exit: 1,
    fault: "theirs",
    fix: "let the server log to stderr, or use --stray drop",
  },
  RW2201: {
    says: "the output file exists and belongs to another run",
    exit: 2,
    fault: "user",
    fix: "choose another name with -o, or replace it with --force",
  },
  RW2202: { says: "the output file cannot be created", exit: 2, fault: "user", fix: "{hint}" },
  RW2203: {
    says: "the tape could not be written; the traffic goes on",
    exit: 74,
    fault: "user",
    fix: "{hint}",
  },
  RW2204: {
    says: "the tape's writer stopped; the traffic goes on",
    exit: 74,
    fault: "ours",
    fix: "what is on the tape is readable; please report this with the cause above",
  },
  RW3001: { says: "the file cannot be read", exit: 6, fault: "user", fix: "{hint}" },
  RW3002: { says: "the file is not a recording", exit: 6, fault: "user", fix: "{hint}" },
  RW3003: {
    says: "the tape has format version {version}, this reelwire reads up to {known}",
    exit: 6,
    fault: "user",
    fix: "update reelwire, or convert the tape with the version that wrote it",
  },
  RW3004: { says: "the tape's header cannot be read", exit: 6, fault: "user", fix: "{hint}" },
  RW3005: {
    says: "the tape is damaged at line {line}",
    exit: 1,
    fault: "user",
    fix: "run: reelwire repair {file}",
  },
  RW3006: {
    says: "line {line} of the tape is longer than {limit} bytes",
    exit: 6,
    fault: "user",
    fix: "no recorder writes such a line; the file is damaged or hostile",
  },
  RW3007: {
    says: "the .vcr file does not have the shape of a recording",
    exit: 6,
    fault: "user",
    fix: "{hint}",
  },
  RW3008: {
    says: "the file is empty",
    exit: 6,
    fault: "user",
    fix: "record again; a recorder that was killed at once may leave an empty file",
  },
  RW3009: {
    says: "the tape has no call {call}; it has {calls}",
    exit: 2,
    fault: "user",
    fix: "list them with: reelwire show {file}",
  },
  RW3010: {
    says: "the output would overwrite a file",
    exit: 2,
    fault: "user",
    fix: "choose another name with -o, or replace it with --force",
  },
  RW3011: { says: "this encoding is not written by this version", exit: 2, fault: "user", fix: "{hint}" },
  RW3012: { says: "the tape cannot be repaired in place", exit: 6, fault: "user", fix: "{hint}" },
  RW3013: { says: "the folder of tapes cannot be read", exit: 6, fault: "user", fix: "{hint}" },
  RW3014: {
    says: "the tape is still being recorded",
    exit: 2,
    fault: "user",
    fix: "end the recording first: {hint}",
  },
  RW3015: {
    says: "nothing was recorded that could be replayed",
    exit: 6,
    fault: "user",
    fix: "{hint}",
  },
  RW3016: {
    says: "the tape changed while it was replayed",
    exit: 6,
    fault: "user",
    fix: "replay a tape that nobody writes; copy it first if it is still being recorded",
  },
  RW3017: {
    says: "the tape is no recording of MCP: its first requests are {methods}",
    exit: 6,
    fault: "user",
    fix: "replay answers MCP only; look at the tape with: reelwire show {file}",
  },
  RW3018: {
    says: "a temporary file cannot be created",
    exit: 6,
    fault: "user",
    fix: "set TMPDIR to a folder where reelwire may write",
  },
  RW3201: {
    says: "the redaction rules cannot be read",
    exit: 2,
    fault: "user",
    fix: "give --redact a file of rules, `standard` or `off`",
  },
  RW3202: {
    says: "the redaction rules are not right: {why}",
    exit: 2,
    fault: "user",
    fix: "see `reelwire help RW3202`",
  },
  RW3203: {
    says: "the redaction key has fewer than {least} characters",
    exit: 2,
    fault: "user",
    fix: "{hint}",
  },
  RW3301: { says: "the key file cannot be read", exit: 2, fault: "user", fix: "{hint}" },
  RW3302: { says: "the file holds no key that could be used", exit: 2, fault: "user", fix: "{hint}" },
  RW3303: { says: "a key cannot be kept here", exit: 2, fault: "user", fix: "{hint}" },
  RW3304: { says: "the list of trusted keys cannot be read", exit: 2, fault: "user", fix: "{hint}" },
  RW3305: { says: "the name '{name}' belongs to another key", exit: 2, fault: "user", fix: "{hint}" },
  RW3306: {
    says: "there is a signing key already",
    exit: 2,
    fault: "user",
    fix: "use it, or replace it with --force: tapes that it signed stay signed by the old one",
  },
  RW3307: {
    says: "there is no project here to keep keys in",
    exit: 2,
    fault: "user",
    fix: "run: mkdir .reelwire; or call it as: {usage}",
  },
  RW3401: {
    says: "the file is encrypted, and there is no identity to open it with",
    exit: 6,
    fault: "user",
    fix: "name an identity file with --identity FILE, or set REELWIRE_IDENTITY",
  },
  RW3402: {
    says: "the file is encrypted for others: none of {identities} opens it",
    exit: 6,
    fault: "user",
    fix: "name the identity of one of its recipients with --identity FILE, or set REELWIRE_IDENTITY",
  },
  RW3403: {
    says: "encryption needs the package age-encryption, which is not installed",
    exit: 2,
    fault: "user",
    fix: "install it beside reelwire: npm install age-encryption",
  },
  RW3404: {
    says: "the encrypted file is damaged: {why}",
    exit: 6,
    fault: "user",
    fix: "encrypt the tape again, or take another copy; what was encrypted before the damage can still be shown",
  },
  RW3405: {
    says: "the encrypted file is refused: {why}",
    exit: 6,
    fault: "user",
    fix: "nobody encrypts a tape like that; the file is damaged or hostile",
  },
  RW3406: {
    says: "the file is encrypted with a passphrase",
    exit: 6,
    fault: "user",
    fix: "decrypt it with age itself (age -d), or encrypt the tape for a recipient",
  },
  RW3407: { says: "the identity cannot be used", exit: 2, fault: "user", fix: "{hint}" },
  RW3408: { says: "the recipient cannot be used", exit: 2, fault: "user", fix: "{hint}" },
  RW3409: {
    says: "an encrypted tape cannot be repaired",
    exit: 2,
    fault: "user",
    fix: "decrypt it first with `reelwire decrypt`, repair that, and encrypt it again",
  },
  RW3410: { says: "the file is encrypted already", exit: 2, fault: "user", fix: "name the tape itself" },
  RW3411: { says: "the file is not encrypted", exit: 2, fault: "user", fix: "read it as it is" },
  RW3412: {
    says: "the encrypted file does not read back as what was encrypted; the original stays",
    exit: 6,
    fault: "user",
    fix: "the disk or something else changed it: look there, then try again with --force",
  },
  RW3501: {
    says: "the list of allowed findings cannot be used",
    exit: 2,
    fault: "user",
    fix: "{hint}",
  },
  RW3502: {
    says: "the second opinion needs a package that is not installed",
    exit: 2,
    fault: "user",
    fix: "run: npm install --save-dev @secretlint/core @secretlint/secretlint-rule-preset-recommend",
  },
  RW3503: { says: "git does not tell what is staged", exit: 6, fault: "user", fix: "{hint}" },
  RW3504: {
    says: "the tape is {state} and is not packed",
    exit: 1,
    fault: "user",
    fix: "pack the original, or pack it as it is with --force: the pack then says so",
  },
  RW3505: {
    says: "something that looks like a secret was still in the tape when it was packed",
    exit: 1,
    fault: "ours",
    fix: "nothing was written; please report this with the places above",
  },
  RW3506: {
    says: "the file is no pack: {why}",
    exit: 6,
    fault: "user",
    fix: "ask for it again; it may be cut",
  },
  RW3507: {
    says: "the pack goes over a limit: {what}",
    exit: 6,
    fault: "user",
    fix: "no pack of reelwire does; it is damaged or hostile",
  },
  RW3508: {
    says: "the pack holds what no pack may hold: {what}",
    exit: 6,
    fault: "user",
    fix: "nothing was unpacked; it is damaged or hostile",
  },
  RW3509: {
    says: "a file of the pack is not what its manifest says: {why}",
    exit: 6,
    fault: "user",
    fix: "nothing was unpacked; ask for the pack again",
  },
  RW3510: {
    says: "the pack has format version {version}, this reelwire reads up to {known}",
    exit: 6,
    fault: "user",
    fix: "update reelwire",
  },
  RW3511: {
    says: "the pack would go over a limit: {what}",
    exit: 2,
    fault: "user",
    fix: "pack fewer tapes at once",
  },
  RW4001: {
    says: "no recorded call is {what}",
    exit: 1,
    fault: "user",
    fix: "record this call too, or ignore what differs with --ignore POINTER",
  },
  RW4002: {
    says: "{what} was recorded {times}, and each recorded answer was given",
    exit: 1,
    fault: "user",
    fix: "record it as often as it is made, or choose --repeat last or --repeat cycle",
  },
  RW4003: {
    says: "the recording has no answer to {what}: it ends before it",
    exit: 1,
    fault: "user",
    fix: "record again and let the call finish",
  },
  RW4004: {
    says: "{what} goes on with a state that no recorded answer gave, or was not gone on with when it was recorded",
    exit: 1,
    fault: "user",
    fix: "send back the requestState of this replay's own answer, and record the retry too",
  },
  RW4005: {
    says: "the client answered a question of {what} otherwise than when it was recorded",
    exit: 1,
    fault: "user",
    fix: "answer as recorded, record the other answer too, or choose --answers ask",
  },
  RW4006: {
    says: "{what} begins a conversation, and every recorded one is used",
    exit: 1,
    fault: "user",
    fix: "record as many conversations as are begun, or choose --repeat last or --repeat cycle",
  },
  RW4007: {
    says: "the turn of {what} never came: something recorded before it did not happen",
    exit: 1,
    fault: "user",
    fix: "do everything in the recorded order, or leave out --strict-order",
  },
  RW4008: {
    says: "{what} was recorded {times} with other secrets, and the key that tells them apart is not here",
    exit: 1,
    fault: "user",
    fix: "set REELWIRE_REDACT_KEY to the key of the recording, or use its project's .reelwire/redact.key",
  },
  RW9001: {
    says: "reelwire itself failed",
    exit: 70,
    fault: "ours",
    fix: "please report this with the cause above",
  },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof errorTable;

/** What an error knows: placeholders of its row, and lines that are printed under the first. */
export interface ErrorFacts {
  /** Values for the row's placeholders. */
  readonly with?: Readonly<Record<string, string | number>>;
  /** Label and value pairs that say where and why, in print order: `["file", path]`. */
  readonly where?: readonly (readonly [label: string, value: string])[];
  /** What the system or the other party said. */
  readonly cause?: unknown;
}

export class ReelwireError extends Error {
  override readonly name = "ReelwireError";
  readonly code: ErrorCode;
  /** The process exit status that this error asks for. */
  readonly exit: number;
  readonly fault: Fault;
  readonly fix: string;
  readonly where: readonly (readonly [label: string, value: string])[];

  constructor(code: ErrorCode, facts: ErrorFacts = {}) {
    const row: Row = errorTable[code];
    super(fill(row.says, facts.with), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.exit = row.exit;
    this.fault = row.fault;
    this.fix = fill(row.fix, facts.with);
    this.where = facts.where ?? [];
  }

  /** The whole error as people read it: first line, facts, fix. */
  report(): string {
    const rows = [...this.where, ["fix", this.fix] as const];
    const wide = Math.max(...rows.map(([label]) => label.length), 8);
    const lines = rows.map(([label, value]) => `  ${label.padEnd(wide)}  ${value}`);
    return [`error ${this.code}  ${this.message}`, ...lines].join("\n");
  }
}

function fill(template: string, values: ErrorFacts["with"]): string {
  return template.replace(/\{(\w+)\}/g, (whole, key: string) => String(values?.[key] ?? whole));
}
