/** A name for a server from its command alone: for the folder of its tapes and the title of a table. */

const launchers =
  /^(npx|npm|pnpm|pnpx|yarn|bunx|bun|uvx|uv|pipx|node|nodejs|deno|tsx|python3?|ruby|sh|bash|env|docker|exec|run|dlx|x)$/;
const filler = /^(dist|build|bin|lib|src|out|index|main|server|cli|start|stdio)$/;

/** The first word of the command that names a package or a program; `server` when none does. */
export function serverName(command: readonly string[]): string {
  for (const word of command) {
    if (word.startsWith("-") || word === "") continue;
    const name = nameOf(word);
    if (name && !launchers.test(name)) return name;
  }
  const first = command[0] === undefined ? undefined : nameOf(command[0]);
  return first || "server";
}

function nameOf(word: string): string | undefined {
  const parts = word
    .replace(/\\/g, "/")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..");
  for (const part of parts.reverse()) {
    const plain = part.replace(/(?<=.)@[^@]*$/, "").replace(/\.(m?js|c?js|ts|py|rb|sh|exe|cmd|jar)$/i, "");
    const clean = plain.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.@]+|[-.]+$/g, "");
    if (clean && !filler.test(clean)) return clean.slice(0, 64);
  }
  return undefined;
}
