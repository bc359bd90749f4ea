/**
 * What is known of a tape while it is replayed: its conversations as scripts, and where every message stands. It may
 * grow while the replay has begun, because the first answer should not wait for the last line of a large tape.
 */
import { type BytesAt, type MatchRules, none, type Script, ScriptBuilder } from "../match/index.ts";
import { Message } from "../protocol/index.ts";
import type { TapeEvent } from "../tape/index.ts";

/** Gives a message's bytes back by where they stand: a view that may be reused by the next call. */
export type ReadBytes = (place: BytesAt) => Uint8Array;

/** One client's conversation; it begins anew, in the next script, each time the client initializes again. */
export interface RecordedConversation {
  readonly conn: number;
  readonly scripts: readonly Script[];
}

export class TapeMap {
  readonly rules: MatchRules;
  readonly #read: ReadBytes;
  readonly #conversations = new Map<number, Recorded>();
  /** Requests of both sides so far, the number of the last one in listings. */
  requests = 0;
  /** The whole tape is known. */
  complete = false;
  /** The tape has its end line: its recorder was not killed. */
  finished = false;

  constructor(rules: MatchRules, read: ReadBytes) {
    this.rules = rules;
    this.#read = read;
  }

  get conversations(): readonly RecordedConversation[] {
    return [...this.#conversations.values()];
  }

  /** Takes the next line; `place` is where its message stands, when it has one. */
  add(event: TapeEvent, place: BytesAt | undefined): void {
    const { payload } = event;
    if (payload.kind === "msg" && place) this.#message(event, payload.message, place);
    else if (payload.kind === "close") this.#closed(event.conn, payload.close.side, event.at);
    else if (payload.kind === "end") this.finished = true;
  }

  end(): void {
    this.complete = true;
    for (const { builder } of this.#conversations.values()) builder.end();
  }

  /** The message of an event, as long as nothing else is read. */
  message(script: Script, event: number): Message {
    return new Message(this.#read(script.place(event)));
  }

  #message(event: TapeEvent, message: Message, place: BytesAt): void {
    const recorded = this.#recorded(event.conn ?? 0);
    const dir = event.dir ?? "c2s";
    if (dir === "c2s" && message.method === "initialize" && recorded.builder.script.initialize !== none)
      recorded.begin(this.rules);
    this.requests += recorded.builder.message(dir, message, event.at, place, this.requests + 1);
  }

  #closed(conn: number | undefined, side: "client" | "server", at: number): void {
    const ended = conn === undefined ? [...this.#conversations.values()] : [this.#conversations.get(conn)];
    for (const recorded of ended) recorded?.builder.closed(side, at);
  }

  #recorded(conn: number): Recorded {
    let recorded = this.#conversations.get(conn);
    if (!recorded) {
      recorded = new Recorded(conn, this.rules);
      this.#conversations.set(conn, recorded);
    }
    return recorded;
  }
}

class Recorded implements RecordedConversation {
  readonly conn: number;
  readonly scripts: Script[] = [];
  builder: ScriptBuilder;

  constructor(conn: number, rules: MatchRules) {
    this.conn = conn;
    this.builder = new ScriptBuilder(rules);
    this.scripts.push(this.builder.script);
  }

  begin(rules: MatchRules): void {
    this.builder.end();
    this.builder = new ScriptBuilder(rules);
    this.scripts.push(this.builder.script);
  }
}
