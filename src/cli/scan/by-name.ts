/**
 * Findings that rest on nothing but a name before a value, where such names mean something else: in source code
 * `const token = readToken()` holds no secret, and in a lock file `cookie` is a package. A gate that takes them for
 * leaks is switched off soon. What has the form of a credential, or is a known value, counts everywhere.
 */
import type { Found } from "../../redact/index.ts";

const sourceEndings =
  /\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|go|rs|java|kt|kts|scala|groovy|swift|cs|fs|c|h|cc|cpp|hpp|m|mm|php|pl|lua|dart|ex|exs|erl|hs|clj|r|jl|zig|nim|sql)$/i;

/** Names of packages, versions and hashes stand in them. */
const lockFiles =
  /(?:^|\/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|Cargo\.lock|composer\.lock|poetry\.lock|uv\.lock|Pipfile\.lock|Gemfile\.lock|go\.sum)$/i;

/** Where a package manifest names packages; elsewhere it may hold anything. */
const manifests = /(?:^|\/)package\.json$/;
const dependencies =
  /^\/(?:(?:dev|peer|optional)?[dD]ependencies|peerDependenciesMeta|overrides|resolutions)\//;

const byName: ReadonlySet<Found["how"]> = new Set(["key", "assignment", "header", "flag"]);

/** Whether nothing but the name before it says that a value is a secret. */
export function restsOnName({ how, kind }: Found): boolean {
  return byName.has(how) && /^secret(-url)?$/.test(kind);
}

/** Whether a finding counts. `clean` is the text with the placeholders in it. */
export function counts(file: string, found: Found, clean: string): boolean {
  if (!restsOnName(found)) return true;
  if (lockFiles.test(file) || (manifests.test(file) && dependencies.test(found.pointer))) return false;
  return !sourceEndings.test(file) || isSaid(clean, found.placeholder);
}

/** Whether a placeholder stands where something is said, in a string or a comment, and not among the code. */
function isSaid(clean: string, placeholder: string): boolean {
  for (let at = clean.indexOf(placeholder); at >= 0; at = clean.indexOf(placeholder, at + 1)) {
    const line = clean.lastIndexOf("\n", at) + 1;
    if (isQuoted(clean.slice(Math.max(line, at - lookedBackMax), at))) return true;
  }
  return false;
}

/** How much of a line before a value is looked at, in characters. */
const lookedBackMax = 4_096;

/** Whether what follows these characters of a line is in a string that has begun, or in a comment. */
function isQuoted(before: string): boolean {
  if (/^\s*(?:\/\/|\/?\*|#|--|;|%|<!--)/.test(before)) return true;
  let quote = "";
  for (let i = 0; i < before.length; i++) {
    const c = before[i]!;
    if (c === "\\") i++;
    else if (quote !== "") quote = c === quote ? "" : quote;
    else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (c === "#" || (c === "/" && (before[i + 1] === "/" || before[i + 1] === "*"))) return true;
  }
  return quote !== "";
}
