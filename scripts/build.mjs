// Builds dist/ from src/: declarations by the type checker, code bundled into few files. Bundled because a client
// waits for its first answer while `record` starts, and thirty small modules cost ten milliseconds to link; what the
// first milliseconds need is one file. The new tree is made beside the old one and renamed into place, so that a
// command that starts meanwhile never sees half of it. Also runs on the older Node that npm itself may use.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
const dist = join(root, "dist");
const fresh = join(root, `dist.new-${process.pid}`);
const stale = join(root, `dist.old-${process.pid}`);

/** Optional peers: never bundled, loaded when they are asked for. */
const { peerDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const peers = Object.keys(peerDependencies);

/** What is imported: modules, for Node and for anything else that reads them. */
const library = ["index", "testing/index"];
/**
 * What is run. CommonJS, because Node loads the first module of a process faster that way than any ES module, and a
 * client waits meanwhile. Each keeps its place below dist/: code finds the others from there.
 */
const program = ["cli/index", "cli/hot", "cli/demo/server", "runtime/tape-worker"];

try {
  declarations();
  const bundled = [
    ...(await bundle(library, "esm", "js", [])),
    ...(await bundle(program, "cjs", "cjs", programGroups())),
  ];
  writeFileSync(join(fresh, "licenses.txt"), licensesOf(bundled));
  if (existsSync(dist)) renameSync(dist, stale);
  renameSync(fresh, dist);
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(stale, { recursive: true, force: true });
}

function declarations() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", fresh];
  const built = spawnSync(process.execPath, args, { stdio: "inherit" });
  if (built.status !== 0) throw new Error("the type checker found errors");
}

/** Resolves to the files that went in. */
async function bundle(entries, format, suffix, groups) {
  const input = Object.fromEntries(entries.map((name) => [name, join(src, `${name}.ts`)]));
  const checks = { ineffectiveDynamicImport: false };
  const build = await rolldown({
    input,
    platform: "node",
    cwd: root,
    logLevel: "warn",
    checks,
    external: peers,
  });
  const { output } = await build.write({
    dir: fresh,
    format,
    entryFileNames: `[name].${suffix}`,
    chunkFileNames: (chunk) => `${chunk.name.includes("/") ? "" : "chunks/"}[name].${suffix}`,
    codeSplitting: { groups },
  });
  return output.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : []));
}

/** The licences of what others wrote and we carry along: they ask that their text comes with it. */
function licensesOf(files) {
  const folders = new Set(
    files.flatMap((file) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  );
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = readdirSync(folder).find((each) => /^licen[cs]e(\.(md|txt))?$/i.test(each));
    if (file === undefined) throw new Error(`${name} is bundled and has no licence text`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return ["The program holds code of these packages.\n", ...texts].join(`\n${"-".repeat(80)}\n\n`);
}

/** What `record` needs at once is one file, and what every command needs another, small one; code that looks for files beside itself stays where it was. */
function programGroups() {
  const hot = staticClosure(join(src, "cli", "hot.ts"));
  const writer = staticClosure(join(src, "runtime", "tape-worker.ts"));
  const words = (id) =>
    hot.has(id) && /src\/(base|cli)\//.test(id) && !/hot\.ts$|record(-call)?\.ts$/.test(id);
  return [
    { name: "cli/words", test: (id) => words(id) || id.includes("rolldown/runtime"), priority: 3 },
    { name: "runtime/hot", test: (id) => hot.has(id), priority: 2 },
    { name: "runtime/writer", test: (id) => writer.has(id) && !id.endsWith("tape-worker.ts"), priority: 1 },
    { name: "cli/demo/session", test: /src\/cli\/demo\/(session|index)\.ts$/, priority: 1 },
  ];
}

/** What a file loads when it is loaded: its imports and theirs, types and lazy ones left out. */
function staticClosure(entry, seen = new Set()) {
  if (seen.has(entry)) return seen;
  seen.add(entry);
  const text = readFileSync(entry, "utf8");
  for (const [, type, spec] of text.matchAll(/^(?:import|export)( type)?\b[^;]*?from "(\.[^"]+)"/gm))
    if (type === undefined) staticClosure(resolve(dirname(entry), spec), seen);
  if (!existsSync(entry)) throw new Error(`no such module: ${relative(root, entry)}`);
  return seen;
}
