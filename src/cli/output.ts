/**
 * Writing results: waits while the reader is slow, so that a long listing stays in bounded memory, and stops as soon
 * as nobody wants more.
 */
import { once } from "node:events";
import type { Call } from "./command.ts";

/** How much is gathered before it is written, in characters. */
const gatheredCharsMax = 16 * 1024;

export class Output {
  readonly #call: Call;
  readonly #beforeWrite: () => void;
  #gathered = "";

  /** `beforeWrite` clears what stands on the terminal's line meanwhile. */
  constructor(call: Call, beforeWrite: () => void = () => {}) {
    this.#call = call;
    this.#beforeWrite = beforeWrite;
  }

  /** Adds text. Throws the signal's reason when the call was stopped. */
  async write(text: string): Promise<void> {
    this.#gathered += text;
    if (this.#gathered.length >= gatheredCharsMax) await this.flush();
  }

  async line(text = ""): Promise<void> {
    await this.write(`${text}\n`);
  }

  async flush(): Promise<void> {
    this.#call.signal.throwIfAborted();
    const text = this.#gathered;
    this.#gathered = "";
    if (text === "") return;
    this.#beforeWrite();
    if (this.#call.stdout.write(text)) return;
    await once(this.#call.stdout, "drain", { signal: this.#call.signal });
  }
}
