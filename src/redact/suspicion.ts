/**
 * A quick look at a text: whether anything in it may be a secret. Most texts are none, and this decides in one pass over
 * their characters what they cost. Errs to the safe side: what is let through here is looked at by nobody.
 */
import { namesSecretBefore } from "./assignments.ts";

/** Credentials have at least so many characters of one run. */
const runMin = 16;

/** Kinds of characters: 1 a small letter, 2 a capital, 3 a digit, 4 another one of base64, 5 and more looked at. */
const mark = 5;
const percent = 6;
const dash = 7;
const at = 8;
const kinds = table();

export function isSuspicious(text: string): boolean {
  let run = 0;
  // Whether the run has a capital or a digit: a long word or a path has none.
  let mixed = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    const kind = c < 128 ? kinds[c]! : 0;
    if (kind === 0) {
      run = 0;
      mixed = false;
      continue;
    }
    if (kind <= 4 || kind === dash) {
      run++;
      if (kind === 2 || kind === 3) mixed = true;
      if (run >= runMin && mixed) return true;
      if (kind === dash && isFlag(text, i)) return true;
      continue;
    }
    run = 0;
    mixed = false;
    if (kind === mark && namesSecretBefore(text, i)) return true;
    if (kind === percent && isEncoded(text, i)) return true;
    // A password in a URL: short ones are found by their place alone.
    if (kind === at && text.slice(Math.max(0, i - userInfoMax), i).includes("://")) return true;
  }
  return false;
}

const userInfoMax = 300;

/** Two dashes, or one after a blank: the name that follows is looked at when all is. */
function isFlag(text: string, i: number): boolean {
  const before = text.charCodeAt(i - 1);
  if (before === 0x2d)
    return i < 2 || !isLetter(text.charCodeAt(i - 2)) ? isLetter(text.charCodeAt(i + 1)) : false;
  return (i === 0 || before === 0x20) && isLetter(text.charCodeAt(i + 1)) && isLetter(text.charCodeAt(i + 2));
}

function isEncoded(text: string, i: number): boolean {
  return /^[0-9A-Fa-f]{2}$/.test(text.slice(i + 1, i + 3));
}

function isLetter(c: number): boolean {
  return (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a);
}

function table(): Uint8Array {
  const of = new Uint8Array(128);
  for (let c = 0x61; c <= 0x7a; c++) of[c] = 1;
  for (let c = 0x41; c <= 0x5a; c++) of[c] = 2;
  for (let c = 0x30; c <= 0x39; c++) of[c] = 3;
  for (const c of "+/_") of[c.charCodeAt(0)] = 4;
  of[0x3a] = mark;
  of[0x3d] = mark;
  of[0x25] = percent;
  of[0x2d] = dash;
  of[0x40] = at;
  return of;
}
