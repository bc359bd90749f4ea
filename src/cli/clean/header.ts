/** A header's text, member by member: what is not changed keeps its spelling, unknown keys and long numbers included. */
import { members, textAt } from "../../base/index.ts";

/** The JSON text of a member instead of the one that is there; undefined: it goes. */
export type EditMember = (key: string, json: string) => string | undefined;

/** `bytes` is the line without its end. What `add` names is put where it stood, or at the end. */
export function editedHeader(
  bytes: Uint8Array,
  edit: EditMember,
  add: Readonly<Record<string, string>> = {},
): string {
  const parts: string[] = [];
  const left = new Map(Object.entries(add));
  for (const { key, start, end } of members(bytes)) {
    const json = left.get(key) ?? edit(key, textAt(bytes, start, end));
    left.delete(key);
    if (json !== undefined) parts.push(`${JSON.stringify(key)}:${json}`);
  }
  for (const [key, json] of left) parts.push(`${JSON.stringify(key)}:${json}`);
  return `{${parts.join(",")}}`;
}
