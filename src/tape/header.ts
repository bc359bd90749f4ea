/** Reads the first line of a tape. A header that cannot be read is an error: without it nothing else has a meaning. */
import { decodeUtf8, type ErrorFacts, isJson, members, ReelwireError } from "../base/index.ts";
import { isShallow } from "./depth.ts";
import { formatVersion, type TapeHeader } from "./format.ts";

type Where = NonNullable<ErrorFacts["where"]>;

/** The header of a line without its line end. `where` goes into the error. Throws RW3003 for a later version, RW3004 when it is no header. */
export function decodeHeader(line: Uint8Array, where: Where = []): TapeHeader {
  const unreadable = (why: string): ReelwireError => cannotRead(why, where);
  const text = decodeUtf8(line);
  if (text === undefined) throw unreadable("it is not UTF-8");
  if (!isJson(text)) throw unreadable("its first line is cut or damaged");
  if (!isShallow(text)) throw unreadable("its first line is nested too deep");
  const header: unknown = JSON.parse(text);
  if (!isFacts(header)) throw unreadable("its first line is not an object");
  const version = header["reelwire"];
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    throw unreadable("its version is not a number from 1");
  if ((version as number) > formatVersion) {
    const facts = { version: version as number, known: formatVersion };
    throw new ReelwireError("RW3003", { with: facts, where: [...where, ["line", "1"]] });
  }
  for (const [key, is, wants] of rules) {
    const value = Object.hasOwn(header, key) ? header[key] : undefined;
    if (value === undefined ? required.has(key) : !is(value))
      throw unreadable(`its '${key}' is not ${wants}`);
  }
  return header as unknown as TapeHeader;
}

/** The header of a line, or undefined when it is none that this version reads. */
export function parseHeader(line: Uint8Array): TapeHeader | undefined {
  try {
    return decodeHeader(line);
  } catch (fault) {
    if (fault instanceof ReelwireError) return undefined;
    throw fault;
  }
}

/** Whether a first line means to be a header, well-formed or not. */
export function isHeaderLike(line: Uint8Array): boolean {
  const head = decodeUtf8(line.subarray(0, 64)) ?? "";
  if (/^\s*\{\s*"reelwire"/.test(head)) return true;
  for (const { key } of members(line)) if (key === "reelwire") return true;
  return false;
}

type Rule = readonly [key: string, is: (value: unknown) => boolean, wants: string];

const isText = (value: unknown): boolean => typeof value === "string";
const isFacts = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isTags = (value: unknown): boolean => isFacts(value) && Object.values(value).every(isText);
const isTime = (value: unknown): boolean => typeof value === "string" && !Number.isNaN(Date.parse(value));
const isProcess = (value: unknown): boolean => isFacts(value) && Number.isSafeInteger(value["pid"]);
const isPart = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;

/** How one side was reached: what is known must have its type, the rest is free. */
function isSide(value: unknown): boolean {
  if (!isFacts(value) || !isText(value["transport"])) return false;
  return (
    (value["command"] === undefined || isTexts(value["command"])) &&
    (value["cwd"] === undefined || isText(value["cwd"])) &&
    (value["env"] === undefined || isTexts(value["env"]))
  );
}

/** What is asked of it elsewhere must have its type. */
export function isRedaction(value: unknown): boolean {
  if (!isFacts(value) || !isText(value["preset"]) || !Number.isSafeInteger(value["count"])) return false;
  return (
    (value["key"] === undefined || isText(value["key"])) &&
    (value["env"] === undefined || isTexts(value["env"]))
  );
}

function isSigner(value: unknown): boolean {
  return isFacts(value) && isText(value["alg"]) && isText(value["key"]);
}

const required: ReadonlySet<string> = new Set(["id", "startedAt"]);

const rules: readonly Rule[] = [
  ["id", isText, "a text"],
  ["startedAt", isTime, "a time"],
  ["name", isText, "a text"],
  ["sessionId", isText, "a text"],
  ["endpointId", isText, "a text"],
  ["agentId", isText, "a text"],
  ["run", isText, "a text"],
  ["tags", isTags, "a table of texts"],
  ["server", isSide, "a side with its transport"],
  ["client", isSide, "a side with its transport"],
  ["launcher", isProcess, "a process"],
  ["recorder", isProcess, "a process"],
  ["redaction", isRedaction, "a preset and a count, with a key and names that are texts"],
  ["capture", isText, "a text"],
  ["part", isPart, "a number from 1"],
  ["previous", isText, "a text"],
  ["writer", isText, "a text"],
  ["signer", isSigner, "a way of signing and a key"],
];

function cannotRead(why: string, where: Where): ReelwireError {
  return new ReelwireError("RW3004", {
    with: {
      hint: "the lines below it may be whole: put a header of another tape of the same recording above them",
    },
    where: [...where, ["line", "1"], ["why", why]],
  });
}
