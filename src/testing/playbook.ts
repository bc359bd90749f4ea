/**
 * Tests as dialogues: what happens to a conversation (`>>`) and what it wants done about it (`<<`), in virtual time.
 *
 * ```ts
 * playbook([relay()])`
 *   >> client opened
 *   >> client {"jsonrpc":"2.0","id":1,"method":"ping"}
 *   << server {"jsonrpc":"2.0","id":1,"method":"ping"}
 *   >> server {"jsonrpc":"2.0","id":1,"result":{}}
 *   << client {"jsonrpc":"2.0","id":1,"result":{}}
 *   >> client closed
 *   << server close
 * `;
 * ```
 *
 * Lines that happen: `>> PORT MESSAGE`, `>> PORT opened {facts}`, `>> PORT closed {facts}` (the arrow may be left out of
 * these two), `>> answer VALUE` (to the oldest open `ask`; `#2 VALUE` to the second of the dialogue), `>> 250 ms pass`,
 * `>> end "reason"`. Lines that are expected: `<< PORT MESSAGE`, `<< PORT close {facts}`, `<< write PORT …`,
 * `<< ask QUESTION`, `<< wait 250 ms`, `!! NAME: message` for what a layer throws, and `== ended REASON`, which is
 * looked at only in dialogues that say it. An expected line that ends in `...` says how the line begins. `#` comments.
 */
import {
  Conversation,
  type ConversationOptions,
  type CoreEvent,
  type Effect,
  type Layer,
} from "../core/index.ts";
import { effectLine, type Line, parseDialogue } from "./dialogue.ts";
import { agree, diffLines } from "./diff.ts";

/** Holds a conversation with these layers to a dialogue; throws a {@link PlaybookMismatch} with the whole of both. */
export function playbook(
  layers: readonly Layer[],
  options: Omit<ConversationOptions, "layers"> = {},
): (text: TemplateStringsArray, ...values: unknown[]) => void {
  return (text, ...values) => {
    const lines = parseDialogue(String.raw({ raw: text.raw }, ...values.map(spell)));
    const expected = lines.map((line) => line.text);
    const player = new Player(new Conversation({ ...options, layers }), expected.some(tellsEnd));
    for (const line of lines) player.play(line);
    const happened = player.transcript;
    const same =
      expected.length === happened.length && expected.every((line, i) => agree(line, happened[i]!));
    if (!same) throw new PlaybookMismatch(expected, happened);
  };
}

/** Thrown when a conversation went another way than its dialogue says. */
export class PlaybookMismatch extends Error {
  override readonly name = "PlaybookMismatch";
  readonly expected: readonly string[];
  readonly happened: readonly string[];

  constructor(expected: readonly string[], happened: readonly string[]) {
    const lines = diffLines(expected, happened).map((line) => `  ${line}`);
    super(`the conversation went another way (- expected, + happened):\n${lines.join("\n")}`);
    this.expected = expected;
    this.happened = happened;
  }
}

class Player {
  readonly transcript: string[] = [];
  readonly #conversation: Conversation;
  readonly #tellsEnd: boolean;
  #now = 0;
  /** Strands by the number of their question, and those that wait by the time they are due. */
  readonly #asked: (number | undefined)[] = [];
  readonly #waiting: { readonly due: number; readonly strand: number }[] = [];

  constructor(conversation: Conversation, tells: boolean) {
    this.#conversation = conversation;
    this.#tellsEnd = tells;
  }

  play(line: Line): void {
    if (line.kind === "expected") return;
    this.transcript.push(line.text);
    if (line.kind === "event") this.#handle(line.event(this.#now));
    else if (line.kind === "answer") this.#answer(line.ask, line.value);
    else if (line.kind === "pass") this.#pass(line.ms);
    else this.#perform(() => this.#conversation.end(line.reason));
  }

  #answer(ask: number | undefined, value: unknown): void {
    const at = ask === undefined ? this.#asked.findIndex((strand) => strand !== undefined) : ask - 1;
    const strand = this.#asked[at];
    if (strand === undefined) {
      this.transcript.push("!! nothing waits for this answer");
      return;
    }
    this.#asked[at] = undefined;
    this.#handle({ kind: "answered", at: this.#now, strand, value });
  }

  #pass(ms: number): void {
    const end = this.#now + ms * 1000;
    for (;;) {
      this.#waiting.sort((a, b) => a.due - b.due);
      if (this.#waiting.length === 0 || this.#waiting[0]!.due > end) break;
      const { due, strand } = this.#waiting.shift()!;
      this.#now = due;
      this.#handle({ kind: "answered", at: due, strand, value: undefined });
    }
    this.#now = end;
  }

  #handle(event: CoreEvent): void {
    this.#perform(() => this.#conversation.handle(event));
  }

  #perform(act: () => Effect[]): void {
    const before = this.#conversation.ended;
    try {
      for (const effect of act()) {
        this.transcript.push(effectLine(effect));
        if (effect.kind === "ask") this.#asked.push(effect.strand);
        if (effect.kind === "wait")
          this.#waiting.push({ due: this.#now + effect.ms * 1000, strand: effect.strand });
      }
    } catch (error) {
      this.transcript.push(`!! ${String(error)}`);
    }
    const { ended } = this.#conversation;
    if (this.#tellsEnd && before === undefined && ended !== undefined)
      this.transcript.push(`== ended ${ended}`);
  }
}

function tellsEnd(line: string): boolean {
  return line.startsWith("==");
}

/** Strings stand as they are; anything else as JSON. */
function spell(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
