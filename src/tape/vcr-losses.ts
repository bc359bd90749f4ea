/** What a `.vcr` file cannot hold, counted while one is written. */
export interface Loss {
  /** A word for machines. */
  readonly what: LossWord;
  readonly count: number;
  /** A sentence for people, after the count. */
  readonly says: string;
}

export const sayings = {
  "unreadable-lines": "lines of the tape could not be read",
  conversations: "messages belong to other conversations than the first",
  handshakes: "handshakes after the first were left out",
  handshake: "the tape holds no answered handshake; an empty one was put in its place",
  header: "facts of the tape's header (name, run or capture filter) were left out",
  transport: "the transport of the tape has no word of its own and is called sse",
  "server-requests": "requests of the server were left out",
  "client-notifications": "notifications of the client were left out",
  batches: "batches were left out",
  unanswered: "requests had no answer and were left out",
  "unasked-answers": "answers belong to no open request and were left out",
  "late-notifications": "notifications of the server were followed by no answer and were left out",
  "notification-times": "notifications keep their order but not their times",
  "odd-ids": "requests have an id that is neither text nor number and were left out",
  "redacted-numbers": "messages say 0 where a number was taken out, and not which it was",
  params: "params are neither object nor array and were left out",
  results: 'results are no objects and were wrapped as {"value": …}',
  "result-and-error": "answers carry both result and error; the error was kept",
  errors: "errors lack an integer code or a message; they were completed",
  "error-data": 'error data is no object and was wrapped as {"value": …}',
  "jsonrpc-version": "messages do not say jsonrpc 2.0; they do in the file",
  "odd-messages": "messages are no JSON-RPC",
  stderr: "pieces of the server's stderr were left out",
  noise: "texts and bytes that are no message were left out",
  processes: "facts about processes and connections were left out",
  http: "HTTP facts were left out",
  sse: "event-stream facts were left out",
  notes: "notes were left out",
  "other-lines": "lines of other kinds were left out",
} as const;

export type LossWord = keyof typeof sayings;

export class Losses {
  readonly #counts = new Map<LossWord, number>();

  add(what: LossWord, count = 1): void {
    if (count > 0) this.#counts.set(what, (this.#counts.get(what) ?? 0) + count);
  }

  /** In the order of the table above. */
  list(): Loss[] {
    const words = Object.keys(sayings) as LossWord[];
    return words
      .filter((what) => this.#counts.has(what))
      .map((what) => ({ what, count: this.#counts.get(what)!, says: sayings[what] }));
  }
}
