/**
 * The performer: gives a conversation what its links say and does what it wants done. The only loop of the program
 * that touches time and links, and the same in real and in virtual time. Pairs with `core/conversation.ts`.
 *
 * Reading is bounded by writing: after a message, a port is read again when what it led to was taken by the links
 * and the tape, and when not too much waits at the port (see `Conversation.crowded`).
 */
import { AssertionError, assert, type Clock } from "../base/index.ts";
import type { Conversation, CoreEvent, Effect, Link, LinkEvent, Port, SideFacts } from "../core/index.ts";
import type { Message } from "../protocol/index.ts";

export interface RunOptions {
  readonly clock: Clock;
  /** Takes what goes on the tape, in order; the promise is for when it can take more. */
  readonly onWrite?: (event: LinkEvent) => void | Promise<void>;
  /** Answers what a layer asks. Expected outcomes are values: what it throws ends the conversation and the run. */
  readonly answer?: (question: unknown) => unknown;
  /** Ends the conversation. */
  readonly signal?: AbortSignal;
  /** At the end, waits for links to take what was sent for as long as the signal does not end that too. */
  readonly patient?: boolean;
}

/** How long the end waits for links to take what was sent, in milliseconds. */
export const closeMsMax = 5_000;

/** Runs a conversation until it has ended and its links are closed; resolves to the reason. */
export function run(
  conversation: Conversation,
  links: Readonly<Record<Port, Link>>,
  options: RunOptions,
): Promise<string> {
  return new Performer(conversation, links, options).run();
}

class Performer {
  readonly #conversation: Conversation;
  readonly #links: ReadonlyMap<Port, Link>;
  readonly #options: RunOptions;
  readonly #start: number;
  readonly #iterators: AsyncIterator<Message, SideFacts>[] = [];
  readonly #timers = new Map<number, () => void>();
  readonly #over = Promise.withResolvers<void>();
  #crowd: (() => void)[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(conversation: Conversation, links: Readonly<Record<Port, Link>>, options: RunOptions) {
    this.#conversation = conversation;
    this.#links = new Map(Object.entries(links));
    this.#options = options;
    this.#start = options.clock.now();
  }

  async run(): Promise<string> {
    const { signal } = this.#options;
    const abort = () => this.#guard(() => this.#perform(this.#conversation.end("stopped")));
    if (signal?.aborted) abort();
    signal?.addEventListener("abort", abort);
    for (const [port, link] of this.#links) {
      this.#guard(() => this.#handle({ kind: "opened", at: this.#at(), port, facts: link.facts ?? {} }));
    }
    for (const [port, link] of this.#links) this.#listen(port, link).catch((error) => this.#fail(error));
    await this.#over.promise;
    signal?.removeEventListener("abort", abort);
    await this.#closeAll();
    if (this.#failure) throw this.#failure.error;
    return this.#conversation.ended!;
  }

  async #listen(port: Port, link: Link): Promise<void> {
    const iterator = link[Symbol.asyncIterator]();
    this.#iterators.push(iterator);
    while (this.#conversation.ended === undefined) {
      const result = await iterator.next().catch(endedBy);
      const at = this.#at();
      if (result.done) {
        await this.#handle({ kind: "closed", at, port, facts: result.value });
        return;
      }
      await this.#handle({ kind: "received", at, port, message: result.value });
      while (this.#conversation.crowded(port) && this.#conversation.ended === undefined) {
        await new Promise<void>((go) => this.#crowd.push(go));
      }
    }
  }

  /** The promise, if any, is for when what the event led to has been taken. */
  #handle(event: CoreEvent): Promise<unknown> | undefined {
    return this.#perform(this.#conversation.handle(event));
  }

  #perform(effects: readonly Effect[]): Promise<unknown> | undefined {
    const taken: Promise<unknown>[] = [];
    for (const effect of effects) {
      const promise = this.#do(effect);
      if (promise) taken.push(promise);
    }
    if (this.#conversation.ended !== undefined) this.#over.resolve();
    return taken.length > 1 ? Promise.all(taken) : taken[0];
  }

  #do(effect: Effect): Promise<unknown> | undefined {
    switch (effect.kind) {
      case "send":
        return this.#link(effect.port).send(effect.message);
      case "close":
        this.#link(effect.port)
          .close(effect.facts)
          .catch((error) => this.#fail(error));
        return undefined;
      case "write":
        return this.#options.onWrite?.(effect.event) ?? undefined;
      case "ask":
        this.#ask(effect.strand, effect.question).catch((error) => this.#fail(error));
        return undefined;
      case "wait":
        this.#timers.set(
          effect.strand,
          this.#options.clock.after(effect.ms, () => this.#wake(effect.strand)),
        );
        return undefined;
    }
  }

  async #ask(strand: number, question: unknown): Promise<void> {
    const { answer } = this.#options;
    assert(answer, "somebody answers what the layers of a conversation ask");
    const value = await answer(question);
    await this.#answered(strand, value);
  }

  #wake(strand: number): void {
    this.#timers.delete(strand);
    this.#guard(() => this.#answered(strand, undefined));
  }

  #answered(strand: number, value: unknown): Promise<unknown> | undefined {
    const taken = this.#handle({ kind: "answered", at: this.#at(), strand, value });
    this.#letRead();
    return taken;
  }

  #letRead(): void {
    const waiting = this.#crowd;
    this.#crowd = [];
    for (const go of waiting) go();
  }

  /** What fails at once or later ends the run. */
  #guard(act: () => Promise<unknown> | undefined): void {
    try {
      act()?.catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#guard(() => this.#perform(this.#conversation.end("the program failed")));
    this.#over.resolve();
  }

  async #closeAll(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel();
    this.#letRead();
    const reason = this.#conversation.ended!;
    const closed = Promise.allSettled([...this.#links.values()].map((link) => link.close({ reason })));
    const late = Promise.withResolvers<void>();
    let cancel = (): void => {};
    const hurry = (): void => {
      cancel = this.#options.clock.after(closeMsMax, late.resolve);
    };
    const { patient, signal } = this.#options;
    if (patient && signal && !signal.aborted) signal.addEventListener("abort", hurry, { once: true });
    else hurry();
    await Promise.race([closed, late.promise]);
    signal?.removeEventListener("abort", hurry);
    cancel();
    for (const iterator of this.#iterators) iterator.return?.()?.catch(() => {});
  }

  #link(port: Port): Link {
    const link = this.#links.get(port);
    assert(link, `the port that a layer speaks to has a link: ${port}`);
    return link;
  }

  #at(): number {
    return this.#options.clock.now() - this.#start;
  }
}

/** A link that throws against its contract has ended, with what it threw as the reason. */
function endedBy(error: unknown): IteratorReturnResult<SideFacts> {
  if (error instanceof AssertionError) throw error;
  return { done: true, value: { reason: error instanceof Error ? error.message : String(error) } };
}
