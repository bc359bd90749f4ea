/** Pieces of files by their places: what was written is what is read, or a coded error, never something else. */
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { RandomAccess } from "../../src/tape/index.ts";

function opened(...contents: readonly string[]): { access: RandomAccess; paths: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), "reelwire-access-"));
  const paths = contents.map((content, i) => {
    const path = join(folder, String(i));
    writeFileSync(path, content);
    return path;
  });
  const access = new RandomAccess(paths);
  for (const i of paths.keys()) access.expect(i);
  onTestFinished(() => {
    access.close();
    rmSync(folder, { recursive: true });
  });
  return { access, paths };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("places", () => {
  it("within a block, over its edge, longer than one", () => {
    const content = Array.from({ length: 40_000 }, (_, i) => String(i).padStart(5, "0")).join("");
    const { access } = opened(content);
    for (const [offset, length] of [
      [0, 5],
      [65_530, 12],
      [65_536, 1],
      [1, 199_999],
      [199_995, 5],
      [7, 0],
    ] as const)
      expect(text(access.read({ file: 0, offset, length }))).toBe(content.slice(offset, offset + length));
  });

  it("of more files than are open at once", () => {
    const { access } = opened(...Array.from({ length: 200 }, (_, i) => `file ${i}`));
    for (const i of [0, 199, 0, 63, 64, 65, 130, 1])
      expect(text(access.read({ file: i, offset: 5, length: String(i).length }))).toBe(String(i));
  });

  it("of what stands in no file", () => {
    const { access } = opened("x");
    const places = ["first", "second", "x".repeat(300_000), "last"].map((each) =>
      access.keep(Buffer.from(each)),
    );
    expect(places.map((place) => text(access.read(place)).slice(0, 6))).toEqual([
      "first",
      "second",
      "xxxxxx",
      "last",
    ]);
  });
});

describe("a file that changes", () => {
  it("may grow, also within a block that was read", () => {
    const { access, paths } = opened("begin ");
    expect(text(access.read({ file: 0, offset: 0, length: 5 }))).toBe("begin");
    appendFileSync(paths[0]!, "and more");
    expect(text(access.read({ file: 0, offset: 6, length: 8 }))).toBe("and more");
  });

  it.each<[what: string, change: (path: string) => void]>([
    ["is cut", (path) => truncateSync(path, 10)],
    ["is written over by something longer", (path) => writeFileSync(path, "y".repeat(300_000))],
  ])("that %s is told", (_, change) => {
    const { access, paths } = opened("x".repeat(200_000));
    change(paths[0]!);
    expect(() => access.read({ file: 0, offset: 100_000, length: 10 })).toThrow(
      expect.objectContaining({ code: "RW3016" }),
    );
  });
});
