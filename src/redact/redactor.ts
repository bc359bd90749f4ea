/**
 * The stage between the wire and the tape: nothing reaches the disk without passing it. Pure: the keyed hash and the
 * values of the environment are handed in.
 */
import { encodedSuffix, encodeUtf8, placeholderText, toldLength } from "../base/index.ts";
import { type Direction, Message, metaKeys } from "../protocol/index.ts";
import { credentialKind } from "./detectors.ts";
import { edited } from "./edits.ts";
import { numbered } from "./fill.ts";
import { type KnownValue, Needles } from "./needles.ts";
import { fieldsOf } from "./protocol-fields.ts";
import { compileRules, type Rules } from "./rules.ts";
import type { How, SecretSpan } from "./spans.ts";
import { SplitValues } from "./split-values.ts";
import { jsonEdits, type RedactedNumber } from "./structure.ts";
import { isLong, mayHold, overlapBytes } from "./suspicion.ts";
import { type TextPlace, type TextTools, textEdits } from "./text.ts";

/** One secret that was found. It never holds the secret itself. */
export interface Found {
  readonly kind: string;
  readonly placeholder: string;
  readonly how: How;
  /** The key, header, flag, rule or environment variable by which it was found. */
  readonly name?: string;
  /** JSON Pointer within the message or the JSON text; empty for plain text. */
  readonly pointer: string;
}

export interface RedactedMessage {
  readonly message: Message;
  /** Numbers that were taken out: a 0 stands in their place, and the placeholder beside the message. */
  readonly numbers: readonly RedactedNumber[];
}

export interface Redactor {
  readonly preset: string;
  /** How many values were replaced so far. */
  readonly count: number;
  /** The same by kind. */
  readonly kinds: ReadonlyMap<string, number>;
  /** A message that passes; the same object when nothing was found. The requests of each connection are remembered. */
  message(message: Message, dir: Direction, conn?: number): RedactedMessage;
  /** Free text: stderr, noise, names. JSON in it is looked into. */
  text(text: string): string;
  /** JSON text that is no message: a header, a payload of another kind. */
  json(text: string): string;
  argv(args: readonly string[]): string[];
  /** Where a known value of several lines begins that would be cut at `end` or may go on after this text, else `end`. */
  begunAt(text: string, end?: number): number;
  /** Takes out of a redacted text what a cut left of a known value, at its start or its end: eight characters or more. */
  torn(text: string, where: "start" | "end"): string;
  /**
   * Proves, to who has the key, that a cleaned line is as it was written here: only then are its placeholders filled from
   * the environment. Sixteen hex digits.
   */
  seal(line: string): string;
  /** Follows known values that are said in pieces; undefined when there are none. */
  splits(): SplitValues | undefined;
}

export interface RedactorOptions {
  /** Eight hex digits of a keyed hash of a secret. */
  readonly digest: (secret: string) => string;
  /** Sixteen hex digits of a keyed hash of a line; without it nothing is sealed. */
  readonly seal?: ((line: string) => string) | undefined;
  readonly known?: readonly KnownValue[];
  readonly rules?: Rules;
  readonly onFound?: (found: Found) => void;
  /** Put placeholders in the place of numbers too, for a comparison that a tape never sees. */
  readonly compares?: boolean;
}

/** The redactor that keeps everything. */
export const redactNothing: Redactor = {
  preset: "off",
  count: 0,
  kinds: new Map(),
  message: (message) => ({ message, numbers: [] }),
  text: (text) => text,
  json: (text) => text,
  argv: (args) => [...args],
  begunAt: (text, end = text.length) => end,
  torn: (text) => text,
  seal: () => "",
  splits: () => undefined,
};

export function createRedactor(options: RedactorOptions): Redactor {
  return new Standard(options);
}

/** Requests that are remembered until they are answered; the oldest is forgotten first. */
const openMax = 10_000;
/** Digests that are remembered, and up to how many characters of a secret. */
const digestsMax = 10_000;
const digestCharactersMax = 1_000;

const noFields = { field: undefined, schema: undefined };
const nowhere = (): string => "";
const noNumbers: readonly RedactedNumber[] = [];

class Standard implements Redactor {
  readonly preset: string;
  count = 0;
  readonly kinds = new Map<string, number>();
  readonly #options: RedactorOptions;
  readonly #tools: TextTools;
  readonly #digests = new Map<string, string>();
  /** Methods of open requests, by connection, direction and id. */
  readonly #open = new Map<string, string>();
  readonly #revisions = new Map<number, string>();

