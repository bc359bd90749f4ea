/**
 * Places in a JSON value: a JSON Pointer names one (RFC 6901), a pattern names many. In a pattern `*` stands for any
 * one key or position and `**` for any number of them (at the end of a pattern, for one or more).
 */

import type { MemberCursor } from "./json.ts";

/** The pointer of a path of keys and positions; the whole value is the empty text. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The keys of a pointer or pattern, or undefined when it is none: it begins with `/`, and `~` only as `~0` or `~1`. */
export function parsePointer(text: string): string[] | undefined {
  if (text === "") return [];
  if (!text.startsWith("/") || /~(?![01])/.test(text)) return undefined;
  return text
    .slice(1)
    .split("/")
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where a walk through a value stands among the patterns; undefined where no pattern can fit any more. */
export type Place = readonly PatternNode[] | undefined;

interface PatternNode {
  readonly keys: Map<string, PatternNode>;
  any?: PatternNode;
  /** Stays where it is whatever key comes. */
  deep?: true;
  /** A pattern ends here: this value is meant, or only when it is an empty object. */
  end?: "always" | "empty";
  /** More than one node may come after this one. */
  wild?: true;
  /** The node as a place, made once. */
  readonly alone: PatternNode[];
}

function newNode(): PatternNode {
  const node: PatternNode = { keys: new Map(), alone: [] };
  node.alone.push(node);
  return node;
}

/** Patterns compiled to one tree, so that a walk asks once for each key. */
export class Patterns {
  readonly #root = newNode();
  #empty = true;

  /** `when` is for patterns that mean a value only while nothing is in it. */
  add(path: readonly string[], when: "always" | "empty" = "always"): void {
    this.#empty = false;
    let node = this.#root;
    for (const key of path) node = key === "**" ? deepOf(node) : key === "*" ? anyOf(node) : keyOf(node, key);
    if (node.end !== "always") node.end = when;
  }

  /** Where a walk begins. */
  get start(): Place {
    return this.#empty ? undefined : this.#root.alone;
  }
}

/** One key further. */
export function step(place: Place, key: string): Place {
  if (place === undefined) return undefined;
  const [first] = place;
  if (place.length === 1 && !first!.wild) return first!.keys.get(key)?.alone;
  const next: PatternNode[] = [];
  for (const node of place) {
    if (node.deep) reach(next, node);
    reach(next, node.keys.get(key));
    reach(next, node.any);
    // What follows `**` may also follow at once.
    const below = node.keys.get("**");
    if (!below) continue;
    reach(next, below);
    reach(next, below.keys.get(key));
    reach(next, below.any);
  }
  return next.length === 0 ? undefined : next;
}

/** One key further, to the member where a cursor stands: its key is made a text only when a wildcard asks for it. */
export function stepInto(place: Place, cursor: MemberCursor): Place {
  if (place === undefined) return undefined;
  const [first] = place;
  if (place.length > 1 || first!.wild || first!.keys.size > keysComparedMax)
    return step(place, cursor.key ?? "");
  for (const [key, node] of first!.keys) if (cursor.is(key)) return node.alone;
  return undefined;
}

/** Up to so many names, comparing bytes costs less than making a text of a key. */
const keysComparedMax = 8;

/** Each node once: several `**` lead to the same one by many ways. */
function reach(next: PatternNode[], node: PatternNode | undefined): void {
  if (node && !next.includes(node)) next.push(node);
}

/** Whether a pattern names the value here, whose canonical text is `text`. */
export function isNamed(place: Place, text = ""): boolean {
  return place?.some((node) => node.end === "always" || (node.end === "empty" && text === "{}")) ?? false;
}

function keyOf(node: PatternNode, key: string): PatternNode {
  const known = node.keys.get(key);
  if (known) return known;
  const made = newNode();
  node.keys.set(key, made);
  return made;
}

function anyOf(node: PatternNode): PatternNode {
  node.wild = true;
  node.any ??= newNode();
  return node.any;
}

/** `**` is a child that keeps itself; a key that is really called `**` cannot be named. */
function deepOf(node: PatternNode): PatternNode {
  // Two in a row say as much as one.
  if (node.deep) return node;
  const below = keyOf(node, "**");
  below.deep = true;
  below.wild = true;
  node.wild = true;
  return below;
}
