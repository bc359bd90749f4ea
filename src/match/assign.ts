/**
 * Which recorded conversation a live one plays: the first unused one of the same client, else the first unused; when
 * none is left, the repeat policy decides.
 */
import { occurrenceFor, type RepeatPolicy } from "./repeat.ts";

export class Assignment {
  readonly #policy: RepeatPolicy;
  readonly #used = new Set<number>();
  #asked = 0;

  constructor(policy: RepeatPolicy) {
    this.#policy = policy;
  }

  /** `clients` says for each recorded conversation who its client was; undefined: none is left. */
  take(client: string | undefined, clients: readonly (string | undefined)[]): number | undefined {
    const asked = this.#asked++;
    const free = clients.map((_, i) => i).filter((i) => !this.#used.has(i));
    const chosen = free.find((i) => client !== undefined && clients[i] === client) ?? free[0];
    if (chosen === undefined) return occurrenceFor(asked, clients.length, this.#policy);
    this.#used.add(chosen);
    return chosen;
  }
}
