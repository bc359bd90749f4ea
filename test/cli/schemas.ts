/** The published schemas, made strict: whatever a command prints has to be described. */
import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const folder = new URL("../../schema/", import.meta.url);

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
for (const name of readdirSync(folder))
  ajv.addSchema(closed(JSON.parse(readFileSync(new URL(name, folder), "utf8"))) as object);

/** What is wrong with a text that has to be one JSON value of a schema; nothing is. */
export function faults(name: string, text: string): string[] {
  const validate = ajv.getSchema(`reelwire/schema/${name}.json`);
  if (!validate) return [`there is no schema ${name}`];
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
}

/** The same schema, but every object that lists its members has no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== "object" || schema === null) return schema;
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]));
  return "properties" in copy && !("additionalProperties" in copy)
    ? { ...copy, additionalProperties: false }
    : copy;
}
