/**
 * Brings a message into the shape that both readers of `.vcr` files accept: no nulls, ids that are text or number,
 * `params` an object or array, exactly one of `result` and `error`, objects where objects are demanded. What has that shape
 * already keeps its text; what does not is bent, and the loss is counted.
 */
import { decodeLoosely } from "../base/index.ts";
import type { Message } from "../protocol/index.ts";
import { type JsonNode, jsonText } from "./json-print.ts";
import { fieldsOf } from "./vcr-call.ts";
import type { Losses } from "./vcr-losses.ts";

type Fields = [key: string, value: JsonNode][];

/** A request, or undefined when its id does not fit. */
export function cleanRequest(message: Message, losses: Losses): JsonNode | undefined {
  const fields = fieldsOf(message.bytes);
  if (!isId(fields.get("id"))) {
    losses.add("odd-ids");
    return undefined;
  }
  return withParams(fields, ["id", "method"], losses);
}

export function cleanNotification(message: Message, losses: Losses): JsonNode {
  return withParams(fieldsOf(message.bytes), ["method"], losses);
}

export function cleanResponse(message: Message, losses: Losses): JsonNode {
  const fields = fieldsOf(message.bytes);
  const error = fields.get("error");
  const result = fields.get("result");
  const clean: Fields = [versionOf(fields, losses), ["id", fields.get("id")!]];
  if (error !== undefined && !isNull(error)) {
    if (result !== undefined && !isNull(result)) losses.add("result-and-error");
    clean.push(["error", cleanError(error, losses)]);
  } else if (isObject(result)) {
    clean.push(["result", result]);
  } else {
    losses.add("results");
    clean.push(["result", { fields: [["value", result ?? jsonText(null)]] }]);
  }
  return { fields: [...clean, ...othersOf(fields, ["jsonrpc", "id", "result", "error"])] };
}

/** Whether a text is an object. */
export function isObject(text: Uint8Array | undefined): text is Uint8Array {
  return text !== undefined && firstOf(text) === 0x7b;
}

function withParams(fields: Map<string, Uint8Array>, keys: readonly string[], losses: Losses): JsonNode {
  const clean: Fields = [versionOf(fields, losses)];
  for (const key of keys) clean.push([key, fields.get(key)!]);
  const params = fields.get("params");
  const fits = isObject(params) || (params !== undefined && firstOf(params) === 0x5b);
  if (fits) clean.push(["params", params!]);
  else if (params !== undefined && !isNull(params)) losses.add("params");
  return { fields: [...clean, ...othersOf(fields, ["jsonrpc", "params", ...keys])] };
}

function cleanError(text: Uint8Array, losses: Losses): JsonNode {
  if (!isObject(text)) {
    losses.add("errors");
    return errorOf(jsonText(-32603), jsonText("the answer's error was no object"), text);
  }
  const fields = fieldsOf(text);
  const [code, message, data] = [fields.get("code"), fields.get("message"), fields.get("data")];
  const whole = isInteger(code) && message !== undefined && firstOf(message) === 0x22;
  if (!whole) losses.add("errors");
  const clean: Fields = [
    ["code", isInteger(code) ? code! : jsonText(-32603)],
    ["message", message !== undefined && firstOf(message) === 0x22 ? message : jsonText("")],
  ];
  if (isObject(data)) clean.push(["data", data]);
  else if (data !== undefined && !isNull(data)) {
    losses.add("error-data");
    clean.push(["data", { fields: [["value", data]] }]);
  }
  return { fields: [...clean, ...othersOf(fields, ["code", "message", "data"])] };
}

function errorOf(code: Uint8Array, message: Uint8Array, value: Uint8Array): JsonNode {
  return {
    fields: [
      ["code", code],
      ["message", message],
      ["data", { fields: [["value", value]] }],
    ],
  };
}

function versionOf(fields: Map<string, Uint8Array>, losses: Losses): [string, JsonNode] {
  const version = fields.get("jsonrpc");
  if (version === undefined || scalarOf(version) !== "2.0") losses.add("jsonrpc-version");
  return ["jsonrpc", jsonText("2.0")];
}

function othersOf(fields: Map<string, Uint8Array>, known: readonly string[]): Fields {
  return [...fields].filter(([key]) => !known.includes(key));
}

function isId(text: Uint8Array | undefined): boolean {
  if (text === undefined) return false;
  const value = scalarOf(text);
  return typeof value === "string" || Number.isFinite(value);
}

function isInteger(text: Uint8Array | undefined): boolean {
  return text !== undefined && text.length < 32 && Number.isSafeInteger(scalarOf(text));
}

function isNull(text: Uint8Array): boolean {
  return firstOf(text) === 0x6e;
}

/** The value of a short text; of a container, undefined. */
function scalarOf(text: Uint8Array): unknown {
  const first = firstOf(text);
  return first === 0x7b || first === 0x5b ? undefined : JSON.parse(decodeLoosely(text));
}

function firstOf(text: Uint8Array): number | undefined {
  return text[0];
}
