/**
 * Which recorded call a live request is: by key, in the order of recording, each once; then the repeat policy. A hash
 * only finds candidates, each is compared in full before it is taken: never another call's answer.
 */
import {
  isSubset,
  keyOf,
  none,
  occurrenceFor,
  type RepeatPolicy,
  type RequestKey,
  type Script,
  tableKeyOf,
} from "../match/index.ts";
import type { Message } from "../protocol/index.ts";
import { Bits } from "./bits.ts";
import type { TapeMap } from "./tape-map.ts";

/** Decides for the strategy `custom` whether a recorded request is the live one. Gets both as they were sent. */
export type CustomMatch = (live: Message, recorded: Message) => boolean;

export interface TakingOptions {
  readonly repeat: RepeatPolicy;
  readonly custom?: CustomMatch | undefined;
}

/** What a live request is. */
export type Taken =
  | {
      readonly call: number;
      /** The volatile values of the recorded request and of the live one, pair by pair. */
      readonly volatiles: readonly string[];
      readonly live: readonly string[];
    }
  /** Recorded this often, and used up. */
  | { readonly missed: "used-up" | "unknown"; readonly recorded: number }
  /** The rest of the tape may tell. */
  | "not-known-yet";

export class Taking {
  readonly #map: TapeMap;
  readonly #script: Script;
  readonly #options: TakingOptions;
  readonly #used = new Bits();
  /** By the first event of a chain: everything before this one is used. */
  readonly #from = new Map<number, number>();
  /** By key: how often it was asked beyond what was recorded. */
  readonly #beyond = new Map<string, number>();

  constructor(map: TapeMap, script: Script, options: TakingOptions) {
    this.#map = map;
    this.#script = script;
    this.#options = options;
  }

  isUsed(call: number): boolean {
    return this.#used.has(call);
  }

  use(call: number): void {
    this.#used.add(call);
  }

  /** The call was not the one after all: somebody else may take it. */
  giveBack(call: number): void {
    this.#used.delete(call);
    this.#from.clear();
  }

  take(message: Message, repeat: RepeatPolicy = this.#options.repeat): Taken {
    const { calls } = this.#script;
    const key = keyOf(message, this.#map.rules);
    const first = calls.first(this.#tableKey(message, key));
    const from = this.#from.get(first) ?? first;
    let skipped = true;
    for (let call = from; call !== none; call = calls.after(call)) {
      if (this.#used.has(call)) {
        if (skipped) this.#from.set(first, call);
        continue;
      }
      skipped = false;
      const volatiles = this.#compare(message, key, call);
      if (volatiles === undefined) {
        if (this.#map.rules.strategy === "sequential") break;
        continue;
      }
      if (!this.#isKnown(call)) return "not-known-yet";
      this.use(call);
      return { call, volatiles, live: key.volatiles };
    }
    return this.#script.complete ? this.#again(message, key, first, repeat) : "not-known-yet";
  }

  /** Recorded calls that are equal to one, in order, itself included. */
  *equals(message: Message): Generator<number, void, void> {
    const key = keyOf(message, this.#map.rules);
    const { calls } = this.#script;
    for (let call = calls.first(this.#tableKey(message, key)); call !== none; call = calls.after(call))
      if (this.#compare(message, key, call) !== undefined) yield call;
  }

  #again(message: Message, key: RequestKey, first: number, repeat: RepeatPolicy): Taken {
    if (first === none) return { missed: "unknown", recorded: 0 };
    const equal = [...this.equals(message)];
    const beyond = this.#beyond.get(key.text) ?? 0;
    const which = occurrenceFor(equal.length + beyond, equal.length, repeat);
    if (which === undefined)
      return { missed: equal.length > 0 ? "used-up" : "unknown", recorded: equal.length };
    if (this.#beyond.size < beyondMax || beyond > 0) this.#beyond.set(key.text, beyond + 1);
    const call = equal[which]!;
    return { call, volatiles: this.#compare(message, key, call) ?? [], live: key.volatiles };
  }

  #tableKey(message: Message, key: RequestKey): string {
    const { strategy } = this.#map.rules;
    const byKey = strategy === "method-and-params" || strategy === "exact";
    return byKey ? key.text : tableKeyOf(message, this.#map.rules);
  }

  /** A subscription speaks before it ends; of any other call the whole answer has to be known. */
  #isKnown(call: number): boolean {
    return (
      this.#script.settled(call) || this.#map.message(this.#script, call).method === "subscriptions/listen"
    );
  }

  /** The volatile values of the recorded request when it is the live one, else undefined. */
  #compare(live: Message, key: RequestKey, call: number): readonly string[] | undefined {
    const { rules } = this.#map;
    const recorded = this.#map.message(this.#script, call);
    if (recorded.method !== live.method) return undefined;
    switch (rules.strategy) {
      case "method":
      case "sequential":
        return [];
      case "custom":
        return this.#options.custom?.(live, recorded) ? [] : undefined;
      case "subset":
        return isSubset(paramsOf(live), paramsOf(recorded), rules) ? [] : undefined;
      default: {
        if (sameParams(live, recorded)) return key.volatiles;
        const other = keyOf(recorded, rules);
        return other.text === key.text ? other.volatiles : undefined;
      }
    }
  }
}

/** Keys that are counted beyond what was recorded; later ones count as asked for the first time. */
const beyondMax = 100_000;

const noParams = new Uint8Array([0x7b, 0x7d]);

function paramsOf(message: Message): Uint8Array {
  const span = message.spanAt("params");
  return span ? message.bytes.subarray(span.start, span.end) : noParams;
}

/** The usual case, for the price of a comparison of bytes. */
function sameParams(a: Message, b: Message): boolean {
  const ours = paramsOf(a);
  const theirs = paramsOf(b);
  if (ours.length !== theirs.length) return false;
  for (let i = 0; i < ours.length; i++) if (ours[i] !== theirs[i]) return false;
  return true;
}
