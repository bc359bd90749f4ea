/**
 * Finds the secrets in a JSON text: below a key that names one, in the strings, in the keys themselves, in lists of names
 * and values, after flags in lists of arguments. Knows which places belong to the protocol.
 */
import { isNamed, type Place, pointerOf, step } from "../base/index.ts";
import { schemeLength, secretFlag } from "./assignments.ts";
import { type Edit, spelled } from "./edits.ts";
import { type JsonWalker, walkJson } from "./json-walk.ts";
import { isSecretHeader, isSecretName } from "./names.ts";
import type { FieldPlaces } from "./protocol-fields.ts";
import { isReservedMeta } from "./protocol-fields.ts";
import type { SecretSpan } from "./spans.ts";
import { type TextPlace, type TextTools, textEdits } from "./text.ts";

/** A number that was taken out: where, and what it was. */
export interface RedactedNumber {
  readonly pointer: string;
  readonly placeholder: string;
}

export interface Ground {
  readonly fields: FieldPlaces;
  /** The pointer of the text that this JSON stands in. */
  readonly base: string;
  readonly depth: number;
  readonly mode: "all" | "schema";
  /** Whether the project's paths count: they are from a message's root. */
  readonly root: boolean;
  /** What becomes of a number; undefined: it becomes a placeholder, which is a string. */
  readonly number?: ((found: RedactedNumber) => string) | undefined;
}

export function jsonEdits(text: string, ground: Ground, tools: TextTools): Edit[] {
  const finder = new Finder(text, ground, tools);
  walkJson(text, finder.root(), finder);
  return finder.edits.sort((a, b) => a.start - b.start);
}

/** Where the walk stands. */
interface At {
  readonly parent: At | undefined;
  /** As it is spelled; undefined in a list. */
  readonly key: string | undefined;
  readonly index: number;
  /** The key above it, or its own, that says it is a secret. */
  readonly secret: string | undefined;
  readonly mode: TextPlace["mode"];
  readonly field: Place;
  readonly schema: Place;
  readonly rule: Place;
  readonly kept: Place;
  /** In a list: the flag before. */
  flag: string | undefined;
  /** In an object: what a member called `name` or `key` says, and where its `value` stands. */
  named: string | undefined;
  value: { readonly start: number; readonly end: number } | undefined;
}

class Finder implements JsonWalker<At> {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #ground: Ground;
  readonly #tools: TextTools;

  constructor(text: string, ground: Ground, tools: TextTools) {
    this.#text = text;
    this.#ground = ground;
    this.#tools = tools;
  }

  root(): At {
    const { fields, mode, root } = this.#ground;
    const { paths, keptPaths } = this.#tools.rules;
    return {
      ...fresh,
      parent: undefined,
      key: undefined,
      index: -1,
      secret: undefined,
      mode,
      field: fields.field,
      schema: fields.schema,
      rule: root ? paths : undefined,
      kept: root ? keptPaths : undefined,
    };
  }

