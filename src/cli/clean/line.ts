/**
 * One line of a tape, cleaned, whatever it is; and where in it something was found. Stderr is not cleaned here: it comes
 * in pieces that are looked at together.
 */
import { members, textAt } from "../../base/index.ts";
import { cleanEvent } from "../../record/index.ts";
import { numbersKey, type Redactor, sealKey } from "../../redact/index.ts";
import type { NoteFacts, TapeEvent } from "../../tape/index.ts";

type More = readonly (readonly [key: string, json: string])[];

/** Header members that name the recording and its state; no secret stands there. */
const plainMembers: ReadonlySet<string> = new Set([
  "reelwire",
  "id",
  "startedAt",
  "redaction",
  "previous",
  "part",
  "signer",
]);

/**
 * Whether a line may say more than its event: facts are read as values, and of a key that stands twice only the last is
 * one.
 */
export function hides({ sse, payload: { kind } }: TapeEvent): boolean {
  return sse !== undefined || kind === "open" || kind === "close" || kind === "note";
}

export class LineCleaner {
  readonly #redactor: Redactor;
  /** Where within a line the redactor looks now: what comes before its own pointers. */
  pointer = "";

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** A member of the header, as `editedHeader` asks for it. */
  member(key: string, json: string): string {
    return plainMembers.has(key) ? json : this.#member(key, json);
  }

  /** The same object when nothing was found. */
  event(event: TapeEvent): TapeEvent {
    const before = this.#redactor.count;
    const clean = this.#cleaned(event);
    return this.#redactor.count === before ? event : clean;
  }

  #cleaned(event: TapeEvent): TapeEvent {
    const { sse, more, ...rest } = event;
    const bare: TapeEvent = rest;
    const { payload } = bare;
    if (payload.kind === "stderr" || (payload.kind === "note" && this.#isOwnNote(payload.note))) return event;
    this.pointer = `/${payload.kind === "other" ? payload.key : payload.kind}`;
    const clean = cleanEvent(bare, this.#redactor);
    const cleanSse = sse && (JSON.parse(this.#member("sse", JSON.stringify(sse))) as typeof sse);
    const before = (more ?? []).map(([key, json]) => [key, this.#member(key, json)] as const);
    const cleanMore = clean === bare ? before : joined(...sealable(before, clean.more ?? []));
    return {
      ...clean,
      ...(cleanSse && { sse: cleanSse }),
      ...(cleanMore.length > 0 && { more: cleanMore }),
    };
  }

  /** Key and value together, because the key may say that its value is a secret. */
  #member(key: string, json: string): string {
    this.pointer = "";
    const clean = new TextEncoder().encode(this.#redactor.json(`{${JSON.stringify(key)}:${json}}`));
    for (const { start, end } of members(clean)) return textAt(clean, start, end);
    return json;
  }

  /** A note of an earlier cleaning counts kinds, and `secret` is one: its counts are no secrets. */
  #isOwnNote({ what, says, kinds, ...rest }: NoteFacts): boolean {
    if (what !== "redacted" || typeof kinds !== "object" || kinds === null) return false;
    if (Object.keys(rest).length > 0 || !/^\d{1,9} values? (was|were) taken out$/.test(says)) return false;
    return Object.entries(kinds).every(
      ([kind, count]) =>
        /^[a-z][a-z0-9-]{0,47}$/.test(kind) &&
        Number.isSafeInteger(count) &&
        this.#redactor.text(kind) === kind,
    );
  }
}

/**
 * A seal of what the line was holds no more; and of a line from which something was taken out before, nobody here knows
 * who did it, so it gets none.
 */
function sealable(before: More, added: More): [before: More, added: More] {
  const isForeign = before.some(([key]) => key === numbersKey || key === sealKey);
  const unsealed = (keys: More): More => keys.filter(([key]) => key !== sealKey);
  return [unsealed(before), isForeign ? unsealed(added) : added];
}

/** Keys of a line with those that cleaning adds: numbers that were taken out before and now are one list. */
function joined(before: More, added: More): More {
  const all = new Map(before);
  for (const [key, json] of added) {
    const old = all.get(key);
    all.set(key, key === numbersKey && old !== undefined ? joinedLists(old, json) : json);
  }
  return [...all];
}

function joinedLists(a: string, b: string): string {
  const [first, second] = [JSON.parse(a), JSON.parse(b)] as unknown[];
  return JSON.stringify([...(Array.isArray(first) ? first : []), ...(Array.isArray(second) ? second : [])]);
}
