import type { Direction, Message } from "../protocol/index.ts";

/** The version of the tape format that this code writes; it has its own count, apart from releases. */
export const formatVersion = 1;

/** A process that started something; the pair is unique on one machine until it reboots. */
export interface ProcessMark {
  readonly pid: number;
  /** ISO 8601 time at which the process started, or undefined where the system does not tell. */
  readonly startedAt?: string;
}

/** How one side was reached. */
export interface SideHeader {
  readonly transport: string;
  readonly command?: readonly string[];
  readonly cwd?: string;
  /** Names of the environment variables that were demanded (`--env KEY`); never their values. */
  readonly env?: readonly string[];
  readonly [more: string]: unknown;
}

/** What was taken out of a tape, and what puts it back in. */
export interface RedactionFacts {
  /** `standard`, `custom` (with rules of the project's own), or `off`. */
  readonly preset: string;
  /** Values taken out when the header was written; the note at the end counts all. */
  readonly count: number;
  /** Eight hex digits that name the key of the placeholders. */
  readonly key?: string;
  /** Environment variables whose values were looked for: they fill the placeholders again. */
  readonly env?: readonly string[];
  readonly [more: string]: unknown;
}

/** The first line of a tape. Keys that this version does not know are kept. */
export interface TapeHeader {
  readonly reelwire: number;
  readonly id: string;
  /** ISO 8601 UTC with microseconds; `at` of every line counts from here. */
  readonly startedAt: string;
  readonly name?: string;
  readonly sessionId?: string;
  readonly endpointId?: string;
  readonly agentId?: string;
  readonly run?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly server?: SideHeader;
  readonly client?: SideHeader;
  /** The nearest ancestor that is no launcher (npx, npm, a shell); tells runs of one configuration apart. */
  readonly launcher?: ProcessMark;
  /** The recording process itself: while it lives, its tape is being written. */
  readonly recorder?: ProcessMark;
  readonly redaction?: RedactionFacts;
  /** The filter of `--capture`, when not everything was kept. */
  readonly capture?: string;
  /** Counted from 1 when the recording rotates. */
  readonly part?: number;
  /** The hash of the previous part's `end` line. */
  readonly previous?: string;
  readonly writer?: string;
  /** Who signs the checkpoints and the end. */
  readonly signer?: SignerFacts;
  readonly [more: string]: unknown;
}

export interface SignerFacts {
  /** The way of signing; this version knows `ed25519`. */
  readonly alg: string;
  /** The base64 of the raw public key. */
  readonly key: string;
}

/** Server-Sent Events fields that came with a message, or stood alone. */
export interface SseFrame {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: number;
  readonly comment?: string;
}

/** What stands before a checkpoint. */
export interface Mark {
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
  /** The CRC-32 of each line since the checkpoint before, that one's own line included; base64. */
  readonly crc?: string;
  /** The signature of the header's signer; base64. */
  readonly sig?: string;
}

/** What stands before the end; its keys mean what those of {@link Mark} do. */
export interface End {
  readonly lines: number;
  readonly sha256: string;
  readonly crc?: string;
  readonly sig?: string;
}

export interface OpenFacts {
  readonly side: "client" | "server";
  readonly pid?: number;
  readonly [more: string]: unknown;
}

export interface CloseFacts {
  readonly side: "client" | "server";
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly reason?: string;
  readonly [more: string]: unknown;
}

/** What a note says: a word for machines, a sentence for people, and whatever numbers belong to it. */
export interface NoteFacts {
  readonly what: string;
  readonly says: string;
  readonly [more: string]: unknown;
}

/** Exactly one per line, written last. */
export type Payload =
  | { readonly kind: "msg"; readonly message: Message }
  /** Exact text that is no spliceable message. `cut` when the stream ended without a line end. */
  | { readonly kind: "text"; readonly text: string; readonly cut?: boolean }
  /** Bytes that are not UTF-8; from stdout unless `on` says stderr. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly on?: "stderr"; readonly cut?: boolean }
  | { readonly kind: "stderr"; readonly text: string }
  | { readonly kind: "open"; readonly open: OpenFacts }
  | { readonly kind: "close"; readonly close: CloseFacts }
  | { readonly kind: "note"; readonly note: NoteFacts }
  | { readonly kind: "mark"; readonly mark: Mark }
  | { readonly kind: "end"; readonly end: End }
  /** An `sse` frame without a message. */
  | { readonly kind: "sse" }
  /** Line kinds of later features and later versions: kept as their JSON text. */
  | { readonly kind: "other"; readonly key: string; readonly json: string };

/** One line of a tape after the header. */
export interface TapeEvent {
  /** Microseconds since the header's `startedAt`. */
  readonly at: number;
  readonly conn?: number;
  readonly ex?: number;
  readonly dir?: Direction;
  readonly sse?: SseFrame;
  readonly payload: Payload;
  /** Unknown keys of the line, as their JSON texts, in order. */
  readonly more?: readonly (readonly [key: string, json: string])[];
}
