/** What a miss names: the recorded call that is most like a live request. */
import { targetOf } from "../filter/index.ts";
import { type Difference, hashOf, nearestOf, none, type Script } from "../match/index.ts";
import type { Message } from "../protocol/index.ts";
import type { NearestCall } from "./findings.ts";
import type { TapeMap } from "./tape-map.ts";

/** Recorded calls of one method that are looked at for one miss: the first of them, and those that nobody made yet. */
const lookedMax = 1000;
/** How much of a name is told, in characters. */
const targetCharsMax = 500;

/** A recorded call with the event that it is. */
export type FoundCall = NearestCall & { readonly event: number };

export class Likeness {
  readonly #map: TapeMap;
  readonly #script: Script;
  readonly #isUsed: (call: number) => boolean;

  constructor(map: TapeMap, script: Script, isUsed: (call: number) => boolean) {
    this.#map = map;
    this.#script = script;
    this.#isUsed = isUsed;
  }

  /** Of the calls of the same method, those of the same target first, then the others. */
  nearestTo(request: Message): FoundCall | undefined {
    const target = targetOf(request);
    const alike: number[] = [];
    const others: number[] = [];
    for (const call of this.#candidates(request.method ?? "")) {
      const isAlike = targetOf(this.#map.message(this.#script, call)) === target;
      (isAlike ? alike : others).push(call);
    }
    const { rules } = this.#map;
    const found =
      nearestOf(request, this.#requests(alike), rules) ?? nearestOf(request, this.#requests(others), rules);
    return found && this.found(found.candidate, found.difference);
  }

  found(call: number, difference: Difference | undefined): FoundCall {
    const named = namesOf(this.#map.message(this.#script, call));
    return { event: call, call: this.#script.number(call), ...named, difference };
  }

  /** What comes next in the recording is most likely meant, then what came first. */
  #candidates(method: string): number[] {
    const { callsOf } = this.#script;
    const unused: number[] = [];
    const first: number[] = [];
    for (let call = callsOf.first(hashOf(method)); call !== none; call = callsOf.after(call)) {
      if (!this.#isUsed(call)) unused.push(call);
      else if (first.length < lookedMax / 2) first.push(call);
      if (unused.length >= lookedMax / 2) break;
    }
    return [...unused, ...first];
  }

  *#requests(calls: readonly number[]): Generator<readonly [number, Message], void, void> {
    for (const call of calls) yield [call, this.#map.message(this.#script, call)];
  }
}

/** How a request is named to people. */
export function namesOf(request: Message): { method: string; target: string | undefined } {
  const target = targetOf(request)?.slice(0, targetCharsMax);
  return { method: (request.method ?? "").slice(0, targetCharsMax), target };
}
