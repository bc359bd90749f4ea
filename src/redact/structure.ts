/**
 * Finds the secrets in a JSON text: below a key that names one, in the strings, in the keys themselves, in lists of names
 * and values, after flags in lists of arguments. Knows which places belong to the protocol.
 */
import { isJson, isNamed, isPlaceholders, type Place, pointerOf, step } from "../base/index.ts";
import { schemeLength, secretFlag } from "./assignments.ts";
import { addAll, type Edit, edited, spelled } from "./edits.ts";
import { numbered, pointerCharactersMax } from "./fill.ts";
import { type JsonWalker, walkJson } from "./json-walk.ts";
import { isSecretHeader, isSecretName } from "./names.ts";
import { knownCharactersMin } from "./needles.ts";
import type { FieldPlaces } from "./protocol-fields.ts";
import { isReservedMeta } from "./protocol-fields.ts";
import type { SecretSpan } from "./spans.ts";
import { Suspicion } from "./suspicion.ts";
import { hasRules, type TextPlace, type TextTools, textEdits } from "./text.ts";

/** A number that was taken out: where, and what it was. */
export interface RedactedNumber {
  readonly pointer: string;
  readonly placeholder: string;
}

export interface Ground {
  readonly fields: FieldPlaces;
  /** The pointer of the text that this JSON stands in. */
  readonly base: () => string;
  readonly depth: number;
  readonly mode: "all" | "schema";
  /** Whether the project's paths count: they are from a message's root. */
  readonly root: boolean;
  /** What becomes of a number; undefined: it becomes a placeholder, which is a string that says what it was. */
  readonly number?: ((found: RedactedNumber) => string) | undefined;
}

export function jsonEdits(text: string, ground: Ground, tools: TextTools): Edit[] {
  const finder = new Finder(text, ground, tools);
  walkJson(text, finder.root(), finder);
  return finder.edits.sort((a, b) => a.start - b.start);
}

/** Where the walk stands. */
class At {
  readonly parent: At | undefined;
  /** As it is spelled; undefined in a list. */
  readonly key: string | undefined;
  readonly index: number;
  /** The key above it, or its own, that says it is a secret. */
  secret: string | undefined;
  mode: TextPlace["mode"];
  readonly field: Place;
  readonly schema: Place;
  readonly rule: Place;
  readonly kept: Place;
  /** In a list: the flag before. */
  flag: string | undefined = undefined;
  /** In an object: where a member called `name` or `key` stands, and its `value`. */
  named: Range | undefined = undefined;
  value: Range | undefined = undefined;

