import { Arena, type EntryKind } from "./arena.ts";

/** The size of one arena, in bytes; two exist, so this bounds what a kill can lose to twice as much. */
export const arenaBytes = 1024 * 1024;
/** The longest chunk that is put at once, in bytes: what a source may read in one go. */
export const chunkBytesMax = 256 * 1024;
/** How long an arena collects before it is handed over, in milliseconds. */
export const handoverMs = 25;

/** Where a full arena goes: a worker that gives the buffer back when its bytes are written. */
export type HandOver = (buffer: ArrayBuffer, used: number) => void;

/**
 * Two arenas between the wire and the tape's writer. `put` always takes the chunk; it answers false when no arena
 * is free for the next one, and then the sources pause until `onRoom`: never grow, never drop.
 */
export class Spool {
  readonly #handOver: HandOver;
  readonly #onRoom: () => void;
  #current: Arena | undefined = new Arena(new ArrayBuffer(arenaBytes));
  #spare: ArrayBuffer | undefined = new ArrayBuffer(arenaBytes);
  #full = false;

  constructor(handOver: HandOver, onRoom: () => void) {
    this.#handOver = handOver;
    this.#onRoom = onRoom;
  }

  /** Takes one chunk of at most {@link chunkBytesMax} bytes; false: pause until there is room. */
  put(at: number, kind: EntryKind, bytes: Uint8Array): boolean {
    this.#current!.put(at, kind, bytes);
    if (this.#current!.fits(chunkBytesMax)) return true;
    this.flush();
    if (this.#current) return true;
    this.#full = true;
    return false;
  }

  /** Hands over what is there, however little. */
  flush(): void {
    const full = this.#current;
    if (!full || full.used === 0) return;
    this.#current = this.#spare && new Arena(this.#spare);
    this.#spare = undefined;
    this.#handOver(full.buffer, full.used);
  }

  /** The writer is gone and will give nothing back: lets paused sources go on. */
  abandon(): void {
    this.#current ??= new Arena(new ArrayBuffer(arenaBytes));
    if (this.#full) this.#onRoom();
    this.#full = false;
  }

  /** Takes an arena back from the writer. */
  giveBack(buffer: ArrayBuffer): void {
    if (this.#current) this.#spare = buffer;
    else this.#current = new Arena(buffer);
    if (!this.#full) return;
    this.#full = false;
    this.#onRoom();
  }
}
