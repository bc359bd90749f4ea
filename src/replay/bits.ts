/** A set of event numbers, one bit each. */
export class Bits {
  #words = new Uint32Array(64);

  has(i: number): boolean {
    return ((this.#words[i >>> 5] ?? 0) & (1 << (i & 31))) !== 0;
  }

  add(i: number): void {
    const word = i >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(word + 1, this.#words.length * 2));
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[word]! |= 1 << (i & 31);
  }

  delete(i: number): void {
    const word = i >>> 5;
    if (word < this.#words.length) this.#words[word]! &= ~(1 << (i & 31));
  }
}
