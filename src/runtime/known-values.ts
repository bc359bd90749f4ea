/** Which values of an environment are secrets: by the names of their variables, and passwords in the URLs among them. */
import { isSecretName, type KnownValue, knownCharactersMin } from "../redact/index.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** An environment with more is searched for the first ones only. */
const valuesMax = 500;

/**
 * What is looked for wherever it appears. `given`: variables named by the caller, which count when their values look
 * like secrets, whatever they are called.
 */
export function knownValuesOf(env: Environment, given: readonly string[] = []): KnownValue[] {
  const named = new Set(given);
  const found: KnownValue[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || name.startsWith("npm_config_") || name === "REELWIRE_REDACT_KEY") continue;
    const secret = secretOf(name, value, named.has(name));
    if (secret !== undefined && !found.some((other) => other.value === secret))
      found.push({ name, value: secret });
    if (found.length >= valuesMax) break;
  }
  return found;
}

/** The secret that a variable holds: its value, or the password in the URL that it is. */
export function secretOf(name: string, value: string, given = false): string | undefined {
  const text = value.trim();
  const password = /^[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/@:]{0,200}:([^\s/@]{1,500})@/i.exec(text)?.[1];
  if (password !== undefined) return isRare(decoded(password)) ? decoded(password) : undefined;
  if (!isRare(text) || isPlace(text)) return undefined;
  return isSecretName(name) || (given && looksRandom(text)) ? text : undefined;
}

/** Whether a text is found by itself: `postgres` as a password would take the name of the database out of every line. */
function isRare(text: string): boolean {
  return text.length >= knownCharactersMin && !common.has(text.toLowerCase());
}

/** A path or an address without a password says where a secret is. */
function isPlace(text: string): boolean {
  return /^(?:\.{0,2}\/|~\/|[A-Za-z]:[\\/]|unix:|[a-z][a-z0-9+.-]{1,30}:\/\/)/.test(text) && !/\n/.test(text);
}

function looksRandom(text: string): boolean {
  return text.length >= 12 && !/\s/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text);
}

/** Values that stand in every second text. */
const common = new Set([
  "password",
  "postgres",
  "changeme",
  "localhost",
  "development",
  "production",
  "undefined",
  "disabled",
  "required",
  "optional",
  "12345678",
  "00000000",
  "username",
  "anonymous",
]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