  member(parent: At, rawKey: string, keyStart: number): At {
    const key = rawKey.includes("\\") ? (JSON.parse(`"${rawKey}"`) as string) : rawKey;
    const { field, schema, rule, kept } = parent;
    const below: At = {
      ...fresh,
      parent,
      key: rawKey,
      index: -1,
      field: field && step(field, key),
      schema: schema && step(schema, key),
      rule: rule && step(rule, key),
      kept: kept && step(kept, key),
      secret: undefined,
      mode: parent.mode,
    };
    const found = this.#modeAt(below, key);
    const at = { ...below, mode: found, secret: this.#secretAt(below, key, found) };
    if (rawKey.length >= keyMin && found !== "field") this.#inKey(at, key, rawKey, keyStart);
    return at;
  }

  element(parent: At, index: number): At {
    const { field, schema, rule, kept, secret, mode } = parent;
    const below: At = {
      ...fresh,
      parent,
      key: undefined,
      index,
      secret,
      mode,
      field: field && step(field, String(index)),
      schema: schema && step(schema, String(index)),
      rule: rule && step(rule, String(index)),
      kept: kept && step(kept, String(index)),
    };
    if (field === undefined && schema === undefined && rule === undefined) return below;
    const found = this.#modeAt(below, "");
    const own = isNamed(below.rule) ? pointerOf([index]) : secret;
    return { ...below, mode: found, secret: found === "all" ? own : undefined };
  }

  string(at: At, start: number, end: number): void {
    if (end <= start) return;
    const raw = this.#text.slice(start, end);
    const value = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
    const { parent } = at;
    const flag = parent?.flag;
    if (parent && at.key === undefined) parent.flag = secretFlag(value);
    else if (parent && nameKeys.has(at.key!)) parent.named = value;
    else if (parent && at.key === "value") parent.value = { start, end };
    const name = at.secret ?? (flag !== undefined && !value.startsWith("-") ? flag : undefined);
    const place = this.#placeOf(at);
    if (name !== undefined && at.mode === "all")
      this.#whole(value, raw, start, place, at.secret ? "key" : "flag", name);
    else this.edits.push(...spelled(raw, textEdits(value, place, this.#tools), start));
  }

  number(at: At, start: number, end: number): void {
    const raw = this.#text.slice(start, end);
    if (at.secret === undefined || at.mode !== "all" || raw === "0") return;
    const place = this.#placeOf(at);
    const span = { start, end, how: "key", name: at.secret } as const;
    const placeholder = this.#tools.replace(raw, span, place);
    const text = this.#ground.number?.({ pointer: place.pointer(), placeholder }) ?? `"${placeholder}"`;
    this.edits.push({ start, end, text });
  }

  deep(at: At, start: number, end: number): void {
    const edits = textEdits(this.#text.slice(start, end), this.#placeOf(at, true), this.#tools);
    for (const edit of edits)
      this.edits.push({ start: start + edit.start, end: start + edit.end, text: edit.text });
  }

  leave(at: At): void {
    const { named, value } = at;
    if (named === undefined || value === undefined || at.mode !== "all" || at.secret !== undefined) return;
    if (!isSecretName(named) && !isSecretHeader(named)) return;
    const { start, end } = value;
    for (let i = this.edits.length - 1; i >= 0 && this.edits[i]!.end > start; i--)
      if (this.edits[i]!.start < end) this.edits.splice(i, 1);
    const raw = this.#text.slice(start, end);
    const said = raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
    this.#whole(said, raw, start, this.#placeOf({ ...at, parent: at, key: "value" }), "key", named);
  }

  /** All of a string is a secret, but for the scheme before it and what was taken out already. */
  #whole(
    value: string,
    raw: string,
    start: number,
    place: TextPlace,
    how: SecretSpan["how"],
    name: string,
  ): void {
    const from = schemeLength(value, 0);
    const secret = value.slice(from);
    if (secret.startsWith("[[rw:") && secret.endsWith("]]")) return;
    const span = { start: from, end: value.length, how, name };
    const text = this.#tools.replace(secret, span, place);
    this.edits.push(...spelled(raw, [{ start: from, end: value.length, text }], start));
  }

  #inKey(at: At, key: string, rawKey: string, keyStart: number): void {
    const place = { ...this.#placeOf(at), mode: "schema" } as const;
    this.edits.push(...spelled(rawKey, textEdits(key, place, this.#tools), keyStart));
  }

  #modeAt({ field, schema, parent, mode }: At, key: string): TextPlace["mode"] {
    if (mode === "field" || isNamed(field)) return "field";
    if (parent?.key === "_meta" && isReservedMeta(key)) return "field";
    if (mode === "schema" || isNamed(schema)) return "schema";
    return "all";
  }

  #secretAt({ parent, rule, kept }: At, key: string, mode: TextPlace["mode"]): string | undefined {
    const { keys, keptKeys } = this.#tools.rules;
    if (mode === "field") return undefined;
    if (isNamed(rule)) return parent?.secret ?? pointerOf([key]);
    if (mode === "schema") return undefined;
    if (isNamed(kept) || keptKeys.has(key.toLowerCase())) return undefined;
    if (keys.has(key.toLowerCase())) return parent?.secret ?? key;
    // A table of properties describes values: `{"properties":{"password":{"type":"string"}}}`.
    const described = parent?.key !== undefined && describing.has(parent.key);
    return parent?.secret ?? (!described && isSecretName(key) ? key : undefined);
  }

  #placeOf(at: At, below = false): TextPlace {
    const { base, depth } = this.#ground;
    const pointer = (): string => base + pointerTo(at);
    return { pointer, key: keyOf(at), depth: below ? depth + 1 : depth, mode: at.mode };
  }
}

/** Shorter keys hold no secret. */
const keyMin = 12;
const nameKeys = new Set(["name", "key", "header", "variable"]);
const describing = new Set(["properties", "patternProperties", "$defs", "definitions"]);
const fresh = { flag: undefined, named: undefined, value: undefined } as const;

function keyOf(at: At): string | undefined {
  for (let each: At | undefined = at; each; each = each.parent)
    if (each.key !== undefined) return decoded(each.key);
  return undefined;
}

function pointerTo(at: At): string {
  const path: (string | number)[] = [];
  for (let each = at; each.parent; each = each.parent)
    path.push(each.key === undefined ? each.index : decoded(each.key));
  return pointerOf(path.reverse());
}

function decoded(rawKey: string): string {
  return rawKey.includes("\\") ? (JSON.parse(`"${rawKey}"`) as string) : rawKey;
}
