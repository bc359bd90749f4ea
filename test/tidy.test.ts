import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { version } from "../src/base/index.ts";

// The rules of docs/architecture.md, as tests. If one hurts, change the rule there with its reason, then here.

const root = join(import.meta.dirname, "..");
const src = join(root, "src");

/** Folders by level; a folder imports only lower ones. `testing` stands outside: it imports 0 to 7. */
const levels: Readonly<Record<string, number>> = {
  base: 0,
  protocol: 1,
  core: 2,
  filter: 3,
  match: 3,
  redact: 3,
  tape: 4,
  transport: 4,
  library: 5,
  record: 5,
  replay: 5,
  runtime: 6,
  cli: 8,
  "": 8,
  testing: 9,
};

/** Where the outside enters: each of these may be imported by nobody. */
const entries = [
  "index.ts",
  "testing/index.ts",
  "cli/index.ts",
  "cli/hot.ts",
  "cli/demo/server.ts",
  "runtime/tape-worker.ts",
];

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
  readonly lazy: boolean;
}

interface File {
  readonly path: string;
  readonly text: string;
  readonly folder: string;
  readonly level: number;
  readonly imports: readonly Import[];
}

const files = sourcesUnder(src).map(readSource);
const byPath = new Map(files.map((file) => [file.path, file]));

describe("levels and doors", () => {
  it("every folder has a level", () => {
    const unknown = files.filter((file) => levels[file.folder] === undefined).map((file) => file.path);
    expect(unknown).toEqual([]);
  });

  it("a folder imports only folders of a lower level", () => {
    const wrong = edges().filter(({ from, to }) => from.folder !== to.folder && from.level <= to.level);
    expect(wrong.map(said)).toEqual([]);
  });

  it("a folder is entered through index.ts, or a narrow door where loading is measured", () => {
    const wrong = edges().filter(({ from, to }) => {
      const inside = dirname(from.path) === dirname(to.path) || isWithin(from.path, dirname(to.path));
      return !inside && !/(^|\/)(index|hot|worker)\.ts$/.test(to.path);
    });
    expect(wrong.map(said)).toEqual([]);
  });

  it("a feature gets its links: transport is imported by runtime and testing alone", () => {
    const wrong = edges().filter(
      ({ from, to }) =>
        to.folder === "transport" && !["transport", "runtime", "testing"].includes(from.folder),
    );
    expect(wrong.map(said)).toEqual([]);
  });

  it("nobody imports testing", () => {
    expect(
      edges()
        .filter(({ from, to }) => to.folder === "testing" && from.folder !== "testing")
        .map(said),
    ).toEqual([]);
  });

  it("no import cycles between files (types apart)", () => {
    expect(cyclesOf((file) => file.imports.filter((i) => !i.typeOnly && !i.lazy))).toEqual([]);
  });

  it("no dead files", () => {
    const live = reach(entries, () => true);
    expect(files.map((file) => file.path).filter((path) => !live.has(path))).toEqual([]);
  });
});

