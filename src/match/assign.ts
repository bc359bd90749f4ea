/**
 * Which recorded conversation a live one plays: the first unused one of the same client, else the first unused; when
 * none is left, the repeat policy decides, among those of the same client where there are any.
 */
import { occurrenceFor, type RepeatPolicy } from "./repeat.ts";

export class Assignment {
  readonly #policy: RepeatPolicy;
  readonly #used = new Set<number>();
  /** How often somebody asked when none was left, by who it was. */
  readonly #beyond = new Map<string | undefined, number>();

  constructor(policy: RepeatPolicy) {
    this.#policy = policy;
  }

  /** `clients` says for each recorded conversation who its client was; undefined: none is left. */
  take(client: string | undefined, clients: readonly (string | undefined)[]): number | undefined {
    const all = clients.map((_, i) => i);
    const same = client === undefined ? [] : all.filter((i) => clients[i] === client);
    const chosen = same.find((i) => !this.#used.has(i)) ?? all.find((i) => !this.#used.has(i));
    if (chosen === undefined) return this.#again(client, same.length > 0 ? same : all);
    this.#used.add(chosen);
    return chosen;
  }

  #again(client: string | undefined, candidates: readonly number[]): number | undefined {
    const beyond = this.#beyond.get(client) ?? 0;
    if (this.#beyond.size < clientsMax || beyond > 0) this.#beyond.set(client, beyond + 1);
    const which = occurrenceFor(candidates.length + beyond, candidates.length, this.#policy);
    return which === undefined ? undefined : candidates[which];
  }
}

/** Clients that are counted apart; later ones count as asking for the first time. */
const clientsMax = 10_000;
