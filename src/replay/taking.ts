/**
 * Which recorded call a live request is: by key, in the order of recording, each once; then the repeat policy. A hash
 * only finds candidates, each is compared in full before it is taken: never another call's answer.
 */
import { placeholderStart, type Span } from "../base/index.ts";
import {
  differenceOf,
  hashOf,
  isSubset,
  keyOf,
  type MatchRules,
  none,
  occurrenceFor,
  type RepeatPolicy,
  type RequestKey,
  type Script,
  tableHashOf,
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
  /** Recorded calls that differ only in secrets, and nobody can tell here which of them it is. */
  | { readonly missed: "secret"; readonly recorded: number }
  /** The rest of the tape may tell. */
  | "not-known-yet";

export class Taking {
  readonly #map: TapeMap;
  readonly #script: Script;
  readonly #options: TakingOptions;
  readonly #used = new Bits();
  /** By the first event of a chain: everything before this one is used. */
  readonly #from = new Map<number, number>();
  /** By key: the recorded calls that are equal, once the whole tape is known. */
  readonly #equals = new Map<string, readonly number[]>();
  #equalsHeld = 0;
  /** By key: the recorded requests that differ only in their secrets. */
  readonly #secrets = new Map<string, readonly string[]>();
  /** By method: the recorded calls in which secrets were taken out. */
  readonly #withSecrets = new Map<string, readonly number[]>();
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
    const live = new LiveRequest(message, this.#map.rules);
    const first = calls.first(tableHashOf(message, this.#map.rules));
    const from = this.#from.get(first) ?? first;
    let skipped = true;
    for (let call = from; call !== none; call = calls.after(call)) {
      if (this.#used.has(call)) {
        if (skipped) this.#from.set(first, call);
        continue;
      }
      skipped = false;
      const volatiles = this.#compare(live, call);
      if (volatiles === undefined) {
        if (this.#map.rules.strategy === "sequential") break;
        continue;
      }
      if (!this.#isKnown(call)) return "not-known-yet";
      if (this.#map.rules.byShape) {
        if (!this.#script.complete) return "not-known-yet";
        const secrets = this.#secretsOf(live);
        if (secrets.length > 1 && !secrets.includes(live.exactly))
          return { missed: "secret", recorded: secrets.length };
        if (secrets.length > 1 && this.#exactly(call) !== live.exactly) continue;
      }
      this.use(call);
      return { call, volatiles, live: live.volatiles };
    }
    if (!this.#script.complete) return "not-known-yet";
    const again = this.#again(live, first, repeat);
    return typeof again === "object" && "missed" in again && again.missed === "unknown"
      ? (this.#bySecret(live) ?? again)
      : again;
  }

  /** A secret that nothing but its digest tells: the recorded calls with secrets are gone over one by one. */
  #bySecret(live: LiveRequest): Taken | undefined {
    const { rules } = this.#map;
    if (!rules.sameSecret || rules.strategy !== "method-and-params") return undefined;
    for (const call of this.#callsWithSecrets(live.message.method ?? "")) {
      if (this.#used.has(call) || differenceOf(live.message, this.#map.message(this.#script, call), rules))
        continue;
      this.use(call);
      return { call, volatiles: [], live: [] };
    }
    return undefined;
  }

  #callsWithSecrets(method: string): readonly number[] {
    const known = this.#withSecrets.get(method);
    if (known) return known;
    const { callsOf } = this.#script;
    const found: number[] = [];
    for (let call = callsOf.first(hashOf(method)); call !== none; call = callsOf.after(call))
      if (this.#map.message(this.#script, call).text.includes(placeholderStart)) found.push(call);
    if (this.#withSecrets.size >= secretsMax) this.#withSecrets.clear();
    this.#withSecrets.set(method, found);
    return found;
  }

  /** Recorded calls that are equal to one, in order, itself included. */
  *equals(message: Message): Generator<number, void, void> {
    const live = new LiveRequest(message, this.#map.rules);
    const { calls } = this.#script;
    const first = calls.first(tableHashOf(message, this.#map.rules));
    for (let call = first; call !== none; call = calls.after(call))
      if (this.#compare(live, call) !== undefined) yield call;
  }

  /** The recorded calls that have the shape of a live one, as texts that tell their secrets apart. */
  #secretsOf(live: LiveRequest): readonly string[] {
    if (!live.key.text.includes(placeholderStart)) return [];
    const known = this.#secrets.get(live.key.text);
    if (known) return known;
    const secrets = [...new Set(this.#equalsOf(live).map((call) => this.#exactly(call)))];
    if (this.#secrets.size >= secretsMax) this.#secrets.clear();
    this.#secrets.set(live.key.text, secrets);
    return secrets;
  }

  #exactly(call: number): string {
    return keyOf(this.#map.message(this.#script, call), { ...this.#map.rules, byShape: false }).text;
  }

  #again(live: LiveRequest, first: number, repeat: RepeatPolicy): Taken {
    if (first === none) return { missed: "unknown", recorded: 0 };
    const equal = this.#equalsOf(live);
    const beyond = this.#beyond.get(live.key.text) ?? 0;
    const which = occurrenceFor(equal.length + beyond, equal.length, repeat);
    if (which === undefined)
      return { missed: equal.length > 0 ? "used-up" : "unknown", recorded: equal.length };
    if (this.#beyond.size < beyondMax || beyond > 0) this.#beyond.set(live.key.text, beyond + 1);
    const call = equal[which]!;
    return { call, volatiles: this.#compare(live, call) ?? [], live: live.volatiles };
  }

  /** The same, found once for each key: a call that is made again and again does not go over all recorded ones. */
  #equalsOf(live: LiveRequest): readonly number[] {
    const known = this.#equals.get(live.key.text);
    if (known) return known;
    const equal = [...this.equals(live.message)];
    this.#equalsHeld += equal.length + 1;
    if (this.#equalsHeld > equalsMax) {
      this.#equals.clear();
      this.#equalsHeld = equal.length + 1;
    }
    this.#equals.set(live.key.text, equal);
    return equal;
  }

  /** A subscription speaks before it ends; of any other call the whole answer has to be known. */
  #isKnown(call: number): boolean {
    return (
      this.#script.settled(call) || this.#map.message(this.#script, call).method === "subscriptions/listen"
    );
  }

  /** The volatile values of the recorded request when it is the live one, else undefined. */
  #compare(live: LiveRequest, call: number): readonly string[] | undefined {
    const { rules } = this.#map;
    const recorded = this.#map.message(this.#script, call);
    const byValue = rules.strategy === "method-and-params" || rules.strategy === "exact";
    if (byValue && sameButId(live.message, recorded, this.#script.idSpan(call))) return live.volatiles;
    if (recorded.method !== live.message.method) return undefined;
    switch (rules.strategy) {
      case "method":
      case "sequential":
        return [];
      case "custom":
        return this.#options.custom?.(live.message, recorded) ? [] : undefined;
      case "subset":
        return isSubset(paramsOf(live.message), paramsOf(recorded), rules) ? [] : undefined;
      default: {
        const other = keyOf(recorded, rules);
        return other.text === live.key.text ? other.volatiles : undefined;
      }
    }
  }
}

/** A live request, and its key when bytes alone do not tell. */
class LiveRequest {
  readonly message: Message;
  readonly #rules: MatchRules;
  #key: RequestKey | undefined;

  constructor(message: Message, rules: MatchRules) {
    this.message = message;
    this.#rules = rules;
  }

  get key(): RequestKey {
    this.#key ??= keyOf(this.message, this.#rules);
    return this.#key;
  }

  /** The key that tells secrets apart. */
  get exactly(): string {
    return keyOf(this.message, { ...this.#rules, byShape: false }).text;
  }

  get volatiles(): readonly string[] {
    return this.#rules.volatile.length === 0 ? [] : this.key.volatiles;
  }
}

/** Keys whose secrets are remembered. */
const secretsMax = 10_000;
/** Calls in lists of equal ones that are remembered; then the lists are made again. */
const equalsMax = 1_000_000;
/** Keys that are counted beyond what was recorded; later ones count as asked for the first time. */
const beyondMax = 100_000;

const noParams = new Uint8Array([0x7b, 0x7d]);

function paramsOf(message: Message): Uint8Array {
  const span = message.spanAt("params");
  return span ? message.bytes.subarray(span.start, span.end) : noParams;
}

/** The usual case, for the price of a comparison of bytes: the same client wrote both, and gave another id. */
function sameButId(live: Message, recorded: Message, theirs: Span | undefined): boolean {
  const ours = live.idSpan;
  if (!ours || !theirs || ours.start !== theirs.start) return false;
  const a = live.bytes;
  const b = recorded.bytes;
  return (
    Buffer.compare(a.subarray(0, ours.start), b.subarray(0, theirs.start)) === 0 &&
    Buffer.compare(a.subarray(ours.end), b.subarray(theirs.end)) === 0
  );
}
