/** Two words of 32 bits. */
export type Hash = readonly [low: number, high: number];

/**
 * A 64-bit hash of a key, as two words: only to find candidates quickly, which are then compared in full. Two
 * independent multiplicative hashes over the UTF-16 code units, mixed at the end as in MurmurHash3 (A. Appleby, 2011).
 */
export function hashOf(text: string): Hash {
  let low = 0xdeadbeef ^ text.length;
  let high = 0x41c6ce57 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    low = Math.imul(low ^ c, 0x9e3779b1);
    high = Math.imul(high ^ c, 0x5f356495);
  }
  return [mixed(low, high), mixed(high, low)];
}

function mixed(a: number, b: number): number {
  let word = Math.imul(a ^ (a >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35) ^ Math.imul(b ^ (b >>> 15), 0x27d4eb2f);
  return (word ^ (word >>> 16)) >>> 0;
}
