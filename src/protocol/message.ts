import {
  canonicalNumber,
  decodeLoosely,
  elements,
  locate,
  MemberCursor,
  type Span,
  skipBlanks,
  stringAt,
  textAt,
} from "../base/index.ts";

/** What a JSON-RPC message is, by its members alone; `other` is JSON that is no JSON-RPC. */
export type MessageKind = "request" | "notification" | "response" | "batch" | "other";

/** Who sent it: client to server, or server to client. */
export type Direction = "c2s" | "s2c";

/**
 * One JSON-RPC message with the exact bytes it had on the wire (blanks around it kept, line end not). Forwarding
 * writes `bytes`; fields are read on demand and never written back. Make one with {@link parseMessage}, which
 * checks that the bytes are well-formed.
 */
export class Message {
  readonly bytes: Uint8Array;
  #head: Head | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get text(): string {
    return decodeLoosely(this.bytes);
  }

  get kind(): MessageKind {
    return this.#scan().kind;
  }

  /** The id's JSON text as sent (`7`, `"7"`, `null`), or undefined when there is none. */
  get id(): string | undefined {
    return this.#scan().id;
  }

  /** Where the id's text stands; undefined when there is none, or when several members are called so. */
  get idSpan(): Span | undefined {
    return this.#scan().idSpan;
  }

  /** The id as a key that is equal exactly when two ids are: `0`, `""`, `1` and `"1"` are four. */
  get idKey(): string | undefined {
    return idKeyOf(this.#scan().id);
  }

  get method(): string | undefined {
    return this.#scan().method;
  }

  /** Whether this answers with an error rather than a result. */
  get isError(): boolean {
    return this.#scan().fails;
  }

  /** Where the value at a path of keys stands, or undefined. Of duplicate keys the last counts. */
  spanAt(...path: readonly string[]): Span | undefined {
    const [first] = path;
    // The three that hold content are remembered: most else is looked for below them.
    if (first !== "params" && first !== "result" && first !== "error") return locate(this.bytes, path);
    const span = this.#scan()[first];
    return span && path.length > 1 ? locate(this.bytes, path.slice(1), span) : span;
  }

  /** The exact text of a member, by its path of keys, or undefined. */
  rawAt(...path: readonly string[]): string | undefined {
    const span = this.spanAt(...path);
    return span && textAt(this.bytes, span.start, span.end);
  }

  /** The parsed value at a path of keys. A number beyond a double is rounded here, never on the wire. */
  at(...path: readonly string[]): unknown {
    const raw = this.rawAt(...path);
    return raw === undefined ? undefined : JSON.parse(raw);
  }

  /** The messages of a batch, in order; of anything else, itself. */
  parts(): readonly Message[] {
    if (this.kind !== "batch") return [this];
    return [...elements(this.bytes)].map((e) => new Message(this.bytes.subarray(e.start, e.end)));
  }

  #scan(): Head {
    this.#head ??= scanHead(this.bytes);
    return this.#head;
  }
}

/**
 * A key for an id's JSON text: numbers by exact value, strings by their characters, types never conflated. JSON-RPC
 * 2.0 section 4 lets a peer spell the id it echoes differently.
 */
export function idKeyOf(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined;
  if (raw.startsWith('"')) return `s:${JSON.parse(raw) as string}`;
  return /^[-\d]/.test(raw) ? `n:${canonicalNumber(raw)}` : raw;
}

interface Head {
  readonly kind: MessageKind;
  readonly id: string | undefined;
  /** Where the only id stands; undefined when there is none, or there are several. */
  readonly idSpan: Span | undefined;
  readonly method: string | undefined;
  /** Has an error that is not null. */
  readonly fails: boolean;
  readonly params: Span | undefined;
  readonly result: Span | undefined;
  readonly error: Span | undefined;
}

function scanHead(bytes: Uint8Array): Head {
  let id: string | undefined;
  let ids = 0;
  let idAt: Span | undefined;
  let method: string | undefined;
  let params: Span | undefined;
  let error: Span | undefined;
  let result: Span | undefined;
  if (bytes[skipBlanks(bytes, 0)] === 0x5b)
    return { kind: "batch", id, idSpan: undefined, method, params, result, error, fails: false };
  const cursor = new MemberCursor(bytes);
  while (cursor.next()) {
    if (cursor.is("id")) {
      id = textAt(bytes, cursor.start, cursor.end);
      idAt = spanOf(cursor);
      ids++;
    } else if (cursor.is("method")) method = methodAt(bytes, cursor);
    else if (cursor.is("params")) params = spanOf(cursor);
    else if (cursor.is("error")) error = spanOf(cursor);
    else if (cursor.is("result")) result = spanOf(cursor);
  }
  const fails = error !== undefined && !nullAt(bytes, error);
  const answers = fails || result !== undefined;
  const kind =
    method !== undefined ? (id === undefined ? "notification" : "request") : answers ? "response" : "other";
  const idSpan = ids === 1 ? idAt : undefined;
  return { kind, id, idSpan, method, params, result, error, fails };
}

function spanOf({ start, end }: Span): Span {
  return { start, end };
}

/** Some writers send `"error": null` beside a result; that is no error. */
function nullAt(bytes: Uint8Array, at: Span): boolean {
  return at.end - at.start === 4 && bytes[at.start] === 0x6e;
}

function methodAt(bytes: Uint8Array, at: Span): string | undefined {
  if (bytes[at.start] !== 0x22) return undefined;
  return stringAt(bytes, at.start, at.end);
}
