/**
 * What stands in the place of a password in templates and documentation, and is none: `${PASS}`, `<password>`, `***`,
 * `xxxx`, `your-password`. Only for values that are recognised by their place alone; a value with a shape of its own
 * is taken even from documentation, because an exception for examples would hide real ones.
 */
export function standsForSecret(value: string): boolean {
  if (brackets.some(([open, close]) => isWithin(value, open, close))) return true;
  if (formats.includes(value) || variable.test(value) || yours.test(value)) return true;
  return value.length >= fillingMin && filling.includes(value[0]!) && isOneCharacter(value);
}

const brackets: readonly (readonly [string, string])[] = [
  ["${", "}"],
  ["$(", ")"],
  ["%(", ")s"],
  ["{", "}"],
  ["[", "]"],
  ["<", ">"],
  ["&lt;", "&gt;"],
  ["%", "%"],
];

const formats: readonly string[] = ["%s", "%d", "%v", "%q", "?"];

const filling = "*xX.•…_-";
const fillingMin = 3;

function isOneCharacter(value: string): boolean {
  return value === value[0]!.repeat(value.length);
}

/** A variable of a shell. In lower case it might as well be a password that begins with a dollar sign. */
const variable = /^\$[A-Z_][A-Z0-9_]*$/;

const yours = /^your[-_ ]/i;

function isWithin(value: string, open: string, close: string): boolean {
  return value.length >= open.length + close.length && value.startsWith(open) && value.endsWith(close);
}
