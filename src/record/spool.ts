import { Arena, type EntryKind } from "./arena.ts";

/** The size of one arena, in bytes. */
export const arenaBytes = 1024 * 1024;
/** How many there are at the most; made when first needed. What waits for the writer is never more than this. */
export const arenasMax = 8;
/** The longest chunk that is put at once, in bytes: what a source may read in one go. */
export const chunkBytesMax = 256 * 1024;
/** How long an arena collects before it is handed over, in milliseconds. */
export const handoverMs = 25;

/** Where a full arena goes: a worker that gives the buffer back when its bytes are written. */
export type HandOver = (buffer: ArrayBuffer, used: number) => void;

/**
 * A few arenas between the wire and the tape's writer. `put` always takes the chunk; it answers false when no arena
 * is free for the next one, and then the sources pause until `onRoom`: never grow, never drop. Few large ones would
 * do as well for a steady stream, but a source that has to wait waits for a whole one.
 */
export class Spool {
  readonly #handOver: HandOver;
  readonly #onRoom: () => void;
  #current = new Arena(new ArrayBuffer(arenaBytes));
  #made = 1;
  /** Arenas that are empty and not with the writer. */
  readonly #free: ArrayBuffer[] = [];
  #full = false;

  constructor(handOver: HandOver, onRoom: () => void) {
    this.#handOver = handOver;
    this.#onRoom = onRoom;
  }

  /** Takes one chunk of at most {@link chunkBytesMax} bytes; false: pause until there is room. */
  put(at: number, kind: EntryKind, bytes: Uint8Array): boolean {
    this.#current.put(at, kind, bytes);
    if (this.#current.fits(chunkBytesMax)) return true;
    this.#full = !this.flush();
    return !this.#full;
  }

  /** Hands over what is there, however little; false: the writer still has all the others. */
  flush(): boolean {
    if (this.#current.used === 0) return true;
    const next = this.#free.pop() ?? this.#make();
    if (!next) return false;
    const { buffer, used } = this.#current;
    this.#current = new Arena(next);
    this.#handOver(buffer, used);
    return true;
  }

  /** Hands over the rest: nothing is put any more. */
  end(): void {
    const { buffer, used } = this.#current;
    if (used > 0) this.#handOver(buffer, used);
  }

  /** Takes an arena back from the writer. */
  giveBack(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
    if (this.#full) this.#goOn();
  }

  /** The writer is gone and will give nothing back: lets paused sources go on. */
  abandon(): void {
    this.#made = 0;
    if (this.#full) this.#goOn();
  }

  #goOn(): void {
    this.#full = false;
    this.flush();
    this.#onRoom();
  }

  #make(): ArrayBuffer | undefined {
    if (this.#made >= arenasMax) return undefined;
    this.#made++;
    return new ArrayBuffer(arenaBytes);
  }
}
