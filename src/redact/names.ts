/**
 * Which names say that what they name is a secret: keys of objects, headers, flags, parameters of URLs, environment
 * variables. A name is read by its words (`apiKey`, `api_key`, `API-KEY`), because `maxTokens` and `nextPageToken` are
 * none and `authToken` is one.
 */

/** Names that are remembered, so that each is read once. */
const rememberedMax = 10_000;

const secretWords = new Set([
  "password",
  "passwords",
  "passwd",
  "passphrase",
  "passcode",
  "pwd",
  "pass",
  "secret",
  "secrets",
  "credential",
  "credentials",
  "creds",
  "authorization",
  "auth",
  "cookie",
  "cookies",
  "bearer",
  "jwt",
  "otp",
  "totp",
  "apikey",
  "apikeys",
  "authtoken",
  "accesstoken",
  "refreshtoken",
  "privatekey",
  "secretkey",
  "accesskey",
  "pat",
  "mnemonic",
]);

/** What ends a name that is written in one word: `PGPASSWORD`, `dbpasswd`, `bottoken`. */
const joinedNames = [
  "password",
  "passwd",
  "passphrase",
  "apikey",
  "secretkey",
  "accesskey",
  "authtoken",
  "accesstoken",
  "clientsecret",
];

/** What makes a secret of a `key` or an `id` that follows. */
const keyWords = new Set([
  "api",
  "access",
  "private",
  "secret",
  "signing",
  "sign",
  "encryption",
  "encrypt",
  "decryption",
  "master",
  "account",
  "auth",
  "shared",
  "storage",
  "deploy",
  "ssh",
  "gpg",
  "pgp",
  "subscription",
  "service",
  "license",
  "hmac",
  "aes",
  "rsa",
  "webhook",
]);

/** What makes something else of a `KEY` that follows in the name of a variable. */
const openKeys = new Set(["public", "primary", "foreign", "unique", "sort", "partition"]);

/** What makes something else of a `token` that follows: places in a list, units of a language model. */
const harmlessTokens = new Set([
  "progress",
  "page",
  "next",
  "prev",
  "previous",
  "continuation",
  "continue",
  "sync",
  "cursor",
  "max",
  "min",
  "num",
  "count",
  "total",
  "per",
  "stop",
  "start",
  "end",
  "first",
  "last",
  "pad",
  "eos",
  "bos",
  "unk",
  "mask",
  "sep",
  "cls",
  "special",
  "lexer",
  "idempotency",
]);

/** Endings with which the name is about a secret, not the secret: `tokenType`, `passwordLength`, `secretName`. */
const aboutWords = new Set([
  "type",
  "types",
  "length",
  "count",
  "limit",
  "usage",
  "policy",
  "name",
  "names",
  "url",
  "uri",
  "endpoint",
  "path",
  "file",
  "expiry",
  "expires",
  "expiration",
  "ttl",
  "at",
  "in",
  "id",
  "ids",
  "version",
  "scheme",
  "method",
  "methods",
  "provider",
  "server",
  "required",
  "enabled",
  "supported",
  "hint",
  "field",
  "format",
  "status",
  "strength",
  "rotation",
  "manager",
  "store",
  "info",
  "mode",
  "domain",
  "rules",
  "reset",
  "scope",
  "scopes",
]);

/** Whole names that no rule of words finds. */
const secretNames = new Set([
  "x-amz-security-token",
  "code_verifier",
  "codeverifier",
  "connect.sid",
  "sessid",
  "phpsessid",
  "jsessionid",
  "mcp-session-id",
]);

/** What every shell has: the working directory. */
const harmlessNames = new Set(["PWD", "OLDPWD"]);

const remembered = new Map<string, boolean>();

/** Whether what this name names is a secret. */
export function isSecretName(name: string): boolean {
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const verdict = judge(name);
  if (remembered.size >= rememberedMax) remembered.clear();
  remembered.set(name, verdict);
  return verdict;
}

/** A longer name is no name. */
const nameCharactersMax = 80;

function judge(name: string): boolean {
  if (name.length > nameCharactersMax || name.length < 3) return false;
  if (harmlessNames.has(name)) return false;
  if (secretNames.has(name.toLowerCase())) return true;
  const words = wordsOf(name);
  const last = words.at(-1);
  const before = words.at(-2) ?? "";
  if (last === undefined || aboutWords.has(last)) return isKeyId(words);
  if (last === "token") return !harmlessTokens.has(before);
  // Several tokens are counted more often than kept.
  if (last === "tokens")
    return before === "access" || before === "refresh" || before === "auth" || before === "api";
  if (last === "key" || last === "keys")
    return keyWords.has(before) || (isVariable(name) && !openKeys.has(before));
  if (last === "sid") return before === "session";
  if (joinedNames.some((name) => last.endsWith(name))) return true;
  return secretWords.has(last) || (isVariable(name) && words.some((word) => strongWords.has(word)));
}

/** An access key's id is half of the secret. */
function isKeyId(words: readonly string[]): boolean {
  return words.join(" ").endsWith("access key id");
}

/** In the name of a variable these say it wherever they stand: `DB_PASSWORD_PROD`. */
const strongWords = new Set(["password", "passwd", "secret", "token", "apikey", "credentials"]);

/** Spelled as an environment variable is. */
function isVariable(name: string): boolean {
  return name.includes("_") && !/[a-z]/.test(name);
}

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "")
    .map(withoutNumber);
}

/** `token2` is a token. */
function withoutNumber(word: string): string {
  let end = word.length;
  while (end > 0 && isDigit(word.charCodeAt(end - 1))) end--;
  return end === 0 ? word : word.slice(0, end);
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

/** Parameters of URLs that are secrets there and something else elsewhere: signatures, one-time codes. */
const secretParameters = new Set([
  "sig",
  "signature",
  "x-amz-signature",
  "x-amz-credential",
  "x-goog-signature",
  "x-goog-credential",
  "code",
  "key",
  "pw",
  "sid",
  "ticket",
  "hmac",
]);

/** Whether a parameter of a URL's query, fragment or form is a secret. */
export function isSecretParameter(name: string): boolean {
  return secretParameters.has(name.toLowerCase()) || isSecretName(name);
}

/** Headers whose whole value is a secret, apart from the name of a scheme. */
export function isSecretHeader(name: string): boolean {
  const lower = name.toLowerCase();
  return lower === "set-cookie" || lower === "mcp-session-id" || isSecretName(lower);
}
