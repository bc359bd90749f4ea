/** Lines of a document by what stands on them: an offset, or the value that a JSON Pointer names. */
import { elements, members, parsePointer } from "../../base/index.ts";

const LINE_END = 0x0a;

/** The line, counted from 1, of each offset. */
export async function linesAt(
  source: AsyncIterable<Uint8Array>,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const wanted = [...new Set(offsets)].sort((a, b) => a - b);
  const lines = new Map<number, number>();
  let line = 1;
  let done = 0;
  let next = 0;
  for await (const chunk of source) {
    for (let i = 0; i < chunk.length && next < wanted.length; i++) {
      while (wanted[next] === done + i) lines.set(wanted[next++]!, line);
      if (chunk[i] === LINE_END) line++;
    }
    done += chunk.length;
    if (next >= wanted.length) break;
  }
  return lines;
}

/** How deep a pointer is followed; what lies deeper is on the line of what holds it. */
const depthMax = 64;

interface Node {
  /** Pointers that end here. */
  readonly pointers: string[];
  readonly below: Map<string, Node>;
}

/** The line on which each pointer's value begins; of a pointer that goes on within a string, that string's. */
export function linesOfPointers(
  bytes: Uint8Array,
  pointers: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const root: Node = { pointers: [], below: new Map() };
  for (const pointer of pointers) {
    let node = root;
    for (const key of (parsePointer(pointer) ?? []).slice(0, depthMax)) {
      const below: Node = node.below.get(key) ?? { pointers: [], below: new Map() };
      node.below.set(key, below);
      node = below;
    }
    node.pointers.push(pointer);
  }
  const offsets = new Map<string, number>();
  place(bytes, 0, root, offsets);
  return linesOf(bytes, offsets);
}

/** Puts everything below a value at that value first; what is found below it is put where it is. */
function place(bytes: Uint8Array, start: number, node: Node, offsets: Map<string, number>): void {
  settle(node, start, offsets);
  if (node.below.size === 0) return;
  for (const member of members(bytes, start)) {
    const below = node.below.get(member.key);
    if (below) place(bytes, member.start, below, offsets);
  }
  let index = 0;
  for (const element of elements(bytes, start)) {
    const below = node.below.get(String(index++));
    if (below) place(bytes, element.start, below, offsets);
  }
}

function settle({ pointers, below }: Node, start: number, offsets: Map<string, number>): void {
  for (const pointer of pointers) offsets.set(pointer, start);
  for (const node of below.values()) settle(node, start, offsets);
}

function linesOf(bytes: Uint8Array, offsets: ReadonlyMap<string, number>): Map<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  let at = 0;
  for (const [pointer, offset] of [...offsets].sort((a, b) => a[1] - b[1])) {
    for (; at < offset; at++) if (bytes[at] === LINE_END) line++;
    lines.set(pointer, line);
  }
  return lines;
}
