/**
 * Requests of several rounds: a call ends in `input_required`, the client asks again with its answers and the state
 * that it was handed, and both are one operation (MCP 2026-07-28, multi round-trip requests).
 */
import { retryKeys } from "../match/index.ts";
import type { Message } from "../protocol/index.ts";

/** Operations that wait for their next round; the first of all is forgotten. */
const waitingMax = 10_000;

interface Waiting {
  readonly call: number;
  readonly key: string;
  /** The JSON text of `requestState`, undefined when there was none. */
  readonly state: string | undefined;
}

/** Calls that may take several rounds. */
const methods: ReadonlySet<string> = new Set(["tools/call", "prompts/get", "resources/read"]);

export function mayHaveRounds(method: string): boolean {
  return methods.has(method);
}

export class Rounds {
  readonly #waiting: Waiting[] = [];

  /** A result was sent: when it asks for input, its operation waits for the retry. */
  sent(call: number, key: string | undefined, result: Message): void {
    if (key === undefined || result.rawAt("result", "resultType") !== '"input_required"') return;
    this.#waiting.push({ call, key, state: result.rawAt("result", retryKeys.state) });
    if (this.#waiting.length > waitingMax) this.#waiting.shift();
  }

  /** The recorded call of which this request is the next round; undefined when nobody waits for it. */
  find(key: string, request: Message): number | undefined {
    return this.#waiting[this.#indexOf(key, request)]?.call;
  }

  /** The next round has begun: nobody waits for it any more. */
  take(key: string, request: Message): void {
    const at = this.#indexOf(key, request);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #indexOf(key: string, request: Message): number {
    const state = request.rawAt("params", retryKeys.state);
    return this.#waiting.findIndex((one) => one.key === key && one.state === state);
  }
}
