/**
 * Tasks as state machines: how often a client polls is its own affair, so the n-th poll is not the n-th recorded one.
 * A poll gets the next recorded state that what has happened to the task allows, and the last one again after that
 * (MCP 2025-11-25, tasks; extension io.modelcontextprotocol/tasks).
 */
import { none, type Script } from "../match/index.ts";
import type { Stage } from "./stage.ts";
import type { Taking } from "./taking.ts";

/** Tasks whose state is followed; the first of all is forgotten. */
const tasksMax = 100_000;

export class Polls {
  readonly #script: Script;
  /** By task id: the last event that changed its state. */
  readonly #facts = new Map<string, number>();

  constructor(script: Script) {
    this.#script = script;
  }

  /** Something happened to a task: its result was asked for, it was cancelled or given input, its state was told. */
  happened(task: string | undefined, event: number): void {
    if (task === undefined || event < (this.#facts.get(task) ?? 0)) return;
    this.#facts.set(task, event);
    if (this.#facts.size <= tasksMax) return;
    const [oldest] = this.#facts.keys();
    this.#facts.delete(oldest!);
  }

  /**
   * The recorded poll that answers a live one; `equals` are the answered ones of this task, in order. One that was used
   * may be the wrong one as long as more of the tape is to be known.
   */
  next(
    task: string | undefined,
    equals: readonly number[],
    stage: Stage,
    taking: Taking,
  ): number | undefined {
    const fact = task === undefined ? undefined : this.#facts.get(task);
    let last: number | undefined;
    for (const call of equals) {
      const changed = this.#script.link.get(call);
      if (changed !== none && !stage.hasHappened(changed)) break;
      last = call;
      if (!taking.isUsed(call) && (fact === undefined || call > fact)) return call;
    }
    // Nothing new: the state that was told last, and the first one for who was told nothing yet.
    return last ?? equals[0];
  }
}
