/**
 * A project's own redaction rules: read from a file of JSON or a module, or from the project's configuration, and
 * checked. Patterns run on an engine whose time is linear in the text (RE2), because the text comes from anybody.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { RE2JS } from "re2js";
import { parsePointer, ReelwireError } from "../base/index.ts";
import { compileRules, type RuleFunction, type RulePattern, type Rules } from "../redact/index.ts";
import { projectFolder } from "./project-folder.ts";

/** What `redact` in the configuration, or a file of `--redact`, says. */
export interface RedactConfig {
  readonly preset?: "standard";
  /** Names of keys, in any case: everything below them is secret. */
  readonly keys?: readonly string[];
  /** JSON Pointer patterns from the message's root: `/params/arguments/pin`, `*` and `**` as wildcards. */
  readonly paths?: readonly string[];
  /**
   * Regular expressions of RE2 (no look-around, no back-references), as texts or as literals. With a group, the group
   * is the secret, else all of the match.
   */
  readonly patterns?: readonly (
    | string
    | RegExp
    | { readonly name?: string; readonly pattern: string | RegExp }
  )[];
  /** In a module: a function says which part of a text is secret. */
  readonly functions?: readonly RuleFunction[];
  /** What stays although its name sounds like a secret. */
  readonly keep?: { readonly keys?: readonly string[]; readonly paths?: readonly string[] };
}

const configNames = ["ts", "mts", "mjs", "js", "json"].map((suffix) => `reelwire.config.${suffix}`);

/** The rules of the project's configuration; undefined when it has none. Throws RW3201 and RW3202. */
export async function configuredRules(cwd: string): Promise<Rules | undefined> {
  const project = projectFolder(cwd);
  if (project === undefined) return undefined;
  const path = configNames.map((name) => join(project, name)).find((each) => existsSync(each));
  if (path === undefined) return undefined;
  const config = await load(path);
  return isTable(config) && config["redact"] !== undefined ? rulesOf(config["redact"], path) : undefined;
}

/** The rules of a file: a table of rules, or a configuration that has one. Throws RW3201 and RW3202. */
export async function rulesOfFile(file: string, cwd: string): Promise<Rules> {
  const path = resolve(cwd, file);
  const config = await load(path);
  return rulesOf(isTable(config) && config["redact"] !== undefined ? config["redact"] : config, path);
}

async function load(path: string): Promise<unknown> {
  try {
    if (path.endsWith(".json")) return JSON.parse(readFileSync(path, "utf8")) as unknown;
    if (!/\.[cm]?[jt]s$/.test(path)) throw new Error("a file of rules ends in .json, .ts, .mts, .js or .mjs");
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default ?? module;
  } catch (cause) {
    const why = printable(cause instanceof Error ? cause.message : String(cause));
    throw new ReelwireError("RW3201", {
      where: [
        ["file", path],
        ["why", why],
      ],
      cause,
    });
  }
}

/** An error of a module may say anything, and goes to a terminal. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, " ");
}

const known = new Set(["preset", "keys", "paths", "patterns", "functions", "keep"]);

/** Checks and compiles. Throws RW3202. */
export function rulesOf(config: unknown, path: string): Rules {
  const wrong = (why: string): ReelwireError =>
    new ReelwireError("RW3202", { with: { why }, where: [["file", path]] });
  if (!isTable(config)) throw wrong("they are no table");
  const unknown = Object.keys(config).find((key) => !known.has(key));
  if (unknown !== undefined) throw wrong(`there is no rule '${unknown}'; there are ${[...known].join(", ")}`);
  const { preset = "standard", keep = {} } = config;
  if (preset !== "standard") throw wrong(`the preset is 'standard', not ${JSON.stringify(preset)}`);
  if (!isTable(keep)) throw wrong("'keep' is no table");
  const functions = config["functions"] ?? [];
  if (!Array.isArray(functions) || !functions.every((each) => typeof each === "function"))
    throw wrong("'functions' is no list of functions; they need a file of TypeScript or JavaScript");
  return compileRules({
    keys: texts(config["keys"], "keys", wrong),
    paths: pointers(config["paths"], "paths", wrong),
    patterns: patternsOf(config["patterns"], wrong),
    functions: (functions as RuleFunction[]).map((rule, i) => checked(rule, i, wrong)),
    keep: {
      keys: texts(keep["keys"], "keep.keys", wrong),
      paths: pointers(keep["paths"], "keep.paths", wrong),
    },
  });
}

