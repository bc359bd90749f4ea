/**
 * Findings that a project knows and keeps: test values, examples in documents. Without such a list a gate that once
 * cried wolf is switched off.
 */
import { ReelwireError } from "../../base/index.ts";
import { fileBytes } from "../../tape/index.ts";
import { digestOf, type Finding } from "./finding.ts";

/** The longest list, in bytes. */
const listBytesMax = 4 * 1024 * 1024;

/** Whether a finding is in the list of a file. Throws RW3001 and RW3501. */
export async function allowedBy(path: string): Promise<(finding: Finding) => boolean> {
  const digests = new Set<string>();
  const places = new Set<string>();
  for (const [i, item] of (await itemsOf(path)).entries()) {
    if (typeof item === "string") {
      const digest = /^[0-9a-f]{8}$/.test(item) ? item : digestOf(item);
      if (digest === undefined)
        throw unusable(path, `item ${i} is no placeholder and not its eight hex digits`);
      digests.add(digest);
    } else {
      const { file, pointer } = (item ?? {}) as Record<string, unknown>;
      if (typeof file !== "string" || typeof pointer !== "string")
        throw unusable(path, `item ${i} is neither a text nor { "file", "pointer" }`);
      places.add(placeKey(file, pointer));
    }
  }
  return ({ file, pointer, placeholder }) =>
    places.has(placeKey(file, pointer)) ||
    (placeholder !== undefined && digests.has(digestOf(placeholder) ?? ""));
}

async function itemsOf(path: string): Promise<readonly unknown[]> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of fileBytes(path)) {
    if ((bytes += chunk.length) > listBytesMax)
      throw unusable(path, `it is larger than ${listBytesMax} bytes`);
    chunks.push(chunk);
  }
  let list: unknown;
  try {
    list = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw unusable(path, "it is no JSON");
  }
  if (!Array.isArray(list)) throw unusable(path, "it is no JSON list");
  return list;
}

function placeKey(file: string, pointer: string): string {
  return JSON.stringify([file, pointer]);
}

function unusable(path: string, hint: string): ReelwireError {
  return new ReelwireError("RW3501", { with: { hint }, where: [["file", path]] });
}
