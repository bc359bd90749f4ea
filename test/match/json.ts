/** JSON texts for properties, and a slow judge of when two of them are the same value: shares nothing with the code. */
import fc from "fast-check";

/** A value as the contract compares it: numbers exact, strings as code units, members as lists by key. */
export type Value =
  | { readonly is: "word"; readonly word: string }
  | { readonly is: "string"; readonly units: readonly number[] }
  | { readonly is: "number"; readonly integer: boolean; readonly digits: bigint; readonly exponent: number }
  | { readonly is: "array"; readonly items: readonly Value[] }
  | { readonly is: "object"; readonly members: readonly (readonly [key: string, value: Value])[] };

/** Reads a JSON text, one character at a time. */
export function read(text: string): Value {
  let i = 0;
  const blanks = (): void => {
    while (" \t\r\n".includes(text[i] ?? "x")) i++;
  };
  const units = (): number[] => {
    const found: number[] = [];
    const short: Record<string, number> = { b: 8, t: 9, n: 10, f: 12, r: 13 };
    for (i++; text[i] !== '"'; i++) {
      if (text[i] !== "\\") found.push(text.charCodeAt(i));
      else if (text[++i] === "u") {
        found.push(Number.parseInt(text.slice(i + 1, i + 5), 16));
        i += 4;
      } else found.push(short[text[i]!] ?? text.charCodeAt(i));
    }
    i++;
    return found;
  };
  const value = (): Value => {
    blanks();
    if (text[i] === '"') return { is: "string", units: units() };
    if (text[i] === "[") {
      const items: Value[] = [];
      for (i++, blanks(); text[i] !== "]"; blanks()) {
        if (text[i] === ",") i++;
        items.push(value());
      }
      i++;
      return { is: "array", items };
    }
    if (text[i] === "{") {
      const members: [string, Value][] = [];
      for (i++, blanks(); text[i] !== "}"; blanks()) {
        if (text[i] === ",") i++;
        blanks();
        const key = String.fromCharCode(...units());
        blanks();
        i++;
        members.push([key, value()]);
      }
      i++;
      return { is: "object", members };
    }
    const [scalar] = /^[^\s,\]}]+/.exec(text.slice(i))!;
    i += scalar.length;
    return /^[a-z]/.test(scalar) ? { is: "word", word: scalar } : number(scalar);
  };
  return value();
}