describe("levels 0 to 3, and every layer, perform nothing", () => {
  const impure = [
    /from "node:/,
    /\bDate\b(?!\.parse\b|\.UTC\b)/,
    /\bMath\.random\b/,
    /\bset(Timeout|Interval|Immediate)\b/,
    /\bprocess\./,
    /\bfetch\(/,
    /\bconsole\./,
    /\bperformance\./,
    /\bBuffer\b/,
  ];
  it.each(files.filter((file) => file.level <= 3 || /(^|\/)layer\.ts$/.test(file.path)))(
    "$path",
    ({ text }) => {
      const code = withoutComments(text);
      expect(impure.filter((pattern) => pattern.test(code)).map(String)).toEqual([]);
    },
  );
});

describe("start-up", () => {
  it("`record` loads few and small files before the server starts", () => {
    const loaded = [...reach(["cli/hot.ts"], (i) => !i.typeOnly && !i.lazy)];
    const doors = loaded.filter((path) => path.endsWith("index.ts"));
    expect(doors, "a whole folder is loaded").toEqual([]);
    expect(loaded.length).toBeLessThanOrEqual(36);
    const bytes = loaded.reduce((sum, path) => sum + byPath.get(path)!.text.length, 0);
    // A quarter of it is the table of errors, which is one literal.
    expect(bytes).toBeLessThan(100_000);
  });
});

describe("style that reviews should not have to mention", () => {
  it("no default exports, no enum, no namespace", () => {
    const wrong = files.filter((file) =>
      /^export default|^(export )?(const )?enum |^(export )?namespace /m.test(file.text),
    );
    expect(wrong.map((file) => file.path)).toEqual([]);
  });

  it("no file over 500 lines, no function over 70", () => {
    const long = files.filter((file) => file.text.split("\n").length > 500).map((file) => file.path);
    expect([...long, ...files.flatMap(longFunctions)]).toEqual([]);
  });

  it("a median file of about 100 lines", () => {
    const lines = files.map((file) => file.text.split("\n").length).sort((a, b) => a - b);
    expect(lines[lines.length >> 1]).toBeLessThan(150);
  });

  it("every file says why it exists", () => {
    const silent = files.filter((file) => !/\/\*\*/.test(file.text) && !/(^|\/)index\.ts$/.test(file.path));
    expect(silent.map((file) => file.path)).toEqual([]);
  });
});

describe("the package", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

  it("the version in the code is the package's", () => {
    expect(version).toBe(manifest.version);
  });

  it("installs nothing for users and runs no script there", () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  it("development dependencies are pinned", () => {
    const loose = Object.entries(manifest.devDependencies).filter(
      ([, spec]) => !/^\d+\.\d+\.\d+$/.test(String(spec)),
    );
    expect(loose).toEqual([]);
  });

  it("the lock file names no host", () => {
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toContain("omit-lockfile-registry-resolved=true");
    const lock = readFileSync(join(root, "package-lock.json"), "utf8");
    expect(
      lock.match(
        /"resolved"|https?:\/\/(?!opencollective|github|www\.patreon|paulmillr|ko-fi|tidelift|bevry)[^"]*registry[^"]*/g,
      ),
    ).toBeNull();
  });

  it("the lock file holds every optional package, or npm ci refuses it", () => {
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const held = new Set(
      Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + 13)),
    );
    const wanted = Object.values(packages).flatMap((each) => Object.keys(each.optionalDependencies ?? {}));
    expect(wanted.filter((name) => !held.has(name))).toEqual([]);
  });

  it("no file names this machine", () => {
    const roots = ["src", "test", "bench", "docs", "bin", "schema", "examples"].map((name) =>
      join(root, name),
    );
    const texts = roots
      .flatMap((folder) => filesUnder(folder))
      .filter((path) => /\.(ts|mjs|cjs|md|json)$/.test(path));
    const named = texts.filter((path) =>
      /(^|[^a-zA-Z0-9_.])\/(work|farm|root)\//.test(readFileSync(path, "utf8")),
    );
    expect(named.map((path) => relative(root, path)).filter((path) => path !== "test/tidy.test.ts")).toEqual(
      [],
    );
  });

  it("the public surface changes only on purpose", async () => {
    const index = await import("../src/index.ts");
    const testing = await import("../src/testing/index.ts");
    expect({ reelwire: Object.keys(index).sort(), testing: Object.keys(testing).sort() }).toMatchSnapshot();
  });
});

function filesUnder(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

function sourcesUnder(folder: string): string[] {
  return filesUnder(folder).filter((path) => path.endsWith(".ts"));
}

function readSource(path: string): File {
  const text = readFileSync(path, "utf8");
  const name = relative(src, path);
  const folder = name.includes("/") ? name.slice(0, name.indexOf("/")) : "";
  return { path: name, text, folder, level: levels[folder] ?? -1, imports: importsOf(text, path) };
}

function importsOf(text: string, path: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const add = (spec: string, typeOnly: boolean, lazy: boolean): void => {
    if (!spec.startsWith(".")) return;
    found.push({ target: relative(src, resolve(dirname(path), spec)), typeOnly, lazy });
  };
  for (const [, kind, spec] of code.matchAll(/^(?:import|export)( type)?\b[^;]*?from "([^"]+)"/gm))
    add(spec!, kind !== undefined, false);
  for (const [, spec] of code.matchAll(/import\("([^"]+)"\)/g)) add(spec!, false, true);
  return found;
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

function edges(): { from: File; to: File }[] {
  return files.flatMap((from) =>
    from.imports.flatMap(({ target }) => {
      const to = byPath.get(target);
      return to ? [{ from, to }] : [];
    }),
  );
}

function said({ from, to }: { from: File; to: File }): string {
  return `${from.path} -> ${to.path}`;
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function reach(from: readonly string[], follows: (i: Import) => boolean): Set<string> {
  const seen = new Set<string>();
  const next = [...from];
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    const file = byPath.get(path);
    if (!file || seen.has(path)) continue;
    seen.add(path);
    next.push(...file.imports.filter(follows).map((i) => i.target));
  }
  return seen;
}

function cyclesOf(edgesOf: (file: File) => readonly Import[]): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    const file = byPath.get(path);
    if (!file || done.has(path)) return;
    for (const { target } of edgesOf(file)) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const file of files) visit(file.path, []);
  return cycles;
}

/** The formatter puts a function's closing brace under its first line, so indentation tells its length. */
function longFunctions({ path, text }: File): string[] {
  const lines = text.split("\n");
  const found: string[] = [];
  for (const [start, line] of lines.entries()) {
    const head =
      /^( *)(?:export |async |static |private |override |get |set |\*)*(?:function\b|#?[\w$]+ ?(?:=|\().*[({]$).*\{$/.exec(
        line,
      );
    if (!head || /^\s*(if|for|while|switch|return|describe|it)\b/.test(line)) continue;
    const end = lines.findIndex((other, i) => i > start && new RegExp(`^${head[1]}\\}`).test(other));
    if (end - start > 70) found.push(`${path}:${start + 1} has ${end - start} lines`);
  }
  return found;
}
