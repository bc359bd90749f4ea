/**
 * What the server asks of the client during a replay: live ids for recorded requests, and what it means when the live
 * answer is not the recorded one.
 */
import { encodeUtf8 } from "../base/index.ts";
import {
  type Bindings,
  type Difference,
  differenceOfValues,
  keyOf,
  none,
  pathSplices,
  roles,
  type Script,
  spliced,
} from "../match/index.ts";
import { idKeyOf, type Message } from "../protocol/index.ts";
import type { LiveCall } from "./live-call.ts";
import type { TapeMap } from "./tape-map.ts";

/**
 * - `ask`: the client is asked again. To another answer the recording goes on as it did for an equal call with that
 *   answer, if there is one; otherwise as recorded, and that is flagged.
 * - `compare`: the same, but without such a call it is a miss.
 * - `recorded`: the client is not asked; what it answered then stands.
 */
export const answerPolicies = ["ask", "compare", "recorded"] as const;

export type AnswerPolicy = (typeof answerPolicies)[number];

export interface OpenAsk {
  readonly ask: number;
  readonly id: string;
  /** The call during which it was asked; undefined when it was asked by itself. */
  readonly live: LiveCall | undefined;
}

/** Requests of the server that are open at once; the first of all is forgotten. */
const openAsksMax = 10_000;

export class Asking {
  readonly #open = new Map<string, OpenAsk>();
  /** Ids that were used; no id is used twice in a conversation. */
  readonly #ids = new Set<string>();
  #made = 0;

  /** The live id of a recorded request: its own where that is still free. */
  open(ask: number, recordedId: string, live: LiveCall | undefined): string {
    let id = recordedId;
    while (this.#ids.has(idKeyOf(id)!)) id = `"reelwire-${++this.#made}"`;
    this.#ids.add(idKeyOf(id)!);
    this.#open.set(idKeyOf(id)!, { ask, id, live });
    if (this.#open.size > openAsksMax) {
      const [oldest] = this.#open.keys();
      this.#open.delete(oldest!);
    }
    return id;
  }

  /** The open request that an answer names. */
  find(idKey: string): OpenAsk | undefined {
    return this.#open.get(idKey);
  }

  /** It is answered: another answer means nothing. */
  answered(idKey: string): void {
    this.#open.delete(idKey);
  }

  /** The live id of a recorded request that the server takes back. */
  idOf(ask: number): string | undefined {
    for (const open of this.#open.values()) if (open.ask === ask) return open.id;
    return undefined;
  }
}

/**
 * Where the client's answer differs from the recorded one; undefined when they are equal, or none was recorded. Values
 * that the client mints, as a task's id, are no difference.
 */
export function answerDifference(
  map: TapeMap,
  script: Script,
  ask: number,
  live: Message,
  bindings: Bindings,
): Difference | undefined {
  const answer = script.reply.get(ask);
  if (answer === none) return undefined;
  const recorded = map.message(script, answer);
  const task = live.rawAt(...taskPath);
  const minted = task?.startsWith('"') ? pathSplices(recorded, taskPath, task) : [];
  const expected = spliced(recorded, [...minted, ...bindings.splices(recorded)]);
  return differenceOfValues(contentOf(live), contentOf(expected), map.rules);
}

/** Where a client names the task that it made. */
export const taskPath = ["result", "task", "taskId"] as const;

/** The ask of another call that corresponds to this one, when that call is equal so far. */
export function sameAskOf(
  map: TapeMap,
  script: Script,
  ask: number,
  position: number,
  other: number,
): number {
  let left = position;
  for (let event = script.next.get(other); event !== none; event = script.next.get(event)) {
    if (script.role(event) !== roles.ask || --left > 0) continue;
    const key = keyOf(map.message(script, ask), map.rules).text;
    return keyOf(map.message(script, event), map.rules).text === key ? event : none;
  }
  return none;
}

/** What is compared: the result or the error, under its name, so that the one is never the other. */
function contentOf(message: Message): Uint8Array {
  const key = message.isError ? "error" : "result";
  return encodeUtf8(`{"${key}":${message.rawAt(key) ?? "null"}}`);
}