function number(text: string): Value {
  const [mantissa = "", power = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const integer = !/[.e]/i.test(text);
  return {
    is: "number",
    integer,
    digits: BigInt(whole + fraction),
    exponent: Number(power) - fraction.length,
  };
}

/** Whether two values are the same; `-0.5` reads as the digits `-05`, and `-0` as `0`. */
export function same(a: Value, b: Value): boolean {
  if (a.is === "word" && b.is === "word") return a.word === b.word;
  if (a.is === "string" && b.is === "string") return a.units.join() === b.units.join();
  if (a.is === "number" && b.is === "number") {
    const low = Math.min(a.exponent, b.exponent);
    const scaled = (n: typeof a) => n.digits * 10n ** BigInt(n.exponent - low);
    return a.integer === b.integer && scaled(a) === scaled(b);
  }
  if (a.is === "array" && b.is === "array")
    return a.items.length === b.items.length && a.items.every((item, i) => same(item, b.items[i]!));
  if (a.is !== "object" || b.is !== "object") return false;
  const keys = [...new Set([...a.members, ...b.members].map(([key]) => key))];
  return keys.every((key) => {
    const ours = a.members.filter(([k]) => k === key);
    const theirs = b.members.filter(([k]) => k === key);
    return ours.length === theirs.length && ours.every(([, value], i) => same(value, theirs[i]![1]));
  });
}

/** Scalars that are easily mistaken for each other. */
export const scalars = [
  ...[
    "0",
    "-0",
    "0.0",
    "-0.0",
    "0e5",
    "0E-400",
    "1",
    "1.0",
    "10e-1",
    "1e0",
    "1E+0",
    "-1",
    "-1.0",
    "10",
    "1e1",
  ],
  ...[
    "1e400",
    "1e401",
    "10e399",
    "-1e400",
    "1e-400",
    "12345678901234567890",
    "12345678901234567891",
    "0.1",
    "1e-1",
  ],
  ...["9007199254740992", "9007199254740993", "1.2345678901234567890", "1.2345678901234567891", "100", "1e2"],
  ...[
    "true",
    "false",
    "null",
    '"true"',
    '"1"',
    '"1.0"',
    '""',
    '"a"',
    '"\\u0061"',
    '"A"',
    '"/"',
    '"\\/"',
    '"\\\\/"',
  ],
  ...[
    '"\\n"',
    '"\\u000a"',
    '"\\u000A"',
    '"\\\\n"',
    '"\\""',
    '"\\u0022"',
    '"\\u0000"',
    '"\\u0001"',
    '"é"',
    '"e\\u0301"',
  ],
  ...[
    '"\\ud800"',
    '"\\uD800"',
    '"\\udc00"',
    '"\\ufffd"',
    '"\\ud83d\\ude00"',
    '"😀"',
    '"\\ude00\\ud83d"',
    '"{}"',
  ],
];

const keys = [
  '"a"',
  '"\\u0061"',
  '"b"',
  '"__proto__"',
  '"_meta"',
  '""',
  '"a/b"',
  '"~"',
  '"\\ud800"',
  '"constructor"',
];
const blank = fc.constantFrom("", "", "", " ", "\n", "\t \r");

/** Any JSON text: blanks anywhere, duplicate keys, from an alphabet so small that equal values are common. */
export const { json: anyJson, object: anyObject } = fc.letrec<{
  json: string;
  object: string;
  array: string;
}>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, fc.constantFrom(...scalars), tie("object"), tie("array")),
  object: fc
    .array(fc.tuple(blank, fc.constantFrom(...keys), blank, blank, tie("json"), blank), { maxLength: 4 })
    .map((all) => `{${all.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`).join(",")}}`),
  array: fc
    .array(fc.tuple(blank, tie("json"), blank), { maxLength: 3 })
    .map((all) => `[${all.map((parts) => parts.join("")).join(",")}]`),
}));

/** The same value in other words: keys in another order, other escapes, other spellings of numbers, other blanks. */
export function respelled(text: string, random: () => number): string {
  const some = (): string => [" ", "", "\n", ""][Math.floor(random() * 4)]!;
  const write = (value: Value): string => {
    if (value.is === "word") return value.word;
    if (value.is === "string") return `"${value.units.map(unit).join("")}"`;
    if (value.is === "number") return digits(value);
    if (value.is === "array")
      return `[${value.items.map((item) => some() + write(item) + some()).join(",")}]`;
    const byKey = new Map<string, Value[]>();
    for (const [key, member] of value.members) byKey.set(key, [...(byKey.get(key) ?? []), member]);
    const left = [...byKey.entries()];
    const out: string[] = [];
    while (left.length > 0) {
      const at = Math.floor(random() * left.length);
      const [key, values] = left[at]!;
      out.push(
        `${some()}${write({ is: "string", units: unitsOf(key) })}${some()}:${some()}${write(values.shift()!)}`,
      );
      if (values.length === 0) left.splice(at, 1);
    }
    return `{${out.join(",")}${some()}}`;
  };
  const unit = (code: number): string => {
    const must = code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code < 0xe000);
    if (!must && random() < 0.7) return String.fromCharCode(code);
    const hex = code.toString(16).padStart(4, "0");
    return `\\u${random() < 0.5 ? hex : hex.toUpperCase()}`;
  };
  const digits = (n: Value & { is: "number" }): string => {
    if (n.integer) return n.digits === 0n && random() < 0.5 ? "-0" : String(n.digits);
    const zeros = Math.floor(random() * 3);
    return `${n.digits}${"0".repeat(n.digits === 0n ? 0 : zeros)}${random() < 0.5 ? "e" : ".0E"}${n.exponent - (n.digits === 0n ? 0 : zeros)}`;
  };
  return write(read(text));
}

function unitsOf(key: string): number[] {
  return Array.from({ length: key.length }, (_, i) => key.charCodeAt(i));
}

/** A number stream for {@link respelled}, from a seed that a property shrinks. */
export function randomOf(seed: number): () => number {
  let state = (seed >>> 0) + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
