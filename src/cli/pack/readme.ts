/** The text in a pack for whoever opens it without knowing what it is. */
import type { PackedTape } from "./manifest.ts";

export const readmeName = "README.txt";

export function readme(name: string, tapes: readonly PackedTape[]): string {
  const listed = tapes.map(({ name: file, calls, verdict }) => `  ${file}  ${calls} calls, ${verdict}`);
  return `${name}: recorded conversations between MCP clients and servers

${listed.join("\n")}

Each tape is a text file, one JSON object a line. With reelwire (npm: reelwire):

  reelwire unpack ${name}.rwpack.tgz      opens the pack and proves it first
  reelwire show ${tapes[0]?.name ?? "TAPE"}
  reelwire replay ${tapes[0]?.name ?? "TAPE"}

Without it, tar xzf opens the pack. What looked like a secret was taken out before it was packed and stands there as
[[rw:kind:length:digest]]; manifest.json lists every place, and what was left out about the recording machine.
`;
}