type Wrong = (why: string) => ReelwireError;

/**
 * A function whose faults are its author's and not ours. What it threw is not told: it may hold the text that it was
 * asked about.
 */
function checked(rule: RuleFunction, i: number, wrong: Wrong): RuleFunction {
  const name = rule.name || `function ${i + 1}`;
  const asked: RuleFunction = (...question) => {
    let says: unknown;
    try {
      says = rule(...question);
    } catch (cause) {
      throw wrong(`'${name}' threw ${cause instanceof Error ? cause.name : `a ${typeof cause}`}`);
    }
    if (isAnswer(says)) return says ?? undefined;
    const kind = says instanceof Promise ? "a promise" : `a value of the type ${typeof says}`;
    throw wrong(`'${name}' gave ${kind}, not true, a text, a list of texts, or nothing`);
  };
  return Object.defineProperty(asked, "name", { value: rule.name });
}

function isAnswer(says: unknown): says is ReturnType<RuleFunction> | null {
  if (says === undefined || says === null || typeof says === "boolean" || typeof says === "string")
    return true;
  return Array.isArray(says) && says.every((each) => typeof each === "string");
}

function texts(value: unknown, name: string, wrong: Wrong): string[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each === "string" && each !== ""))
    return value as string[];
  throw wrong(`'${name}' is no list of texts`);
}

function pointers(value: unknown, name: string, wrong: Wrong): string[] {
  const all = texts(value, name, wrong);
  const bad = all.find((each) => parsePointer(each) === undefined);
  if (bad !== undefined)
    throw wrong(`'${bad}' in '${name}' is no JSON Pointer, such as /params/arguments/pin`);
  return all;
}

function patternsOf(value: unknown, wrong: Wrong): RulePattern[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrong("'patterns' is no list");
  return value.map((each: unknown, i) => {
    const named = isTable(each) && !(each instanceof RegExp) ? each : { pattern: each };
    const { pattern } = named;
    if (typeof pattern !== "string" && !(pattern instanceof RegExp))
      throw wrong(`pattern ${i + 1} is no regular expression`);
    const source = typeof pattern === "string" ? pattern : pattern.source;
    const flags = typeof pattern === "string" ? "" : pattern.flags;
    const name = typeof named["name"] === "string" ? named["name"] : `pattern ${i + 1}`;
    return { name, find: linear(source, flags, name, wrong) };
  });
}

/** The matches of one text that are taken; a pattern that matches everywhere is no pattern. */
const matchesMax = 100_000;

function linear(source: string, flags: string, name: string, wrong: Wrong): RulePattern["find"] {
  let compiled: RE2JS;
  try {
    const bits =
      (flags.includes("i") ? RE2JS.CASE_INSENSITIVE : 0) |
      (flags.includes("m") ? RE2JS.MULTILINE : 0) |
      (flags.includes("s") ? RE2JS.DOTALL : 0);
    compiled = RE2JS.compile(RE2JS.translateRegExp(source), bits);
  } catch (cause) {
    throw wrong(`${name} does not compile: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const group = compiled.groupCount() > 0 ? 1 : 0;
  return (text) => {
    const found: { start: number; end: number }[] = [];
    const matcher = compiled.matcher(text);
    while (found.length < matchesMax && matcher.find()) {
      const start = matcher.start(group);
      if (start >= 0) found.push({ start, end: matcher.end(group) });
    }
    return found;
  };
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