  constructor(
    parent: At | undefined,
    key: string | undefined,
    index: number,
    mode: TextPlace["mode"],
    places: Places,
  ) {
    this.parent = parent;
    this.key = key;
    this.index = index;
    this.secret = undefined;
    this.mode = mode;
    this.field = places.field;
    this.schema = places.schema;
    this.rule = places.rule;
    this.kept = places.kept;
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface Places {
  readonly field: Place;
  readonly schema: Place;
  readonly rule: Place;
  readonly kept: Place;
}

const nowhere: Places = { field: undefined, schema: undefined, rule: undefined, kept: undefined };

function placesBelow({ field, schema, rule, kept }: Places, key: string): Places {
  if (field === undefined && schema === undefined && rule === undefined && kept === undefined) return nowhere;
  return { field: step(field, key), schema: step(schema, key), rule: step(rule, key), kept: step(kept, key) };
}

class Finder implements JsonWalker<At> {
  readonly edits: Edit[] = [];
  readonly #text: string;
  readonly #ground: Ground;
  readonly #tools: TextTools;
  readonly #suspicion: Suspicion;
  /** A known value may be anywhere, or a rule wants to see every text. */
  readonly #everywhere: boolean;
  readonly #known: boolean;
  /** Characters of what was told of numbers. */
  #told = 0;

  constructor(text: string, ground: Ground, tools: TextTools) {
    this.#text = text;
    this.#ground = ground;
    this.#tools = tools;
    this.#suspicion = new Suspicion(text, true);
    // What is escaped may be a known value in another spelling.
    this.#known = tools.needles.size > 0 && (tools.needles.test(text) || this.#suspicion.isEscaped);
    this.#everywhere = this.#known || hasRules(tools.rules);
  }

  root(): At {
    const { fields, mode, root } = this.#ground;
    const { paths, keptPaths } = this.#tools.rules;
    const own = root ? { rule: paths, kept: keptPaths } : { rule: undefined, kept: undefined };
    return new At(undefined, undefined, -1, mode, { ...fields, ...own });
  }

  member(parent: At, rawKey: string, keyStart: number): At {
    const key = rawKey.includes("\\") ? decoded(rawKey) : rawKey;
    const at = new At(parent, rawKey, -1, parent.mode, placesBelow(parent, key));
    at.mode = this.#modeAt(at, key);
    const keyEnd = keyStart + rawKey.length;
    at.secret = this.#secretAt(at, key, keyEnd + 1);
    if (rawKey.length >= knownCharactersMin && this.#mayHold(at, keyStart, keyEnd))
      this.#inKey(at, key, rawKey, keyStart);
    return at;
  }

  element(parent: At, index: number): At {
    const places = placesBelow(parent, String(index));
    const at = new At(parent, undefined, index, parent.mode, places);
    at.secret = parent.secret;
    if (places === nowhere) return at;
    at.mode = this.#modeAt(at, "");
    at.secret =
      at.mode !== "all" ? undefined : isNamed(at.rule) ? (at.secret ?? pointerOf([index])) : at.secret;
    return at;
  }

  string(at: At, start: number, end: number): void {
    const { parent } = at;
    let flag: string | undefined;
    if (parent !== undefined && at.key === undefined) {
      flag = parent.flag;
      const isFlag = this.#text.charCodeAt(start) === 0x2d && end - start <= flagMax;
      parent.flag = isFlag ? secretFlag(this.#text.slice(start, end)) : undefined;
      if (isFlag) flag = undefined;
    } else if (parent !== undefined && nameKeys.has(at.key!)) parent.named = { start, end };
    else if (parent !== undefined && at.key === "value") parent.value = { start, end };
    if (end <= start) return;
    const name = at.mode === "all" ? (at.secret ?? flag) : undefined;
    if (name !== undefined)
      this.#whole(at, { start, end }, flag !== undefined && at.secret === undefined ? "flag" : "key", name);
    else if (this.#mayHold(at, start, end)) {
      const raw = this.#text.slice(start, end);
      addAll(this.edits, spelled(raw, textEdits(decoded(raw), this.#placeOf(at), this.#tools), start));
    }
  }

  /** Whether a string is worth a look. In a field of the protocol only known values count. */
  #mayHold(at: At, start: number, end: number): boolean {
    return at.mode === "field" ? this.#known : this.#everywhere || this.#suspicion.of(start, end);
  }

  number(at: At, start: number, end: number): void {
    if (at.mode !== "all" || (at.secret === undefined && !this.#known)) return;
    const raw = this.#text.slice(start, end);
    if (raw === "0") return;
    const known = at.secret === undefined ? this.#knownNumber(raw) : undefined;
    const name = at.secret ?? known;
    if (name === undefined) return;
    const place = this.#placeOf(at);
    const span = { start, end, how: known === undefined ? "key" : "known", name } as const;
    const placeholder = this.#tools.replace(raw, span, place);
    this.edits.push({ start, end, text: this.#numberText(at, placeholder) });
  }

  /** A number whose place is too long to be told becomes a 0 alone, in a comparison too. */
  #numberText(at: At, placeholder: string): string {
    const { number, base } = this.#ground;
    if (!number) return `"${numbered(placeholder)}"`;
    const { pointer, isWhole } = pointerTo(at);
    this.#told += pointer.length + placeholder.length;
    return isWhole && this.#told <= toldCharactersMax
      ? number({ pointer: base() + pointer, placeholder })
      : "0";
  }

  /** The name of the known value that a number is. */
  #knownNumber(raw: string): string | undefined {
    if (raw.length < knownCharactersMin) return undefined;
    const [hit] = this.#tools.needles.find(raw);
    return hit?.start === 0 && hit.end === raw.length ? hit.needle.known.name : undefined;
  }

  deep(at: At, start: number, end: number): void {
    const text = this.#text.slice(start, end);
    const place = this.#placeOf(at, true);
    const edits = textEdits(text, place, this.#tools);
    // Deeper than anything is walked it was read as plain text, and that may have cut a number or a string in two.
    if (edits.length > 0 && !isJson(edited(text, edits))) {
      const placeholder = this.#tools.replace(text, { start: 0, end: text.length, how: "key" }, place);
      this.edits.push({ start, end, text: `"${placeholder}"` });
      return;
    }
    for (const edit of edits)
      this.edits.push({ start: start + edit.start, end: start + edit.end, text: edit.text });
  }

  leave(at: At): void {
    const { named, value } = at;
    if (named === undefined || value === undefined || at.mode !== "all" || at.secret !== undefined) return;
    const name = decoded(this.#text.slice(named.start, named.end));
    if (value.end <= value.start || (!isSecretName(name) && !isSecretHeader(name))) return;
    const { start, end } = value;
    for (let i = this.edits.length - 1; i >= 0 && this.edits[i]!.end > start; i--)
      if (this.edits[i]!.start < end) this.edits.splice(i, 1);
    this.#whole(new At(at, "value", -1, at.mode, nowhere), value, "key", name);
  }

  /** All of a string is a secret, but for the scheme before it and what was taken out already. */
  #whole(at: At, { start, end }: Range, how: SecretSpan["how"], name: string): void {
    const raw = this.#text.slice(start, end);
    const value = decoded(raw);
    const from = schemeLength(value, 0);
    const secret = value.slice(from);
    if (isPlaceholders(secret)) return;
    const span = { start: from, end: value.length, how, name };
    const text = this.#tools.replace(secret, span, this.#placeOf(at));
    addAll(this.edits, spelled(raw, [{ start: from, end: value.length, text }], start));
  }

  #inKey(at: At, key: string, rawKey: string, keyStart: number): void {
    const place = { ...this.#placeOf(at), mode: at.mode === "field" ? "field" : "schema" } as const;
    addAll(this.edits, spelled(rawKey, textEdits(key, place, this.#tools), keyStart));
  }

  #modeAt({ field, schema, parent, mode }: At, key: string): TextPlace["mode"] {
    if (mode === "field" || isNamed(field)) return "field";
    if (parent?.key === "_meta" && isReservedMeta(key)) return "field";
    if (mode === "schema" || isNamed(schema)) return "schema";
    return "all";
  }

  #secretAt({ parent, rule, kept, mode }: At, key: string, keyEnd: number): string | undefined {
    const { keys, keptKeys } = this.#tools.rules;
    if (mode === "field") return undefined;
    if (isNamed(rule)) return parent?.secret ?? pointerOf([key]);
    if (mode === "schema") return undefined;
    if (isNamed(kept) || (keptKeys.size > 0 && keptKeys.has(key.toLowerCase()))) return undefined;
    if (keys.size > 0 && keys.has(key.toLowerCase())) return parent?.secret ?? key;
    // A table of properties describes values: `{"properties":{"password":{"type":"string"}}}`.
    const described = (): boolean =>
      parent?.key !== undefined && describing.has(parent.key) && schemaBegins(this.#text, keyEnd);
    return parent?.secret ?? (isSecretName(key) && !described() ? key : undefined);
  }

  #placeOf(at: At, below = false): TextPlace {
    const { base, depth } = this.#ground;
    const pointer = (): string => base() + pointerTo(at).pointer;
    return { pointer, key: keyOf(at), depth: below ? depth + 1 : depth, mode: at.mode };
  }
}

/** Longer arguments are no flags. */
const flagMax = 60;
const nameKeys = new Set(["name", "key", "header", "variable"]);
const describing = new Set(["properties", "patternProperties", "$defs", "definitions"]);

/** A schema is an object, `true` or `false`: a text among properties is a value. */
function schemaBegins(text: string, keyEnd: number): boolean {
  return /^[ \t\r\n]{0,64}:[ \t\r\n]{0,64}[{tf]/.test(text.slice(keyEnd, keyEnd + 130));
}

function keyOf(at: At): string | undefined {
  for (let each: At | undefined = at; each; each = each.parent)
    if (each.key !== undefined) return short(each.key);
  return undefined;
}

/** The most that is told of the numbers of one text, in characters of pointers and placeholders. */
const toldCharactersMax = 32 * 1024 * 1024;

/** Where something stands. Of a pointer that is too long only the beginning is told. */
function pointerTo(at: At): { readonly pointer: string; readonly isWhole: boolean } {
  const path: At[] = [];
  for (let each = at; each.parent; each = each.parent) path.push(each);
  let pointer = "";
  for (const { key, index } of path.reverse()) {
    const next = pointerOf([key === undefined ? index : short(key)]);
    if (pointer.length + next.length > pointerCharactersMax)
      return { pointer: `${pointer}/\u2026`, isWhole: false };
    pointer += next;
  }
  return { pointer, isWhole: true };
}

/** What a key says; of one that is longer than any pointer, how its beginning is spelled. */
function short(key: string): string {
  return key.length > pointerCharactersMax ? key.slice(0, pointerCharactersMax) : decoded(key);
}

/** What a string says that is spelled so between its quotes. */
function decoded(raw: string): string {
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}
