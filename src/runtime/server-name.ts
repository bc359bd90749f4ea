/** A name for a server from its command alone: for the folder of its tapes and the title of a table. */

const launchers =
  /^(npx|npm|pnpm|pnpx|yarn|bunx|bun|uvx|uv|pipx|node|nodejs|deno|tsx|python3?|ruby|sh|bash|env|docker|exec|run|dlx|x)$/;
const filler = /^(dist|build|bin|lib|src|out|index|main|server|cli|start|stdio)$/;

/** The first word of the command that names a package or a program; `server` when none does. */
export function serverName(command: readonly string[]): string {
  let fallback: string | undefined;
  for (const word of command) {
    if (word.startsWith("-") || word === "") continue;
    const names = namesIn(word);
    const name = names.find((each) => !filler.test(each));
    if (name !== undefined && !(isBare(word) && launchers.test(name))) return name;
    fallback = name === undefined ? (names[0] ?? fallback) : (fallback ?? name);
  }
  return fallback ?? "server";
}

/** `node`, but not `./node.js`: a launcher is called by its plain name, or by its path. */
function isBare(word: string): boolean {
  return !/\.\w+$/.test(word);
}

/** The parts of a word that can serve as a name, the last first, without versions and file endings. */
function namesIn(word: string): string[] {
  const parts = word.replaceAll("\\", "/").split("/");
  return parts.reverse().flatMap((part) => {
    const plain = part.replace(/(?<=.)@[^@]*$/, "").replace(/\.([cm]?js|ts|py|rb|sh|exe|cmd|jar)$/i, "");
    const clean = plain.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.@]+|[-.]+$/g, "");
    return clean === "" ? [] : [clean.slice(0, 64)];
  });
}