  constructor(options: RedactorOptions) {
    this.#options = options;
    const rules = options.rules ?? compileRules();
    this.preset = options.rules === undefined ? "standard" : "custom";
    this.#tools = {
      needles: new Needles(options.known ?? []),
      rules,
      replace: (secret, span, place) => this.#replace(secret, span, place),
      json: (text, { pointer, depth, mode }) => {
        const below = mode === "field" ? "schema" : mode;
        return jsonEdits(
          text,
          { fields: noFields, base: pointer, depth, mode: below, root: false },
          this.#tools,
        );
      },
    };
  }

  message(message: Message, dir: Direction, conn = 0): RedactedMessage {
    if (message.kind === "batch") return this.#batch(message, dir, conn);
    const method = this.#methodOf(message, dir, conn);
    if (isLong(message.bytes) && !this.#mayHold(message.bytes)) return { message, numbers: noNumbers };
    const numbers: RedactedNumber[] = [];
    const number = this.#options.compares
      ? ({ placeholder }: RedactedNumber): string => JSON.stringify(numbered(placeholder))
      : (found: RedactedNumber): string => {
          numbers.push(found);
          return "0";
        };
    const fields = fieldsOf(method, this.#revisions.get(conn));
    const { text } = message;
    const edits = jsonEdits(
      text,
      { fields, base: nowhere, depth: 0, mode: "all", root: true, number },
      this.#tools,
    );
    if (edits.length === 0) return { message, numbers: noNumbers };
    return { message: new Message(encodeUtf8(edited(text, edits))), numbers };
  }

  text(text: string): string {
    return edited(
      text,
      textEdits(text, { pointer: () => "", key: undefined, depth: 0, mode: "all" }, this.#tools),
    );
  }

  json(text: string): string {
    const ground = { fields: noFields, base: nowhere, depth: 0, mode: "all", root: false } as const;
    return edited(text, jsonEdits(text, ground, this.#tools));
  }

  argv(args: readonly string[]): string[] {
    return JSON.parse(this.json(JSON.stringify(args))) as string[];
  }

  begunAt(text: string, end?: number): number {
    return this.#tools.needles.begunAt(text, end);
  }

  torn(text: string, where: "start" | "end"): string {
    const { needles } = this.#tools;
    const [from, to] = where === "end" ? [needles.tornEnd(text), text.length] : [0, needles.tornStart(text)];
    if (from === to) return text;
    return text.slice(0, from) + this.#replaceKnown(text.slice(from, to)) + text.slice(to);
  }

  seal(line: string): string {
    return this.#options.seal?.(line) ?? "";
  }

  splits(): SplitValues | undefined {
    const values = (this.#options.known ?? []).map(({ value }) => value);
    if (values.length === 0) return undefined;
    return new SplitValues(values, (value) => this.#replaceKnown(value));
  }

  #replaceKnown(value: string): string {
    const place = { pointer: nowhere, key: undefined, depth: 0, mode: "all" } as const;
    return this.#replace(value, { start: 0, end: 0, how: "known" }, place);
  }

  /** A quick look at a long message, before a text is made of it. Rules of a project may want to see anything. */
  #mayHold(bytes: Uint8Array): boolean {
    const { needles } = this.#tools;
    if (this.#options.rules !== undefined || needles.longest > overlapBytes) return true;
    return mayHold(bytes, (text) => needles.test(text));
  }

  /** Each message of a batch by itself; what stands between them stays. */
  #batch(message: Message, dir: Direction, conn: number): RedactedMessage {
    const numbers: RedactedNumber[] = [];
    const { bytes } = message;
    const pieces: Uint8Array[] = [];
    let from = 0;
    for (const [i, part] of message.parts().entries()) {
      const start = part.bytes.byteOffset - bytes.byteOffset;
      const { message: clean, numbers: own } = this.message(part, dir, conn);
      for (const { pointer, placeholder } of own) numbers.push({ pointer: `/${i}${pointer}`, placeholder });
      if (clean === part) continue;
      pieces.push(bytes.subarray(from, start), clean.bytes);
      from = start + part.bytes.length;
    }
    if (pieces.length === 0) return { message, numbers };
    pieces.push(bytes.subarray(from));
    return { message: new Message(joined(pieces)), numbers };
  }

  /** The method of a message, or of the request that it answers; empty when nobody knows. */
  #methodOf(message: Message, dir: Direction, conn: number): string {
    const { method, idKey, kind } = message;
    if (method !== undefined) {
      if (kind === "request" && idKey !== undefined) this.#opened(`${conn} ${dir} ${idKey}`, method);
      if (kind === "request" && dir === "c2s" && !this.#revisions.has(conn))
        this.#learn(message, conn, "params", "_meta", metaKeys.protocolVersion);
      return method;
    }
    const key = `${conn} ${dir === "c2s" ? "s2c" : "c2s"} ${idKey}`;
    const asked = this.#open.get(key);
    if (asked === undefined) return "";
    this.#open.delete(key);
    if (asked === "initialize") this.#learn(message, conn, "result", "protocolVersion");
    return asked;
  }

  #opened(key: string, method: string): void {
    this.#open.set(key, method);
    if (this.#open.size <= openMax) return;
    const [oldest] = this.#open.keys();
    this.#open.delete(oldest!);
  }

  #learn(message: Message, conn: number, ...path: string[]): void {
    const raw = message.rawAt(...path);
    if (raw === undefined || !/^"\d{4}-\d{2}-\d{2}"$/.test(raw)) return;
    if (this.#revisions.size >= openMax) this.#revisions.clear();
    this.#revisions.set(conn, raw.slice(1, -1));
  }

  #replace(secret: string, { how, name, encoded }: SecretSpan, place: TextPlace): string {
    const plain = credentialKind(secret) ?? "secret";
    const kind = encoded && isEncodedDifferently(secret) ? plain + encodedSuffix : plain;
    const placeholder = placeholderText({ kind, length: toldLength(secret), digest: this.#digestOf(secret) });
    this.count++;
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    this.#options.onFound?.({
      kind,
      placeholder,
      how,
      pointer: place.pointer(),
      ...(name === undefined ? {} : { name }),
    });
    return placeholder;
  }

  #digestOf(secret: string): string {
    const known = this.#digests.get(secret);
    if (known !== undefined) return known;
    const digest = this.#options.digest(secret);
    if (secret.length > digestCharactersMax) return digest;
    if (this.#digests.size >= digestsMax) this.#digests.clear();
    this.#digests.set(secret, digest);
    return digest;
  }
}

function isEncodedDifferently(secret: string): boolean {
  return !secret.isWellFormed() || encodeURIComponent(secret) !== secret;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
