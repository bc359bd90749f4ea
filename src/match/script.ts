/**
 * A recorded conversation as causes and effects: what the client said, what the server said, and for each thing that
 * the server said what must have happened before it may be said again. Made by `script-builder.ts` while a tape is
 * read; events are numbered from 0 in the order of recording.
 */
import type { Span } from "../base/index.ts";
import { Column, none } from "./columns.ts";
import { KeyTable } from "./key-table.ts";

/** What an event is. The first three are the client's, the others the server's. */
export const roles = {
  /** A request of the client. */
  call: 0,
  /** A notification of the client. */
  notice: 1,
  /** The client's answer to an `ask`. */
  answer: 2,
  /** A request of the server: sampling, elicitation, roots, ping. */
  ask: 3,
  /** A notification of the server. */
  tell: 4,
  /** The server's answer to a `call`. */
  result: 5,
  /** The server ended, before the client did. */
  end: 6,
} as const;

export type Role = (typeof roles)[keyof typeof roles];

/** Bits of an event. */
export const flags = {
  /** Nobody waits for it: pings and polls come as often as they like. */
  optional: 1,
  /** Belongs to a call, and yet comes only after the event it followed: what is said on a subscription. */
  followsToo: 2,
  /** Came after the call's result: sent when the event it followed has happened, with the call's ids. */
  late: 4,
  /** A call that asks for a state, again and again: `tasks/get`, `tasks/list`. */
  poll: 8,
  /** Ends the subscription that it is said on. */
  ends: 32,
  /** A call that is a later round of another (see `nextRound`). */
  round: 16,
} as const;

/** Where an event's message stands, for whoever can read it. */
export interface BytesAt {
  readonly file: number;
  readonly offset: number;
  readonly length: number;
}

/** What a byte holds; a longer id is looked for. */
const idLengthMax = 255;

export class Script {
  count = 0;
  /** The tape holds nothing more of this conversation. */
  complete = false;
  /** The first event that follows nothing. */
  opening: number = none;
  /** Where the server ended before the client did, or {@link none}. */
  end: number = none;
  /** The `initialize` request, or {@link none}. */
  initialize: number = none;
  /** The canonical text of the client's name and version, when it said so. */
  clientInfo: string | undefined;
  /** Revisions that requests of the modern era claimed, in the order of their first claim. */
  readonly claims = new Set<string>();
  /** Methods that were called. */
  readonly methods = new Set<string>();
  /** Calls by key, rounds left out; and the client's notifications by key. */
  readonly calls = new KeyTable();
  readonly notices = new KeyTable();
  /** Calls by method, for those who look for the nearest. */
  readonly callsOf = new KeyTable();

  readonly #role = Column.bytes();
  readonly #flags = Column.bytes();
  readonly #at = Column.numbers();
  readonly #file = Column.words();
  readonly #offset = Column.numbers();
  readonly #length = Column.words();
  readonly #number = Column.words();
  readonly #idAt = Column.words();
  readonly #idLength = Column.bytes();
  /** Call of a result, tell or ask; ask of an answer; {@link none} of what stands alone. */
  readonly owner = Column.events();
  /** The next thing that the server said for the same call; of a call, the first. */
  readonly next = Column.events();
  /** The event that this one followed, optional ones left out. */
  readonly after = Column.events();
  /** What is said when this event has happened, by itself. */
  readonly follower = Column.events();
  /** Of an ask its answer, of a call its result. */
  readonly reply = Column.events();
  /** Of a call its cancellation; of the server's cancellation the ask that it takes back. */
  readonly cancel = Column.events();
  /** Of a call its retry; of a poll the last event before it that changed the task's state. */
  readonly link = Column.events();

  add(role: Role, at: number, place: BytesAt, number: number): number {
    const event = this.count++;
    this.#role.set(event, role);
    this.#at.set(event, at);
    this.#file.set(event, place.file);
    this.#offset.set(event, place.offset);
    this.#length.set(event, place.length);
    this.#number.set(event, number);
    return event;
  }

  role(event: number): Role {
    return this.#role.get(event) as Role;
  }

  /** Microseconds since the recording's start. */
  at(event: number): number {
    return this.#at.get(event);
  }

  place(event: number): BytesAt {
    return { file: this.#file.get(event), offset: this.#offset.get(event), length: this.#length.get(event) };
  }

  /** Where the id stands in the event's message; undefined when that is not known, and it has to be looked for. */
  idSpan(event: number): Span | undefined {
    const length = this.#idLength.get(event);
    const start = this.#idAt.get(event);
    return length === 0 ? undefined : { start, end: start + length };
  }

  setIdSpan(event: number, span: Span | undefined): void {
    if (!span || span.end - span.start > idLengthMax) return;
    this.#idAt.set(event, span.start);
    this.#idLength.set(event, span.end - span.start);
  }

  /** The number under which listings show a request, counted from 1 over the whole tape. */
  number(event: number): number {
    return this.#number.get(event);
  }

  has(event: number, flag: number): boolean {
    return (this.#flags.get(event) & flag) !== 0;
  }

  flag(event: number, flag: number): void {
    this.#flags.set(event, this.#flags.get(event) | flag);
  }

  /** Whether all is known that can be said for a call. */
  settled(call: number): boolean {
    return this.complete || this.reply.get(call) !== none;
  }
}

/** Whether an event is something that the server said. */
export function isOutput(role: Role): boolean {
  return role >= roles.ask;
}
